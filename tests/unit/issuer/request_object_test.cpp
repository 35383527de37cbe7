// Request objects (RFC 9101), by value and pushed.
#include <atomic>
#include <thread>

#include "base/base64url.hpp"
#include "unit/issuer/request_objects.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

struct RequestObjects : Requests {
  // How the object ends by value and pushed: "ok", or the refusal's reason, which must be the same.
  std::string both(const std::string& object) {
    const auto shown = tab.ask(by_value(object)), told = push({{"request", object}});
    const auto why = [](const Answer& answer) {
      return answer.reply ? "ok" : answer.code() + ": " + answer.refusal->why;
    };
    EXPECT_EQ(why(shown), why(told));
    EXPECT_EQ(shown.location(), "");
    return why(told);
  }
  std::string with_claims(const Members& changes) { return both(object(changes)); }
  std::string in(std::int64_t from_now) { return std::to_string(now() + from_now); }
};

TEST_F(RequestObjects, by_value_and_pushed_lead_to_the_code_that_they_ask_for) {
  for (const auto& params : {by_value(object()), by_reference(pushed({{"request", object()}}))}) {
    Tab person{house};
    const auto done = person.type(interaction_of(person.ask(params)), "ann");
    const auto code = code_of(house, done);
    ASSERT_TRUE(code);
    EXPECT_EQ(code->nonce, "n-0S6_WzA2Mj");
    EXPECT_EQ(code->challenge, kChallenge);
    EXPECT_EQ(code->scope, (std::vector<std::string>{"openid", "orders"}));
    EXPECT_EQ(query_of(done.location())["state"], "a state");
    EXPECT_TRUE(house.call(token, code_request(house.sealed(*code))).reply);
  }
}

TEST_F(RequestObjects, by_post_too) {
  const auto sealed = query_of(tab.post(authorize, by_value(object())).location()).at("sealed_request");
  const auto page = tab.ask({{"client_id", "orders"}, {"sealed_request", sealed}});
  EXPECT_TRUE(code_of(house, tab.type(interaction_of(page), "ann")));
  EXPECT_EQ(outcome(tab.post(authorize, by_value("x"))), "invalid_request_object request");
}

TEST_F(RequestObjects, numbers_objects_and_lists_are_read_as_parameters) {
  tab.log_in();
  house.pass(seconds(100));
  EXPECT_TRUE(is_login_page(tab.ask(by_value(object({{"max_age", "99"}})))));
  EXPECT_TRUE(code_of(house, tab.ask(by_value(object({{"max_age", "100"}})))));
  const auto asked = code_of(house, tab.ask(by_value(object({{"claims", R"({"userinfo":{"email":null}})"}}))));
  EXPECT_EQ(asked->claims.userinfo, std::vector<std::string>{"email"});
  house.client("orders").access.push_back({kStock, {"*"}});
  const auto one = in_quotes(kStock), two = '[' + in_quotes(kApi) + ',' + in_quotes(kStock) + ']';
  EXPECT_EQ(code_of(house, tab.ask(by_value(object({{"resource", one}}))))->audience, kStock);
  EXPECT_EQ(code_of(house, tab.ask(by_value(object({{"resource", '[' + one + ']'}}))))->audience, kStock);
  for (const auto& wrong : {two, std::string("[1]"), std::string("1"), std::string("[null]")})
    EXPECT_EQ(error_of(tab.ask(by_value(object({{"resource", wrong}})))), "invalid_target") << wrong;
  for (const auto& [name, value] : Members{{"scope", R"(["openid"])"}, {"prompt", R"(["login"])"}, {"max_age", "1.5"}})
    EXPECT_NE(error_of(tab.ask(by_value(object({{name, value}})))), "") << name;
  EXPECT_TRUE(code_of(house, tab.ask(by_value(object({{"login_hint", "null"}, {"unknown", "[1]"}})))));
}

