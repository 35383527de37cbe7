// Pairwise subjects (OpenID Connect Core section 8), and the sector that they belong to.
#include <gtest/gtest.h>

#include "issuer/steps/sector_identifier.hpp"
#include "issuer/subject.hpp"
#include "unit/issuer/page_requests.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

constexpr const char* kSector = "https://sector.example.com/uris.json";

struct Pairwise : testing::Test {
  Pairwise() { house.client("orders").subject_type = SubjectType::pairwise; }
  House house;

  std::string sub_of(std::string_view client, std::string_view user) {
    return subject_of(house.config(), house.client(client), UserId(user));
  }
  std::string userinfo_sub(const std::string& access) {
    return member(house.call(userinfo, with_bearer(get({}), access)).json(), "sub");
  }
  std::string introspected_sub(const std::string& token, std::string_view caller) {
    return member(house.call(introspect, with_basic(post({{"token", token}}), caller)).json(), "sub");
  }
  static std::string quoted(const std::string& text) { return '"' + text + '"'; }
};

TEST_F(Pairwise, nobody_enters_anothers_sector_by_naming_its_host) {
  Client one;
  for (const char* uri : {"com.evil.app://victim.example/cb", "http://localhost:8081/cb", "http://127.0.0.1/cb"}) {
    one.redirect_uris = {uri};
    EXPECT_EQ(sector_of(one), "") << uri;
  }
  one.redirect_uris = {"https://victim.example/cb", "com.evil.app://victim.example/cb"};
  EXPECT_EQ(sector_of(one), "");
  one.redirect_uris = {"https://victim.example/cb"};
  EXPECT_EQ(sector_of(one), "victim.example");
}

TEST_F(Pairwise, a_sub_is_of_sector_and_person_alone) {
  const auto ann = sub_of("orders", "usr_ann");
  EXPECT_TRUE(ann.starts_with("usr_")) << "it is no client's id";
  EXPECT_EQ(ann.size(), 4U + 43U);
  EXPECT_NE(ann, "usr_ann");
  EXPECT_EQ(ann, sub_of("orders", "usr_ann"));
  EXPECT_NE(ann, sub_of("orders", "usr_bob"));
  auto& legacy = house.client("legacy");
  EXPECT_EQ(sub_of("legacy", "usr_ann"), "usr_ann");
  legacy.subject_type = SubjectType::pairwise;
  EXPECT_EQ(sub_of("legacy", "usr_ann"), ann) << "of the same host";
  legacy.redirect_uris = {"https://legacy.example.com/cb"};
  EXPECT_NE(sub_of("legacy", "usr_ann"), ann);
  legacy.sector_identifier_uri = "https://orders.example.com:8443/any.json";
  EXPECT_EQ(sub_of("legacy", "usr_ann"), ann);
  house.config().pairwise_salt = std::make_shared<const Secret>(std::string_view("another salt for tests: 32 octets"));
  EXPECT_NE(sub_of("orders", "usr_ann"), ann);
}

TEST_F(Pairwise, everything_that_the_client_sees_names_the_same_sub) {
  auto in = log_in_and_redeem(house, {"openid", "orders", "offline_access"});
  const auto sub = sub_of("orders", "usr_ann");
  EXPECT_EQ(house.id_claims(in.tokens["id_token"], "orders").subject(), sub);
  EXPECT_EQ(house.access_claims(in.tokens["access_token"]).subject(), sub);
  EXPECT_EQ(userinfo_sub(in.tokens["access_token"]), quoted(sub));
  for (const char* kind : {"access_token", "refresh_token"})
    EXPECT_EQ(introspected_sub(in.tokens[kind], "orders"), quoted(sub)) << kind;
  EXPECT_EQ(introspected_sub(in.tokens["access_token"], "api"), quoted(sub));
  auto again = house.tokens(house.call(token, refresh_request(in.tokens["refresh_token"])));
  EXPECT_EQ(house.id_claims(again["id_token"], "orders").subject(), sub);
  EXPECT_EQ(house.access_claims(again["access_token"]).subject(), sub);
  for (const auto* tokens : {&in.tokens, &again})
    for (const auto& [name, text] : *tokens)
      EXPECT_EQ(peek_unverified(text).value_or(Peeked{}).payload.find("usr_ann"), std::string::npos) << name;
}

