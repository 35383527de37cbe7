#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "issuer/digest.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

struct CodeGrant : testing::Test {
  House house;
  Session session = house.log_in("usr_ann");
  Code code = house.code(session, "orders", {"openid", "orders"});
  const std::unique_ptr<const Snapshot> unchanged = std::make_unique<Snapshot>(house.config());
  Request request() { return code_request(house.sealed(code)); }
  // The code is not burnt and no grant has ended: the right request still gets its tokens.
  void expect_still_good(const Code& untouched) {
    EXPECT_TRUE(house.call(token, code_request(house.sealed(untouched))).reply);
  }
};

TEST_F(CodeGrant, gives_access_id_and_refresh_token) {
  const auto answer = house.call(token, request());
  ASSERT_TRUE(answer.reply) << answer.code() << " " << answer.at();
  auto tokens = house.tokens(answer);
  EXPECT_EQ(tokens["token_type"], "Bearer");
  EXPECT_EQ(tokens["scope"], "openid orders");
  EXPECT_EQ(member(answer.json(), "expires_in"), "300");
  EXPECT_FALSE(tokens["refresh_token"].empty());

  const auto access = house.access_claims(tokens["access_token"]);
  EXPECT_EQ(access.typ(), "at+jwt");
  EXPECT_EQ(access.alg(), Alg::ES256);
  EXPECT_EQ(access.issuer(), kIssuer);
  EXPECT_EQ(access.subject(), "usr_ann");
  EXPECT_EQ(access.audience(), std::vector<std::string_view>{kApi});
  EXPECT_EQ(access.expires_at() - *access.issued_at(), seconds(300));
  EXPECT_EQ(access.id().size(), 36u);
  EXPECT_EQ(access.id()[14], '7');
  EXPECT_EQ(*access.get<std::string>("client_id"), "orders");
  EXPECT_EQ(*access.get<std::string>("scope"), "openid orders");
  EXPECT_EQ(*access.get<std::string>("sid"), session.id.text);
  EXPECT_EQ(*access.get<std::string>("gid"), code.grant.text);
  EXPECT_EQ(*access.get<std::int64_t>("rev"), 0);
  EXPECT_EQ(*access.get<std::int64_t>("auth_time"), unix_seconds(session.authenticated));
  EXPECT_EQ(*access.get<std::vector<std::string>>("roles"), (std::vector<std::string>{"boss", "clerk"}));
  EXPECT_EQ(*access.get<std::vector<std::string>>("permissions"), std::vector<std::string>{"orders:read"});

  const auto id = house.id_claims(tokens["id_token"], "orders");
  EXPECT_EQ(id.alg(), Alg::RS256);
  EXPECT_EQ(id.subject(), "usr_ann");
  EXPECT_EQ(*id.get<std::string>("nonce"), code.nonce);
  EXPECT_EQ(*id.get<std::string>("sid"), session.id.text);
  EXPECT_EQ(*id.get<std::int64_t>("auth_time"), unix_seconds(session.authenticated));
  for (const char* name : {"email", "name", "roles", "permissions", "preferred_username"})
    EXPECT_FALSE(id.has(name)) << name;
}

TEST_F(CodeGrant, without_openid_there_is_no_id_token) {
  code.scope = {"orders"};
  auto tokens = house.tokens(house.call(token, request()));
  EXPECT_TRUE(tokens.contains("access_token"));
  EXPECT_FALSE(tokens.contains("id_token"));
}

TEST_F(CodeGrant, roles_stand_in_the_id_token_when_their_scope_was_granted) {
  code.scope = {"openid", "roles", "orders.write"};
  auto tokens = house.tokens(house.call(token, request()));
  EXPECT_EQ(*house.id_claims(tokens["id_token"], "orders").get<std::vector<std::string>>("roles"),
            std::vector<std::string>{"boss"});
}

TEST_F(CodeGrant, a_client_without_the_refresh_grant_gets_no_refresh_token) {
  house.client("orders").grant_types = {GrantType::authorization_code};
  EXPECT_FALSE(house.tokens(house.call(token, request())).contains("refresh_token"));
}

TEST_F(CodeGrant, a_third_party_client_with_openid_profile_gets_no_permission_at_all) {
  house.write([&](Tx& tx) {
    EXPECT_TRUE(
        tx.put_consent(house.realm(), {UserId("usr_ann"), ClientId("third"), {"openid", "profile"}, house.now()}));
  });
  code = house.code(session, "third", {"openid", "profile"});
  const auto answer = house.call(
      token, with(with(without(post(code_request(house.sealed(code)).form.list()), "none"), "client_id", "third"),
                  "client_secret", kSecret));
  ASSERT_TRUE(answer.reply) << answer.code() << " " << answer.at();
  auto tokens = house.tokens(answer);
  const auto access = house.access_claims(tokens["access_token"]);
  EXPECT_TRUE(access.get<std::vector<std::string>>("roles")->empty());
  EXPECT_TRUE(access.get<std::vector<std::string>>("permissions")->empty());
}

