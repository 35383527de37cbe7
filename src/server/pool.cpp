#include "server/pool.hpp"

#include <sched.h>

#include <algorithm>

namespace tessera::server {

namespace {
std::size_t half(std::size_t all) { return (all + 1) / 2; }
}  // namespace

unsigned usable_cores() {
  cpu_set_t cores;
  // On a machine of more than CPU_SETSIZE cores it fails, and all are taken.
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return std::max(1U, std::thread::hardware_concurrency());
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&cores)));
}

Pool::Pool(unsigned threads, std::size_t queue) : most_(queue), most_running_of_one_(half(threads)) {
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

bool Pool::try_run(Task& task, const std::string& whose) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= most_) return false;
    auto& share = shares_[whose];
    if (!whose.empty() && share.waiting >= half(most_)) return false;
    queue_.push_back({whose, std::move(task)});
    ++share.waiting;
  }
  wake_.notify_one();
  return true;
}

std::deque<Pool::Queued>::iterator Pool::first_ready() {
  return std::ranges::find_if(queue_, [this](const Queued& one) {
    return one.whose.empty() || shares_.at(one.whose).running < most_running_of_one_;
  });
}

void Pool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    auto next = queue_.end();
    wake_.wait(lock, [&] { return (next = first_ready()) != queue_.end() || ending_; });
    if (next == queue_.end()) return;  // what is still queued is run by those threads that it waits for
    Queued one = std::move(*next);
    queue_.erase(next);
    const auto share = shares_.find(one.whose);
    --share->second.waiting, ++share->second.running;
    lock.unlock();
    try {
      one.task();
    } catch (const std::exception&) {
      // No memory: what it was for goes with it, and answers that it failed.
    }
    one.task = nullptr;
    lock.lock();
    if (--share->second.running == 0 && share->second.waiting == 0) shares_.erase(share);
  }
}

}  // namespace tessera::server
