#include "jose/verify.hpp"

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "jose/signature.hpp"

namespace tessera::jose {

namespace {

// Decodes into a buffer that keeps its memory.
Result<BytesView> decode_into(Bytes& buffer, std::string_view text) {
  buffer.resize(base64url::decoded_size(text.size()));
  const std::size_t size = TRY(base64url::decode(text, buffer));
  return BytesView(buffer).first(size);
}

}  // namespace

std::uint32_t alg_bits(const AllowedAlgs& algs) {
  if (!algs.checked()) return kAnyAlg;
  std::uint32_t bits = 0;
  for (const Alg alg : algs.values()) bits |= alg_bit(alg);
  return bits;
}

// Many tokens share one header: the same octets say the same, so they are read once.
Result<void> read_header(std::string_view text, JwsScratch& scratch) {
  if (text == scratch.header_text) return {};
  scratch.header_text.clear();
  const auto octets = TRY(of_part(decode_into(scratch.header_octets, text), "header"));
  const auto object = TRY(of_part(scratch.header_document.parse_object(text_of(octets)), "header"));
  scratch.header = TRY(parse_header(object));
  scratch.header_text = text;
  return {};
}

Result<void> check_alg(std::uint32_t algs, const JwsScratch& scratch) {
  ENSURE(algs & alg_bit(scratch.header.alg), alg_not_allowed, "alg");
  return {};
}

Result<Compact> open_jws(std::string_view token, std::size_t max_bytes, std::uint32_t algs, JwsScratch& scratch) {
  const auto parts = TRY(split(token, max_bytes));
  TRY_VOID(read_header(parts.header, scratch));
  TRY_VOID(check_alg(algs, scratch));
  return parts;
}

Result<void> check_signature(const Compact& parts, const detail::KeyData& key, JwsScratch& scratch) {
  const auto signature = TRY(of_part(decode_into(scratch.signature, parts.signature), "signature"));
  return verify_signature(key, scratch.header.alg, parts.signing_input, signature);
}

Result<BytesView> decode_payload(const Compact& parts, JwsScratch& scratch) {
  return of_part(decode_into(scratch.payload, parts.payload), "payload");
}

}  // namespace tessera::jose
