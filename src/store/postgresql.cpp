#include <chrono>
#include <thread>

#include "store/engines.hpp"
#include "store/tx.hpp"

namespace tessera::store {

namespace {

using issuer::Access;

// A connection of the pool.
struct Line {
  explicit Line(const std::string& conninfo) : connection(Engine::postgresql, conninfo) {}
  Connection connection;
  bool broken = false;  // its transaction could not be ended: whatever is in it must not reach the next one
  std::chrono::steady_clock::time_point rest_until{};  // no server answered: what waits is not held up by asking again
};

// A pool: each thread has a connection and runs one transaction at a time. Writes are READ COMMITTED, because each is
// one statement that locks the row which decides (docs/store.md lists them); reads see one snapshot.
class PostgresqlStore final : public issuer::Store {
 public:
  PostgresqlStore(const Options& options, const std::string& conninfo) : log_(options.log), jobs_(options.queue) {
    for (unsigned i = 0; i < std::max(1U, options.threads); ++i) lines_.push_back(std::make_unique<Line>(conninfo));
    // Nothing below throws: a thread that was started is never left behind.
    for (auto& line : lines_) threads_.emplace_back([this, &line] { loop(*line); });
  }

  ~PostgresqlStore() override { jobs_.close(); }

  void read(Work work, Done done) override { jobs_.push({Access::read, std::move(work), std::move(done)}); }
  void write(Work work, Done done) override { jobs_.push({Access::write, std::move(work), std::move(done)}); }

 private:
  static constexpr int kTries = 6;
  static constexpr std::chrono::milliseconds kFirstPause{2};
  static constexpr std::chrono::milliseconds kRest{500};

  void loop(Line& line) {
    go_on([&] {
      auto jobs = jobs_.take(1);
      for (auto& job : jobs) job.answer(run(line, job));
      return !jobs.empty();
    });
  }

  // Only what says that nothing was committed runs again.
  Result<void> run(Line& line, Job& job) {
    auto pause = kFirstPause;
    for (int i = 0; i < kTries; ++i, pause *= 2) {
      auto result = attempt(line, job);
      if (result || result.error().code != Err::retry) return result;
      std::this_thread::sleep_for(pause);
    }
    return fail(Err::unavailable, "store");
  }

  Result<void> attempt(Line& line, Job& job) {
    try {
      begin(line, job.access);
      const auto ran = run_work(line.connection, job.access, job.work);
      if (ran.failure) throw *ran.failure;
      line.connection.plain(ran.commits() && job.access == Access::write ? "COMMIT" : "ROLLBACK");
      return {};
    } catch (const SqlError& error) {
      // A connection lost during COMMIT comes here too: nobody knows whether it happened, so it does not run again.
      if (log_) log_(error.what());
      clear(line);
      return fail(error.may_run_again() ? Err::retry : Err::unavailable, "store");
    } catch (const std::exception&) {  // no memory
      clear(line);
      return fail(Err::unavailable, "store");
    }
  }

  // A server that was restarted has forgotten this connection: once, before anything was done, it is made again.
  void begin(Line& line, Access access) {
    const char* text = access == Access::read ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                              : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
    if (!line.broken) {
      try {
        line.connection.plain(text);
        return;
      } catch (const SqlError&) {
        line.broken = true;
      }
    }
    reconnect(line);
    line.connection.plain(text);
  }

  static void reconnect(Line& line) {
    if (std::chrono::steady_clock::now() < line.rest_until)
      throw SqlError("the server did not answer a moment ago", "");
    try {
      line.connection.reconnect();
      line.broken = false;
    } catch (const SqlError&) {
      line.rest_until = std::chrono::steady_clock::now() + kRest;
      throw;
    }
  }

  void clear(Line& line) {
    if (line.broken) return;
    try {
      line.connection.plain("ROLLBACK");
    } catch (const SqlError&) {
      line.broken = true;
    }
  }

  std::function<void(std::string_view)> log_;
  JobQueue jobs_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace

std::unique_ptr<issuer::Store> make_postgresql(const Options& options, const std::string& conninfo) {
  return std::make_unique<PostgresqlStore>(options, conninfo);
}

}  // namespace tessera::store