TEST_F(CodeGrant, S05_another_client_is_refused_alone) {
  const Code good = code;
  code.client = ClientId("legacy");
  EXPECT_EQ(house.call(token, request()).code(), "invalid_grant");
  // and the thief who is a client himself, with everything else right
  EXPECT_EQ(house.call(token, with_basic(code_request(house.sealed(good)), "legacy")).code(), "invalid_grant");
  expect_still_good(good);
}

TEST_F(CodeGrant, S05_an_expired_code_is_refused_alone) {
  house.pass(seconds(60) - microseconds(1));
  EXPECT_TRUE(house.call(token, request()).reply);
  code = house.code(session, "orders", {"openid"});
  house.pass(seconds(60));
  EXPECT_EQ(house.call(token, request()).code(), "invalid_grant");
  EXPECT_FALSE(house.grant(code.grant));
}

TEST_F(CodeGrant, S05_a_used_code_is_refused_alone_and_ends_the_grant) {
  ASSERT_TRUE(house.call(token, request()).reply);
  const auto again = house.call(token, request());
  EXPECT_EQ(again.code(), "invalid_grant");
  ASSERT_EQ(again.facts.size(), 1u);
  EXPECT_EQ(again.facts[0].kind, FactKind::grant);
  EXPECT_EQ(again.facts[0].value, code.grant.text);
  EXPECT_TRUE(house.grant(code.grant)->ended);
  EXPECT_STREQ(again.events.back().name, "code_reused");
  // a third time: refused, but there is nothing left to end
  EXPECT_TRUE(house.call(token, request()).facts.empty());
}

TEST_F(CodeGrant, S05_a_replay_ends_the_grant_whatever_else_would_refuse_the_code) {
  const auto expect_ended = [&](const char* when, const std::function<void()>& change) {
    house.config() = Snapshot(*unchanged);
    session = house.log_in("usr_bob");
    code = house.code(session, "orders", {"openid", "offline_access"});
    ASSERT_TRUE(house.call(token, request()).reply);
    change();
    const auto again = house.call(token, request());
    EXPECT_EQ(again.code(), "invalid_grant") << when;
    EXPECT_EQ(again.at(), "code_reused") << when;
    EXPECT_TRUE(house.grant(code.grant)->ended) << when;
    ASSERT_EQ(again.facts.size(), 1u) << when;
  };
  expect_ended("expired", [&] { house.pass(seconds(61)); });
  expect_ended("long after the code and the session", [&] { house.pass(std::chrono::days(31)); });
  expect_ended("session ended", [&] { house.end_session(session); });
  expect_ended("address no longer registered", [&] { house.client("orders").redirect_uris.clear(); });
  expect_ended("resource no longer the client's", [&] { house.client("orders").access.clear(); });
  expect_ended("no signing key", [&] { house.config().signing.clear(); });
  expect_ended("user disabled", [&] {
    User bob = house.user("usr_bob");
    bob.enabled = false;
    house.update(bob);
  });
}

TEST_F(CodeGrant, S06_single_use_under_race) {
  const std::string text = house.sealed(code);
  std::vector<Answer> answers(100);
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        for (std::size_t at; (at = next++) < answers.size();) answers[at] = house.call(token, code_request(text));
      });
  }
  int good = 0, facts = 0;
  for (const auto& answer : answers) {
    good += answer.reply.has_value();
    facts += static_cast<int>(answer.facts.size());
    EXPECT_TRUE(answer.reply || answer.code() == "invalid_grant") << answer.code();
  }
  EXPECT_EQ(good, 1);
  EXPECT_EQ(facts, 1);
  EXPECT_TRUE(house.grant(code.grant)->ended);
}

TEST_F(CodeGrant, a_wrong_redirect_uri_is_refused_and_burns_nothing) {
  for (const char* uri :
       {"https://orders.example.com/cb/", "https://orders.example.com/cb?", "https://evil.example/cb"}) {
    EXPECT_EQ(house.call(token, with(request(), "redirect_uri", uri)).code(), "invalid_grant") << uri;
  }
  EXPECT_EQ(house.call(token, without(request(), "redirect_uri")).code(), "invalid_request");
  EXPECT_FALSE(house.grant(code.grant));
  expect_still_good(code);
}

