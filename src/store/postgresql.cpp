#include <thread>

#include "store/engines.hpp"
#include "store/tx.hpp"

namespace tessera::store {

namespace {

using issuer::Access;
using issuer::Outcome;

// A pool: each thread has a connection and runs one transaction at a time, READ COMMITTED. Every write is one statement
// that locks the row which decides, so nothing stricter is needed.
class PostgresqlStore final : public issuer::Store {
 public:
  explicit PostgresqlStore(const Options& options) : log_(options.log), jobs_(options.queue) {
    for (unsigned i = 0; i < std::max(1U, options.threads); ++i)
      threads_.emplace_back([this, c = std::make_unique<Connection>(Engine::postgresql, options.url)] { loop(*c); });
  }

  ~PostgresqlStore() override { jobs_.close(); }

  void read(Work work, Done done) override { jobs_.push({Access::read, std::move(work), std::move(done)}); }
  void write(Work work, Done done) override { jobs_.push({Access::write, std::move(work), std::move(done)}); }

 private:
  static constexpr int kTries = 6;

  void loop(Connection& connection) {
    while (true) {
      auto jobs = jobs_.take(1);
      if (jobs.empty()) return;
      auto& job = jobs.front();
      Result<void> result = fail(Err::unavailable, "store");
      auto pause = std::chrono::milliseconds(2);
      for (int i = 0; i < kTries; ++i, pause *= 2) {
        result = attempt(connection, job);
        // Only what says that nothing was committed runs again.
        if (result || result.error().code != Err::retry) break;
        std::this_thread::sleep_for(pause);
      }
      if (!result && result.error().code == Err::retry) result = fail(Err::unavailable, "store");
      job.done(std::move(result));
    }
  }

  Result<void> attempt(Connection& connection, Job& job) {
    try {
      begin(connection, job.access);
      SqlTx tx(connection, job.access);
      const Outcome outcome = job.work(tx);
      if (tx.failure()) throw *tx.failure();
      connection.plain(outcome == Outcome::commit && job.access == Access::write ? "COMMIT" : "ROLLBACK");
      return {};
    } catch (const SqlError& error) {
      if (log_) log_(error.what());
      clear(connection);
      return fail(error.state == "40001" || error.state == "40P01" ? Err::retry : Err::unavailable, "store");
    }
  }

  // A server that was restarted has forgotten this connection: once, before anything was done, it is made again.
  void begin(Connection& connection, Access access) {
    const char* text = access == Access::read ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN";
    try {
      connection.plain(text);
    } catch (const SqlError&) {
      connection.reconnect();
      connection.plain(text);
    }
  }

  void clear(Connection& connection) {
    try {
      connection.plain("ROLLBACK");
    } catch (const SqlError& error) {
      if (log_) log_(error.what());
    }
  }

  std::function<void(std::string_view)> log_;
  JobQueue jobs_;
  std::vector<std::jthread> threads_;
};

}  // namespace

std::unique_ptr<issuer::Store> make_postgresql(const Options& options) {
  return std::make_unique<PostgresqlStore>(options);
}

}  // namespace tessera::store
