// A few threads and a bounded queue: for what is slow and must not hold a transaction or a socket.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tessera::server {

// How many cores this process may run on, at least one: those of its affinity (sched_setaffinity, a cpuset), where
// hardware_concurrency() counts the machine's.
unsigned usable_cores();

class Pool {
 public:
  using Task = std::move_only_function<void()>;

  Pool(unsigned threads, std::size_t queue);
  ~Pool();  // runs what is queued, then ends
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // False, and `task` untouched, when as many wait as may.
  bool try_run(Task& task);

 private:
  void work();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;
  std::size_t most_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tessera::server
