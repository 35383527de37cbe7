#include "store/engines.hpp"

namespace tessera::store {

void JobQueue::push(Job job) {
  {
    std::lock_guard lock(mutex_);
    if (!closed_ && jobs_.size() < limit_) {
      jobs_.push_back(std::move(job));
      ready_.notify_one();
      return;
    }
  }
  job.answer(fail(Err::unavailable, "store queue"));
}

std::vector<Job> JobQueue::take(std::size_t most) {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
  std::vector<Job> taken;
  while (!jobs_.empty() && taken.size() < most) {
    taken.push_back(std::move(jobs_.front()));
    jobs_.pop_front();
  }
  return taken;
}

void JobQueue::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  ready_.notify_all();
}

}  // namespace tessera::store
