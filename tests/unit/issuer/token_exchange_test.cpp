// Token exchange (RFC 8693).
#include <gtest/gtest.h>

#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

using Names = std::vector<std::string>;

constexpr const char* kGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr const char* kAccess = "urn:ietf:params:oauth:token-type:access_token";
constexpr const char* kJwt = "urn:ietf:params:oauth:token-type:jwt";
constexpr const char* kInactive = R"({"active":false})";

// "orders" calls the API, which is "api", and that calls the stock for the same person.
struct TokenExchange : testing::Test {
  TokenExchange() {
    auto& orders = house.client("orders");
    orders.scopes.emplace_back("stock");
    orders.access.push_back({kStock, {"*"}});
    auto& api = house.client("api");
    api.grant_types = {GrantType::token_exchange};
    api.access = {{kStock, {"*"}}, {kApi, {"*"}}};
    api.scopes = {"openid", "roles", "orders", "orders.write", "stock"};
    in = log_in_and_redeem(house, {"openid", "profile", "roles", "orders", "stock"});
    subject = in.tokens["access_token"];
  }

  static Request request(const std::string& token, std::string_view client = "api") {
    return with_basic(post({{"grant_type", kGrant}, {"subject_token", token}, {"subject_token_type", kAccess}}),
                      client);
  }
  Answer exchanged(const Request& request) { return house.call(token, request); }
  std::string refused(const Request& request) {
    const auto answer = exchanged(request);
    return answer.code() + " " + answer.at();
  }
  std::string exchanged_token(const Request& request) {
    const auto answer = exchanged(request);
    EXPECT_TRUE(answer.reply) << answer.code() << " " << answer.at();
    return answer.reply ? house.tokens(answer)["access_token"] : "";
  }
  Claims claims(const Request& request) { return house.access_claims(exchanged_token(request)); }
  Names permissions(const Request& request) { return *claims(request).get<Names>("permissions"); }
  bool active(const std::string& text) {
    return house.call(introspect, with_basic(post({{"token", text}}), "api")).json().body != kInactive;
  }
  bool exchangeable(const std::string& text) {
    const auto answer = exchanged(request(text));
    EXPECT_TRUE(answer.reply || (answer.code() == "invalid_request" && answer.at() == "subject_token"))
        << answer.code() << " " << answer.at();
    return answer.reply.has_value();
  }

  House house;
  LoggedIn in;
  std::string subject;
};

TEST_F(TokenExchange, gives_a_token_for_another_resource_server_that_names_who_acts) {
  const auto answer = exchanged(request(subject));
  ASSERT_TRUE(answer.reply) << answer.code() << " " << answer.at();
  const auto& json = answer.json();
  EXPECT_EQ(member(json, "issued_token_type"), "\"" + std::string(kAccess) + "\"");
  EXPECT_EQ(member(json, "token_type"), R"("Bearer")");
  EXPECT_EQ(member(json, "expires_in"), "300");
  EXPECT_EQ(member(json, "scope"), R"("stock")");
  EXPECT_EQ(member(json, "refresh_token"), "");
  auto tokens = house.tokens(answer);
  EXPECT_FALSE(tokens.contains("id_token"));

  const auto before = house.access_claims(subject);
  const auto claims = house.access_claims(tokens["access_token"]);
  EXPECT_EQ(claims.audience(), std::vector<std::string_view>{kStock});
  EXPECT_EQ(claims.subject(), "usr_ann");
  EXPECT_EQ(*claims.get<std::string>("client_id"), "api");
  EXPECT_EQ(*claims.get<Names>("permissions"), Names{"stock:read"});
  EXPECT_EQ(*claims.get<Names>("roles"), Names{"boss"});
  EXPECT_EQ(*claims.json("act"), R"({"sub":"api"})");
  for (const char* name : {"sid", "gid", "auth_time", "rev"}) EXPECT_EQ(*claims.json(name), *before.json(name)) << name;
  EXPECT_EQ(*claims.get<Names>("from_clients"), Names{"orders"});
  EXPECT_EQ(*claims.get<Names>("from_jtis"), Names{std::string(before.id())});
  EXPECT_NE(claims.id(), before.id());
}

TEST_F(TokenExchange, a_jwt_is_what_our_access_tokens_are) {
  const auto answer = exchanged(with(with(request(subject), "subject_token_type", kJwt), "requested_token_type", kJwt));
  ASSERT_TRUE(answer.reply);
  EXPECT_EQ(member(answer.json(), "issued_token_type"), "\"" + std::string(kJwt) + "\"");
  EXPECT_TRUE(exchanged(with(request(subject), "requested_token_type", kAccess)).reply);
}

