#include "tessera/status_list.hpp"

#include "base/base64url.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "jose/verify.hpp"
#include "jwt/claim_rules.hpp"
#include "jwt/verify.hpp"
#include "tessera/jws.hpp"
#include "zip/zip.hpp"

namespace tessera::status_list {

namespace {

constexpr std::size_t kMaxToken = 1 << 20;

constexpr unsigned width(Bits bits) { return static_cast<unsigned>(bits); }
constexpr unsigned per_octet(Bits bits) { return 8 / width(bits); }
constexpr unsigned mask(Bits bits) { return (1U << width(bits)) - 1; }

// Where an entry stands in its octet: the first in the lowest bits (section 4.1).
unsigned shift(std::uint64_t index, Bits bits) { return static_cast<unsigned>(index % per_octet(bits)) * width(bits); }

Result<Bits> read_bits(const json::Object& list) {
  const auto member = list.find("bits");
  const auto number = member ? member->integer() : std::nullopt;
  ENSURE(number, claim_type, "status_list");
  for (const Bits bits : {Bits::one, Bits::two, Bits::four, Bits::eight})
    if (*number == width(bits)) return bits;
  return fail(Err::claim_type, "status_list");
}

Result<List> read_list(const json::Object& claims, std::size_t max_octets) {
  const auto claim = claims.find("status_list");
  ENSURE(claim, claim_missing, "status_list");
  const auto list = claim->object();
  ENSURE(list, claim_type, "status_list");
  const Bits bits = TRY(read_bits(*list));
  const auto lst = list->find("lst");
  const auto text = lst ? lst->string() : std::nullopt;
  ENSURE(text, claim_type, "status_list");
  return jose::of_part(List::parse(bits, *text, max_octets), "status_list");
}

Result<std::optional<seconds>> read_ttl(const json::Object& claims) {
  const auto claim = claims.find("ttl");
  if (!claim) return std::nullopt;
  const auto number = claim->integer();
  ENSURE(number && *number > 0 && *number <= kLastSecond, claim_type, "ttl");
  return seconds(*number);
}

Result<std::int64_t> date(sys_seconds time, const char* name) {
  const auto value = time.time_since_epoch().count();
  ENSURE(value >= 0 && value <= kLastSecond, bad_policy, name);
  return value;
}

}  // namespace

// ── the list ────────────────────────────────────────────────────────────────────────────────────────────────────────

Result<List> List::of_size(std::size_t entries, Bits bits) {
  ENSURE(entries <= kMaxOctets * per_octet(bits), too_large, "entries");
  return List(bits, Bytes((entries + per_octet(bits) - 1) / per_octet(bits)));
}

Result<List> List::parse(Bits bits, std::string_view lst, std::size_t max_octets) {
  ENSURE(max_octets <= kMaxOctets, bad_policy, "max_octets");
  const Bytes packed = TRY(base64url::decode(lst));
  return List(bits, TRY(zip::inflate(zip::Format::zlib, packed, max_octets)));
}

Result<std::uint8_t> List::get(std::uint64_t index) const {
  ENSURE(index < size(), index_out_of_range, "idx");
  const auto octet = std::to_integer<unsigned>(octets_[index / per_octet(bits_)]);
  return static_cast<std::uint8_t>(octet >> shift(index, bits_) & mask(bits_));
}

Result<void> List::check(std::uint64_t index) const {
  ENSURE(TRY(get(index)) == kValid, status_not_valid, "status");
  return {};
}

Result<void> List::set(std::uint64_t index, std::uint8_t status) {
  ENSURE(index < size(), index_out_of_range, "idx");
  ENSURE(status <= mask(bits_), malformed, "status");
  std::byte& octet = octets_[index / per_octet(bits_)];
  octet &= ~std::byte(mask(bits_) << shift(index, bits_));
  octet |= std::byte(unsigned{status} << shift(index, bits_));
  return {};
}

std::string List::lst() const {
  const auto packed = zip::deflate(zip::Format::zlib, octets_);
  INVARIANT(packed, "a list is far below what zlib takes");
  return base64url::encode(*packed);
}

// ── the token ───────────────────────────────────────────────────────────────────────────────────────────────────────

Result<std::string> issue(const List& list, const Draft& draft, const PrivateKey& key) {
  ENSURE(!draft.uri.value.empty(), bad_policy, "sub");
  ENSURE(draft.expires_at.value > draft.issued_at.value, bad_policy, "exp");
  ENSURE(!draft.ttl || (draft.ttl->count() > 0 && draft.ttl->count() <= kLastSecond), bad_policy, "ttl");
  json::Writer claims;
  claims.begin_object();
  if (!draft.issuer.empty()) claims.member("iss", draft.issuer);
  claims.member("sub", draft.uri.value);
  claims.member("iat", TRY(date(draft.issued_at.value, "iat")));
  claims.member("exp", TRY(date(draft.expires_at.value, "exp")));
  if (draft.ttl) claims.member("ttl", draft.ttl->count());
  claims.key("status_list").begin_object().member("bits", width(list.bits())).member("lst", list.lst()).end_object();
  claims.end_object();
  ENSURE(valid_utf8(claims.text()), bad_json, "claims");
  const std::string token = TRY(jws::sign(bytes_of(claims.text()), {key, {.typ = "statuslist+jwt"}}));
  ENSURE(token.size() <= kMaxToken, too_large, "token");
  return token;
}

Result<Reference> reference(const Claims& token) {
  if (!token.has("status")) return fail(Err::claim_missing, "status");
  json::Document document;
  const std::string text = TRY(token.json("status"));
  const auto status = TRY(document.parse(text)).object();
  ENSURE(status, claim_type, "status");
  const auto member = status->find("status_list");
  ENSURE(member, claim_missing, "status");
  const auto list = member->object();
  ENSURE(list, claim_type, "status");
  const auto idx = list->find("idx"), uri = list->find("uri");
  const auto index = idx ? idx->integer() : std::nullopt;
  const auto name = uri ? uri->string() : std::nullopt;
  ENSURE(index && *index >= 0 && name && !name->empty(), claim_type, "status");
  return Reference{static_cast<std::uint64_t>(*index), std::string(*name)};
}

Result<Verified> verify(std::string_view token, const Keys& issuer, const Policy& policy, std::string_view uri,
                        sys_seconds now) {
  ENSURE(policy.max_octets <= kMaxOctets, bad_policy, "max_octets");
  const Verifier verifier{issuer, tessera::Policy{.issuer = policy.issuer,
                                                  .audience = Unchecked("a status list is for everybody"),
                                                  .typ = "statuslist+jwt",
                                                  .algs = policy.algs,
                                                  .leeway = policy.leeway,
                                                  .max_age = policy.max_age,
                                                  .require = {"iat"},
                                                  .max_bytes = policy.max_bytes}};
  auto scratch = std::make_unique<detail::ScratchData>();
  const auto object = TRY(detail::verify_signed(token, verifier.data(), *scratch));
  scratch->claims = TRY(detail::read_claims(object));
  const auto expiry = policy.may_lack_exp ? detail::Expiry::optional : detail::Expiry::required;
  TRY_VOID(detail::check_claims(scratch->claims, verifier.policy(), expiry, now));
  // Section 8.3: "The subject claim (sub or 2) of the Status List Token MUST be equal to the uri claim in the
  // status_list object of the Referenced Token".
  ENSURE(scratch->claims.subject, claim_missing, "sub");
  ENSURE(*scratch->claims.subject == uri, claim_mismatch, "sub");
  const auto ttl = TRY(read_ttl(object));
  List list = TRY(read_list(object, policy.max_octets));
  return Verified{std::move(list), detail::ClaimsMaker::owning(std::move(scratch)), ttl};
}

Result<List> peek_unverified(std::string_view token, std::size_t max_octets) {
  const Peeked peeked = TRY(tessera::peek_unverified(token));
  json::Document document;
  const auto claims = TRY(jose::of_part(document.parse_object(peeked.payload), "payload"));
  return read_list(claims, max_octets);
}

}  // namespace tessera::status_list
