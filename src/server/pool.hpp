// A few threads and a bounded queue: for what is slow and must not hold a transaction or a socket.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
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

  // False, and `task` untouched, when as many wait as may. `whose` names whom the task waits for, "" nobody: one takes
  // no more than half of the threads and of the queue, rounded up, so that whoever is slow delays itself.
  bool try_run(Task& task, const std::string& whose = "");

 private:
  struct Queued {
    std::string whose;
    Task task;
  };
  struct Share {
    std::size_t waiting = 0, running = 0;
  };
  std::deque<Queued>::iterator first_ready();
  void work();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Queued> queue_;
  std::map<std::string, Share> shares_;  // of those who have one
  std::size_t most_, most_running_of_one_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tessera::server