TEST_F(TokenExchange, the_request_is_checked) {
  EXPECT_EQ(refused(without(request(subject), "subject_token")), "invalid_request subject_token");
  EXPECT_EQ(refused(without(request(subject), "subject_token_type")), "invalid_request subject_token_type");
  for (const char* type :
       {"access_token", "urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:refresh_token",
        "urn:ietf:params:oauth:token-type:saml2"}) {
    EXPECT_EQ(refused(with(request(subject), "subject_token_type", type)), "invalid_request subject_token_type");
    EXPECT_EQ(refused(with(request(subject), "requested_token_type", type)), "invalid_request requested_token_type");
  }
  EXPECT_EQ(refused(with(request(subject), "actor_token", subject)), "invalid_request actor_token");
  EXPECT_EQ(refused(with(request(subject), "actor_token_type", kAccess)), "invalid_request actor_token_type");
}

TEST_F(TokenExchange, is_for_a_client_with_a_secret_that_is_registered_for_it) {
  EXPECT_EQ(exchanged(request(subject, "orders")).code(), "unauthorized_client");
  house.client("spa").grant_types = {GrantType::token_exchange};
  auto by_none = with(request(subject), "client_id", "spa");
  by_none.headers.authorization.clear();
  EXPECT_EQ(refused(by_none), "unauthorized_client client_id");
  EXPECT_EQ(exchanged(with_basic(request(subject), "api", "wrong")).code(), "invalid_client");
}

TEST_F(TokenExchange, a_client_exchanges_what_was_issued_to_it_or_is_meant_for_it) {
  house.client("orders").grant_types.push_back(GrantType::token_exchange);
  EXPECT_TRUE(exchanged(request(subject, "orders")).reply);
  auto& legacy = house.client("legacy");
  legacy.grant_types = {GrantType::token_exchange};
  EXPECT_EQ(refused(request(subject, "legacy")), "invalid_request subject_token");
  legacy.acts_as = {kStock};
  EXPECT_EQ(refused(request(subject, "legacy")), "invalid_request subject_token");
  // and then it is meant for it
  legacy.acts_as = {kApi};
  EXPECT_TRUE(exchanged(request(subject, "legacy")).reply);
}

TEST_F(TokenExchange, a_stranger_learns_nothing_of_the_token_that_it_holds) {
  auto& legacy = house.client("legacy");
  legacy.grant_types = {GrantType::token_exchange};
  for (const auto& [name, value] : std::vector<std::pair<const char*, const char*>>{
           {"scope", "stock"}, {"scope", "orders.write"}, {"resource", kStock}, {"resource", "https://no.example"}})
    EXPECT_EQ(refused(with(request(subject, "legacy"), name, value)), "invalid_request subject_token") << value;
  // nor that it has ended meanwhile
  house.end_session(in.session);
  EXPECT_EQ(refused(request(subject, "legacy")), "invalid_request subject_token");
}

TEST_F(TokenExchange, S12_only_a_good_access_token_is_exchanged) {
  for (const auto& text :
       {std::string("x"), std::string("a.b.c"), in.tokens["id_token"], in.tokens["refresh_token"],
        house.sealed(in.code), subject + "A", subject.substr(0, subject.size() - 1), std::string(20000, 'a')})
    EXPECT_EQ(refused(request(text)), "invalid_request subject_token") << text.substr(0, 80);
}

TEST_F(TokenExchange, S11_only_what_our_own_key_signed_is_exchanged) {
  const Claims good = house.access_claims(subject);
  const auto& own = *house.config().signing_key(kAccessTokenAlg);
  const jws::Header header{.typ = kAccessTokenTyp, .cty = ""};
  const std::string said(good.json());
  EXPECT_TRUE(exchangeable(*jws::sign(bytes_of(said), {own, header})));
  const auto namesake = PrivateKey::generate(kAccessTokenAlg, {.kid = own.info().kid});
  const auto confused = SecretKey::from_octets(bytes_of(own.public_key().pem()), Alg::HS256, {.kid = own.info().kid});
  ASSERT_TRUE(namesake && confused);
  EXPECT_FALSE(exchangeable(*jws::sign(bytes_of(said), {*namesake, kAccessTokenAlg, header})));
  EXPECT_FALSE(exchangeable(*jws::sign(bytes_of(said), {*confused, Alg::HS256, header})));
  EXPECT_FALSE(exchangeable(*jws::sign(bytes_of(said), {*house.config().signing_key(Alg::RS256), header})));
  EXPECT_FALSE(exchangeable(*jws::sign(bytes_of(said), own)));
}

