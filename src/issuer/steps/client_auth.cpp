#include "issuer/steps/client_auth.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "base/ct.hpp"
#include "base/form.hpp"
#include "issuer/digest.hpp"
#include "issuer/steps/client_keys.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/used_once.hpp"
#include "json/json.hpp"
#include "tessera/client_assertion.hpp"
#include "tessera/jwt.hpp"

namespace tessera::issuer {

namespace {
constexpr std::size_t kMaxHeader = 4096;

constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
// The clocks of others (nbf and iat up to so far ahead).
constexpr seconds kLeeway{30};
constexpr seconds kMaxAssertionLife = std::chrono::hours(1) + kLeeway;

// An assertion does not say which of the two methods it is: its client's registration does.
enum class How { none, basic, post, assertion };

How how_of(ClientAuth method) {
  switch (method) {
    case ClientAuth::none: break;
    case ClientAuth::client_secret_basic: return How::basic;
    case ClientAuth::client_secret_post: return How::post;
    case ClientAuth::private_key_jwt:
    case ClientAuth::client_secret_jwt: return How::assertion;
  }
  return How::none;
}

struct Presented {
  How how{};
  std::string id;
  std::string proof{};  // the secret, or the assertion
};

std::string why(const Error& error) { return std::string(error_name(error.code)) + ' ' + error.at; }

// Standard base64 with its padding (RFC 4648 section 4), strict: read as base64url once its two letters are exchanged.
Result<std::string> decode_base64(std::string_view text) {
  ENSURE(text.size() % 4 == 0 && text.find_first_of("-_") == text.npos, bad_base64, "authorization");
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string url(text);
  std::ranges::replace(url, '+', '-');
  std::ranges::replace(url, '/', '_');
  const Bytes octets = TRY(base64url::decode(url));
  return std::string(text_of(octets));
}

// Each half is form-urlencoded before they are joined (RFC 6749 section 2.3.1).
Result<std::string> decode_half(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return form::decode(spaced);
}

bool is_scheme(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, {}, [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
}

Result<Presented> parse_basic(std::string_view header) {
  const auto space = header.find(' ');
  ENSURE(header.size() <= kMaxHeader && space != header.npos && is_scheme(header.substr(0, space), "basic"), malformed,
         "authorization");
  header.remove_prefix(std::min(header.find_first_not_of(' ', space), header.size()));
  const std::string pair = TRY(decode_base64(header));
  const auto colon = pair.find(':');
  ENSURE(colon != pair.npos, malformed, "authorization");
  auto id = TRY(decode_half(std::string_view(pair).substr(0, colon)));
  auto secret = TRY(decode_half(std::string_view(pair).substr(colon + 1)));
  return Presented{How::basic, std::move(id), std::move(secret)};
}

Step<Presented> read_basic(const Request& request) {
  auto basic = parse_basic(request.headers.authorization);
  REQUIRE(basic, invalid_client, "authorization", "not Basic");
  return std::move(*basic);
}

// RFC 7521 section 4.2.
Step<Presented> read_assertion(const Params& form) {
  const auto type = TRY(require_param(form, "client_assertion_type"));
  const auto assertion = TRY(require_param(form, "client_assertion"));
  REQUIRE(type == kAssertionType, invalid_client, "client_assertion_type", std::string(type.substr(0, 100)));
  const auto id = client_assertion::peek_client_id(assertion);
  REQUIRE(id, invalid_client, "client_assertion", why(id.error()));
  return Presented{How::assertion, *id, std::string(assertion)};
}

Step<Presented> read_body(const Params& form) {
  const auto id = form.find("client_id");
  REQUIRE(id, invalid_client, "client_id", "no client authentication");
  if (const auto secret = form.find("client_secret"))
    return Presented{How::post, std::string(*id), std::string(*secret)};
  return Presented{How::none, std::string(*id)};
}

//= RFC6749#2.3 "The client MUST NOT use more than one authentication method in each request."
Step<Presented> read_presented(const Request& request) {
  const auto& form = request.form;
  const bool basic = !request.headers.authorization.empty(), post = form.find("client_secret").has_value(),
             assertion = form.find("client_assertion") || form.find("client_assertion_type");
  REQUIRE(basic + post + assertion <= 1, invalid_request, "client_auth", "more than one method");
  auto presented = TRY(basic ? read_basic(request) : assertion ? read_assertion(form) : read_body(form));
  //= RFC7521#4.2 "If present, the value of the "client_id" parameter MUST identify the same client as is identified by
  // the client assertion."
  const auto id = form.find("client_id");
  REQUIRE(!id || *id == presented.id, invalid_request, "client_id", "another than the one that is proved");
  return presented;
}

// Compares with each digest, and with one that nothing has where there is none: unknown client or wrong secret take the
// same steps.
bool secret_matches(const Client* client, std::string_view secret) {
  static const std::vector<std::string> kNobody{std::string(43, 'A')};
  const std::string presented = digest_of(secret);
  bool matches = false;
  for (const auto& digest : client && !client->secret_digests.empty() ? client->secret_digests : kNobody)
    matches |= ct::equal(presented, digest);
  return matches;
}

std::string received_audience(const Error& error, std::string_view assertion, const Snapshot& snapshot) {
  if (std::string_view(error.at) != "aud") return {};
  const auto peeked = peek_unverified(assertion);
  json::Document document;
  auto claims = peeked ? document.parse_object(peeked->payload) : Result<json::Object>(fail(Err::malformed, "claims"));
  const auto audience = claims ? claims->find("aud") : std::nullopt;
  return ": expected " + snapshot.assertion_audiences().front() + ", received " +
         (audience ? audience->text().substr(0, 300) : "none");
}

// The registration chooses key and algorithm, nothing in the assertion does: it is verified by the client's public keys
// or by its secret, never by either.
Step<void> check_assertion(std::string_view assertion, const Client& client, Ctx& ctx) {
  const auto& secret = ctx.keys_of(client).secret;
  const bool by_secret = client.auth == ClientAuth::client_secret_jwt;
  const auto algs = by_secret ? std::vector{kSecretAssertionAlg} : algs_of_keys(client.token_endpoint_auth_signing_alg);
  const auto keys = by_secret ? nullptr : TRY(keys_of(client, kid_of(assertion), ctx));
  UsedOnce memory(ctx, client.id);
  const auto verified =
      client_assertion::verify(assertion, by_secret ? jws::KeysView({}, secret) : jws::KeysView(*keys),
                               {.client_id = client.id.text,
                                .audience = ctx.snapshot().assertion_audiences(),
                                .algs = algs,
                                .replay = memory,
                                .untyped = Untyped::accepted,
                                .max_lifetime = kMaxAssertionLife,
                                .leeway = kLeeway},
                               whole_seconds(ctx.now()));
  if (memory.stop()) return std::unexpected(std::move(*memory.stop()));
  REQUIRE(verified, invalid_client, "client_assertion",
          why(verified.error()) + received_audience(verified.error(), assertion, ctx.snapshot()));
  return {};
}
}  // namespace

Step<const Client*> authenticate_client(const Request& request, Ctx& ctx) {
  if (ctx.caller()) return ctx.caller();
  const auto presented = TRY(read_presented(request));
  const bool by_secret = presented.how == How::basic || presented.how == How::post;
  const Client* client = TRY(ctx.client(presented.id));
  const bool proven = !by_secret || secret_matches(client, presented.proof);
  REQUIRE(client, invalid_client, "client_id", "unknown client");
  REQUIRE(how_of(client->auth) == presented.how, invalid_client, "client_auth", "not the registered method");
  REQUIRE(proven, invalid_client, "client_secret", "wrong secret");
  REQUIRE(client->enabled, invalid_client, "client_id", "disabled client");
  // Last, because it uses the assertion up.
  if (presented.how == How::assertion) TRY_VOID(check_assertion(presented.proof, *client, ctx));
  ctx.prove_caller(*client);
  return client;
}

Step<const Client*> authenticate_confidential_client(const Request& request, Ctx& ctx) {
  const Client* client = TRY(authenticate_client(request, ctx));
  REQUIRE(client->auth != ClientAuth::none, invalid_client, "client_auth", "a public client proves nothing");
  return client;
}

}  // namespace tessera::issuer