// ensure-different-nonce-…, ensure-different-state-inside-and-outside-request-object, state-only-outside-…-not-used
TEST_F(RequestObjects, what_stands_beside_counts_for_nothing) {
  tab.log_in();
  auto beside = by_value(object());
  for (const char* name : {"redirect_uri", "state", "scope", "nonce", "code_challenge", "response_type", "prompt",
                           "response_mode", "claims", "id_token_hint", "registration"})
    beside.push_back({name, "outside"});
  const auto done = tab.ask(beside);
  ASSERT_TRUE(code_of(house, done));
  EXPECT_TRUE(done.location().starts_with(kOrdersUri));
  EXPECT_EQ(query_of(done.location())["state"], "a state");
  EXPECT_EQ(code_of(house, done)->nonce, "n-0S6_WzA2Mj");
  auto stateless = by_value(object({{"state", ""}, {"nonce", ""}}));
  stateless.push_back({"state", "outside"});
  stateless.push_back({"nonce", "outside"});
  const auto without = tab.ask(stateless);
  EXPECT_FALSE(query_of(without.location()).contains("state"));
  EXPECT_EQ(code_of(house, without)->nonce, "");
  // pushed likewise
  auto form = with(with(asking(), "state", "outside"), "nonce", "outside");
  form.push_back({"request", object()});
  EXPECT_EQ(code_of(house, tab.ask(by_reference(pushed(form))))->nonce, "n-0S6_WzA2Mj");
}

TEST_F(RequestObjects, what_is_missing_inside_is_missing) {
  auto beside = asking();
  beside.push_back({"request", object({{"redirect_uri", ""}})});
  EXPECT_EQ(outcome(tab.ask(beside)), "invalid_request redirect_uri");
  EXPECT_EQ(push_outcome(beside), "invalid_request redirect_uri");
  for (const char* name : {"response_type", "code_challenge", "code_challenge_method"}) {
    beside.back().value = object({{name, ""}});
    EXPECT_EQ(error_of(tab.ask(beside)), "invalid_request") << name;
    EXPECT_EQ(push_outcome(beside).substr(0, 15), "invalid_request") << name;
  }
}

TEST_F(RequestObjects, client_id_inside_and_outside_agree) {
  auto another = by_value(object());
  another.front().value = "spa";
  EXPECT_EQ(outcome(tab.ask(another)), "invalid_request_object request");
  EXPECT_EQ(outcome(tab.ask({{"request", object()}})), "invalid_request client_id");
  EXPECT_EQ(outcome(house.call(par, post({{"client_id", "spa"}, {"request", object()}}))),
            "invalid_request_object request");
  EXPECT_EQ(with_claims({{"client_id", R"("spa")"}}), "invalid_request_object: claim_mismatch client_id");
  EXPECT_EQ(with_claims({{"client_id", ""}}), "invalid_request_object: claim_missing client_id");
  EXPECT_EQ(with_claims({{"iss", R"("spa")"}}), "invalid_request_object: claim_mismatch client_id");
}

// ── S04: where what is wrong is told ──

TEST_F(RequestObjects, S04_the_redirect_uri_inside_is_registered_or_nobody_is_sent_there) {
  for (const char* uri : {"https://evil.example/cb", "https://orders.example.com/cb/", "javascript:alert(1)"}) {
    const auto text = object({{"redirect_uri", in_quotes(uri)}, {"scope", R"("nothing")"}});
    EXPECT_EQ(outcome(tab.ask(by_value(text))), "bad_redirect_uri redirect_uri");
    EXPECT_EQ(push_outcome({{"request", text}}), "bad_redirect_uri redirect_uri");
    auto beside = asking();  // a registered one beside it makes no difference
    beside.push_back({"request", text});
    EXPECT_EQ(outcome(tab.ask(beside)), "bad_redirect_uri redirect_uri");
  }
  const auto told = tab.ask(by_value(object({{"scope", R"("nothing")"}})));
  EXPECT_TRUE(told.location().starts_with(kOrdersUri));
  EXPECT_EQ(error_of(told), "invalid_scope");
}

TEST_F(RequestObjects, S04_an_object_that_cannot_be_read_is_told_to_the_registered_address_beside_it_alone) {
  auto beside = asking();
  beside.push_back({"request", "x.y.z"});
  EXPECT_EQ(error_of(tab.ask(beside)), "invalid_request_object");
  EXPECT_EQ(error_of(tab.post(authorize, beside)), "invalid_request_object");
  EXPECT_EQ(outcome(tab.ask(with(beside, "redirect_uri", "https://evil.example/"))), "invalid_request_object request");
  EXPECT_EQ(outcome(tab.ask(with(beside, "redirect_uri", ""))), "invalid_request_object request");
  EXPECT_EQ(outcome(tab.ask(with(beside, "client_id", "nobody"))), "unknown_client client_id");
}

