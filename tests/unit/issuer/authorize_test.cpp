#include <gtest/gtest.h>

#include "issuer/refusal.hpp"
#include "unit/issuer/page_requests.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

using std::chrono::hours;

struct Authorize : testing::Test {
  House house;
  Tab tab{house};

  // Refused with a page: the browser goes nowhere, and nothing was asked of the store.
  void expect_page(const Answer& answer, std::string_view code, std::string_view at) {
    EXPECT_EQ(answer.code(), code);
    EXPECT_EQ(answer.at(), at);
    EXPECT_EQ(answer.location(), "");
    EXPECT_EQ(answer.transactions, 0);
  }
  // Sent back to the application with an error, its state and our name.
  void expect_sent_back(const Answer& answer, std::string_view error, std::string_view at) {
    EXPECT_TRUE(answer.location().starts_with(std::string(kOrdersUri) + "?")) << answer.location() << answer.code();
    auto query = query_of(answer.location());
    EXPECT_EQ(query["error"], error);
    EXPECT_FALSE(query["error_description"].empty());
    EXPECT_EQ(query["state"], "a state");
    EXPECT_EQ(query["iss"], kIssuer);
    EXPECT_FALSE(query.contains("code"));
    EXPECT_EQ(answer.told ? answer.told->at : "", at);
  }
};

TEST_F(Authorize, a_stranger_sees_the_login_page_and_nothing_is_written) {
  const auto answer = tab.ask(with(asking(), "login_hint", "Ann"));
  const auto* page = model_of<LoginPage>(answer);
  ASSERT_TRUE(page);
  EXPECT_EQ(answer.page().status, 200);
  EXPECT_EQ(page->client_name, "orders");
  EXPECT_EQ(page->username, "Ann");
  EXPECT_FALSE(page->error);
  EXPECT_EQ(answer.page().form_target, "https://orders.example.com");
  EXPECT_EQ(answer.transactions, 0);
  ASSERT_EQ(answer.reply->cookies.size(), 1u);
  EXPECT_EQ(answer.reply->cookies[0].which, Cookie::Which::browser);
  EXPECT_EQ(answer.reply->cookies[0].value.size(), 43u);
  // The same browser keeps its cookie.
  EXPECT_TRUE(tab.ask().reply->cookies.empty());
}

TEST_F(Authorize, gives_a_code_that_the_token_endpoint_takes) {
  const auto answer = tab.type(interaction_of(tab.ask()), "ann");
  auto query = query_of(answer.location());
  EXPECT_TRUE(answer.location().starts_with(std::string(kOrdersUri) + "?code="));
  EXPECT_EQ(query["state"], "a state");
  EXPECT_EQ(query["iss"], kIssuer);
  EXPECT_EQ(query.size(), 3u);
  EXPECT_LE(query["code"].size(), kMaxCodeBytes);
  const auto code = code_of(house, answer);
  ASSERT_TRUE(code);
  EXPECT_EQ(code->user.text, "usr_ann");
  EXPECT_EQ(code->client.text, "orders");
  EXPECT_EQ(code->session, session_of(house, tab)->id);
  EXPECT_EQ(code->redirect_digest, digest_of(kOrdersUri));
  EXPECT_EQ(code->scope, (std::vector<std::string>{"openid", "orders"}));
  EXPECT_EQ(code->audience, kApi);
  EXPECT_EQ(code->nonce, "n-0S6_WzA2Mj");
  EXPECT_EQ(code->challenge, kChallenge);
  EXPECT_EQ(code->authenticated, house.now());
  EXPECT_EQ(code->expires, house.now() + seconds(60));
  const auto tokens = house.call(token, with_basic(post({{"grant_type", "authorization_code"},
                                                         {"code", query["code"]},
                                                         {"redirect_uri", kOrdersUri},
                                                         {"code_verifier", kVerifier}})));
  EXPECT_TRUE(tokens.reply) << tokens.code() << " " << tokens.at();
}

TEST_F(Authorize, a_live_session_needs_no_second_password) {
  const Code first = tab.log_in();
  const auto answer = tab.ask(asking("legacy"));
  const auto second = code_of(house, answer);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->session, first.session);
  EXPECT_NE(second->grant, first.grant);
  EXPECT_TRUE(answer.reply->cookies.empty());
}

