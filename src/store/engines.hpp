// The two stores.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>

#include "issuer/store.hpp"
#include "store/open.hpp"
#include "store/sql.hpp"

namespace tessera::store {

// A transaction that waits for its turn.
struct Job {
  issuer::Access access{};
  issuer::Store::Work work;
  issuer::Store::Done done;

  // Whoever is told and throws has dropped what it was told for; the store goes on.
  void answer(Result<void> result) {
    try {
      done(std::move(result));
    } catch (const std::exception&) {
    }
  }
};

// What a thread of a store does, until `once` says that there is nothing more. Memory that is short costs a request,
// not the thread and with it the program.
void go_on(auto once) {
  for (bool more = true; more;) {
    try {
      more = once();
    } catch (const std::exception&) {
    }
  }
}

// Jobs between the callers and the store's threads; bounded.
class JobQueue {
 public:
  explicit JobQueue(std::size_t limit) : limit_(limit) {}
  // Answers Err::unavailable itself when it is full or closed.
  void push(Job job);
  // Waits for at least one and takes at most `most`; none when closed and empty.
  std::vector<Job> take(std::size_t most);
  void close();

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> jobs_;
  std::size_t limit_;
  bool closed_ = false;
};

// Both throw SqlError. The schema stands already, but in memory.
std::unique_ptr<issuer::Store> make_sqlite(const Options& options, const std::string& file);
std::unique_ptr<issuer::Store> make_postgresql(const Options& options, const std::string& conninfo);

}  // namespace tessera::store
