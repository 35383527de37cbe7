#include "issuer/steps/pkce.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "base/ct.hpp"
#include "issuer/digest.hpp"

namespace tessera::issuer {

namespace {
bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}
}  // namespace

bool needs_pkce(const Client& client) { return client.require_pkce || client.auth == ClientAuth::none; }

Step<std::string> check_challenge(const Params& params, const Client& client) {
  const auto challenge = params.find("code_challenge");
  const auto method = params.find("code_challenge_method");
  if (!challenge) {
    REQUIRE(!needs_pkce(client), invalid_request, "code_challenge", "missing");
    REQUIRE(!method, invalid_request, "code_challenge", "a method without a challenge");
    return {};
  }
  REQUIRE(method == "S256", invalid_request, "code_challenge_method", "only S256; left out means plain");
  const auto octets = base64url::decode(*challenge);
  REQUIRE(octets && octets->size() == 32, invalid_request, "code_challenge", "not a SHA-256");
  return std::string(*challenge);
}

Step<void> check_verifier(const Params& params, const Client& client, std::string_view challenge) {
  const auto verifier = params.find("code_verifier");
  if (challenge.empty()) {
    REQUIRE(!verifier, invalid_grant, "code_verifier", "the code has no challenge");
    REQUIRE(!needs_pkce(client), invalid_grant, "code_verifier", "the client must use PKCE now");
    return {};
  }
  REQUIRE(verifier, invalid_grant, "code_verifier", "missing");
  REQUIRE(verifier->size() >= 43 && verifier->size() <= 128 && std::ranges::all_of(*verifier, unreserved),
          invalid_request, "code_verifier", "43 to 128 unreserved characters");
  const auto received = digest_of(*verifier);
  REQUIRE(ct::equal(received, challenge), invalid_grant, "code_verifier",
          "expected the verifier of " + std::string(challenge) + ", received that of " + received);
  return {};
}

}  // namespace tessera::issuer