TEST_F(Authorize, state_and_nonce_may_be_left_out_and_unknown_parameters_are_ignored) {
  tab.log_in();
  auto list = with(with(with(asking(), "state", ""), "nonce", ""), "ui_locales", "de");
  list.push_back({"foo", "bar"});
  auto query = query_of(tab.ask(list).location());
  EXPECT_TRUE(query.contains("code"));
  EXPECT_FALSE(query.contains("state"));
  EXPECT_TRUE(code_of(house, tab.ask(with(list, "response_mode", "query"))));
}

TEST_F(Authorize, without_openid_it_is_a_plain_oauth_request) {
  tab.log_in();
  EXPECT_EQ(code_of(house, tab.ask(asking("orders", "orders")))->scope, std::vector<std::string>{"orders"});
  EXPECT_TRUE(code_of(house, tab.ask(asking("orders", "")))->scope.empty());
}

TEST_F(Authorize, an_unknown_or_disabled_client_gets_a_page) {
  expect_page(tab.ask(asking("nobody")), "unknown_client", "client_id");
  expect_page(tab.ask(with(asking(), "client_id", "")), "invalid_request", "client_id");
  house.client("orders").enabled = false;
  expect_page(tab.ask(), "unknown_client", "client_id");
}

TEST_F(Authorize, S01_an_unregistered_redirect_uri_gets_a_page_that_says_both_to_the_operator) {
  for (const char* uri : {"https://orders.example.com/cb/", "https://orders.example.com/cb?", "https://evil.example/cb",
                          "https://orders.example.com/cb?x=1", "https://orders.example.com"}) {
    const auto answer = tab.ask(with(asking(), "redirect_uri", uri));
    expect_page(answer, "bad_redirect_uri", "redirect_uri");
    EXPECT_NE(answer.refusal->why.find(uri), std::string::npos);
    EXPECT_NE(answer.refusal->why.find(kOrdersUri), std::string::npos);
  }
  expect_page(tab.ask(with(asking(), "redirect_uri", "")), "invalid_request", "redirect_uri");
}

TEST_F(Authorize, S01_a_native_client_chooses_its_loopback_port) {
  house.client("spa").redirect_uris = {"http://127.0.0.1/cb"};
  house.client("orders").redirect_uris = {"http://127.0.0.1/cb"};
  const char* uri = "http://127.0.0.1:51004/cb";
  const auto answer = tab.type(interaction_of(tab.ask(with(asking("spa"), "redirect_uri", uri))), "ann");
  EXPECT_TRUE(answer.location().starts_with(std::string(uri) + "?code="));
  EXPECT_EQ(code_of(house, answer)->redirect_digest, digest_of(uri));
  expect_page(tab.ask(with(asking("orders"), "redirect_uri", uri)), "bad_redirect_uri", "redirect_uri");
}

TEST_F(Authorize, S02_a_redirect_uri_that_should_never_have_been_registered_is_refused_again) {
  for (const char* uri : {"https://orders.example.com@evil.example/", "javascript:alert(1)", "http://evil.example/cb",
                          "https://orders.example.com/%2e%2e/cb", "https://orders.example.com/cb#x"}) {
    house.client("orders").redirect_uris = {uri};
    expect_page(tab.ask(with(asking(), "redirect_uri", uri)), "bad_redirect_uri", "redirect_uri");
  }
}

TEST_F(Authorize, S03_a_parameter_twice_gets_a_page) {
  for (const auto& param : asking()) {
    auto list = asking();
    list.push_back(param);
    expect_page(tab.ask(list), "invalid_request", "parameters");
    expect_page(tab.post(authorize, list), "invalid_request", "parameters");
  }
  auto list = asking();
  list.push_back({"foo", "1"});
  list.push_back({"foo", "2"});
  expect_page(tab.ask(list), "invalid_request", "parameters");
}