TEST_F(CodeGrant, another_registered_redirect_uri_is_not_the_one_authorized) {
  house.client("orders").redirect_uris.push_back("https://orders.example.com/other");
  const auto answer = house.call(token, with(request(), "redirect_uri", "https://orders.example.com/other"));
  EXPECT_EQ(answer.code(), "invalid_grant");
  EXPECT_EQ(answer.transactions, 0);
  expect_still_good(code);
}

TEST_F(CodeGrant, the_eleventh_grant_of_a_session_and_client_ends_the_oldest_with_its_tokens) {
  auto oldest = house.tokens(house.call(token, request()));
  Answer last;
  for (int i = 0; i < 10; ++i) {
    house.pass(seconds(1));
    last = house.call(token, code_request(house.sealed(house.code(session, "orders", {"openid"}))));
    ASSERT_TRUE(last.reply);
    EXPECT_EQ(last.facts.size(), i == 9 ? 1u : 0u) << i;
  }
  EXPECT_EQ(last.facts[0].value, code.grant.text);
  EXPECT_EQ(house.call(userinfo, with_bearer(get({}), oldest["access_token"])).code(), "invalid_token");
  EXPECT_TRUE(house.call(userinfo, with_bearer(get({}), house.tokens(last)["access_token"])).reply);
}

TEST_F(CodeGrant, offline_access_without_the_refresh_grant_stays_bound_to_the_session) {
  house.client("orders").grant_types = {GrantType::authorization_code};
  code.scope = {"openid", "offline_access"};
  auto tokens = house.tokens(house.call(token, request()));
  EXPECT_FALSE(house.grant(code.grant)->offline);
  EXPECT_TRUE(house.access_claims(tokens["access_token"]).has("sid"));
}

TEST_F(CodeGrant, a_redirect_uri_that_is_no_longer_registered_is_refused) {
  house.client("orders").redirect_uris = {"https://orders.example.com/other"};
  EXPECT_EQ(house.call(token, request()).code(), "invalid_grant");
}

TEST_F(CodeGrant, S08_pkce_cannot_be_dropped) {
  EXPECT_EQ(house.call(token, without(request(), "code_verifier")).code(), "invalid_grant");
  EXPECT_EQ(house.call(token, with(request(), "code_verifier", "")).code(), "invalid_grant");
  EXPECT_EQ(house.call(token, with(request(), "code_verifier", std::string(43, 'a'))).code(), "invalid_grant");
  // `plain`: the challenge itself is no verifier
  EXPECT_EQ(house.call(token, with(request(), "code_verifier", kChallenge)).code(), "invalid_grant");
  for (const auto& malformed :
       {std::string(42, 'a'), std::string(129, 'a'), std::string(43, ' '), std::string(43, '+')})
    EXPECT_EQ(house.call(token, with(request(), "code_verifier", malformed)).code(), "invalid_request");
  // a code made without a challenge, for a client that must use one
  const Code good = code;
  code.challenge.clear();
  EXPECT_EQ(house.call(token, request()).code(), "invalid_grant");
  EXPECT_EQ(house.call(token, without(request(), "code_verifier")).code(), "invalid_grant");
  expect_still_good(good);
}

TEST_F(CodeGrant, S08_a_client_that_need_not_use_pkce_may_not_send_a_verifier_without_a_challenge) {
  code = house.code(session, "legacy", {"openid"});
  code.challenge.clear();
  const auto asked = with_basic(request(), "legacy");
  EXPECT_EQ(house.call(token, asked).code(), "invalid_grant");
  EXPECT_TRUE(house.call(token, without(asked, "code_verifier")).reply);
}

TEST_F(CodeGrant, S08_a_public_client_needs_pkce_whatever_it_is_registered_with) {
  house.client("spa").require_pkce = false;
  code = house.code(session, "spa", {"openid"});
  code.challenge.clear();
  Request asked = with(without(request(), "code_verifier"), "client_id", "spa");
  asked.headers.authorization.clear();
  EXPECT_EQ(house.call(token, asked).code(), "invalid_grant");
}

TEST_F(CodeGrant, S09_user_session_and_client_are_asked_again_at_the_end) {
  User ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_EQ(house.call(token, request()).at(), "user");
  ann.enabled = true;
  house.update(ann);
  house.client("orders").enabled = false;
  EXPECT_EQ(house.call(token, request()).code(), "invalid_client");
  house.client("orders").enabled = true;
  house.client("orders").grant_types = {GrantType::refresh_token};
  EXPECT_EQ(house.call(token, request()).code(), "unauthorized_client");
  house.client("orders").grant_types = {GrantType::authorization_code};
  house.client("orders").access.clear();
  EXPECT_EQ(house.call(token, request()).code(), "invalid_target");
  house.client("orders").access = {{kApi, {"*"}}};
  house.end_session(session);
  EXPECT_EQ(house.call(token, request()).at(), "session");
  EXPECT_FALSE(house.grant(code.grant));
}

