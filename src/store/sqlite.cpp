#include <thread>

#include "store/engines.hpp"
#include "store/schema.hpp"
#include "store/tx.hpp"

namespace tessera::store {

namespace {

using issuer::Access;

// One writer, which runs the transactions that wait as savepoints inside one commit, so that many share an fsync;
// readers with connections of their own, which see the last commit. In memory there is one connection, and the writer
// reads too.
class SqliteStore final : public issuer::Store {
 public:
  SqliteStore(const Options& options, const std::string& file)
      : log_(options.log),
        memory_(file == ":memory:"),
        writes_(options.queue),
        reads_(options.queue),
        writer_(Engine::sqlite, file) {
    if (memory_) migrate(writer_);
    for (unsigned i = 0; !memory_ && i < std::max(1U, options.threads); ++i) {
      readers_.push_back(std::make_unique<Connection>(Engine::sqlite, file));
      readers_.back()->plain("PRAGMA query_only=ON");
    }
    // Nothing below throws: a thread that was started is never left behind.
    threads_.emplace_back([this] { write_loop(); });
    for (auto& reader : readers_) threads_.emplace_back([this, &reader] { read_loop(*reader); });
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
  enum class Batch { done, apart };

  void read_loop(Connection& connection) {
    go_on([&] {
      auto jobs = reads_.take(1);
      for (auto& job : jobs) job.answer(read_once(connection, job));
      return !jobs.empty();
    });
  }

  Result<void> read_once(Connection& connection, Job& job) {
    try {
      connection.run("BEGIN");
      const auto ran = run_work(connection, Access::read, job.work);
      clear(connection);
      if (ran.failure) return failed(*ran.failure);
      return {};
    } catch (const SqlError& error) {
      clear(connection);
      return failed(error);
    } catch (const std::exception&) {  // no memory
      clear(connection);
      return fail(Err::unavailable, "store");
    }
  }

  void write_loop() {
    go_on([&] {
      auto jobs = writes_.take(kBatch);
      if (jobs.size() > 1 && run_batch(jobs) == Batch::done) return true;
      for (auto& job : jobs) job.answer(run_alone(job));
      return !jobs.empty();
    });
  }

  // apart: the whole transaction ended under way or did not commit. Nothing of it is on disk and nobody has been
  // answered; each runs again alone.
  Batch run_batch(std::vector<Job>& jobs) {
    std::vector<Result<void>> results(jobs.size());
    try {
      writer_.run("BEGIN IMMEDIATE");
    } catch (const SqlError& error) {  // another process holds the lock, and would keep each of them waiting as long
      for (auto& job : jobs) job.answer(failed(error));
      return Batch::done;
    }
    try {
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        writer_.run("SAVEPOINT one");
        const auto ran = run_work(writer_, jobs[i].access, jobs[i].work);
        // A full disk ends the transaction without saying so, and the savepoints before this one are gone with it.
        if (!writer_.in_transaction()) {
          if (ran.failure) say(*ran.failure);
          return Batch::apart;
        }
        if (ran.failure) results[i] = failed(*ran.failure);
        if (!ran.commits()) writer_.run("ROLLBACK TO one");
        writer_.run("RELEASE one");
      }
      writer_.run("COMMIT");
    } catch (const SqlError& error) {
      say(error);
      clear(writer_);
      return Batch::apart;
    } catch (const std::exception&) {
      clear(writer_);
      return Batch::apart;
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].answer(std::move(results[i]));
    return Batch::done;
  }

  Result<void> run_alone(Job& job) {
    try {
      writer_.run("BEGIN IMMEDIATE");
      const auto ran = run_work(writer_, job.access, job.work);
      if (ran.commits()) {
        writer_.run("COMMIT");
        return {};
      }
      clear(writer_);
      if (ran.failure) return failed(*ran.failure);
      return {};
    } catch (const SqlError& error) {
      clear(writer_);
      return failed(error);
    } catch (const std::exception&) {
      clear(writer_);
      return fail(Err::unavailable, "store");
    }
  }

  void say(const SqlError& error) {
    if (log_) log_(error.what());
  }

  std::unexpected<Error> failed(const SqlError& error) {
    say(error);
    return fail(Err::unavailable, "store");
  }

  // Leaves no transaction open, whatever came before.
  void clear(Connection& connection) {
    try {
      if (connection.in_transaction()) connection.run("ROLLBACK");
    } catch (const SqlError& error) {
      say(error);
    }
  }

  std::function<void(std::string_view)> log_;
  bool memory_;
  JobQueue writes_, reads_;
  Connection writer_;
  std::vector<std::unique_ptr<Connection>> readers_;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace

std::unique_ptr<issuer::Store> make_sqlite(const Options& options, const std::string& file) {
  return std::make_unique<SqliteStore>(options, file);
}

}  // namespace tessera::store
