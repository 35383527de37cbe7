// Pushed authorization requests (RFC 9126).
#include <atomic>
#include <thread>

#include "issuer/steps/interaction.hpp"
#include "unit/issuer/request_objects.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

using Par = Requests;

TEST_F(Par, a_request_is_pushed_and_referred_to) {
  const auto answer = push();
  ASSERT_TRUE(answer.reply);
  EXPECT_EQ(answer.json().status, 201);
  EXPECT_EQ(member(answer.json(), "expires_in"), "90");
  EXPECT_TRUE(uri_of(answer).starts_with("urn:ietf:params:oauth:request_uri:"));
  EXPECT_LT(uri_of(answer).size(), 1000u);
  EXPECT_EQ(answer.transactions, 0);  // nothing is stored
  EXPECT_NE(uri_of(answer), pushed());
  const Code code = tab.log_in("ann", by_reference(uri_of(answer)));
  EXPECT_EQ(code.nonce, "n-0S6_WzA2Mj");
  EXPECT_EQ(code.challenge, kChallenge);
  EXPECT_EQ(code.redirect_digest, digest_of(kOrdersUri));
  EXPECT_TRUE(house.call(token, code_request(house.sealed(code))).reply);
}

TEST_F(Par, everything_that_authorize_carries_is_carried) {
  auto params = with(with(asking(), "login_hint", "ann"), "dpop_jkt", kChallenge);
  params = with(std::move(params), "claims", R"({"userinfo":{"email":null}})");
  params.push_back({"resource", kApi});
  const auto page = tab.ask(by_reference(pushed(params)));
  ASSERT_TRUE(is_login_page(page));
  EXPECT_EQ(model_of<LoginPage>(page)->username, "ann");
  const auto done = tab.type(interaction_of(page), "ann");
  EXPECT_EQ(query_of(done.location())["state"], "a state");
  EXPECT_EQ(code_of(house, done)->audience, kApi);
  EXPECT_EQ(code_of(house, done)->jkt, kChallenge);
  EXPECT_EQ(code_of(house, done)->claims.userinfo, std::vector<std::string>{"email"});
}

TEST_F(Par, only_what_was_pushed_counts) {
  tab.log_in();
  auto params = by_reference(pushed());
  for (const char* name : {"redirect_uri", "state", "scope", "nonce", "code_challenge", "response_type", "prompt"})
    params.push_back({name, "https://evil.example/"});
  const auto done = tab.ask(params);
  ASSERT_TRUE(code_of(house, done)) << done.code();
  EXPECT_TRUE(done.location().starts_with(kOrdersUri));
  EXPECT_EQ(query_of(done.location())["state"], "a state");
  EXPECT_EQ(code_of(house, done)->nonce, "n-0S6_WzA2Mj");
  // without a state there is none, whatever stands beside it
  const auto stateless = tab.ask(with(by_reference(pushed(with(asking(), "state", ""))), "state", "outside"));
  EXPECT_FALSE(query_of(stateless.location()).contains("state"));
}

TEST_F(Par, the_client_authenticates_as_at_the_token_endpoint) {
  EXPECT_EQ(outcome(house.call(par, post(asking()))), "invalid_client client_auth");
  EXPECT_EQ(outcome(house.call(par, with_basic(post(asking()), "orders", "wrong"))), "invalid_client client_secret");
  EXPECT_EQ(outcome(house.call(par, post(with(asking("third", "openid"), "client_secret", kSecret)))), "ok");
  EXPECT_EQ(outcome(house.call(par, post(asking("spa")))), "ok");
  EXPECT_EQ(outcome(house.call(par, with_basic(post(asking("spa"))))), "invalid_request client_id");
  house.client("orders").enabled = false;
  EXPECT_EQ(push_outcome(asking()), "invalid_client client_id");
}

TEST_F(Par, the_client_that_proved_itself_is_the_requests) {
  const auto uri = pushed(with(asking(), "client_id", ""));
  EXPECT_TRUE(is_login_page(tab.ask(by_reference(uri))));
}