TEST_F(Pairwise, S14_a_subject_fact_ends_its_tokens_too) {
  auto in = log_in_and_redeem(house);
  const auto& salt = *house.config().pairwise_salt;
  std::vector<std::string> subjects;
  house.write([&](Tx& tx) {
    subjects = *every_subject_of(tx, house.realm(), UserId("usr_ann"), house.config().clients, &salt);
    EXPECT_EQ(*every_subject_of(tx, house.realm(), UserId("usr_bob"), house.config().clients, &salt),
              std::vector<std::string>{"usr_bob"});
  });
  EXPECT_EQ(subjects, (std::vector<std::string>{"usr_ann", sub_of("orders", "usr_ann")}));
  house.apply(FactKind::subject, "usr_bob");
  EXPECT_EQ(userinfo_sub(in.tokens["access_token"]), quoted(sub_of("orders", "usr_ann")));
  for (const auto& subject : subjects) house.apply(FactKind::subject, subject);
  EXPECT_EQ(house.call(userinfo, with_bearer(get({}), in.tokens["access_token"])).code(), "invalid_token");
}

TEST_F(Pairwise, S14_a_grant_that_has_ended_needs_no_subject_fact) {
  auto in = log_in_and_redeem(house);
  house.write([&](Tx& tx) {
    ASSERT_TRUE(*tx.end_grant(house.realm(), in.code.grant));
    EXPECT_EQ(*every_subject_of(tx, house.realm(), UserId("usr_ann"), house.config().clients,
                                house.config().pairwise_salt.get()),
              std::vector<std::string>{"usr_ann"});
  });
}

TEST_F(Pairwise, S14_a_disabled_person_is_found_behind_the_sub) {
  auto in = log_in_and_redeem(house);
  auto ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_EQ(house.call(userinfo, with_bearer(get({}), in.tokens["access_token"])).code(), "invalid_token");
}

