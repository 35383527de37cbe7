#include <gtest/gtest.h>

#include "unit/issuer/page_requests.hpp"

namespace tessera::issuer::test {
namespace {

struct ConsentPages : testing::Test {
  House house;
  Tab tab{house};

  Answer asked(std::string_view scope = "openid profile") {
    auto answer = tab.ask(asking("third", scope));
    return is_login_page(answer) ? tab.type(interaction_of(answer), "ann") : std::move(answer);
  }
  std::optional<Consent> given(const char* client = "third") {
    std::optional<Consent> found;
    house.write([&](Tx& tx) { found = *tx.consent(house.realm(), UserId("usr_ann"), ClientId(client)); });
    return found;
  }
};

TEST_F(ConsentPages, a_third_party_asks_after_the_login_and_then_never_again) {
  const auto answer = asked();
  const auto* page = model_of<ConsentPage>(answer);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->client_name, "third");
  EXPECT_EQ(page->user_name, "ann Example");
  EXPECT_EQ(page->scopes, (std::vector<std::string>{"openid", "profile"}));
  EXPECT_EQ(answer.page().form_target, "https://orders.example.com");
  EXPECT_FALSE(given());
  const auto allowed = tab.decide(page->interaction, "allow");
  EXPECT_EQ(code_of(house, allowed)->scope, page->scopes);
  EXPECT_EQ(given()->scope, page->scopes);
  EXPECT_EQ(given()->given, house.now());
  EXPECT_EQ(field(allowed, "consent_given", "client"), "third");
  EXPECT_TRUE(code_of(house, tab.ask(asking("third", "openid profile"))));
  EXPECT_TRUE(code_of(house, tab.ask(asking("third", "openid"))));
}

TEST_F(ConsentPages, S14_a_code_of_before_is_worth_no_more_than_what_is_allowed_now) {
  const auto code = *code_of(house, tab.decide(interaction_of(asked("openid profile")), "allow"));
  const auto redeemed = [&] {
    return house.call(token, with_basic(post({{"grant_type", "authorization_code"},
                                              {"code", house.sealed(code)},
                                              {"redirect_uri", kOrdersUri},
                                              {"code_verifier", kVerifier}}),
                                        "third"));
  };
  const auto allow = [&](std::vector<std::string> scope) {
    house.write([&](Tx& tx) {
      EXPECT_TRUE(tx.put_consent(house.realm(), {UserId("usr_ann"), ClientId("third"), std::move(scope), house.now()}));
    });
  };
  const auto ask = [&] {
    auto answer = redeemed();
    return answer.reply ? "ok" : answer.code() + " " + answer.at();
  };
  house.client("third").auth = ClientAuth::client_secret_basic;
  allow({"openid"});
  EXPECT_EQ(ask(), "invalid_grant consent");
  allow({"profile", "openid", "email"});
  EXPECT_EQ(ask(), "ok");
}

TEST_F(ConsentPages, more_scope_asks_again_and_the_union_is_kept) {
  tab.decide(interaction_of(asked("openid")), "allow");
  const auto more = asked("profile");
  ASSERT_TRUE(is_consent_page(more));
  EXPECT_TRUE(code_of(house, tab.decide(interaction_of(more), "allow")));
  EXPECT_EQ(given()->scope, (std::vector<std::string>{"openid", "profile"}));
  EXPECT_TRUE(code_of(house, asked("openid profile")));
}

TEST_F(ConsentPages, offline_access_needs_consent_for_a_third_party_and_none_for_a_first) {
  house.client("third").scopes.push_back("offline_access");
  tab.decide(interaction_of(asked("openid")), "allow");
  EXPECT_TRUE(is_consent_page(asked("openid offline_access")));
  EXPECT_TRUE(code_of(house, tab.ask(asking("orders", "openid offline_access"))));
  house.client("orders").scopes = {"openid"};
  EXPECT_EQ(error_of(tab.ask(asking("orders", "openid offline_access"))), "invalid_scope");
}

TEST_F(ConsentPages, an_empty_scope_needs_consent_too) { EXPECT_TRUE(is_consent_page(asked(""))); }

TEST_F(ConsentPages, prompt_consent_asks_for_every_client_every_time) {
  tab.log_in();
  for (int i = 0; i < 2; ++i) {
    const auto page = tab.ask(with(asking(), "prompt", "consent"));
    ASSERT_TRUE(is_consent_page(page));
    EXPECT_TRUE(code_of(house, tab.decide(interaction_of(page), "allow")));
  }
}

TEST_F(ConsentPages, prompt_login_consent_asks_for_both_in_turn) {
  tab.log_in();
  const auto first = tab.ask(with(asking(), "prompt", "login consent"));
  ASSERT_TRUE(is_login_page(first));
  const auto second = tab.type(interaction_of(first), "ann");
  ASSERT_TRUE(is_consent_page(second));
  house.pass(minutes(10));
  EXPECT_TRUE(code_of(house, tab.decide(interaction_of(second), "allow")));
}

TEST_F(ConsentPages, refusing_sends_access_denied_back_and_remembers_nothing) {
  const auto answer = tab.decide(interaction_of(asked()), "deny");
  auto query = query_of(answer.location());
  EXPECT_EQ(query["error"], "access_denied");
  EXPECT_EQ(query["state"], "a state");
  EXPECT_EQ(query["iss"], kIssuer);
  EXPECT_FALSE(query.contains("code"));
  EXPECT_FALSE(given());
  EXPECT_EQ(field(answer, "consent_denied", "user"), "usr_ann");
  EXPECT_TRUE(is_consent_page(asked()));
}

TEST_F(ConsentPages, S22_anything_but_allow_is_no) {
  const auto interaction = interaction_of(asked());
  for (const char* decision : {"Allow", "allow ", "yes", "1"})
    EXPECT_EQ(error_of(tab.decide(interaction, decision)), "access_denied") << decision;
  EXPECT_EQ(error_of(tab.decide(interaction, "")), "invalid_request");
  EXPECT_EQ(tab.post(consent, {{"interaction", interaction}, {"decision", "allow"}, {"decision", "allow"}}).code(),
            "invalid_request");
  EXPECT_FALSE(given());
}

TEST_F(ConsentPages, S22_the_page_cannot_be_skipped) {
  const auto before_login = interaction_of(tab.ask(asking("third", "openid")));
  const auto answer = tab.decide(before_login, "allow");
  EXPECT_EQ(answer.code(), "bad_interaction");
  EXPECT_EQ(answer.transactions, 0);
  // nor with a session, in an interaction that never got as far
  tab.log_in();
  EXPECT_EQ(tab.decide(before_login, "allow").code(), "bad_interaction");
  EXPECT_FALSE(given());
}

TEST_F(ConsentPages, S22_prompt_login_is_not_met_by_a_consent_page_of_another_request) {
  tab.log_in();
  const auto login_page = tab.ask(with(asking("third", "openid"), "prompt", "login consent"));
  ASSERT_TRUE(is_login_page(login_page));
  EXPECT_EQ(tab.decide(interaction_of(login_page), "allow").code(), "bad_interaction");
}

TEST_F(ConsentPages, S21_it_is_bound_to_browser_session_and_origin) {
  const auto interaction = interaction_of(asked());
  const auto cookies = tab.cookies;
  Tab other{house};
  other.log_in();
  EXPECT_EQ(other.decide(interaction, "allow").code(), "bad_interaction");
  // this browser without its session, with another's, with a later one of the same person
  EXPECT_EQ((Tab{house, {{"browser", cookies.at("browser")}}}.decide(interaction, "allow").code()), "bad_interaction");
  Tab mixed{house, {{"browser", cookies.at("browser")}, {"session", other.cookies["session"]}}};
  EXPECT_EQ(mixed.decide(interaction, "allow").code(), "bad_interaction");
  tab.origin = "https://evil.example";
  EXPECT_EQ(tab.decide(interaction, "allow").code(), "cross_site");
  tab.origin = "";
  tab.log_in("bob", with(asking(), "prompt", "login"));
  EXPECT_EQ(tab.decide(interaction, "allow").code(), "bad_interaction");
  EXPECT_FALSE(given());
}

TEST_F(ConsentPages, S09_session_user_client_and_scope_are_asked_again_at_the_end) {
  const auto interaction = interaction_of(asked());
  User ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_EQ(tab.decide(interaction, "allow").code(), "bad_interaction");
  ann.enabled = true;
  house.update(ann);
  house.client("third").scopes = {"openid"};
  EXPECT_EQ(error_of(tab.decide(interaction, "allow")), "invalid_scope");
  house.client("third").scopes = {"openid", "profile"};
  house.client("third").enabled = false;
  EXPECT_EQ(tab.decide(interaction, "allow").code(), "unknown_client");
  house.client("third").enabled = true;
  house.end_session(*session_of(house, tab));
  EXPECT_EQ(tab.decide(interaction, "allow").code(), "bad_interaction");
  EXPECT_FALSE(given());
}

TEST_F(ConsentPages, S15_the_page_expires_with_its_interaction) {
  const auto interaction = interaction_of(asked());
  house.pass(minutes(30));
  EXPECT_EQ(tab.decide(interaction, "allow").code(), "bad_interaction");
}

TEST_F(ConsentPages, the_same_session_with_a_new_cookie_is_still_the_same) {
  const auto interaction = interaction_of(asked());
  tab.log_in("ann", with(asking(), "prompt", "login"));
  EXPECT_TRUE(code_of(house, tab.decide(interaction, "allow")));
}

}  // namespace
}  // namespace tessera::issuer::test