TEST_F(CodeGrant, S09_a_code_of_a_user_or_session_that_is_gone_is_refused) {
  const Code good = code;
  code.session = SessionId("ses_gone");
  EXPECT_EQ(house.call(token, request()).at(), "session");
  code = good;
  code.session = house.log_in("usr_bob").id;  // another person's
  EXPECT_EQ(house.call(token, request()).at(), "session");
  code.user = UserId("usr_gone");
  EXPECT_EQ(house.call(token, request()).at(), "user");
}

TEST_F(CodeGrant, S15_a_session_past_its_idle_time_gives_no_tokens) {
  house.pass(std::chrono::hours(12) - seconds(1));
  code.expires = house.now() + seconds(60);
  EXPECT_TRUE(house.call(token, request()).reply);
  code = house.code(session, "orders", {"openid"});
  house.pass(seconds(1));
  EXPECT_EQ(house.call(token, request()).at(), "session");
}

TEST_F(CodeGrant, a_subject_fact_after_the_login_ends_the_session) {
  house.apply(FactKind::subject, "usr_ann");
  EXPECT_EQ(house.call(token, request()).at(), "session");
  session = house.log_in("usr_ann", "another");
  code = house.code(session, "orders", {"openid"});
  EXPECT_TRUE(house.call(token, request()).reply);
}

TEST_F(CodeGrant, S12_a_truncated_or_flipped_code_never_opens) {
  const std::string text = house.sealed(code);
  for (std::size_t size = 0; size < text.size(); size += 7)
    EXPECT_FALSE(house.call(token, code_request(text.substr(0, size))).reply) << size;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string bent = text;
    bent[at] = bent[at] == 'A' ? 'B' : 'A';
    const auto answer = house.call(token, code_request(bent));
    ASSERT_EQ(answer.code(), "invalid_grant") << at;
    EXPECT_EQ(answer.refusal->why, "does not open");
  }
  EXPECT_FALSE(house.call(token, code_request(text + "A")).reply);
  expect_still_good(code);
}

TEST_F(CodeGrant, S13_resource_must_be_the_granted_one) {
  house.client("orders").access.push_back({kStock, {"*"}});
  EXPECT_EQ(house.call(token, with(request(), "resource", kStock)).code(), "invalid_target");
  auto list = with(request(), "resource", kApi).form.list();
  list.push_back({"resource", kStock});
  EXPECT_EQ(house.call(token, with_basic(post(list))).code(), "invalid_target");
  EXPECT_TRUE(house.call(token, with(request(), "resource", kApi)).reply);
}

TEST_F(CodeGrant, S13_a_scope_that_the_client_has_lost_is_not_given) {
  house.client("orders").scopes = {"openid"};
  auto tokens = house.tokens(house.call(token, request()));
  EXPECT_EQ(tokens["scope"], "openid");
  EXPECT_TRUE(house.access_claims(tokens["access_token"]).get<std::vector<std::string>>("permissions")->empty());
}

TEST_F(CodeGrant, S30_a_code_of_one_realm_does_not_open_in_another) {
  const std::string text = house.sealed(code);
  const Secret master(std::string_view("a master key for tests: 32 bytes"));
  house.config().seals = std::make_shared<SealKeys>(RealmId("other"), std::vector{SealKeys::Master{'a', &master}});
  house.config().realm.id = RealmId("other");
  EXPECT_EQ(house.call(token, code_request(text)).at(), "code");
}

TEST_F(CodeGrant, a_missing_signing_key_costs_no_code) {
  const auto keys = house.config().signing;
  house.config().signing.pop_back();  // RS256 is made in the background
  EXPECT_EQ(house.call(token, request()).code(), "temporarily_unavailable");
  house.config().signing.clear();
  EXPECT_EQ(house.call(token, request()).code(), "temporarily_unavailable");
  house.config().signing = keys;
  expect_still_good(code);
}

TEST_F(CodeGrant, the_code_fits_its_limit_with_long_but_lawful_values) {
  code.nonce = std::string(200, 'n');
  code.scope = {"openid", "profile", "email", "roles", "offline_access", "orders", "orders.write"};
  EXPECT_LE(house.sealed(code).size(), kMaxCodeBytes);
  const auto opened = open_code(*house.config().seals, house.sealed(code));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->nonce, code.nonce);
  EXPECT_EQ(opened->scope, code.scope);
  EXPECT_EQ(opened->expires, code.expires);
}

}  // namespace
}  // namespace tessera::issuer::test