TEST_F(Authorize, S04_each_response_mode_goes_to_the_registered_address_with_code_and_with_error) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  const Code first = tab.log_in();
  house.pass(minutes(2));
  const auto fragment = [&](std::vector<Param> list) {
    const auto location = tab.ask(with(std::move(list), "response_mode", "fragment")).location();
    EXPECT_TRUE(location.starts_with(std::string(kOrdersUri) + "#")) << location;
    return form::parse(std::string_view(location).substr(location.find('#') + 1)).value_or(Pairs{});
  };
  const auto posted = [&](std::vector<Param> list) {
    const auto answer = tab.ask(with(std::move(list), "response_mode", "form_post"));
    const auto* page = model_of<FormPostPage>(answer);
    EXPECT_TRUE(page && page->action == kOrdersUri && answer.page().status == 200);
    EXPECT_EQ(answer.page().form_target, "https://orders.example.com");
    return page ? page->params : Pairs{};
  };
  const auto names = [](const Pairs& pairs) {
    std::string out;
    for (const auto& [name, value] : pairs) out += name + (name == "state" || name == "iss" ? "=" + value : "") + " ";
    return out;
  };
  const std::string rest = std::string("state=a state iss=") + kIssuer + " ";
  EXPECT_EQ(names(posted(asking())), "code " + rest);
  EXPECT_EQ(session_of(house, tab)->seen, house.now());  // a session in use stays alive, whatever the mode
  EXPECT_EQ(names(fragment(asking())), "code " + rest);
  EXPECT_EQ(names(posted(with(asking(), "state", ""))), std::string("code iss=") + kIssuer + " ");
  for (const auto& [name, value] : {std::pair("scope", "nothing"), std::pair("request", "x"), std::pair("prompt", "x"),
                                    std::pair("max_age", "x"), std::pair("response_type", "token")}) {
    EXPECT_EQ(names(posted(with(asking(), name, value))), "error error_description " + rest) << name;
    EXPECT_EQ(names(fragment(with(asking(), name, value))), "error error_description " + rest) << name;
  }
  for (const char* uri : {"https://evil.example/cb", "https://orders.example.com/cb/"})
    for (const char* mode : {"fragment", "form_post"})
      expect_page(tab.ask(with(with(asking(), "redirect_uri", uri), "response_mode", mode)), "bad_redirect_uri",
                  "redirect_uri");
  // No form can be posted to a native app's own scheme, however it begins.
  house.client("spa").redirect_uris = {"httpx.example:/cb"};
  const auto answer =
      tab.ask(with(with(asking("spa"), "redirect_uri", "httpx.example:/cb"), "response_mode", "form_post"));
  EXPECT_TRUE(answer.location().starts_with("httpx.example:/cb?error=invalid_request&")) << answer.location();
}

TEST_F(Authorize, S03_the_query_of_a_registered_redirect_uri_is_kept) {
  house.client("orders").redirect_uris = {"https://orders.example.com/cb?tenant=1"};
  const auto answer = tab.type(
      interaction_of(tab.ask(with(asking(), "redirect_uri", "https://orders.example.com/cb?tenant=1"))), "ann");
  auto query = query_of(answer.location());
  EXPECT_EQ(query["tenant"], "1");
  EXPECT_TRUE(query.contains("code"));
}

