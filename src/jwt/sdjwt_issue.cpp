#include <algorithm>
#include <array>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "crypto/crypto.hpp"
#include "jwt/claim_set.hpp"
#include "jwt/sdjwt_parts.hpp"
#include "tessera/jws.hpp"

namespace tessera::sdjwt {

namespace {

//= RFC9901#9.7
// An Issuer MUST NOT allow any content to be selectively disclosable that is critical for evaluating the SD-JWT's
// authenticity or validity.
Result<void> check_may_be_withheld(std::string_view pointer) {
  static constexpr std::array<std::string_view, 6> kDecides = {"iss", "exp", "nbf", "cnf", "status", "vct"};
  const std::string_view first = pointer.substr(1, pointer.find('/', 1) - 1);
  ENSURE(std::ranges::find(kDecides, first) == kDecides.end() && pointer != "/aud", bad_policy, "disclosable");
  return {};
}

// RFC 6901 section 3.
bool is_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') return false;
  for (auto at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1))
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
  return true;
}

// 128 bits.
std::string salt() { return base64url::encode(crypto::random<16>()); }

// Below `limit`; that some are likelier by one in 2^50 hides as well.
std::size_t random_below(std::size_t limit) {
  std::uint64_t number = 0;
  for (const std::byte octet : crypto::random<8>()) number = number << 8 | std::to_integer<std::uint64_t>(octet);
  return number % limit;
}

// Writes the payload from the inside out: what is withheld becomes a disclosure, and a digest in its place.
class Issuing {
 public:
  Issuing(const Draft& draft) : hash_(draft.hash), pointers_(draft.disclosable), decoys_(draft.decoys) {
    std::ranges::sort(pointers_);
    std::ranges::sort(decoys_, {}, &Decoys::at);
  }

  Result<void> check() const {
    ENSURE(std::ranges::adjacent_find(pointers_) == pointers_.end(), duplicate_member, "disclosable");
    ENSURE(std::ranges::adjacent_find(decoys_, {}, &Decoys::at) == decoys_.end(), duplicate_member, "decoys");
    ENSURE(pointers_.size() <= kMaxDisclosures, too_large, "disclosable");
    for (const std::string& pointer : pointers_) {
      ENSURE(pointer.size() <= kMaxPointer, too_large, "disclosable");
      ENSURE(!pointer.empty() && is_pointer(pointer), malformed, "disclosable");
      TRY_VOID(check_may_be_withheld(pointer));
    }
    for (const Decoys& decoys : decoys_) {
      ENSURE(is_pointer(decoys.at), malformed, "decoys");
      ENSURE(decoys.count > 0 && decoys.count <= kMaxDisclosures, too_large, "decoys");
    }
    return {};
  }

  // The payload, but for its last brace.
  Result<std::string> payload(const json::Object& claims) {
    const std::string out = TRY(object(claims));
    ENSURE(withheld_ == pointers_.size(), not_found, "disclosable");
    ENSURE(padded_ == decoys_.size(), not_found, "decoys");
    return out;
  }

  const std::vector<std::string>& disclosures() const { return disclosures_; }

 private:
  Result<std::string> value(const json::Value& value) {
    if (const auto members = value.object()) return object(*members);
    if (const auto items = value.array()) return array(*items);
    return value.text();
  }

  Result<std::string> object(const json::Object& members) {
    std::vector<std::string> digests = decoys();
    json::Writer out;
    out.begin_object();
    for (const auto [name, member] : members) {
      ENSURE(!is_reserved(name), malformed, "claims");
      const std::size_t before = pointer_.size();
      append_token(pointer_, name);
      const std::string text = TRY(value(member));
      if (is_withheld())
        digests.push_back(withhold(name, text));
      else
        out.key(name).raw(text);
      pointer_.resize(before);
    }
    //= RFC9901#4.2.4.1
    // The Issuer MUST hide the original order of the claims in the array.
    std::ranges::sort(digests);
    if (!digests.empty()) out.member("_sd", digests);
    out.end_object();
    return out.take();
  }

  Result<std::string> array(const json::Array& items) {
    std::vector<std::string> texts;
    std::size_t index = 0;
    std::vector<std::string> unknown = decoys();
    for (const json::Value item : items) {
      const std::size_t before = pointer_.size();
      append_token(pointer_, std::to_string(index++));
      const std::string text = TRY(value(item));
      texts.push_back(is_withheld() ? element(withhold(std::nullopt, text)) : text);
      pointer_.resize(before);
    }
    for (const std::string& digest : unknown)
      texts.insert(texts.begin() + static_cast<std::ptrdiff_t>(random_below(texts.size() + 1)), element(digest));
    json::Writer out;
    out.begin_array();
    for (const std::string& text : texts) out.raw(text);
    out.end_array();
    return out.take();
  }

  static std::string element(std::string_view digest) {
    json::Writer out;
    out.begin_object().member("...", digest).end_object();
    return out.take();
  }

  bool is_withheld() { return std::ranges::binary_search(pointers_, pointer_) && ++withheld_ > 0; }

  // The digest that stands in its place.
  std::string withhold(std::optional<std::string_view> name, std::string_view text) {
    json::Writer out;
    out.begin_array().string(salt());
    if (name) out.string(*name);
    out.raw(text).end_array();
    return digest_of(hash_, disclosures_.emplace_back(base64url::encode(out.text())));
  }

  // Those of the object or array at `pointer_`.
  std::vector<std::string> decoys() {
    std::vector<std::string> out;
    const auto at = std::ranges::lower_bound(decoys_, pointer_, {}, &Decoys::at);
    if (at == decoys_.end() || at->at != pointer_) return out;
    ++padded_;
    for (std::size_t i = 0; i < at->count; ++i) out.push_back(digest_of(hash_, text_of(crypto::random<32>())));
    return out;
  }

  Hash hash_;
  std::vector<std::string> pointers_;
  std::vector<Decoys> decoys_;
  std::string pointer_;  // to what is being written
  std::vector<std::string> disclosures_;
  std::size_t withheld_ = 0, padded_ = 0;
};

// `object` with one more member.
std::string with_member(std::string object, std::string_view name, std::string_view json) {
  object.pop_back();
  if (object.size() > 1) object += ',';
  json::Writer member;
  member.begin_object().key(name).raw(json).end_object();
  return object.append(member.text(), 1);
}

}  // namespace

Result<std::string> issue(const Draft& draft, const PrivateKey& key) {
  ENSURE(draft.claims.value.size() <= kMaxBytes, too_large, "claims");
  Issuing issuing(draft);
  TRY_VOID(issuing.check());
  json::Document document;
  const auto claims = TRY(document.parse_object(draft.claims.value));
  TRY_VOID(detail::read_claims(claims));
  ENSURE(!draft.holder || !claims.find("cnf"), duplicate_member, "cnf");
  std::string payload = TRY(issuing.payload(claims));
  payload = with_member(std::move(payload), "_sd_alg", '"' + std::string(hash_name(draft.hash)) + '"');
  if (draft.holder) payload = with_member(std::move(payload), "cnf", R"({"jwk":)" + draft.holder->jwk() + '}');
  std::string token = TRY(jws::sign(bytes_of(payload), {key, {.typ = draft.typ.value}}));
  token += '~';
  for (const std::string& disclosure : issuing.disclosures()) (token += disclosure) += '~';
  // What nobody here would read is not issued.
  TRY_VOID(Held::parse(token));
  return token;
}

}  // namespace tessera::sdjwt