TEST_F(Par, S04_what_is_wrong_is_told_at_once_and_sends_nobody_anywhere) {
  struct Case {
    const char *name, *value, *outcome;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"redirect_uri", "", "invalid_request redirect_uri"},
           {"redirect_uri", "https://evil.example/cb", "bad_redirect_uri redirect_uri"},
           {"redirect_uri", "https://orders.example.com/cb/", "bad_redirect_uri redirect_uri"},
           {"redirect_uri", "https://orders.example.com/cb?x=1", "bad_redirect_uri redirect_uri"},
           {"response_type", "", "invalid_request response_type"},
           {"response_type", "code id_token", "unsupported_response_type response_type"},
           {"response_type", "token", "unsupported_response_type response_type"},
           {"response_mode", "jwt", "unsupported_response_mode response_mode"},
           {"scope", "openid nothing", "invalid_scope scope"},
           {"resource", kStock, "invalid_target resource"},
           {"code_challenge", "", "invalid_request code_challenge"},
           {"code_challenge_method", "plain", "invalid_request code_challenge_method"},
           {"code_challenge_method", "", "invalid_request code_challenge_method"},
           {"prompt", "none login", "invalid_request prompt"},
           {"max_age", "x", "invalid_request max_age"},
           {"claims", "[]", "invalid_request claims"},
           {"registration", "{}", "registration_not_supported registration"},
           {"id_token_hint", "x", "invalid_request id_token_hint"},
           {"login_hint", "a\nb", "invalid_request parameters"},
           {"request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request request_uri"},
           {"request_uri", "https://orders.example.com/r", "invalid_request request_uri"},
           {"request", "x", "invalid_request_object request"}}) {
    SCOPED_TRACE(std::string(one.name) + "=" + one.value);
    EXPECT_EQ(push_outcome(with(asking(), one.name, one.value)), one.outcome);
  }
  EXPECT_EQ(push_outcome(with(asking(), "request_uri", pushed())), "invalid_request request_uri");
  EXPECT_EQ(push_outcome(with(asking(), "login_hint", std::string(4096, 'x'))), "invalid_request parameters");
  house.client("orders").grant_types = {GrantType::refresh_token};
  EXPECT_EQ(push_outcome(asking()), "unauthorized_client client_id");
}

TEST_F(Par, S03_no_parameter_stands_twice) {
  for (const auto& param : asking()) {
    auto twice = asking();
    twice.push_back(param);
    EXPECT_EQ(push_outcome(twice), "invalid_request parameters") << param.name;
  }
  auto twice = by_reference(pushed());
  twice.push_back(twice.back());
  EXPECT_EQ(outcome(tab.ask(twice)), "invalid_request parameters");
}

// ── the reference ──

TEST_F(Par, S12_S30_a_reference_is_of_its_client_and_realm_and_unaltered) {
  const auto uri = pushed();
  EXPECT_EQ(outcome(tab.ask(by_reference(uri, "spa"))), "invalid_request_uri request_uri");
  EXPECT_EQ(outcome(tab.ask(by_reference(uri, "nobody"))), "unknown_client client_id");
  EXPECT_EQ(outcome(tab.ask({{"request_uri", uri}})), "invalid_request client_id");
  for (std::size_t at = kPushedPrefix.size(); at < uri.size(); ++at) {
    auto altered = uri;
    altered[at] = altered[at] == 'A' ? 'B' : 'A';
    ASSERT_EQ(outcome(tab.ask(by_reference(altered))), "invalid_request_uri request_uri") << at;
    ASSERT_EQ(outcome(tab.ask(by_reference(uri.substr(0, at)))), "invalid_request_uri request_uri") << at;
  }
  EXPECT_TRUE(is_login_page(tab.ask(by_reference(uri))));
  const Secret master(std::string_view("a master key for tests: 32 bytes"));
  house.config().seals = std::make_shared<SealKeys>(RealmId("other"), std::vector{SealKeys::Master{'a', &master}});
  EXPECT_EQ(outcome(tab.ask(by_reference(uri))), "invalid_request_uri request_uri");
}