TEST_F(Authorize, S04_every_refusal_goes_to_the_registered_address_only) {
  struct Case {
    const char *name, *value, *error, *at;
  };
  tab.log_in();
  for (const Case& one : std::initializer_list<Case>{
           {"response_type", "", "invalid_request", "response_type"},
           {"response_type", "token", "unsupported_response_type", "response_type"},
           {"response_type", "id_token", "unsupported_response_type", "response_type"},
           {"response_type", "code id_token", "unsupported_response_type", "response_type"},
           {"response_mode", "jwt", "invalid_request", "response_mode"},
           {"response_mode", "query fragment", "invalid_request", "response_mode"},
           {"request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported", "request"},
           {"request_uri", "https://evil.example/r", "request_uri_not_supported", "request_uri"},
           {"registration", "{}", "registration_not_supported", "registration"},
           {"scope", "openid nothing", "invalid_scope", "scope"},
           {"scope", "openid  orders", "invalid_scope", "scope"},
           {"scope", "openid \"", "invalid_scope", "scope"},
           {"scope", "stock", "invalid_scope", "scope"},
           {"resource", "https://unknown.example", "invalid_target", "resource"},
           {"resource", kStock, "invalid_target", "resource"},
           {"prompt", "nothing", "invalid_request", "prompt"},
           {"prompt", "none login", "invalid_request", "prompt"},
           {"prompt", "consent none", "invalid_request", "prompt"},
           {"prompt", "none none", "invalid_request", "prompt"},
           {"prompt", "login  consent", "invalid_request", "prompt"},
           {"max_age", "x", "invalid_request", "max_age"},
           {"max_age", "-1", "invalid_request", "max_age"},
           {"max_age", "-0", "invalid_request", "max_age"},
           {"max_age", "1.5", "invalid_request", "max_age"},
           {"max_age", "99999999999999999999", "invalid_request", "max_age"},
           {"nonce", "257", "invalid_request", "nonce"}}) {
    const std::string value = std::string_view(one.value) == "257" ? std::string(257, 'n') : one.value;
    SCOPED_TRACE(std::string(one.name) + "=" + value);
    expect_sent_back(tab.ask(with(asking(), one.name, value)), one.error, one.at);
    // The same where nobody is logged in, and with an address that is not registered: a page.
    expect_sent_back(Tab{house}.ask(with(asking(), one.name, value)), one.error, one.at);
    const auto evil = with(with(asking(), one.name, value), "redirect_uri", "https://evil.example/cb");
    const bool is_object = std::string_view(one.name).starts_with("request");
    EXPECT_EQ(tab.ask(evil).code(), is_object ? one.error : "bad_redirect_uri");
  }
  auto two = with(asking(), "resource", kApi);
  two.push_back({"resource", kStock});
  expect_sent_back(tab.ask(two), "invalid_target", "resource");
  house.client("orders").grant_types = {GrantType::refresh_token};
  expect_sent_back(tab.ask(), "unauthorized_client", "client_id");
  EXPECT_EQ(tab.ask(with(with(asking(), "prompt", "none"), "redirect_uri", "https://evil.example/")).code(),
            "bad_redirect_uri");
}

TEST_F(Authorize, S08_the_challenge_cannot_be_dropped_or_weakened) {
  const auto refused = [&](const std::vector<Param>& params, const char* at) {
    expect_sent_back(tab.ask(params), "invalid_request", at);
  };
  for (const char* client : {"orders", "spa"}) {
    const auto good = asking(client);
    EXPECT_TRUE(is_login_page(tab.ask(good)));
    refused(with(good, "code_challenge", ""), "code_challenge");
    refused(with(with(good, "code_challenge", ""), "code_challenge_method", ""), "code_challenge");
    refused(with(good, "code_challenge_method", ""), "code_challenge_method");
    for (const char* method : {"plain", "s256", "S512", "S256 "})
      refused(with(good, "code_challenge_method", method), "code_challenge_method");
    const std::string challenge = kChallenge;
    for (const auto& value : {challenge.substr(1), challenge + "A", challenge + "=", std::string(43, '+'),
                              challenge.substr(0, 42) + "N", std::string(86, 'A'), std::string(42, 'A') + "é"})
      refused(with(good, "code_challenge", value), "code_challenge");
  }
  house.client("spa").require_pkce = false;  // makes no difference to a public client
  refused(with(with(asking("spa"), "code_challenge", ""), "code_challenge_method", ""), "code_challenge");
}

TEST_F(Authorize, S08_a_client_registered_without_pkce_may_leave_it_out_but_not_half_of_it) {
  tab.log_in();
  const auto none = with(with(asking("legacy"), "code_challenge", ""), "code_challenge_method", "");
  EXPECT_EQ(code_of(house, tab.ask(none))->challenge, "");
  EXPECT_EQ(code_of(house, tab.ask(asking("legacy")))->challenge, kChallenge);
  expect_sent_back(tab.ask(with(asking("legacy"), "code_challenge", "")), "invalid_request", "code_challenge");
  expect_sent_back(tab.ask(with(asking("legacy"), "code_challenge_method", "plain")), "invalid_request",
                   "code_challenge_method");
}

