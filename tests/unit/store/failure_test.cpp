// What a store answers when the world fails, or the work does.
#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>

#include "unit/store/houses.hpp"

namespace tessera::store::test {
namespace {

Outcome put(Tx& tx, const std::string& name, const std::string& value = "1") {
  return tx.put_setting(name, value) ? Outcome::commit : Outcome::roll_back;
}

struct Failure : Houses {
  bool there(const std::string& name) {
    return read([&](Tx& tx, auto&) { return tx.setting(name); })->has_value();
  }
};
EACH_STORE(Failure);

TEST_P(Failure, roll_back_leaves_nothing_and_is_no_error) {
  EXPECT_OK(store->write_now([](Tx& tx) {
    EXPECT_EQ(put(tx, "x"), Outcome::commit);
    EXPECT_OK(tx.insert_session(kRealm, a_session()));
    EXPECT_EQ(*tx.setting("x"), "1");  // its own writes it sees
    return Outcome::roll_back;
  }));
  EXPECT_FALSE(there("x"));
  EXPECT_FALSE(read([](Tx& tx, auto& realm) { return tx.session(realm, SessionId("ses_1")); })->has_value());
}

TEST_P(Failure, whoever_throws_when_told_takes_nobody_along) {
  std::latch begin(1);
  for (int i = 0; i < 8; ++i) {  // alone, and several in one batch
    const auto work = [&](Tx&) {
      begin.wait();
      return Outcome::commit;
    };
    store->write(work, [](Result<void>) { throw std::bad_alloc(); });
    store->read(work, [](Result<void>) { throw std::bad_alloc(); });
  }
  begin.count_down();
  EXPECT_OK(store->write_now([](Tx& tx) { return put(tx, "x"); }));
  EXPECT_TRUE(there("x"));
}

// Those that wait together share a commit on SQLite: one that rolls back, fails or throws takes no other along.
TEST_P(Failure, one_that_rolls_back_among_many_takes_no_other_along) {
  std::latch begin(1);
  std::vector<std::future<Result<void>>> answers;
  const auto start = [&](Store::Work work) {
    auto promise = std::make_shared<std::promise<Result<void>>>();
    answers.push_back(promise->get_future());
    store->write(std::move(work), [promise](Result<void> result) { promise->set_value(std::move(result)); });
  };
  for (unsigned i = 0; i < options.threads; ++i)
    start([&](Tx&) {
      begin.wait();
      return Outcome::commit;
    });
  start([](Tx& tx) { return put(tx, "a"); });
  start([](Tx& tx) {
    put(tx, "b");
    return Outcome::roll_back;
  });
  start([](Tx& tx) -> Outcome {
    put(tx, "c");
    throw std::runtime_error("secret");
  });
  start([](Tx& tx) {
    put(tx, "d");
    EXPECT_FALSE(tx.put_setting("d2", std::string("NUL \0 inside", 12)));
    EXPECT_CODE(tx.put_setting("d3", ""), unavailable);  // nothing runs after a failure
    return Outcome::commit;
  });
  start([](Tx& tx) { return put(tx, "e"); });
  begin.count_down();
  std::vector<std::string> codes;
  for (auto& answer : answers) codes.push_back(code_of(answer.get()));
  codes.erase(codes.begin(), codes.begin() + options.threads);
  EXPECT_EQ(codes, (std::vector<std::string>{"ok", "ok", "unavailable", "unavailable", "ok"}));
  EXPECT_TRUE(there("a") && there("e"));
  EXPECT_FALSE(there("b") || there("c") || there("d") || there("d2") || there("d3"));
  EXPECT_EQ(log_text().find("secret"), std::string::npos);
  EXPECT_NE(log_text(), "");
}

TEST_P(Failure, a_full_queue_answers_at_once_and_loses_nothing_that_it_took) {
  options.queue = 3;
  options.threads = 1;
  open_store();
  for (const auto access : {Access::write, Access::read}) {
    std::latch running(1), release(1);
    std::atomic<int> done{0}, refused{0}, good{0};
    const auto answer = [&](Result<void> result) {
      ++(result ? good : refused);
      ++done;
    };
    const auto start = [&](Store::Work work) {
      access == Access::write ? store->write(std::move(work), answer) : store->read(std::move(work), answer);
    };
    start([&](Tx&) {
      running.count_down();
      release.wait();
      return Outcome::commit;
    });
    running.wait();
    for (int i = 0; i < 3; ++i) start([](Tx&) { return Outcome::commit; });
    EXPECT_EQ(done, 0);
    for (int i = 0; i < 2; ++i) start([](Tx&) { return Outcome::commit; });
    EXPECT_EQ(refused, 2);  // while the store is still held
    release.count_down();
    while (done < 6) std::this_thread::yield();
    EXPECT_EQ(good, 4);
  }
}

TEST_P(Failure, closing_answers_everything_that_waits) {
  std::atomic<int> answered{0};
  for (int i = 0; i < 50; ++i)
    store->write([i](Tx& tx) { return put(tx, std::to_string(i)); },
                 [&](Result<void> result) {
                   EXPECT_OK(result);
                   ++answered;
                 });
  store.reset();
  EXPECT_EQ(answered, 50);
}

TEST_P(Failure, a_read_sees_one_moment) {
  if (GetParam() == Where::memory) return;  // one connection: there is no other moment
  EXPECT_OK(store->write_now([](Tx& tx) { return put(tx, "x", "before"); }));
  EXPECT_OK(store->read_now([&](Tx& tx) {
    EXPECT_EQ(*tx.setting("x"), "before");
    EXPECT_OK(store->write_now([](Tx& other) { return put(other, "x", "after"); }));
    EXPECT_EQ(*tx.setting("x"), "before");
    return Outcome::commit;
  }));
  EXPECT_EQ(*read([](Tx& tx, auto&) { return tx.setting("x"); }), "after");
}

TEST_P(Failure, numbers_past_32_bits_come_back_whole) {
  if (GetParam() == Where::memory) return;  // nobody else can reach into it
  const bool sqlite = GetParam() == Where::file;
  Connection(sqlite ? Engine::sqlite : Engine::postgresql, sqlite ? folder.file("t.db") : options.url)
      .plain("INSERT INTO realm_state (realm, config_version, fact_number) VALUES ('', 0, 1099511627776)");
  for (std::int64_t i = 1; i < 4; ++i)
    EXPECT_EQ(*write([](Tx& tx, auto& realm) { return tx.append_fact(realm, Fact{}); }), 1099511627776 + i);
}

// In memory, so that the child that dies leaves no file behind.
TEST(FailureDeathTest, a_write_in_a_transaction_that_reads_is_our_mistake_and_aborts) {
  EXPECT_DEATH(
      {
        auto store = open({.url = "sqlite::memory:"});
        (void)(*store)->read_now([](Tx& tx) { return put(tx, "x"); });
      },
      "a write in a transaction that reads");
}

// ── PostgreSQL alone ──

struct Postgresql : testing::Test {
  void SetUp() override {
    if (schema.url().empty()) GTEST_SKIP() << "no PostgreSQL";
    auto opened = open({.url = schema.url(), .threads = 2, .log = [this](std::string_view text) {
                          std::lock_guard lock(mutex);
                          (log += text) += "\n";
                        }});
    ASSERT_TRUE(opened) << opened.error();
    store = std::move(*opened);
    raw = std::make_unique<Connection>(Engine::postgresql, schema.url());
  }
  std::string value(const std::string& name) {
    std::string out;
    EXPECT_OK(store->read_now([&](Tx& tx) {
      out = tx.setting(name)->value_or("none");
      return Outcome::commit;
    }));
    return out;
  }
  // Calls `body` (PL/pgSQL) when a setting of that name is written; deferred: at COMMIT.
  void when_written(const std::string& name, const std::string& body, const char* deferred = "") {
    raw->plain("CREATE SEQUENCE times");
    raw->plain("CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.name = '" + name + "' THEN " +
               body + " END IF; RETURN NEW; END $$");
    raw->plain(std::string("CREATE CONSTRAINT TRIGGER act AFTER INSERT OR UPDATE ON setting ") + deferred +
               " FOR EACH ROW EXECUTE FUNCTION act()");
  }