// ── never more ──

TEST_F(TokenExchange, S13_the_scope_is_a_part_of_the_old_one_and_of_the_clients) {
  EXPECT_EQ(refused(with(request(subject), "scope", "orders.write")), "invalid_scope scope");  // not in the old one
  EXPECT_EQ(refused(with(request(subject), "scope", "profile")), "invalid_scope scope");       // not the client's
  EXPECT_EQ(refused(with(request(subject), "scope", "unknown")), "invalid_scope scope");
  EXPECT_EQ(refused(with(request(subject), "scope", "stock orders.write")), "invalid_scope scope");
  EXPECT_EQ(*claims(with(request(subject), "scope", "openid stock")).get<std::string>("scope"), "openid stock");
  // without the parameter: what belongs to the new resource server, of both
  EXPECT_EQ(*claims(with(request(subject), "resource", kApi)).get<std::string>("scope"), "orders");
  house.client("api").scopes = {"orders"};
  EXPECT_EQ(*claims(request(subject)).get<std::string>("scope"), "");
  EXPECT_EQ(permissions(request(subject)), Names{});
}

TEST_F(TokenExchange, S13_the_target_is_one_of_the_clients) {
  const auto target = [&](std::vector<Param> more) {
    auto list = request(subject).form.list();
    list.insert(list.end(), more.begin(), more.end());
    return with_basic(post(std::move(list)), "api");
  };
  EXPECT_EQ(claims(target({{"resource", kApi}})).audience().front(), kApi);
  EXPECT_EQ(claims(target({{"audience", kApi}})).audience().front(), kApi);
  EXPECT_EQ(claims(target({{"audience", kApi}, {"resource", kApi}, {"audience", kApi}})).audience().front(), kApi);
  EXPECT_EQ(refused(target({{"audience", kApi}, {"resource", kStock}})), "invalid_target resource");
  EXPECT_EQ(refused(target({{"resource", kApi}, {"resource", kStock}})), "invalid_target resource");
  EXPECT_EQ(refused(target({{"audience", kApi}, {"audience", kStock}})), "invalid_target resource");
  for (const char* one : {"https://no.example", kIssuer, "api", "https://stock.example.com/"})
    for (const char* name : {"resource", "audience"})
      EXPECT_EQ(refused(target({{name, one}})), "invalid_target resource") << one;
  house.client("api").access = {{kApi, {"*"}}};
  EXPECT_EQ(refused(target({{"audience", kStock}})), "invalid_target resource");
  // a client that lists none gets nothing, not even a token for the issuer
  house.client("api").access = {};
  EXPECT_EQ(refused(request(subject)), "invalid_target resource");
  house.client("api").access = {{"https://gone.example", {"*"}}};
  EXPECT_EQ(refused(request(subject)), "invalid_target resource");
}

TEST_F(TokenExchange, S13_the_new_token_lives_no_longer_than_the_old_one) {
  house.pass(seconds(200));
  const auto answer = exchanged(request(subject));
  EXPECT_EQ(member(answer.json(), "expires_in"), "100");
  const auto text = house.tokens(answer)["access_token"];
  EXPECT_EQ(house.access_claims(text).expires_at(), house.access_claims(subject).expires_at());
  house.config().realm.lifetimes.access_token = seconds(60);
  EXPECT_EQ(member(exchanged(request(subject)).json(), "expires_in"), "60");
  house.config().realm.lifetimes.access_token = seconds(3600);
  EXPECT_EQ(member(exchanged(request(subject)).json(), "expires_in"), "100");
}

TEST_F(TokenExchange, S13_permissions_are_what_each_client_may_use_and_the_scope_covers) {
  EXPECT_EQ(permissions(request(subject)), Names{"stock:read"});
  const Client orders = house.client("orders"), api = house.client("api");
  house.client("api").access = {{kStock, {}}};
  EXPECT_EQ(permissions(request(subject)), Names{});
  house.client("api") = api;
  house.client("orders").access = {{kApi, {"*"}}};  // whom the person let in may not use it there
  EXPECT_EQ(permissions(request(subject)), Names{});
  house.client("orders") = orders;
  // a client that needs no scope for its own people's tokens needs one here
  house.client("api").scope_need = ScopeNeed::none;
  house.client("orders").scope_need = ScopeNeed::none;
  EXPECT_EQ(permissions(with(request(subject), "scope", "openid")), Names{});
  EXPECT_EQ(permissions(with(with(request(subject), "scope", "orders"), "resource", kApi)), Names{"orders:read"});
}