TEST_F(Authorize, prompt_none_says_what_is_missing_and_shows_nothing) {
  const auto quiet = with(asking(), "prompt", "none");
  expect_sent_back(tab.ask(quiet), "login_required", "prompt");
  EXPECT_TRUE(tab.cookies.empty());
  tab.log_in();
  EXPECT_TRUE(code_of(house, tab.ask(quiet)));
  expect_sent_back(tab.ask(with(asking("third", "openid"), "prompt", "none")), "consent_required", "prompt");
  house.pass(seconds(11));
  expect_sent_back(tab.ask(with(quiet, "max_age", "10")), "login_required", "prompt");
  EXPECT_TRUE(code_of(house, tab.ask(with(quiet, "max_age", "11"))));
}

TEST_F(Authorize, max_age_and_prompt_login_ask_for_the_password_again) {
  const Code first = tab.log_in();
  EXPECT_TRUE(code_of(house, tab.ask(with(asking(), "max_age", "0"))));
  house.pass(seconds(2));
  EXPECT_TRUE(code_of(house, tab.ask(with(asking(), "max_age", "10000"))));
  for (const auto& params : {with(asking(), "max_age", "1"), with(asking(), "max_age", "0"),
                             with(asking(), "prompt", "login"), with(asking(), "prompt", "select_account")}) {
    house.pass(seconds(2));
    const auto page = tab.ask(params);
    ASSERT_TRUE(is_login_page(page));
    const auto code = code_of(house, tab.type(interaction_of(page), "ann"));
    ASSERT_TRUE(code);
    EXPECT_EQ(code->session, first.session);
    EXPECT_EQ(code->authenticated, house.now());
  }
}

TEST_F(Authorize, max_age_is_met_by_the_login_even_when_the_consent_page_is_read_slowly) {
  auto answer = tab.type(interaction_of(tab.ask(with(asking("third", "openid"), "max_age", "1"))), "ann");
  ASSERT_TRUE(is_consent_page(answer));
  house.pass(minutes(5));
  EXPECT_TRUE(code_of(house, tab.decide(interaction_of(answer), "allow")));
}

TEST_F(Authorize, S09_max_age_is_asked_again_at_the_end_for_a_session_that_was_there_before) {
  tab.log_in();
  const auto page = tab.ask(with(asking("third", "openid"), "max_age", "60"));
  ASSERT_TRUE(is_consent_page(page));
  house.pass(seconds(61));
  EXPECT_TRUE(is_login_page(tab.decide(interaction_of(page), "allow")));
}

TEST_F(Authorize, S09_what_was_changed_meanwhile_holds_at_the_end) {
  const auto page = tab.ask();
  house.client("orders").scopes = {"openid"};
  expect_sent_back(tab.type(interaction_of(page), "ann"), "invalid_scope", "scope");
  house.client("orders").scopes = {"openid", "orders"};
  house.client("orders").redirect_uris = {"https://orders.example.com/new"};
  EXPECT_EQ(tab.type(interaction_of(page), "ann").code(), "bad_redirect_uri");
  house.client("orders").redirect_uris = {kOrdersUri};
  house.client("orders").grant_types = {};
  expect_sent_back(tab.type(interaction_of(page), "ann"), "unauthorized_client", "client_id");
  house.client("orders").grant_types = {GrantType::authorization_code};
  house.client("orders").access.clear();
  EXPECT_EQ(code_of(house, tab.type(interaction_of(page), "ann"))->audience, kIssuer);
  house.client("orders").enabled = false;
  EXPECT_EQ(tab.type(interaction_of(page), "ann").code(), "unknown_client");
}

TEST_F(Authorize, S15_an_expired_session_is_none_whether_swept_or_not) {
  tab.log_in();
  house.pass(hours(12) - seconds(1));
  EXPECT_TRUE(code_of(house, tab.ask()));  // and is in use again from here
  house.pass(hours(12));
  EXPECT_TRUE(is_login_page(tab.ask()));
  tab.log_in();
  for (int day = 0; day < 59; ++day) {
    house.pass(hours(12) - seconds(1));
    ASSERT_TRUE(code_of(house, tab.ask())) << day;
  }
  house.pass(hours(12) - seconds(1));
  house.pass(minutes(1));
  EXPECT_TRUE(is_login_page(tab.ask()));
}

