#include "issuer/steps/client_auth.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "base/ct.hpp"
#include "base/form.hpp"
#include "issuer/digest.hpp"

namespace tessera::issuer {

namespace {
constexpr std::size_t kMaxHeader = 4096;

struct Presented {
  ClientAuth method{};
  std::string id, secret;
};

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
  return Presented{ClientAuth::client_secret_basic, std::move(id), std::move(secret)};
}

//= RFC6749#2.3 "The client MUST NOT use more than one authentication method in each request."
Step<Presented> read_presented(const Request& request) {
  const auto id = request.form.find("client_id");
  const auto secret = request.form.find("client_secret");
  if (request.headers.authorization.empty()) {
    REQUIRE(id, invalid_client, "client_id", "no client authentication");
    return Presented{secret ? ClientAuth::client_secret_post : ClientAuth::none, std::string(*id),
                     std::string(secret.value_or(""))};
  }
  REQUIRE(!secret, invalid_request, "client_secret", "in the header and in the body");
  auto basic = parse_basic(request.headers.authorization);
  REQUIRE(basic, invalid_client, "authorization", "not Basic");
  REQUIRE(!id || *id == basic->id, invalid_request, "client_id", "another in the header than in the body");
  return std::move(*basic);
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
}  // namespace

Step<const Client*> authenticate_client(const Request& request, const Ctx& ctx) {
  const auto presented = TRY(read_presented(request));
  const Client* client = ctx.snapshot().client(presented.id);
  const bool proven = presented.method == ClientAuth::none || secret_matches(client, presented.secret);
  REQUIRE(client, invalid_client, "client_id", "unknown client");
  REQUIRE(client->auth == presented.method, invalid_client, "client_auth", "not the registered method");
  REQUIRE(proven, invalid_client, "client_secret", "wrong secret");
  REQUIRE(client->enabled, invalid_client, "client_id", "disabled client");
  return client;
}

Step<const Client*> authenticate_confidential_client(const Request& request, const Ctx& ctx) {
  const Client* client = TRY(authenticate_client(request, ctx));
  REQUIRE(client->auth != ClientAuth::none, invalid_client, "client_auth", "a public client proves nothing");
  return client;
}

}  // namespace tessera::issuer
