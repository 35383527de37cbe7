#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "issuer/refresh_token.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

struct Refresh : testing::Test {
  House house;
  LoggedIn in = log_in_and_redeem(house);
  std::string first = in.tokens["refresh_token"];
  std::map<std::string, std::string> refreshed(const std::string& text) {
    const auto answer = house.call(token, refresh_request(text));
    return answer.reply ? house.tokens(answer) : std::map<std::string, std::string>{};
  }
  void expect_grant_ended(const Answer& answer) {
    EXPECT_EQ(answer.code(), "invalid_grant");
    EXPECT_TRUE(house.grant(in.code.grant)->ended);
    ASSERT_EQ(answer.facts.size(), 1u);
    EXPECT_EQ(answer.facts[0].value, in.code.grant.text);
  }
};

TEST_F(Refresh, rotates_and_gives_new_tokens) {
  house.pass(minutes(4));
  auto tokens = refreshed(first);
  ASSERT_FALSE(tokens.empty());
  EXPECT_NE(tokens["refresh_token"], first);
  EXPECT_EQ(tokens["scope"], "openid orders");
  const auto access = house.access_claims(tokens["access_token"]);
  EXPECT_EQ(access.subject(), "usr_ann");
  EXPECT_EQ(*access.get<std::string>("sid"), in.session.id.text);
  const auto id = house.id_claims(tokens["id_token"], "orders");
  EXPECT_FALSE(id.has("nonce"));
  EXPECT_EQ(*id.get<std::int64_t>("auth_time"), unix_seconds(in.session.authenticated));
  EXPECT_EQ(*id.get<std::string>("sid"), in.session.id.text);
}

TEST_F(Refresh, S07_a_retry_within_ten_seconds_gets_the_same_successor) {
  const auto second = refreshed(first)["refresh_token"];
  house.pass(seconds(10));
  EXPECT_EQ(refreshed(first)["refresh_token"], second);
  EXPECT_FALSE(house.grant(in.code.grant)->ended);
}

TEST_F(Refresh, S07_a_retry_too_late_ends_the_grant) {
  const auto second = refreshed(first)["refresh_token"];
  house.pass(seconds(10) + microseconds(1));
  expect_grant_ended(house.call(token, refresh_request(first)));
  EXPECT_EQ(house.call(token, refresh_request(second)).code(), "invalid_grant");
}

TEST_F(Refresh, S07_a_retry_after_the_successor_was_used_ends_the_grant) {
  const auto second = refreshed(first)["refresh_token"];
  const auto third = refreshed(second)["refresh_token"];
  ASSERT_FALSE(third.empty());
  const auto reused = house.call(token, refresh_request(first));
  expect_grant_ended(reused);
  EXPECT_STREQ(reused.events.back().name, "refresh_reused");
  EXPECT_TRUE(refreshed(third).empty());
}

TEST_F(Refresh, S07_parallel_uses_are_one_family) {
  std::vector<Answer> answers(100);
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        for (std::size_t at; (at = next++) < answers.size();) answers[at] = house.call(token, refresh_request(first));
      });
  }
  std::set<std::string> successors;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.reply) << answer.code();
    successors.insert(house.tokens(answer)["refresh_token"]);
  }
  EXPECT_EQ(successors.size(), 1u);
  EXPECT_EQ(house.grant(in.code.grant)->generation, 1);
}

TEST_F(Refresh, another_client_is_refused_and_ends_nothing) {
  const auto second = refreshed(first)["refresh_token"];
  house.pass(minutes(1));
  // even with a token whose reuse would end the grant
  const auto answer = house.call(token, with_basic(refresh_request(first), "legacy"));
  EXPECT_EQ(answer.code(), "invalid_grant");
  EXPECT_TRUE(answer.facts.empty());
  EXPECT_EQ(house.call(token, with_basic(refresh_request(first), "orders", "wrong")).code(), "invalid_client");
  EXPECT_FALSE(refreshed(second).empty());
}

TEST_F(Refresh, S13_scope_narrows_and_never_widens) {
  const auto narrow = house.call(token, with(refresh_request(first), "scope", "orders"));
  auto tokens = house.tokens(narrow);
  EXPECT_EQ(tokens["scope"], "orders");
  EXPECT_FALSE(tokens.contains("id_token"));
  const auto second = tokens["refresh_token"];
  for (const char* wider : {"openid orders orders.write", "orders.write", "openid\torders", "nonsense"})
    EXPECT_EQ(house.call(token, with(refresh_request(second), "scope", wider)).code(), "invalid_scope") << wider;
  // what was narrowed for once is still granted, and nothing was burnt
  EXPECT_EQ(refreshed(second)["scope"], "openid orders");
}