// What anybody may have sealed, by a POST to /authorize or on a page, is no pushed request, and the other way round.
TEST_F(Par, no_other_sealed_thing_is_a_reference) {
  house.client("orders").require_pushed_authorization_requests = true;
  const auto uri = pushed();
  const auto sealed = query_of(tab.post(authorize, asking()).location())["sealed_request"];
  ASSERT_NE(sealed, "");
  EXPECT_EQ(outcome(tab.ask(by_reference(std::string(kPushedPrefix) + sealed))), "invalid_request_uri request_uri");
  const auto page = interaction_of(tab.ask(by_reference(uri)));
  EXPECT_EQ(outcome(tab.ask(by_reference(std::string(kPushedPrefix) + page))), "invalid_request_uri request_uri");
  EXPECT_EQ(outcome(tab.ask({{"client_id", "orders"}, {"sealed_request", uri.substr(kPushedPrefix.size())}})),
            "bad_interaction interaction");
  EXPECT_EQ(outcome(tab.type(uri.substr(kPushedPrefix.size()), "ann")), "bad_interaction interaction");
}

TEST_F(Par, S15_it_expires_after_90_seconds_and_the_page_it_led_to_does_not) {
  const auto uri = pushed();
  house.pass(seconds(90) - microseconds(1));
  const auto page = tab.ask(by_reference(uri));
  ASSERT_TRUE(is_login_page(page));
  house.pass(microseconds(1));
  EXPECT_EQ(outcome(tab.ask(by_reference(uri))), "invalid_request_uri request_uri");
  house.pass(minutes(20));
  EXPECT_TRUE(code_of(house, tab.type(interaction_of(page), "ann")));
}

TEST_F(Par, what_is_wrong_with_it_goes_to_the_registered_address_beside_it_or_to_the_person) {
  auto beside = with(asking(), "request_uri", std::string(kPushedPrefix) + "x");
  const auto told = tab.ask(beside);
  EXPECT_TRUE(told.location().starts_with(kOrdersUri));
  EXPECT_EQ(error_of(told), "invalid_request_uri");
  EXPECT_EQ(outcome(tab.ask(with(beside, "redirect_uri", "https://evil.example/"))), "invalid_request_uri request_uri");
}

TEST_F(Par, it_is_looked_at_again_until_the_code) {
  const auto uri = pushed();
  const auto page = tab.ask(by_reference(uri));
  house.client("orders").redirect_uris = {"https://orders.example.com/other"};
  EXPECT_EQ(outcome(tab.type(interaction_of(page), "ann")), "bad_redirect_uri redirect_uri");
  EXPECT_EQ(outcome(tab.ask(by_reference(uri))), "bad_redirect_uri redirect_uri");
  house.client("orders").enabled = false;
  EXPECT_EQ(outcome(tab.ask(by_reference(uri))), "unknown_client client_id");
}

// ── once ──

TEST_F(Par, it_serves_until_its_code_and_no_longer) {
  const auto uri = pushed();
  // shown, shown again, in another browser too, a wrong password: nothing is used up
  EXPECT_TRUE(is_login_page(tab.ask(by_reference(uri))));
  EXPECT_TRUE(is_login_page(Tab{house}.ask(by_reference(uri))));
  const auto page = tab.ask(by_reference(uri));
  EXPECT_TRUE(is_login_page(tab.type(interaction_of(page), "ann", "wrong")));
  const auto done = tab.type(interaction_of(page), "ann");
  EXPECT_TRUE(code_of(house, done));
  EXPECT_EQ(code_of(house, done)->session, session_of(house, tab)->id);
  // where somebody is logged in and where nobody is, with a page from before, and by POST
  Tab nobody{house};
  for (Tab* who : {&tab, &nobody}) {
    const auto again = who->ask(by_reference(uri));
    EXPECT_EQ(error_of(again), "invalid_request_uri");
    EXPECT_TRUE(again.location().starts_with(kOrdersUri));
  }
  EXPECT_EQ(error_of(tab.type(interaction_of(page), "ann")), "invalid_request_uri");
  const auto posted = query_of(tab.post(authorize, by_reference(uri)).location());
  EXPECT_EQ(error_of(tab.ask({{"client_id", "orders"}, {"sealed_request", posted.at("sealed_request")}})),
            "invalid_request_uri");
  EXPECT_TRUE(code_of(house, tab.ask(by_reference(pushed()))));
}

