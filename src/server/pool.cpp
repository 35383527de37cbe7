#include "server/pool.hpp"

#include <sched.h>

#include <algorithm>

namespace tessera::server {

unsigned usable_cores() {
  cpu_set_t cores;
  // On a machine of more than CPU_SETSIZE cores it fails, and all are taken.
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return std::max(1U, std::thread::hardware_concurrency());
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&cores)));
}

Pool::Pool(unsigned threads, std::size_t queue) : most_(queue) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Pool::~Pool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool Pool::try_run(Task& task) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= most_) return false;
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void Pool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    try {
      task();
    } catch (const std::exception&) {
      // No memory: what it was for goes with it, and answers that it failed.
    }
    task = nullptr;
    lock.lock();
  }
}

}  // namespace tessera::server