TEST_F(TokenExchange, S13_at_the_same_resource_server_nothing_is_added) {
  auto& role = house.config().roles.at("clerk");
  const auto before = permissions(with(request(subject), "resource", kApi));
  EXPECT_EQ(before, Names{"orders:read"});
  // more belongs to the scope since the old token was made
  house.config().resource_servers.at(kApi).scopes.at("orders").push_back("orders:write");
  role.permissions.at(kApi).push_back("orders:write");
  EXPECT_EQ(permissions(with(request(subject), "resource", kApi)), before);
}

TEST_F(TokenExchange, S13_a_way_around_brings_nothing_back) {
  // What the first client may not use stays out, also after an exchange to elsewhere and back.
  house.client("orders").scopes.emplace_back("orders.write");
  house.client("orders").access = {{kApi, {"orders:read"}}, {kStock, {"*"}}};
  const auto fresh = log_in_and_redeem(house, {"openid", "orders", "orders.write", "stock"}).tokens["access_token"];
  const auto there = exchanged_token(with(request(fresh), "scope", "stock orders orders.write"));
  EXPECT_EQ(permissions(with(request(there), "resource", kApi)), Names{"orders:read"});
}

TEST_F(TokenExchange, S13_userinfo_tells_no_role_that_the_token_does_not) {
  house.client("api").scope_need = ScopeNeed::none;
  const auto text = exchanged_token(with(request(subject), "scope", "openid roles"));
  const auto answer = house.call(userinfo, with_bearer(get({}), text));
  EXPECT_EQ(answer.json().body, R"({"sub":"usr_ann","roles":[]})");
}

TEST_F(TokenExchange, each_exchange_is_named_and_there_are_four_at_most) {
  std::string text = subject, act;
  for (int hop = 0; hop < 4; ++hop) {
    text = exchanged_token(with(request(text), "scope", "stock orders"));
    act = R"({"sub":"api")" + (act.empty() ? "" : R"(,"act":)" + act) + "}";
    const auto claims = house.access_claims(text);
    EXPECT_EQ(*claims.json("act"), act);
    EXPECT_EQ(claims.get<Names>("from_jtis")->size(), hop + 1u);
  }
  EXPECT_EQ(*house.access_claims(text).get<Names>("from_clients"), (Names{"orders", "api", "api", "api"}));
  EXPECT_EQ(refused(request(text)), "invalid_request subject_token");
}

TEST_F(TokenExchange, a_clients_own_token_is_exchanged_without_a_store) {
  house.client("service").scopes = {"orders", "stock"};
  house.client("service").access = {{kApi, {"*"}}, {kStock, {"*"}}};
  const auto own = house.tokens(house.call(token, with(credentials_request(), "scope", "orders stock")));
  const auto answer = exchanged(request(own.at("access_token")));
  ASSERT_TRUE(answer.reply) << answer.code();
  EXPECT_EQ(answer.transactions, 0);
  const auto text = house.tokens(answer)["access_token"];
  const auto claims = house.access_claims(text);
  EXPECT_EQ(claims.subject(), "service");
  EXPECT_EQ(*claims.get<std::string>("client_id"), "api");
  EXPECT_EQ(*claims.get<Names>("permissions"), Names{"stock:read"});
  for (const char* name : {"sid", "gid", "auth_time"}) EXPECT_FALSE(claims.has(name)) << name;
  // and ends with the client that it speaks of
  EXPECT_TRUE(active(text));
  house.client("service").enabled = false;
  EXPECT_FALSE(active(text));
  EXPECT_FALSE(exchangeable(own.at("access_token")));
}

TEST_F(TokenExchange, introspection_tells_who_acts_and_only_its_own_client_revokes_it) {
  const auto text = exchanged_token(request(subject));
  const auto told = house.call(introspect, with_basic(post({{"token", text}}), "api"));
  EXPECT_EQ(member(told.json(), "act"), R"({"sub":"api"})");
  EXPECT_EQ(member(told.json(), "client_id"), R"("api")");
  EXPECT_EQ(house.call(introspect, with_basic(post({{"token", text}}))).json().body, kInactive);
  EXPECT_EQ(house.call(revoke, with_basic(post({{"token", text}}))).code(), "invalid_grant");
  EXPECT_TRUE(house.call(revoke, with_basic(post({{"token", text}}), "api")).reply);
  EXPECT_FALSE(active(text));
  EXPECT_TRUE(active(subject));
}