TEST_F(Authorize, a_session_whose_user_is_disabled_or_overtaken_by_a_fact_is_none) {
  tab.log_in();
  User ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_TRUE(is_login_page(tab.ask()));
  ann.enabled = true;
  house.update(ann);
  EXPECT_TRUE(code_of(house, tab.ask()));
  house.apply(FactKind::subject, "usr_ann");
  EXPECT_TRUE(is_login_page(tab.ask()));
  tab.log_in();
  house.end_session(*session_of(house, tab));
  EXPECT_TRUE(is_login_page(tab.ask()));
}

TEST_F(Authorize, a_cookie_sent_twice_or_malformed_is_no_session) {
  tab.log_in();
  const std::string cookie = tab.cookies["session"];
  for (const auto& value : {cookie + "A", cookie.substr(1), std::string(43, 'A'), std::string("\"") + cookie}) {
    tab.cookies["session"] = value;
    EXPECT_TRUE(is_login_page(tab.ask())) << value;
  }
  Request twice = get(asking());
  twice.headers.cookies = {{"session", cookie}, {"session", cookie}};
  EXPECT_TRUE(is_login_page(house.call(authorize, twice)));
}

TEST_F(Authorize, a_session_in_use_is_written_at_most_once_a_minute) {
  tab.log_in();
  const auto seen = [&] { return session_of(house, tab)->seen; };
  const Instant start = house.now();
  house.pass(seconds(59));
  EXPECT_EQ(tab.ask().transactions, 1);
  EXPECT_EQ(seen(), start);
  house.pass(seconds(1));
  EXPECT_EQ(tab.ask().transactions, 2);
  EXPECT_EQ(seen(), house.now());
  EXPECT_EQ(tab.ask().transactions, 1);
}

TEST_F(Authorize, by_post_it_comes_back_as_a_get_and_never_reads_the_session) {
  tab.log_in();
  const auto answer = tab.post(authorize, with(asking(), "state", "grüße & more"));
  EXPECT_EQ(answer.transactions, 0);
  EXPECT_TRUE(answer.reply->cookies.empty());
  EXPECT_TRUE(answer.location().starts_with(std::string(kIssuer) + "/authorize?"));
  EXPECT_EQ(answer.location().find(kChallenge), std::string::npos);
  const auto query = query_of(answer.location());
  const std::vector<Param> again{{"client_id", query.at("client_id")}, {"sealed_request", query.at("sealed_request")}};
  const auto done = tab.get(authorize, again);
  EXPECT_TRUE(code_of(house, done));
  EXPECT_EQ(query_of(done.location())["state"], "grüße & more");
  // What stands beside the sealed request counts for nothing; another client's id is refused.
  EXPECT_EQ(query_of(tab.get(authorize, with(again, "state", "mine")).location())["state"], "grüße & more");
  EXPECT_EQ(tab.get(authorize, with(again, "client_id", "legacy")).code(), "bad_interaction");
  EXPECT_EQ(tab.get(authorize, with(again, "sealed_request", query.at("sealed_request") + "A")).code(),
            "bad_interaction");
  // It is no interaction: it opens no login, nor does an interaction open here.
  EXPECT_EQ(tab.type(query.at("sealed_request"), "ann").code(), "bad_interaction");
  const auto page = Tab{house}.ask();
  EXPECT_EQ(tab.get(authorize, with(again, "sealed_request", interaction_of(page))).code(), "bad_interaction");
  house.pass(minutes(30));
  EXPECT_EQ(tab.get(authorize, again).code(), "bad_interaction");
  EXPECT_EQ(tab.post(authorize, with(asking(), "client_id", "")).code(), "invalid_request");
}

