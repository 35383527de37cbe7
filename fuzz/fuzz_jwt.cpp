// JWT: the input as a claim set, or as a header, a NUL and a claim set, under a good signature. Two ways of verifying
// agree, and the trace with them; what verifies holds what the policy says, one flipped bit is refused, and each
// refusal can be explained.
#include <string>

#include "base/base64url.hpp"
#include "base/utf8.hpp"
#include "fuzz.hpp"
#include "jose/signature.hpp"
#include "tessera/jwt.hpp"

using namespace tessera;

namespace {

constexpr sys_seconds kNow{seconds(1'000'000)};
constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

const SecretKey& key() {
  static const SecretKey made = *SecretKey::from_octets(bytes_of(kSecret), Alg::HS256);
  return made;
}
const Verifier& verifier() {
  static const Verifier made{key(), Policy{.issuer = "i",
                                           .audience = "a",
                                           .typ = Unchecked("fuzzed"),
                                           .algs = {Alg::HS256},
                                           .require = {"exp"},
                                           .max_bytes = 1 << 20}};
  return made;
}

void check_explanation(const Error& error, std::string_view token) {
  const auto why = explain(error, token, verifier(), kNow);
  HOLDS(why.code == error_name(error.code) && !why.expected.empty());
  for (const auto& text : {why.expected, why.actual, why.hint})
    HOLDS(valid_utf8(text) && text.find('\x1b') == std::string::npos);
}

// Told check by check, it ends as verify does.
void check_trace(const Result<Claims>& verified, std::string_view token) {
  const auto told = trace(token, verifier(), kNow, Values::redacted);
  HOLDS(told.refusal == (verified ? std::nullopt : std::optional(verified.error())));
  std::size_t failed = 0;
  for (const auto& step : told.steps) {
    HOLDS(step.verdict != Verdict::passed || failed == 0);
    if (step.verdict == Verdict::failed) {
      ++failed;
      HOLDS(!verified && step.code == error_name(verified.error().code));
    }
  }
  HOLDS(failed == (verified ? 0U : 1U));
}

void check_claims(const Claims& claims, std::string_view text) {
  HOLDS(claims.json() == text && claims.alg() == Alg::HS256);
  HOLDS(claims.issuer() == "i" && claims.contains("aud", "a") && claims.expires_at() > kNow);
  HOLDS(claims.has("exp") && claims.get<double>("exp").has_value() && !claims.get<bool>("exp").has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto input = as_text(data, size);
  const auto nul = input.find('\0');
  const bool has_header = nul != std::string_view::npos;
  const auto header = has_header ? input.substr(0, nul) : std::string_view(R"({"alg":"HS256"})");
  const auto text = has_header ? input.substr(nul + 1) : input;

  std::string token = base64url::encode(header) + '.' + base64url::encode(text);
  HOLDS(jose::sign_into(key().data(), Alg::HS256, token).has_value());
  static Scratch scratch;
  const auto claims = verifier().verify(token, kNow);
  const auto again = verifier().verify(token, kNow, scratch);
  HOLDS(claims.has_value() == again.has_value());
  check_trace(claims, token);
  if (claims) {
    check_claims(*claims, text);
    check_claims(*again, text);
    HOLDS(claims->typ() == again->typ() && claims->kid() == again->kid());
    std::string flipped = token;
    const std::size_t at = (static_cast<std::size_t>(data[0]) << 8 | data[size - 1]) % flipped.size();
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (size & 7)));
    HOLDS(!verifier().verify(flipped, kNow, scratch));
    HOLDS(verifier().verify(token, kNow, scratch));
  } else {
    HOLDS(claims.error() == again.error());
    check_explanation(claims.error(), token);
  }

  // The input as the whole token: nobody signed it with this key.
  const auto raw = verifier().verify(input, kNow);
  check_trace(raw, input);
  if (!raw) check_explanation(raw.error(), input);
  if (const auto peeked = peek_unverified(input)) HOLDS(peeked->parts == 3 || peeked->parts == 5);
  return 0;
}