  PostgresSchema schema;
  std::unique_ptr<Connection> raw;
  std::unique_ptr<Store> store;
  std::mutex mutex;
  std::string log;
};

TEST_F(Postgresql, a_deadlock_runs_again_and_both_succeed) {
  EXPECT_OK(store->write_now(
      [](Tx& tx) { return put(tx, "a", "0") == Outcome::commit ? put(tx, "b", "0") : Outcome::roll_back; }));
  std::latch both(2);
  std::atomic<int> runs{0};
  at_once(2, [&](int i) {
    bool waited = false;
    EXPECT_OK(store->write_now([&](Tx& tx) {
      ++runs;
      if (put(tx, i == 0 ? "a" : "b", std::to_string(i)) == Outcome::roll_back) return Outcome::roll_back;
      if (!std::exchange(waited, true)) both.arrive_and_wait();
      return put(tx, i == 0 ? "b" : "a", std::to_string(i));
    }));
  });
  EXPECT_GE(runs, 3);  // on a busy machine both may see the deadlock, or meet in another one
  EXPECT_EQ(value("a"), value("b"));
}

TEST_F(Postgresql, a_serialization_failure_runs_again) {
  when_written("x", "IF nextval('times') <= 2 THEN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END IF;");
  int runs = 0;
  EXPECT_OK(store->write_now([&](Tx& tx) {
    ++runs;
    const auto done = tx.put_setting("x", "1");
    if (runs <= 2) {
      EXPECT_CODE(done, retry);
    }
    return done ? Outcome::commit : Outcome::roll_back;
  }));
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(value("x"), "1");
}

TEST_F(Postgresql, a_serialization_failure_at_commit_runs_again) {
  when_written("x", "IF nextval('times') <= 1 THEN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END IF;",
               "DEFERRABLE INITIALLY DEFERRED");
  int runs = 0;
  EXPECT_OK(store->write_now([&](Tx& tx) {
    ++runs;
    return put(tx, "x");
  }));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(value("x"), "1");
}

TEST_F(Postgresql, what_fails_again_and_again_is_given_up) {
  when_written("x", "RAISE EXCEPTION 'again' USING ERRCODE = '40001';");
  int runs = 0;
  EXPECT_CODE(store->write_now([&](Tx& tx) {
    ++runs;
    return put(tx, "x");
  }),
              unavailable);
  EXPECT_GT(runs, 2);
  EXPECT_LT(runs, 20);
  EXPECT_EQ(value("x"), "none");
}

TEST_F(Postgresql, another_error_does_not_run_again_and_the_log_holds_no_value) {
  when_written("x", "RAISE EXCEPTION 'no' USING DETAIL = 'value: ' || NEW.value;");
  int runs = 0;
  EXPECT_CODE(store->write_now([&](Tx& tx) {
    ++runs;
    return put(tx, "x", "s3cret");
  }),
              unavailable);
  EXPECT_EQ(runs, 1);
  EXPECT_NE(log.find("no"), std::string::npos);
  EXPECT_EQ(log.find("s3cret"), std::string::npos) << log;
  EXPECT_EQ(log.find("INSERT"), std::string::npos) << log;
  log.clear();
  EXPECT_CODE(store->write_now([&](Tx& tx) { return put(tx, "y", "s3cret \xff"); }), unavailable);  // not UTF-8
  EXPECT_EQ(log.find("s3cret"), std::string::npos) << log;
}

TEST_F(Postgresql, a_connection_lost_under_way_is_unavailable_and_the_next_transaction_has_a_new_one) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_CODE(store->write_now([&](Tx& tx) {
      EXPECT_EQ(put(tx, "lost"), Outcome::commit);
      raw->plain(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
          "current_setting('application_name') AND state = "
          "'idle in transaction' AND pid <> pg_backend_pid()");
      return put(tx, "lost2");
    }),
                unavailable);
    EXPECT_OK(store->write_now([&](Tx& tx) { return put(tx, "kept"); }));
  }
  EXPECT_EQ(value("lost"), "none");
  EXPECT_EQ(value("kept"), "1");
}