TEST_F(Authorize, what_a_page_carries_is_bounded) {
  expect_page(tab.ask(with(asking(), "state", std::string(1025, 's'))), "invalid_request", "state");
  expect_page(tab.ask(with(asking(), "state", "a\nb")), "invalid_request", "parameters");
  expect_page(tab.ask(with(asking(), "login_hint", std::string(4096, 'x'))), "invalid_request", "parameters");
  expect_page(tab.post(authorize, with(asking(), "login_hint", std::string(4096, 'x'))), "invalid_request",
              "parameters");
  const auto page = tab.ask(with(with(asking(), "state", std::string(1024, '"')), "nonce", std::string(256, 'n')));
  ASSERT_TRUE(is_login_page(page));
  EXPECT_LT(interaction_of(page).size(), 8000u);
  const auto done = tab.type(interaction_of(page), "ann");
  EXPECT_EQ(query_of(done.location())["state"], std::string(1024, '"'));
  EXPECT_EQ(code_of(house, done)->nonce, std::string(256, 'n'));
  // What is refused may be long, and is refused by its name all the same.
  expect_sent_back(tab.ask(with(asking(), "request", std::string(9000, 'x'))), "invalid_request_object", "request");
  expect_sent_back(tab.ask(with(asking(), "registration", std::string(9000, 'x'))), "registration_not_supported",
                   "registration");
  EXPECT_EQ(model_of<LoginPage>(Tab{house}.ask(with(asking(), "login_hint", std::string(257, 'x'))))->username, "");
}