// ── S11: signed, by one of the client's own keys ──

TEST_F(RequestObjects, S11_unsigned_ones_are_refused) {
  const auto none = [&](const char* alg) {
    return base64url::encode(std::string(R"({"alg":")") + alg + "\"}") + '.' + base64url::encode(claims()) + '.';
  };
  for (const char* alg : {"none", "None", "ES256"}) {
    auto beside = asking();
    beside.push_back({"request", none(alg)});
    EXPECT_EQ(error_of(tab.ask(beside)), "request_not_supported");
    EXPECT_EQ(outcome(tab.ask(by_value(none(alg)))), "request_not_supported request");
    EXPECT_EQ(push_outcome({{"request", none(alg)}}), "invalid_request_object request");
    EXPECT_EQ(push_outcome({{"request", none(alg) + "AAAA"}}), "invalid_request_object request");
    EXPECT_EQ(outcome(tab.ask(by_value(none(alg) + "AAAA"))), "invalid_request_object request");
  }
}

TEST_F(RequestObjects, S11_another_key_an_altered_signature_or_claim_is_refused) {
  EXPECT_EQ(both(object({}, Alg::PS256)), "invalid_request_object: key_not_found kid");
  const auto foreign = *PrivateKey::generate(Alg::ES256, {.kid = "ES256", .alg = Alg::ES256});
  EXPECT_EQ(both(*jws::sign(bytes_of(claims()), {foreign})), "invalid_request_object: bad_signature ");
  const auto good = object();
  for (const auto at : {good.size() - 20, good.find('.') + 40}) {
    auto altered = good;
    altered[at] = altered[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(both(altered).substr(0, 22), "invalid_request_object") << at;
  }
  const auto secret = *SecretKey::from_octets(bytes_of(kSecret), Alg::HS256);
  EXPECT_EQ(both(*jws::sign(bytes_of(claims()), secret)), "invalid_request_object: alg_not_allowed alg");
  house.client("orders").jwks.clear();
  house.config().client_keys.clear();
  EXPECT_EQ(both(good).substr(0, 22), "invalid_request_object");
}

// ensure-signed-request-object-with-RS256-fails
TEST_F(RequestObjects, S11_the_registered_algorithm_is_the_only_one) {
  EXPECT_EQ(both(object({}, Alg::RS256)), "ok");
  house.client("orders").request_object_signing_alg = Alg::ES256;
  EXPECT_EQ(both(object({}, Alg::RS256)), "invalid_request_object: alg_not_allowed alg");
  EXPECT_EQ(both(object({}, Alg::ES256)), "ok");
  // EdDSA and Ed25519 are two names of one
  give_keys("orders", {key_of(Alg::EdDSA).public_key()});
  for (const Alg alg : {Alg::EdDSA, Alg::Ed25519}) {
    house.client("orders").request_object_signing_alg = alg;
    EXPECT_EQ(both(object({}, Alg::EdDSA)), "ok");
  }
}

TEST_F(RequestObjects, other_kinds_of_token_are_refused) {
  for (const char* typ : {"oauth-authz-req+jwt", "JWT", ""})
    EXPECT_EQ(both(object({}, Alg::ES256, {.typ = typ})), "ok");
  for (const char* typ : {"at+jwt", "client-authentication+jwt", "dpop+jwt"})
    EXPECT_EQ(both(object({}, Alg::ES256, {.typ = typ})), "invalid_request_object: typ_mismatch typ") << typ;
  // a client assertion, which names no typ either (RFC 9101 section 10.8)
  EXPECT_EQ(with_claims({{"sub", R"("orders")"}}), "invalid_request_object: claim_mismatch sub");
}

TEST_F(RequestObjects, an_object_holds_no_object_and_no_reference) {
  EXPECT_EQ(with_claims({{"request", in_quotes(object())}}).substr(0, 22), "invalid_request_object");
  EXPECT_EQ(with_claims({{"request_uri", in_quotes(pushed())}}).substr(0, 22), "invalid_request_object");
  auto two = by_value(object());
  two.push_back({"request_uri", pushed()});
  EXPECT_EQ(outcome(tab.ask(two)), "invalid_request request");
}

TEST_F(RequestObjects, its_parameters_meet_the_limits_of_others) {
  const auto refused = [&](const char* name, const std::string& value) {
    const auto answer = tab.ask(by_value(object({{name, value}})));
    EXPECT_EQ(push_outcome({{"request", object({{name, value}})}}), outcome(answer));
    return outcome(answer);
  };
  EXPECT_EQ(refused("login_hint", in_quotes(std::string(4096, 'x'))), "invalid_request parameters");
  EXPECT_EQ(refused("state", in_quotes(std::string(1025, 'x'))), "invalid_request state");
  EXPECT_EQ(refused("login_hint", R"("a\nb")"), "invalid_request parameters");
  EXPECT_EQ(both(std::string(20'000, 'x')), "invalid_request_object: too_large token");
}

// ── audience and times ──

TEST_F(RequestObjects, aud_is_this_issuer) {
  EXPECT_EQ(with_claims({{"aud", R"(["https://other.example","https://id.example.com"])"}}), "ok");
  EXPECT_EQ(with_claims({{"aud", R"("https://other.example")"}}), "invalid_request_object: claim_mismatch aud");
  EXPECT_EQ(with_claims({{"aud", R"("https://id.example.com/par")"}}), "invalid_request_object: claim_mismatch aud");
  EXPECT_EQ(with_claims({{"aud", ""}}), "invalid_request_object: claim_missing aud");
}

TEST_F(RequestObjects, S15_times_are_checked) {
  for (const bool strict : {false, true}) {
    house.client("orders").require_signed_request_object = strict;
    SCOPED_TRACE(strict);
    EXPECT_EQ(with_claims({{"nbf", in(8)}}), "ok");
    EXPECT_EQ(with_claims({{"nbf", in(61)}}), "invalid_request_object: not_yet_valid nbf");
    EXPECT_EQ(with_claims({{"nbf", in(-3600)}, {"exp", in(0)}}), "ok");
    EXPECT_EQ(with_claims({{"nbf", in(-3631)}, {"exp", in(30)}}), "invalid_request_object: 60 minutes ago");
    EXPECT_EQ(with_claims({{"exp", in(3600)}}), "ok");
    EXPECT_EQ(with_claims({{"exp", in(3601)}}), "invalid_request_object: more than 60 minutes ahead");
    EXPECT_EQ(with_claims({{"exp", in(-31)}, {"nbf", in(-300)}}), "invalid_request_object: expired exp");
    // Without them: only where signing is the client's own choice.
    EXPECT_EQ(with_claims({{"exp", ""}}), strict ? "invalid_request_object: claim_missing exp" : "ok");
    EXPECT_EQ(with_claims({{"nbf", ""}}), strict ? "invalid_request_object: missing" : "ok");
  }
  house.client("orders").require_signed_request_object = false;
  EXPECT_EQ(with_claims({{"nbf", ""}, {"exp", in(3630)}}), "ok");
  EXPECT_EQ(with_claims({{"nbf", ""}, {"exp", in(3631)}}), "invalid_request_object: more than 60 minutes ahead");
  house.config().realm.require_signed_request_object = true;
  EXPECT_EQ(with_claims({{"nbf", ""}}), "invalid_request_object: missing");
}

TEST_F(RequestObjects, S15_one_that_is_by_value_may_expire_while_the_page_is_read) {
  const auto page = tab.ask(by_value(object({{"exp", in(60)}, {"jti", R"("j")"}})));
  house.pass(minutes(20));
  EXPECT_TRUE(code_of(house, tab.type(interaction_of(page), "ann")));
}

// ── S10: once ──

TEST_F(RequestObjects, S10_a_jti_serves_once) {
  tab.log_in();
  const auto text = object({{"jti", R"("one")"}});
  const auto page = Tab(tab).ask(by_value(object({{"jti", R"("one")"}, {"prompt", R"("login")"}})));
  EXPECT_TRUE(is_login_page(page));  // shown: not used up yet
  EXPECT_TRUE(code_of(house, tab.ask(by_value(text))));
  for (const auto& again :
       {tab.ask(by_value(text)), Tab{house}.ask(by_value(text)),
        tab.ask(by_value(object({{"jti", R"("one")"}, {"exp", in(301)}}))), tab.type(interaction_of(page), "ann")}) {
    EXPECT_EQ(error_of(again), "invalid_request_object");
    EXPECT_TRUE(again.location().starts_with(kOrdersUri));
  }
  EXPECT_EQ(push_outcome({{"request", text}}), "invalid_request_object jti");
  // pushed: by being pushed, and its reference by the code
  const auto two = object({{"jti", R"("two")"}});
  const auto uri = pushed({{"request", two}});
  EXPECT_EQ(push_outcome({{"request", two}}), "invalid_request_object jti");
  EXPECT_EQ(error_of(tab.ask(by_value(two))), "invalid_request_object");
  EXPECT_TRUE(code_of(house, tab.ask(by_reference(uri))));
  EXPECT_EQ(error_of(tab.ask(by_reference(uri))), "invalid_request_uri");
  // as long as it is good
  house.pass(seconds(300 + 29));
  EXPECT_EQ(push_outcome({{"request", two}}), "invalid_request_object jti");
  house.pass(seconds(1));
  EXPECT_EQ(push_outcome({{"request", two}}), "invalid_request_object request");
}

// Shown by value, then pushed, and the page comes back when the object itself has long expired.
TEST_F(RequestObjects, S10_a_page_from_before_does_not_outlive_the_use) {
  const auto text = object({{"jti", R"("one")"}, {"exp", in(60)}});
  const auto page = tab.ask(by_value(text));
  Tab other{house};
  EXPECT_TRUE(code_of(house, other.type(interaction_of(other.ask(by_reference(pushed({{"request", text}})))), "bob")));
  house.pass(minutes(30) - seconds(1));
  EXPECT_EQ(error_of(tab.type(interaction_of(page), "ann")), "invalid_request_object");
}

TEST_F(RequestObjects, S10_one_that_never_expires_has_no_jti) {
  EXPECT_EQ(with_claims({{"exp", ""}, {"jti", R"("j")"}}),
            "invalid_request_object: what never expires cannot be remembered for long enough");
}

TEST_F(RequestObjects, S10_one_client_cannot_use_up_anothers_and_what_is_refused_uses_nothing_up) {
  const auto text = object({{"jti", R"("j")"}});
  const auto spa = object({{"jti", R"("j")"}, {"iss", R"("spa")"}, {"client_id", R"("spa")"}}, Alg::PS256);
  EXPECT_EQ(outcome(house.call(par, post({{"client_id", "spa"}, {"request", spa}}))), "ok");
  EXPECT_EQ(push_outcome({{"request", object({{"jti", R"("j")"}, {"scope", R"("nothing")"}})}}), "invalid_scope scope");
  EXPECT_EQ(push_outcome({{"request", object({{"jti", R"("j")"}, {"aud", R"("x")"}})}}),
            "invalid_request_object request");
  EXPECT_EQ(push_outcome({{"request", text}, {"request_uri", "x"}}), "invalid_request request_uri");
  EXPECT_EQ(outcome(house.call(par, with_basic(post({{"request", text}}), "orders", "wrong"))),
            "invalid_client client_secret");
  EXPECT_EQ(push_outcome({{"request", text}}), "ok");
}

TEST_F(RequestObjects, one_client_cannot_fill_the_store_with_ids) {
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(house.limits().take(LimitKind::used_once, "\norders", house.now())) << i;
  EXPECT_EQ(push_outcome({{"request", object({{"jti", R"("j")"}})}}), "slow_down limit");
  EXPECT_EQ(push_outcome({{"request", object()}}), "ok");  // it costs no row
  house.pass(seconds(1));
  EXPECT_EQ(push_outcome({{"request", object({{"jti", R"("j")"}})}}), "ok");
}

TEST_F(RequestObjects, S06_S10_single_use_under_race) {
  tab.log_in();
  const auto text = object({{"jti", R"("raced")"}});
  std::vector<Answer> answers(100);
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        for (std::size_t at; (at = next++) < answers.size();)
          answers[at] = at % 2 ? Tab(tab).ask(by_value(text)) : push({{"request", text}});
      });
  }
  int good = 0;
  for (std::size_t at = 0; at < answers.size(); ++at)
    good += at % 2 ? code_of(house, answers[at]).has_value() : answers[at].reply.has_value();
  EXPECT_EQ(good, 1);
}

// ── demanded ──

TEST_F(RequestObjects, S09_a_client_or_a_realm_may_demand_them) {
  tab.log_in();
  const auto page = interaction_of(Tab(tab).ask(with(asking(), "prompt", "login")));
  for (bool* flag :
       {&house.client("orders").require_signed_request_object, &house.config().realm.require_signed_request_object}) {
    *flag = true;
    EXPECT_EQ(error_of(tab.ask()), "invalid_request");
    EXPECT_EQ(push_outcome(asking()), "invalid_request request");
    EXPECT_EQ(error_of(tab.type(page, "ann")), "invalid_request");
    auto unsigned_one = asking();
    unsigned_one.push_back({"request", "eyJhbGciOiJub25lIn0.e30."});
    EXPECT_EQ(error_of(tab.ask(unsigned_one)), "request_not_supported");
    EXPECT_TRUE(code_of(house, tab.ask(by_value(object()))));
    EXPECT_TRUE(code_of(house, tab.ask(by_reference(pushed({{"request", object()}})))));
    *flag = false;
    EXPECT_TRUE(code_of(house, tab.ask()));
  }
}

// ── request_uri ──

TEST_F(RequestObjects, S16_only_a_registered_request_uri_is_fetched) {
  house.client("orders").request_uris = {"https://orders.example.com/request"};
  house.web["https://evil.example/request"] = object();
  for (const char* uri :
       {"https://orders.example.com/request?x", "https://orders.example.com/request#x", "https://evil.example/request",
        "http://169.254.169.254/", "urn:other:x", "file:///etc/passwd"}) {
    EXPECT_EQ(error_of(tab.ask(with(asking(), "request_uri", uri))), "request_uri_not_supported") << uri;
    EXPECT_EQ(outcome(tab.ask(by_reference(uri))), "request_uri_not_supported request_uri") << uri;
  }
  EXPECT_EQ(house.fetches, 0);
}

// oidcc-request-uri-signed-rs256, oidcc-request-uri-unsigned
TEST_F(RequestObjects, what_stands_at_a_registered_request_uri_is_an_object_like_any_other) {
  tab.log_in();
  const std::string uri = "https://orders.example.com/request#hash-of-it", url = "https://orders.example.com/request";
  house.client("orders").request_uris = {uri};
  EXPECT_EQ(error_of(tab.ask(with(asking(), "request_uri", uri))), "invalid_request_uri");  // nothing is there
  EXPECT_EQ(outcome(tab.ask(by_reference(uri))), "invalid_request_uri request_uri");
  for (const auto alg : {Alg::ES256, Alg::RS256}) {
    house.web[url] = object({}, alg) + "\r\n";
    EXPECT_TRUE(code_of(house, tab.ask(by_reference(uri))));
  }
  // Only what the object says counts, also where its answer goes to.
  house.web[url] = object({{"state", R"("of the object")"}});
  EXPECT_EQ(query_of(tab.ask(with(with(asking(), "request_uri", uri), "state", "beside")).location())["state"],
            "of the object");
  house.web[url] = object({{"redirect_uri", R"("https://evil.example/")"}});
  EXPECT_EQ(outcome(tab.ask(by_reference(uri))), "bad_redirect_uri redirect_uri");
  house.web[url] = "eyJhbGciOiJub25lIn0." + base64url::encode(claims()) + ".";
  EXPECT_EQ(error_of(tab.ask(with(asking(), "request_uri", uri))), "request_not_supported");
  house.web[url] = "<html>";
  EXPECT_EQ(error_of(tab.ask(with(asking(), "request_uri", uri))), "invalid_request_object");
  house.fetches_full = true;
  EXPECT_EQ(outcome(tab.ask(by_reference(uri))), "temporarily_unavailable fetch");
  // one client's visitors do not keep us from fetching for others
  for (int i = 0; i < 30; ++i) tab.ask(by_reference(uri));
  EXPECT_EQ(outcome(tab.ask(by_reference(uri))), "slow_down limit");
}

TEST_F(RequestObjects, the_keys_of_a_jwks_uri_verify_them) {
  auto& client = house.client("orders");
  client.jwks.clear();
  house.config().client_keys.erase(client.id);
  client.jwks_uri = "https://orders.example.com/jwks";
  tab.log_in();
  EXPECT_EQ(outcome(tab.ask(by_value(object()))), "invalid_request_object request");
  house.pass(minutes(1));
  house.web[client.jwks_uri] = jwks(std::vector{key_of(Alg::ES256).public_key()});
  EXPECT_TRUE(code_of(house, tab.ask(by_value(object()))));
}

}  // namespace
}  // namespace tessera::issuer::test