TEST_F(Postgresql, idle_connections_that_the_server_dropped_are_made_again_unnoticed) {
  EXPECT_EQ(value("x"), "none");
  raw->plain(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
      "current_setting('application_name') AND pid <> "
      "pg_backend_pid()");
  for (int i = 0; i < 4; ++i) EXPECT_OK(store->write_now([&](Tx& tx) { return put(tx, "x"); }));
  EXPECT_EQ(value("x"), "1");
}

TEST_F(Postgresql, while_the_server_refuses_each_is_unavailable_at_once_and_then_it_goes_on) {
  const auto role = "role_" + raw->rows("SELECT current_schema()").front().text(0);
  raw->plain("CREATE ROLE " + role + " SUPERUSER LOGIN");
  auto other = open({.url = schema.url() + "&user=" + role, .threads = 1});
  ASSERT_TRUE(other) << other.error();
  const auto write = [&] { return (*other)->write_now([](Tx& tx) { return put(tx, "x"); }); };
  EXPECT_OK(write());
  raw->plain("ALTER ROLE " + role + " NOLOGIN");
  raw->plain("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + role + "'");
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_CODE(write(), unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(2));
  raw->plain("ALTER ROLE " + role + " LOGIN");
  auto result = write();
  for (int i = 0; i < 100 && !result; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
    result = write();
  }
  EXPECT_OK(result);
  other->reset();
  raw->plain("DROP ROLE " + role);
}

TEST_F(Postgresql, a_connection_lost_during_commit_is_unavailable_and_does_not_run_again) {
  when_written("x", "PERFORM pg_terminate_backend(pg_backend_pid());", "DEFERRABLE INITIALLY DEFERRED");
  int runs = 0;
  EXPECT_CODE(store->write_now([&](Tx& tx) {
    ++runs;
    return put(tx, "x");
  }),
              unavailable);
  EXPECT_EQ(runs, 1);
  EXPECT_OK(store->write_now([&](Tx& tx) { return put(tx, "y"); }));
  EXPECT_EQ(value("x"), "none");
  EXPECT_EQ(value("y"), "1");
}

TEST_F(Postgresql, commits_wait_for_the_disk_whatever_the_server_defaults_to) {
  const auto setting = [&](const std::string& wanted) {
    Connection connection(Engine::postgresql, schema.url() + "%20-csynchronous_commit%3D" + wanted);
    return connection.rows("SELECT setting FROM pg_settings WHERE name = 'synchronous_commit'").front().text(0);
  };
  EXPECT_EQ(setting("off"), "on");
  EXPECT_EQ(setting("remote_apply"), "remote_apply");
}

}  // namespace
}  // namespace tessera::store::test