TEST_F(TokenExchange, without_a_signing_key_it_says_to_come_back) {
  house.config().signing.clear();
  EXPECT_EQ(exchanged(request(subject)).code(), "temporarily_unavailable");
}

// ── the new one ends with the old one ──

TEST_F(TokenExchange, S14_every_fact_ends_what_was_exchanged_and_forbids_to_exchange) {
  const std::vector<std::pair<FactKind, std::string>> facts{
      {FactKind::subject, "usr_ann"}, {FactKind::client, "orders"}, {FactKind::client, "api"},
      {FactKind::audience, kStock},   {FactKind::role, "boss"},     {FactKind::realm, ""}};
  for (const auto& [kind, value] : facts) {
    const auto fresh = log_in_and_redeem(house, {"openid", "stock"}).tokens["access_token"];
    const auto text = exchanged_token(request(fresh));
    const auto further = exchanged_token(request(text));
    EXPECT_TRUE(active(text) && active(further)) << value;
    house.apply(kind, value);
    EXPECT_FALSE(active(text)) << value;
    EXPECT_FALSE(active(further)) << value;
    EXPECT_FALSE(exchangeable(text)) << value;
  }
  house.apply(FactKind::client, "orders");
  EXPECT_FALSE(exchangeable(subject));
}

TEST_F(TokenExchange, S14_revoking_the_old_token_ends_the_new_ones) {
  const auto text = exchanged_token(request(subject));
  const auto further = exchanged_token(request(text));
  ASSERT_TRUE(house.call(revoke, with_basic(post({{"token", subject}}))).reply);
  EXPECT_FALSE(exchangeable(subject));
  EXPECT_FALSE(active(text));
  EXPECT_FALSE(active(further));
}

TEST_F(TokenExchange, S14_a_logout_or_the_end_of_the_grant_ends_both) {
  const auto text = exchanged_token(request(subject));
  house.end_session(in.session);
  EXPECT_FALSE(active(text));
  EXPECT_FALSE(exchangeable(subject));
  auto again = log_in_and_redeem(house);
  const auto other = exchanged_token(request(again.tokens["access_token"]));
  house.write([&](Tx& tx) { ASSERT_TRUE(*tx.end_grant(house.realm(), again.code.grant)); });
  EXPECT_FALSE(active(other));
  EXPECT_FALSE(exchangeable(again.tokens["access_token"]));
}

TEST_F(TokenExchange, S14_a_disabled_user_at_once_without_any_fact) {
  const auto text = exchanged_token(request(subject));
  User ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_FALSE(active(text));
  EXPECT_FALSE(exchangeable(subject));
}

TEST_F(TokenExchange, S14_a_disabled_client_at_once_without_any_fact) {
  const auto text = exchanged_token(request(subject));
  house.client("orders").enabled = false;
  EXPECT_FALSE(active(text));
  EXPECT_FALSE(exchangeable(subject));
  EXPECT_FALSE(exchangeable(text));
  house.config().clients.erase(ClientId("orders"));
  EXPECT_FALSE(active(text));
}

TEST_F(TokenExchange, S14_the_rev_is_never_newer_than_the_old_tokens) {
  // A fact about somebody else raises what this node knows; the new token does not claim to know it.
  house.apply(FactKind::subject, "usr_bob");
  house.apply(FactKind::subject, "usr_bob");
  EXPECT_EQ(*claims(request(subject)).get<std::int64_t>("rev"), 0);
}

TEST_F(TokenExchange, S15_expiry_is_checked_at_use) {
  house.pass(seconds(299));
  EXPECT_TRUE(exchangeable(subject));
  house.pass(seconds(1));
  EXPECT_FALSE(exchangeable(subject));
}

TEST_F(TokenExchange, S30_a_token_of_another_realm_is_not_exchanged) {
  house.config().issuer = "https://id.example.com/r/other";
  house.config().access_verifier = make_access_verifier(house.config());
  EXPECT_FALSE(exchangeable(subject));
}

TEST_F(TokenExchange, S03_duplicates_are_refused_but_for_the_targets) {
  auto list = request(subject).form.list();
  list.push_back({"subject_token", subject});
  EXPECT_EQ(refused(with_basic(post(list), "api")), "invalid_request parameters");
}

}  // namespace
}  // namespace tessera::issuer::test