TEST_F(Par, of_two_pages_of_one_reference_the_first_gets_the_code) {
  const auto uri = pushed(asking("orders"));
  Tab other{house};
  const auto one = tab.ask(by_reference(uri)), two = other.ask(by_reference(uri));
  EXPECT_TRUE(code_of(house, tab.type(interaction_of(one), "ann")));
  const auto late = other.type(interaction_of(two), "bob");
  EXPECT_FALSE(code_of(house, late));
  EXPECT_EQ(error_of(late), "invalid_request_uri");
}

TEST_F(Par, it_is_used_up_by_a_consent_and_not_before) {
  const auto request = with(asking("third", "openid"), "client_secret", kSecret);
  const auto uri = uri_of(house.call(par, post(request)));
  const auto page = tab.type(interaction_of(tab.ask(by_reference(uri, "third"))), "ann");
  ASSERT_TRUE(is_consent_page(page));
  ASSERT_TRUE(is_consent_page(tab.ask(by_reference(uri, "third"))));
  EXPECT_EQ(error_of(tab.decide(interaction_of(page), "deny")), "access_denied");
  EXPECT_TRUE(code_of(house, tab.decide(interaction_of(page), "allow")));
  EXPECT_EQ(error_of(tab.decide(interaction_of(page), "allow")), "invalid_request_uri");
}

TEST_F(Par, it_is_not_forgotten_as_long_as_a_page_may_bring_it_back) {
  house.config().realm.lifetimes.interaction = std::chrono::hours(10);
  const auto uri = pushed();
  const auto posted = query_of(tab.post(authorize, by_reference(uri)).location()).at("sealed_request");
  EXPECT_TRUE(code_of(house, tab.type(interaction_of(tab.ask(by_reference(uri))), "ann")));
  house.pass(std::chrono::hours(10) - seconds(1));
  EXPECT_EQ(error_of(tab.ask({{"client_id", "orders"}, {"sealed_request", posted}})), "invalid_request_uri");
}

TEST_F(Par, S06_single_use_under_race) {
  tab.log_in();
  const auto uri = pushed();
  std::vector<Answer> answers(100);
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        for (std::size_t at; (at = next++) < answers.size();) answers[at] = Tab(tab).ask(by_reference(uri));
      });
  }
  int good = 0;
  for (const auto& answer : answers) {
    good += code_of(house, answer).has_value();
    EXPECT_TRUE(code_of(house, answer) || error_of(answer) == "invalid_request_uri") << answer.code();
  }
  EXPECT_EQ(good, 1);
}

// ── demanded ──

TEST_F(Par, S09_a_client_or_a_realm_may_demand_it) {
  tab.log_in();
  const auto page = interaction_of(Tab(tab).ask(with(asking(), "prompt", "login")));
  for (bool* flag : {&house.client("orders").require_pushed_authorization_requests,
                     &house.config().realm.require_pushed_authorization_requests}) {
    *flag = true;
    EXPECT_EQ(error_of(tab.ask()), "invalid_request");
    EXPECT_EQ(error_of(tab.ask(with(asking(), "prompt", "none"))), "invalid_request");
    EXPECT_EQ(error_of(tab.ask(by_value(object()))), "invalid_request");
    const auto posted = query_of(tab.post(authorize, asking()).location()).at("sealed_request");
    EXPECT_EQ(error_of(tab.ask({{"client_id", "orders"}, {"sealed_request", posted}})), "invalid_request");
    EXPECT_EQ(error_of(tab.type(page, "ann")), "invalid_request");  // begun before it was demanded
    EXPECT_TRUE(code_of(house, tab.ask(by_reference(pushed()))));
    *flag = false;
    EXPECT_TRUE(code_of(house, tab.ask()));
  }
}

}  // namespace
}  // namespace tessera::issuer::test