TEST_F(Pairwise, an_exchanged_token_keeps_the_sub_of_the_one_it_was_made_from) {
  auto in = log_in_and_redeem(house);
  auto& api = house.client("api");
  api.grant_types = {GrantType::token_exchange};
  api.access = {{kApi, {"*"}}};
  for (const auto type : {SubjectType::public_, SubjectType::pairwise}) {
    api.subject_type = type;
    api.sector_identifier_uri = kSector;
    const auto exchanged = house.tokens(
        house.call(token, with_basic(post({{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
                                           {"subject_token", in.tokens["access_token"]},
                                           {"subject_token_type", "urn:ietf:params:oauth:token-type:access_token"}}),
                                     "api")));
    EXPECT_EQ(house.access_claims(exchanged.at("access_token")).subject(), sub_of("orders", "usr_ann"));
    EXPECT_EQ(introspected_sub(exchanged.at("access_token"), "api"), quoted(sub_of("orders", "usr_ann")));
  }
}

TEST_F(Pairwise, whoever_names_people_by_assertions_gets_no_pairwise_subject) {
  auto& orders = house.client("orders");
  orders.grant_types = {GrantType::jwt_bearer};
  const auto answer = house.call(
      token, with_basic(post({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", "x"}})));
  EXPECT_EQ(answer.code(), "unauthorized_client");
  orders.subject_type = SubjectType::public_;
  EXPECT_EQ(
      house
          .call(token,
                with_basic(post({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", "x"}})))
          .code(),
      "invalid_grant");
}

// Of ann, who is logged in.
struct PairwiseHint : Pairwise {
  Tab tab{house};
  std::string id_token(std::string_view client, std::string_view user) {
    auto session = house.log_in(user);
    auto code = house.code(session, client, {"openid"});
    auto request = code_request(house.sealed(code));
    if (client != "orders") request = with_basic(std::move(request), client);
    return house.tokens(house.call(token, request)).at("id_token");
  }
  // "code", or the error, without a page.
  std::string asked(std::string_view name, const std::string& value, std::string_view client = "orders") {
    auto params = with(with(asking(client, "openid"), "prompt", "none"), name, value);
    const auto answer = tab.ask(params);
    return code_of(house, answer) ? "code" : error_of(answer);
  }
};

TEST_F(PairwiseHint, an_id_token_hint_names_the_person_by_it) {
  tab.log_in("ann");
  EXPECT_EQ(asked("id_token_hint", id_token("orders", "usr_ann")), "code");
  EXPECT_EQ(asked("id_token_hint", id_token("orders", "usr_bob")), "login_required");
}

// Else an application could learn from the answer that two sectors speak of the same person.
TEST_F(PairwiseHint, a_hint_of_another_sector_means_nobody) {
  tab.log_in("ann");
  EXPECT_EQ(asked("id_token_hint", id_token("legacy", "usr_ann")), "login_required");
  house.client("legacy").subject_type = SubjectType::pairwise;
  EXPECT_EQ(asked("id_token_hint", id_token("legacy", "usr_ann")), "code") << "the same sector";
  house.client("legacy").sector_identifier_uri = kSector;
  EXPECT_EQ(asked("id_token_hint", id_token("legacy", "usr_ann")), "login_required");
}

TEST_F(PairwiseHint, the_parameter_claims_names_the_person_by_it) {
  tab.log_in("ann");
  const auto wants = [&](const std::string& sub) {
    return asked("claims", R"({"id_token":{"sub":{"value":")" + sub + "\"}}}");
  };
  EXPECT_EQ(wants(sub_of("orders", "usr_ann")), "code");
  EXPECT_EQ(wants(sub_of("orders", "usr_bob")), "login_required");
  EXPECT_EQ(wants("usr_ann"), "login_required") << "which it cannot know";
}

TEST_F(PairwiseHint, a_hint_of_its_session_logs_out_at_once) {
  const auto code = tab.log_in("ann");
  const auto hint = house.tokens(house.call(token, code_request(house.sealed(code)))).at("id_token");
  const auto answer = tab.get(logout, {{"id_token_hint", hint}});
  ASSERT_TRUE(model_of<LogoutPage>(answer));
  EXPECT_EQ(model_of<LogoutPage>(answer)->mode, LogoutPage::Mode::submit_itself);
}

// ── the sector ──

struct Sector : testing::Test {
  House house;
  Client client = house.client("orders");

  std::string outcome() {
    static const Client* asked;
    asked = &client;
    const auto answer = house.call(
        [](const Request&, Ctx& ctx) -> Step<Reply> {
          TRY_VOID(check_sector_identifier(*asked, ctx));
          return Reply{Empty{}};
        },
        get({}));
    return answer.reply ? "ok" : answer.code() + " " + answer.at();
  }
};

TEST_F(Sector, without_a_uri_the_hosts_are_one) {
  EXPECT_EQ(outcome(), "ok");
  client.subject_type = SubjectType::pairwise;
  EXPECT_EQ(outcome(), "ok");
  client.redirect_uris.push_back("https://orders.example.com:8443/other");
  EXPECT_EQ(outcome(), "ok");
  client.redirect_uris.push_back("https://orders.example.net/cb");
  EXPECT_EQ(outcome(), "invalid_client_metadata sector_identifier_uri");
  client.redirect_uris.clear();
  EXPECT_EQ(outcome(), "invalid_client_metadata sector_identifier_uri");
  EXPECT_EQ(house.fetches, 0);
}

TEST_F(Sector, oidcc_registration_sector_uri_the_document_lists_every_redirect_uri) {
  client.subject_type = SubjectType::pairwise;
  client.redirect_uris = {"https://a.example.com/cb", "https://b.example.com/cb"};
  client.sector_identifier_uri = kSector;
  house.web[kSector] = R"(["https://b.example.com/cb","https://else.example.com/cb","https://a.example.com/cb"])";
  EXPECT_EQ(outcome(), "ok");
  client.subject_type = SubjectType::public_;
  EXPECT_EQ(outcome(), "ok");
  EXPECT_EQ(house.fetches, 2);
}

TEST_F(Sector, oidcc_registration_sector_bad_anything_else_is_refused) {
  client.redirect_uris = {"https://a.example.com/cb", "https://b.example.com/cb"};
  client.sector_identifier_uri = kSector;
  EXPECT_EQ(outcome(), "invalid_client_metadata sector_identifier_uri") << "nothing there";
  for (const char* body : {"", "[]", R"(["https://a.example.com/cb"])", R"("https://a.example.com/cb")",
                           R"(["https://a.example.com/cb","https://b.example.com/cb/"])",
                           R"({"a":["https://a.example.com/cb","https://b.example.com/cb"]})",
                           R"(["https://a.example.com/cb","https://b.example.com/cb",1])",
                           R"(["https://a.example.com/cb","https://b.example.com/cb")"}) {
    house.web[kSector] = body;
    EXPECT_EQ(outcome(), "invalid_client_metadata sector_identifier_uri") << body;
  }
  house.web["http://sector.example.com/"] = R"(["https://a.example.com/cb","https://b.example.com/cb"])";
  client.sector_identifier_uri = "http://sector.example.com/";
  const int before = house.fetches;
  EXPECT_EQ(outcome(), "invalid_client_metadata sector_identifier_uri");
  EXPECT_EQ(house.fetches, before);
}

TEST_F(Sector, when_too_many_are_being_asked_it_is_to_be_tried_again) {
  client.sector_identifier_uri = kSector;
  house.fetches_full = true;
  EXPECT_EQ(outcome(), "temporarily_unavailable fetch");
}

}  // namespace
}  // namespace tessera::issuer::test
