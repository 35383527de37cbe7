// SD-JWT: the input as disclosures, a NUL behind each, and the payload, under a good signature; "@0" stands for the
// digest of the first disclosure. What verifies is what a holder reads, each disclosure can be shown alone, and one
// flipped bit is refused. Then the input as the whole SD-JWT.
#include <string>
#include <vector>

#include "base/base64url.hpp"
#include "fuzz.hpp"
#include "json/json.hpp"
#include "jwt/sdjwt_parts.hpp"
#include "tessera/jws.hpp"
#include "tessera/sdjwt.hpp"

using namespace tessera;

namespace {

constexpr sys_seconds kNow{seconds(1'000'000)};

const PrivateKey& key() {
  static const PrivateKey made = *PrivateKey::generate(Alg::ES256);
  return made;
}

Result<Claims> verified(std::string_view text) {
  static const Keys keys = Keys::of({key().public_key()});
  static const sdjwt::Policy policy{.issuer_signed = {.issuer = Unchecked("fuzzed"),
                                                      .audience = Unchecked("fuzzed"),
                                                      .typ = Unchecked("fuzzed"),
                                                      .algs = {Alg::ES256},
                                                      .max_bytes = sdjwt::kMaxBytes},
                                    .key_binding = Unchecked("fuzzed"),
                                    .may_lack_exp = Unchecked("fuzzed")};
  return sdjwt::verify(text, keys, policy, kNow);
}

// "@0" to "@9" are the digests of the first ten.
std::string with_digests(std::string_view text, const std::vector<std::string>& disclosures) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto which = i + 1 < text.size() ? static_cast<std::size_t>(text[i + 1] - '0') : disclosures.size();
    if (text[i] == '@' && which < disclosures.size() && which < 10) {
      out += sdjwt::digest_of(sdjwt::Hash::sha_256, disclosures[which]);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

// The payload comes last: its digests are of what stands before it.
std::string made(std::string_view input) {
  std::vector<std::string> disclosures;
  for (auto nul = input.find('\0'); nul != std::string_view::npos; nul = input.find('\0')) {
    disclosures.push_back(base64url::encode(with_digests(input.substr(0, nul), disclosures)));
    input.remove_prefix(nul + 1);
  }
  const auto token = jws::sign(bytes_of(with_digests(input, disclosures)), key());
  std::string out = token ? *token : std::string();
  out += '~';
  for (const auto& one : disclosures) (out += one) += '~';
  return out;
}

void check_held(std::string_view text) {
  const auto held = sdjwt::Held::parse(text);
  if (!held) return;
  json::Document document;
  HOLDS(document.parse_object(held->claims()));
  std::vector<std::string> all;
  for (const auto& one : held->disclosures()) {
    all.push_back(one.pointer);
    HOLDS(!one.inside || *one.inside < held->disclosures().size());
    const auto alone = held->present({one.pointer});
    HOLDS(alone && sdjwt::Held::parse(*alone));
  }
  const auto again = sdjwt::Held::parse(*held->present(all));
  HOLDS(again && again->claims() == held->claims());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto input = as_text(data, size);
  check_held(input);
  const std::string text = made(input);
  check_held(text);
  const auto claims = verified(text);
  const auto held = sdjwt::Held::parse(text);
  if (claims) {
    HOLDS(!claims->has("_sd") && !claims->has("_sd_alg") && !claims->has("..."));
    HOLDS(!held || held->claims() == claims->json());
    std::string flipped = text;
    const std::size_t at = (static_cast<std::size_t>(data[0]) << 8 | data[size - 1]) % flipped.size();
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (size & 7)));
    HOLDS(!verified(flipped));
  }
  HOLDS(!verified(input));  // nobody signed it with this key
  return 0;
}