TEST_F(Refresh, S13_a_retry_gets_no_wider_scope) {
  auto narrow = house.tokens(house.call(token, with(refresh_request(first), "scope", "orders")));
  EXPECT_EQ(narrow["scope"], "orders");
  // "openid" was granted, but the first use gave it up.
  for (const char* wider : {"openid", "openid orders", "orders orders.write"})
    EXPECT_EQ(house.call(token, with(refresh_request(first), "scope", wider)).code(), "invalid_scope") << wider;
  auto retry = refreshed(first);
  EXPECT_EQ(retry["scope"], "orders");
  EXPECT_EQ(retry["refresh_token"], narrow["refresh_token"]);
  EXPECT_FALSE(retry.contains("id_token"));
  EXPECT_EQ(*house.access_claims(retry["access_token"]).get<std::string>("scope"), "orders");
  // The successor has everything that was granted again.
  EXPECT_EQ(refreshed(narrow["refresh_token"])["scope"], "openid orders");
}

TEST_F(Refresh, S13_the_audience_never_changes) {
  house.client("orders").access.push_back({kStock, {"*"}});
  EXPECT_EQ(house.call(token, with(refresh_request(first), "resource", kStock)).code(), "invalid_target");
  auto tokens = house.tokens(house.call(token, with(refresh_request(first), "resource", kApi)));
  EXPECT_EQ(house.access_claims(tokens["access_token"]).audience(), std::vector<std::string_view>{kApi});
}

TEST_F(Refresh, S13_rights_follow_what_is_held_now) {
  User ann = house.user("usr_ann");
  ann.roles.clear();
  ann.groups.clear();
  house.update(ann);
  auto tokens = refreshed(first);
  EXPECT_TRUE(house.access_claims(tokens["access_token"]).get<std::vector<std::string>>("permissions")->empty());
}

TEST_F(Refresh, ends_with_its_session) {
  house.end_session(in.session);
  EXPECT_EQ(house.call(token, refresh_request(first)).code(), "invalid_grant");
}

TEST_F(Refresh, with_offline_access_it_outlives_its_session_and_no_longer_names_it) {
  auto offline = log_in_and_redeem(house, {"openid", "offline_access"});
  EXPECT_FALSE(house.access_claims(offline.tokens["access_token"]).has("sid"));
  EXPECT_EQ(*house.id_claims(offline.tokens["id_token"], "orders").get<std::string>("sid"), offline.session.id.text);
  house.end_session(offline.session);
  auto tokens = refreshed(offline.tokens["refresh_token"]);
  ASSERT_FALSE(tokens.empty());
  EXPECT_FALSE(house.id_claims(tokens["id_token"], "orders").has("sid"));
}

TEST_F(Refresh, a_disabled_user_is_refused) {
  User ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_EQ(house.call(token, refresh_request(first)).at(), "user");
}

TEST_F(Refresh, facts_end_the_grant) {
  for (const auto& [kind, value] : std::vector<std::pair<FactKind, std::string>>{{FactKind::subject, "usr_ann"},
                                                                                 {FactKind::client, "orders"},
                                                                                 {FactKind::audience, kApi},
                                                                                 {FactKind::realm, ""}}) {
    auto fresh = log_in_and_redeem(house);
    house.apply(kind, value);
    EXPECT_EQ(house.call(token, refresh_request(fresh.tokens["refresh_token"])).code(), "invalid_grant") << value;
  }
}

TEST_F(Refresh, S15_idle_and_longest_lifetime_count_at_use) {
  auto& life = house.config().realm.lifetimes;
  life.session_idle = life.session_max = std::chrono::days(1000);
  house.pass(std::chrono::days(14) - seconds(1));
  auto text = refreshed(first)["refresh_token"];
  ASSERT_FALSE(text.empty());
  house.pass(std::chrono::days(14));
  EXPECT_TRUE(refreshed(text).empty());

  auto busy = log_in_and_redeem(house);
  text = busy.tokens["refresh_token"];
  for (int day = 0; day < 89; ++day) {
    house.pass(std::chrono::days(1));
    text = refreshed(text)["refresh_token"];
    ASSERT_FALSE(text.empty()) << day;
  }
  house.pass(std::chrono::days(1));
  EXPECT_TRUE(refreshed(text).empty());
}

