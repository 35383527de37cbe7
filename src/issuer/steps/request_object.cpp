#include "issuer/steps/request_object.hpp"

#include "issuer/contains.hpp"
#include "issuer/digest.hpp"
#include "issuer/steps/client_auth.hpp"
#include "issuer/steps/client_keys.hpp"
#include "json/json.hpp"
#include "tessera/request_object.hpp"

namespace tessera::issuer {

namespace {
constexpr seconds kMaxLife = std::chrono::minutes(60);

// What a JWT says of itself is no part of the request.
constexpr std::string_view kOfTheJwt[] = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"};

// A text as it is, anything else as JSON: max_age, claims.
std::string shown(json::Value value) {
  const auto text = value.string();
  return text ? std::string(*text) : value.text();
}

// A list of `resource`s is several of them (RFC 8707 section 2.1).
void add(std::vector<Param>& list, std::string_view name, json::Value value) {
  const auto array = name == "resource" ? value.array() : std::nullopt;
  if (array) {
    for (const json::Value item : *array) list.push_back({std::string(name), shown(item)});
  } else if (!value.is(json::Kind::null)) {
    list.push_back({std::string(name), shown(value)});
  }
}

//= RFC9101#6.3
// The authorization server MUST only use the parameters in the Request Object, even if the same parameter is provided
// in the query parameter.
Step<Params> params_of(const Claims& claims) {
  json::Document document;
  const auto object = TRY(document.parse_object(claims.json()));
  std::vector<Param> list;
  for (const json::Member member : object)
    if (!contains(kOfTheJwt, member.name)) add(list, member.name, member.value);
  return Params(std::move(list));
}

// Of two clients neither can use up an id of the other's.
std::string use_id(const Claims& claims) {
  if (claims.id().empty()) return {};
  json::Writer w;
  w.begin_array().string("request object").string(claims.issuer()).string(claims.id()).end_array();
  return digest_of(w.text());
}

Step<void> check_times(const Claims& claims, bool strict, sys_seconds now) {
  const auto begins = claims.not_before();
  REQUIRE(begins || !strict, invalid_request_object, "nbf", "missing");
  REQUIRE(!begins || now <= *begins + kMaxLife + kAssertionLeeway, invalid_request_object, "nbf", "60 minutes ago");
  REQUIRE(!claims.has("exp") || claims.expires_at() <= begins.value_or(now + kAssertionLeeway) + kMaxLife,
          invalid_request_object, "exp", "more than 60 minutes ahead");
  REQUIRE(claims.id().empty() || claims.has("exp"), invalid_request_object, "jti",
          "what never expires cannot be remembered for long enough");
  return {};
}
}  // namespace

bool needs_signed_request(const Client& client, const Realm& realm) {
  return client.require_signed_request_object || realm.require_signed_request_object;
}

Step<std::string> fetch_request_object(std::string_view uri, const Client& client, Ctx& ctx) {
  REQUIRE(contains(client.request_uris, uri), request_uri_not_supported, "request_uri",
          "not one of the client's request_uris");
  // Nobody has proved anything yet: one client's visitors must not keep us from fetching for others.
  TRY_VOID(ctx.limit(LimitKind::fetch, client.id.text));
  // The fragment is of the content (Core section 6.2): the object's signature says more.
  auto body = TRY(ctx.fetch(std::string(uri.substr(0, uri.find('#')))));
  REQUIRE(body, invalid_request_uri, "request_uri", "nothing is to be had there");
  while (body->ends_with('\n') || body->ends_with('\r')) body->pop_back();
  return std::move(*body);
}

Step<RequestObject> open_request_object(std::string_view object, const Client& client, Ctx& ctx) {
  const auto& snapshot = ctx.snapshot();
  const auto now = whole_seconds(ctx.now());
  const bool strict = needs_signed_request(client, snapshot.realm);
  using request_object::Expiry;
  const auto keys = TRY(keys_of(client, kid_of(object), ctx));
  const auto verified = request_object::verify(object, jws::KeysView(*keys),
                                               {.client_id = client.id.text,
                                                .audience = snapshot.issuer,
                                                .algs = algs_of_keys(client.request_object_signing_alg),
                                                .untyped = Untyped::accepted,
                                                .expiry = strict ? Expiry::required : Expiry::optional,
                                                .leeway = kAssertionLeeway},
                                               now);
  REQUIRE(verified, invalid_request_object, "request",
          std::string(error_name(verified.error().code)) + " " + verified.error().at);
  const Claims& claims = verified->claims();
  TRY_VOID(check_times(claims, strict, now));
  return RequestObject{TRY(params_of(claims)), use_id(claims)};
}

}  // namespace tessera::issuer
