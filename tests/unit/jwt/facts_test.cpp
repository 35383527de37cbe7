// Which tokens a fact ends.
#include <gtest/gtest.h>

#include <thread>

#include "jwt/facts.hpp"

using namespace tessera;

namespace {

constexpr Instant kLater{std::chrono::hours(1)};

TokenMarks marks(std::int64_t rev) {
  return {.subject = "alice",
          .client = "orders",
          .audience = "api",
          .session = "s1",
          .grant = "g1",
          .jti = "j1",
          .roles = {"reader", "admin"},
          .from_clients = {"web", "gateway"},
          .from_jtis = {"j-1", "j0"},
          .rev = rev};
}

bool ended_by(FactKind kind, const char* value, std::int64_t number, std::int64_t rev) {
  FactSet facts;
  facts.apply({.number = number, .kind = kind, .value = value, .expires = kLater});
  return facts.ended(marks(rev));
}

}  // namespace

TEST(Facts, none_end_nothing) { EXPECT_FALSE(FactSet{}.ended(marks(0))); }

TEST(Facts, a_session_grant_or_jti_fact_ends_every_token_that_names_it) {
  const std::pair<FactKind, const char*> named[] = {{FactKind::session, "s1"},
                                                    {FactKind::grant, "g1"},
                                                    {FactKind::jti, "j1"},
                                                    {FactKind::jti, "j-1"},
                                                    {FactKind::jti, "j0"}};
  for (const auto& [kind, value] : named) {
    EXPECT_TRUE(ended_by(kind, value, 5, 0));
    EXPECT_TRUE(ended_by(kind, value, 5, 99));
    EXPECT_FALSE(ended_by(kind, "other", 5, 0));
    EXPECT_FALSE(ended_by(kind, "", 5, 0));
  }
}

TEST(Facts, the_others_end_tokens_that_were_minted_before_them) {
  const std::pair<FactKind, const char*> minted[] = {{FactKind::subject, "alice"}, {FactKind::client, "orders"},
                                                     {FactKind::role, "admin"},    {FactKind::role, "reader"},
                                                     {FactKind::audience, "api"},  {FactKind::realm, ""},
                                                     {FactKind::client, "web"},    {FactKind::client, "gateway"}};
  for (const auto& [kind, value] : minted) {
    EXPECT_TRUE(ended_by(kind, value, 5, 4));
    EXPECT_FALSE(ended_by(kind, value, 5, 5));
    EXPECT_FALSE(ended_by(kind, value, 5, 6));
    if (kind != FactKind::realm) {
      EXPECT_FALSE(ended_by(kind, "other", 5, 4));
    }
  }
}

TEST(Facts, a_value_of_one_kind_is_none_of_another) {
  EXPECT_FALSE(ended_by(FactKind::session, "alice", 5, 0));
  EXPECT_FALSE(ended_by(FactKind::subject, "s1", 5, 0));
  EXPECT_FALSE(ended_by(FactKind::client, "alice", 5, 0));
}

TEST(Facts, twice_and_in_any_order) {
  FactSet facts;
  const Fact old{.number = 3, .kind = FactKind::subject, .value = "alice", .expires = kLater};
  const Fact recent{.number = 7, .kind = FactKind::subject, .value = "alice", .expires = kLater - seconds(1)};
  for (const auto& fact : {recent, old, old, recent}) facts.apply(fact);
  EXPECT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts.applied(), 7);
  EXPECT_TRUE(facts.ended(marks(6)));
  EXPECT_FALSE(facts.ended(marks(7)));
  // The one that lives longest decides how long it is kept.
  facts.forget(kLater - seconds(1));
  EXPECT_EQ(facts.size(), 1U);
}

TEST(Facts, what_expired_is_forgotten_and_the_number_is_not) {
  FactSet facts;
  facts.apply({.number = 1, .kind = FactKind::session, .value = "s1", .expires = Instant(seconds(10))});
  facts.apply({.number = 2, .kind = FactKind::grant, .value = "g1", .expires = kLater});
  facts.forget(Instant(seconds(10)) - microseconds(1));
  EXPECT_EQ(facts.size(), 2U);
  facts.forget(Instant(seconds(10)));
  EXPECT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts.applied(), 2);
  EXPECT_TRUE(facts.ended(marks(9)));
}

TEST(Facts, threads_read_while_one_writes) {
  FactSet facts;
  std::vector<std::thread> readers;
  std::atomic<bool> done = false, failed = false;
  for (int t = 0; t < 4; ++t)
    readers.emplace_back([&] {
      bool was_ended = false;
      while (!done) {
        const bool ended = facts.ended(marks(0));
        if (was_ended && !ended) failed = true;
        was_ended = ended;
      }
    });
  for (int i = 1; i <= 500; ++i)
    facts.apply(
        {.number = i, .kind = FactKind::subject, .value = i % 100 ? std::to_string(i) : "alice", .expires = kLater});
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_FALSE(failed);
  EXPECT_TRUE(facts.ended(marks(499)));
}