TEST_F(Refresh, refreshing_keeps_the_session_from_going_idle) {
  auto text = first;
  for (int hour = 0; hour < 20; ++hour) {
    house.pass(std::chrono::hours(1));
    text = refreshed(text)["refresh_token"];
    ASSERT_FALSE(text.empty()) << hour;
  }
  house.pass(std::chrono::hours(12));
  EXPECT_TRUE(refreshed(text).empty());
}

TEST_F(Refresh, an_offline_grant_keeps_no_session_from_going_idle) {
  auto offline = log_in_and_redeem(house, {"openid", "offline_access"});
  auto text = offline.tokens["refresh_token"];
  for (int hour = 0; hour < 12; ++hour) {
    house.pass(std::chrono::hours(1));
    auto tokens = refreshed(text);
    text = tokens["refresh_token"];
    ASSERT_FALSE(text.empty()) << hour;
    EXPECT_EQ(house.id_claims(tokens["id_token"], "orders").has("sid"), hour < 11) << hour;
  }
  const auto code = house.code(offline.session, "orders", {"openid"});
  EXPECT_EQ(house.call(token, code_request(house.sealed(code))).at(), "session");
}

TEST_F(Refresh, S12_garbage_truncated_or_flipped_costs_no_database) {
  const auto expect_refused = [&](const std::string& text) {
    const auto answer = house.call(token, refresh_request(text));
    EXPECT_EQ(answer.code(), "invalid_grant") << text;
    EXPECT_EQ(answer.transactions, 0) << text;
  };
  for (std::size_t size = 1; size < first.size(); ++size) expect_refused(first.substr(0, size));
  for (std::size_t at = 0; at < first.size(); ++at) {
    std::string bent = first;
    bent[at] = bent[at] == 'A' ? 'B' : 'A';
    expect_refused(bent);
  }
  for (const auto& text : {first + "A", first + "=", " " + first, std::string(300, 'a'), std::string("garbage")})
    expect_refused(text);
  EXPECT_FALSE(refreshed(first).empty());
}

TEST_F(Refresh, a_grant_that_is_no_longer_there_is_refused_everywhere) {
  const auto text = print_refresh_token(*house.config().seals, {GrantId("gr_swept"), 0});
  EXPECT_EQ(house.call(token, refresh_request(text)).code(), "invalid_grant");
  EXPECT_EQ(house.call(introspect, with_basic(post({{"token", text}}))).json().body, R"({"active":false})");
  EXPECT_TRUE(house.call(revoke, with_basic(post({{"token", text}}))).reply);
}

TEST_F(Refresh, S30_a_token_of_one_realm_means_nothing_in_another) {
  const Secret master(std::string_view("a master key for tests: 32 bytes"));
  const SealKeys other(RealmId("other"), {SealKeys::Master{'a', &master}});
  EXPECT_FALSE(open_refresh_token(other, first));
  EXPECT_TRUE(open_refresh_token(*house.config().seals, first));
}

TEST_F(Refresh, the_master_keys_before_still_opens) {
  const Secret older(std::string_view("a master key for tests: 32 bytes"));
  const Secret newer(std::string_view("another master key of 32 octets."));
  const SealKeys both(RealmId(), {SealKeys::Master{'b', &newer}, SealKeys::Master{'a', &older}});
  const auto opened = open_refresh_token(both, first);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->grant, in.code.grant);
  EXPECT_EQ(print_refresh_token(both, *opened).front(), 'b');
  EXPECT_EQ(open_refresh_token(*house.config().seals, print_refresh_token(both, *opened)).error().code,
            Err::key_not_found);
}

TEST_F(Refresh, a_missing_signing_key_burns_nothing) {
  const auto keys = house.config().signing;
  house.config().signing.pop_back();
  EXPECT_EQ(house.call(token, refresh_request(first)).code(), "temporarily_unavailable");
  house.config().signing = keys;
  EXPECT_EQ(house.grant(in.code.grant)->generation, 0);
}

}  // namespace
}  // namespace tessera::issuer::test