TEST_F(Authorize, an_id_token_hint_says_whom_the_application_means) {
  const auto hint_of = [&](std::string_view user) {
    Tab there{house};
    const Code code = there.log_in(user, asking("orders", "openid"));
    return house.tokens(house.call(token, code_request(house.sealed(code))));
  };
  auto ann = hint_of("ann"), bob = hint_of("bob");
  const auto hinting = [&](std::string_view hint) { return with(asking(), "id_token_hint", hint); };
  tab.log_in("ann");
  house.pass(minutes(10));  // the hints have expired
  EXPECT_EQ(code_of(house, tab.ask(with(hinting(ann["id_token"]), "prompt", "none")))->user.text, "usr_ann");
  EXPECT_TRUE(code_of(house, tab.ask(hinting(ann["id_token"]))));
  expect_sent_back(tab.ask(with(hinting(bob["id_token"]), "prompt", "none")), "login_required", "prompt");

  // Another is logged in: the one who is meant logs in, and nobody else.
  const auto page = tab.ask(hinting(bob["id_token"]));
  ASSERT_TRUE(is_login_page(page));
  EXPECT_LT(interaction_of(page).size(), interaction_of(tab.ask(with(asking(), "prompt", "login"))).size() + 50);
  expect_sent_back(tab.type(interaction_of(page), "ann"), "login_required", "id_token_hint");
  EXPECT_EQ(code_of(house, tab.type(interaction_of(page), "bob"))->user.text, "usr_bob");

  // By POST, too.
  const auto location = tab.post(authorize, hinting(ann["id_token"])).location();
  const auto query = query_of(location);
  EXPECT_TRUE(
      is_login_page(tab.get(authorize, {{"client_id", "orders"}, {"sealed_request", query.at("sealed_request")}})));

  // What is no ID token of ours is told to the client, by POST when it comes back.
  for (const auto& bad : {std::string("x"), ann["id_token"] + "A", ann["access_token"], std::string(17'000, 'a')}) {
    expect_sent_back(tab.ask(hinting(bad)), "invalid_request", "id_token_hint");
    const auto back = query_of(tab.post(authorize, hinting(bad)).location());
    expect_sent_back(tab.get(authorize, {{"client_id", "orders"}, {"sealed_request", back.at("sealed_request")}}),
                     "invalid_request", "id_token_hint");
  }
  // One whose key is gone means nobody.
  const PrivateKey newer = *PrivateKey::generate(Alg::ES256, {.kid = "newer", .alg = Alg::ES256});
  house.config().published = Keys::of({newer.public_key()});
  EXPECT_EQ(code_of(house, tab.ask(hinting(ann["id_token"])))->user.text, "usr_bob");
}

TEST_F(Authorize, a_page_may_end_at_an_ipv6_loopback_address) {
  house.client("spa").redirect_uris = {"http://[::1]/cb"};
  const auto page = tab.ask(with(asking("spa"), "redirect_uri", "http://[::1]:4711/cb"));
  ASSERT_TRUE(is_login_page(page));
  EXPECT_EQ(page.page().form_target, "http:");
}

TEST_F(Authorize, a_request_too_long_for_a_code_is_refused) {
  auto& orders = house.client("orders");
  std::string scope = "openid";
  for (int i = 0; i < 20; ++i) {
    const std::string name = "a.rather.long.name.of.a.scope." + std::to_string(i);
    house.config().resource_servers.at(kApi).scopes[name] = {"orders:read"};
    orders.scopes.push_back(name);
    scope += " " + name;
  }
  tab.log_in();
  expect_sent_back(tab.ask(asking("orders", scope)), "invalid_request", "scope");
}

// RFC 9700 section 4.11.2: whoever registers an address must not have us send people to it unasked.
TEST_F(Authorize, S04_where_nobody_vouches_for_the_address_an_error_is_shown_with_a_link) {
  const auto id = house.register_like("orders").text;
  const auto wrong = tab.ask(asking(id, "openid nothing"));
  EXPECT_EQ(wrong.told->code, OAuthErr::invalid_scope);
  const auto* page = model_of<ErrorPage>(wrong);
  ASSERT_TRUE(page);
  EXPECT_EQ(wrong.page().status, 400);
  EXPECT_EQ(page->at, "scope");
  EXPECT_TRUE(page->back.starts_with(std::string(kOrdersUri) + "?error=invalid_scope&")) << page->back;
  EXPECT_EQ(query_of(page->back)["state"], "a state");
  // A link cannot post.
  EXPECT_EQ(model_of<ErrorPage>(tab.ask(with(asking(id, "nothing"), "response_mode", "form_post")))->back, "");
  // What is wrong with an object beside it
  EXPECT_TRUE(model_of<ErrorPage>(tab.ask(with(asking(id), "request", "x.y."))));
  // Who wants nobody to be asked is answered; so is a person's no.
  expect_sent_back(tab.ask(with(asking(id), "prompt", "none")), "login_required", "prompt");
  const auto asked = tab.type(interaction_of(tab.ask(asking(id, "openid"))), "ann");
  expect_sent_back(tab.ask(with(asking(id, "openid"), "prompt", "none")), "consent_required", "prompt");
  expect_sent_back(tab.post(consent, {{"interaction", interaction_of(asked)}, {"decision", "deny"}}), "access_denied",
                   "decision");
}

TEST_F(Authorize, S04_who_had_an_initial_access_token_is_sent_back_to) {
  const auto id = house.register_like("orders").text;
  house.write([&](Tx& tx) {
    auto one = **tx.registered(house.realm(), ClientId(id));
    one.client.vouched_for = true;
    EXPECT_TRUE(*tx.replace_registered(house.realm(), one));
  });
  expect_sent_back(tab.ask(asking(id, "openid nothing")), "invalid_scope", "scope");
}

TEST_F(Authorize, S26_our_own_addresses_come_from_the_configured_issuer) {
  Request request = post(asking());
  request.headers.origin = "https://evil.example";
  EXPECT_TRUE(house.call(authorize, request).location().starts_with(std::string(kIssuer) + "/authorize?"));
}

TEST_F(Authorize, S32_why_stays_inside_and_an_answer_is_its_requests_own) {
  const Route& route = *find_route("/authorize");
  const auto one = tab.ask(with(asking(), "redirect_uri", "https://evil.example/<script>alert(1)</script>"));
  const auto two = tab.ask(asking("nobody"));
  const Reply first = reply_to(*one.refusal, route, get({}), house.config());
  const Reply second = reply_to(*two.refusal, route, get({}), house.config());
  const auto& page = std::get<ErrorPage>(std::get<Page>(first.body).model);
  EXPECT_EQ(page.code, OAuthErr::bad_redirect_uri);
  EXPECT_EQ(page.at, "redirect_uri");
  EXPECT_EQ(std::get<Page>(first.body).form_target, "");
  EXPECT_EQ(std::get<ErrorPage>(std::get<Page>(second.body).model).code, OAuthErr::unknown_client);
  // Sent back: the table's fixed text, whatever came in.
  const auto back = tab.ask(with(asking(), "scope", "<script>"));
  EXPECT_EQ(query_of(back.location())["error_description"], error_row(OAuthErr::invalid_scope).description);
  EXPECT_EQ(back.location().find('<'), std::string::npos);
}

}  // namespace
}  // namespace tessera::issuer::test
