#include <thread>

#include "store/engines.hpp"
#include "store/schema.hpp"
#include "store/tx.hpp"

namespace tessera::store {

namespace {

using issuer::Access;
using issuer::Outcome;

// One writer, which runs the transactions that wait as savepoints inside one commit, so that many share an fsync; readers
// with connections of their own, which see the last commit. In memory there is one connection, and the writer reads too.
class SqliteStore final : public issuer::Store {
 public:
  SqliteStore(const Options& options, const std::string& file)
      : log_(options.log), memory_(file == ":memory:"), writes_(options.queue), reads_(options.queue) {
    auto writer = std::make_unique<Connection>(Engine::sqlite, file);
    if (memory_) migrate(*writer);
    threads_.emplace_back([this, c = std::move(writer)] { write_loop(*c); });
    if (memory_) return;
    for (unsigned i = 0; i < std::max(1U, options.threads); ++i) {
      auto reader = std::make_unique<Connection>(Engine::sqlite, file);
      reader->plain("PRAGMA query_only=ON");
      threads_.emplace_back([this, c = std::move(reader)] { read_loop(*c); });
    }
  }

  ~SqliteStore() override {
    writes_.close();
    reads_.close();
  }

  void read(Work work, Done done) override {
    (memory_ ? writes_ : reads_).push({Access::read, std::move(work), std::move(done)});
  }
  void write(Work work, Done done) override { writes_.push({Access::write, std::move(work), std::move(done)}); }

 private:
  static constexpr std::size_t kBatch = 64;

  void say(const SqlError& error) {
    if (log_) log_(error.what());
  }

  void read_loop(Connection& connection) {
    while (true) {
      auto jobs = reads_.take(1);
      if (jobs.empty()) return;
      auto& job = jobs.front();
      Result<void> result;
      try {
        connection.plain("BEGIN");
        SqlTx tx(connection, Access::read);
        job.work(tx);
        connection.plain("ROLLBACK");
        if (tx.failure()) result = failed(*tx.failure());
      } catch (const SqlError& error) {
        result = failed(error);
        clear(connection);
      }
      job.done(std::move(result));
    }
  }

  void write_loop(Connection& connection) {
    while (true) {
      auto jobs = writes_.take(kBatch);
      if (jobs.empty()) return;
      if (jobs.size() == 1 || !run_batch(connection, jobs))
        for (auto& job : jobs) run_alone(connection, job);
    }
  }

  // False when the whole transaction ended under way or did not commit: nothing is on disk, nobody has been answered, and
  // each runs again alone.
  bool run_batch(Connection& connection, std::vector<Job>& jobs) {
    std::vector<Result<void>> results(jobs.size());
    try {
      connection.plain("BEGIN IMMEDIATE");
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        connection.plain("SAVEPOINT one");
        SqlTx tx(connection, jobs[i].access);
        const Outcome outcome = jobs[i].work(tx);
        // A full disk ends the transaction without saying so; the savepoints before this one are gone with it.
        if (!connection.in_transaction()) return false;
        if (tx.failure()) results[i] = failed(*tx.failure());
        if (tx.failure() || outcome == Outcome::roll_back) connection.plain("ROLLBACK TO one");
        connection.plain("RELEASE one");
      }
      connection.plain("COMMIT");
    } catch (const SqlError& error) {
      say(error);
      clear(connection);
      return false;
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].done(std::move(results[i]));
    return true;
  }

  void run_alone(Connection& connection, Job& job) {
    Result<void> result;
    try {
      connection.plain("BEGIN IMMEDIATE");
      SqlTx tx(connection, job.access);
      const Outcome outcome = job.work(tx);
      if (tx.failure()) result = failed(*tx.failure());
      if (tx.failure() || outcome == Outcome::roll_back)
        clear(connection);
      else
        connection.plain("COMMIT");
    } catch (const SqlError& error) {
      result = failed(error);
      clear(connection);
    }
    job.done(std::move(result));
  }

  Result<void> failed(const SqlError& error) {
    say(error);
    return fail(Err::unavailable, "store");
  }

  void clear(Connection& connection) {
    try {
      if (connection.in_transaction()) connection.plain("ROLLBACK");
    } catch (const SqlError& error) {
      say(error);
    }
  }

  std::function<void(std::string_view)> log_;
  bool memory_;
  JobQueue writes_, reads_;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace

std::unique_ptr<issuer::Store> make_sqlite(const Options& options, const std::string& file) {
  return std::make_unique<SqliteStore>(options, file);
}

}  // namespace tessera::store
