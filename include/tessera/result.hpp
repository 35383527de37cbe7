// Results and refusals.
//
// Whatever may fail for a reason outside this program returns a `Result<T>`: a value or an `Error`. An `Error` is two
// words, copied freely, and never allocates: a stable code, and a literal that says where (a claim, a header parameter,
// a member: `"aud"`). Codes are append-only; their spelling is what `--json` and the logs show. `explain` (jwt.hpp)
// turns one into expected and actual for whoever may see them.
//
// Three kinds of failure, told apart: the input is wrong (most codes), the world is down (`Err::unavailable`,
// `Err::io`), and we are wrong, which aborts with a message.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace tessera {

// code, what it means, what to do about it
#define TESSERA_ERRORS(X)                                                                                              \
  X(malformed, "the text does not have the expected shape",                                                            \
    "check that the whole token or key was copied, and no more")                                                       \
  X(too_large, "the input is larger than the limit", "raise the limit only if such inputs are expected")               \
  X(wrong_kind, "this is another kind of token or key", "five parts are a JWE, three a JWS; use the matching call")    \
  X(bad_base64, "not strict base64url", "remove padding and white space; use the URL-safe alphabet")                   \
  X(bad_json, "not valid JSON", "check the text with a JSON parser")                                                   \
  X(json_depth, "JSON nested too deeply", "at most 32 levels are read")                                                \
  X(duplicate_member, "a JSON object has two members of one name", "whoever made it must write each member once")      \
  X(malformed_header, "a header parameter has the wrong type or value", "see the RFC section of that parameter")       \
  X(crit_unsupported, "a critical header parameter is not understood",                                                 \
    "the issuer asks for an extension unknown here")                                                                   \
  X(unknown_alg, "the algorithm is not known", "use one of the registered algorithms")                                 \
  X(alg_not_allowed, "the policy does not list this algorithm",                                                        \
    "add it to the policy only if the issuer should use it")                                                           \
  X(alg_key_mismatch, "the algorithm is not this key's", "use the key that the issuer made for this algorithm")        \
  X(no_keys, "there is no key to verify with", "give at least one key")                                                \
  X(key_not_found, "no key fits this token", "refresh the key set; compare its kids with the token's")                 \
  X(ambiguous_key, "more than one key fits this token", "give each key its own kid, and name it in the token")         \
  X(weak_key, "the key is too weak", "RSA needs 2048 bits or more; an HMAC key at least its hash's length")            \
  X(bad_key, "the key is not valid", "make the key again; a point off its curve or an inconsistent member is refused") \
  X(private_key_in_set, "a public key set holds private members", "publish public keys only, and replace this key")    \
  X(bad_signature, "the signature does not verify", "the token was altered, or signed with another key")               \
  X(typ_mismatch, "the token is of another type", "use the token that is meant for this purpose")                      \
  X(claim_missing, "a required claim is missing", "the issuer must set it")                                            \
  X(claim_type, "a claim has the wrong type", "the issuer must write it as its RFC says")                              \
  X(claim_mismatch, "a claim does not have the expected value", "compare the issuer's settings with the policy")       \
  X(expired, "the token has expired", "get a new token; check the clocks if it is fresh")                              \
  X(not_yet_valid, "the token is not valid yet", "check the clocks of issuer and verifier")                            \
  X(too_old, "the token was issued too long ago", "get a new token")                                                   \
  X(bad_policy, "the policy contradicts itself", "see the bounds in tessera/jwt.hpp")                                  \
  X(decrypt_failed, "it does not open", "wrong key, or altered")                                                       \
  X(unsupported, "this is not supported here", "see docs for what is")                                                 \
  X(not_found, "there is no such thing", "check the name")                                                             \
  X(conflict, "it exists already, or changed meanwhile", "read it again and retry")                                    \
  X(unavailable, "a part that is needed does not answer", "try again later; see the log")                              \
  X(retry, "nothing was committed; run it again", "run the transaction again")                                         \
  X(io, "a file or the network failed", "see the message of the operating system")                                     \
  X(inflate_limit, "what was compressed is larger than the limit",                                                     \
    "raise the limit only if such contents are expected")                                                              \
  X(malformed_jwe, "a part of the JWE has a length that its algorithms do not have",                                   \
    "check that the whole message was copied, and that alg and enc are those it was made with")                        \
  X(p2c_limit, "the password would be hashed more or fewer times than the policy allows",                              \
    "raise the limit only for messages whose sender is known; fewer than 1,000 rounds are never read")                 \
  X(duplicate_header, "a header parameter stands in two headers of one message",                                       \
    "whoever made it must write each parameter once")                                                                  \
  X(replayed, "this token was used before", "make a new one for each use")                                             \
  X(at_hash_failed, "the hash of what came with the token is another, or cannot be computed",                          \
    "do not use what came with it; ask the issuer which algorithm it hashes with")                                     \
  X(password_needed, "the key is encrypted", "give its password")                                                      \
  X(needs_openssl, "this algorithm is not in the OpenSSL here", "ML-DSA takes OpenSSL 3.5 or later")                   \
  X(wrong_answer, "what keeps the private key answered wrongly",                                                       \
    "check that the device or service holds the private half of this very key")                                        \
  X(untrusted_certificate, "no valid chain leads from the certificate to a trust anchor",                              \
    "send the certificates between; name an anchor only if all that it vouches for should be trusted")                 \
  X(certificate_time, "a certificate is not valid at this time", "renew it; check the clocks if it is new")            \
  X(certificate_usage, "the certificate is not for signing", "its keyUsage must name digitalSignature")                \
  X(bad_disclosure, "a disclosure is not what its digest may stand for", "ask the issuer for a new SD-JWT")            \
  X(digest_repeated, "an SD-JWT holds one digest twice", "the issuer must use each digest once")                       \
  X(disclosure_unused, "no digest stands for a disclosure",                                                            \
    "show what it is inside of too, and nothing of another SD-JWT")                                                    \
  X(key_binding_missing, "the holder has not signed this presentation", "ask for an SD-JWT with a key binding JWT")    \
  X(key_binding_unwanted, "there is a key binding JWT that nobody asked for",                                          \
    "ask for key binding, or send the SD-JWT alone")                                                                   \
  X(index_out_of_range, "a status list has no such entry", "compare the token with the list that it names")            \
  X(status_not_valid, "the status list says that the token does not stand",                                            \
    "get a new token; its issuer has ended or suspended this one")

enum class Err : std::uint8_t {
#define TESSERA_X(code, text, hint) code,
  TESSERA_ERRORS(TESSERA_X)
#undef TESSERA_X
};

// `at` is always a literal (static storage): the claim, header parameter, member or step at fault, or "".
struct Error {
  Err code;
  const char* at = "";
  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code && std::string_view(a.at) == b.at; }
};

std::string_view error_name(Err code);  // "alg_not_allowed": the stable spelling
std::string_view error_text(Err code);  // one sentence: what is wrong
std::string_view error_hint(Err code);  // one sentence: what to do

// A plain alias would not be nodiscard; hence a type.
template <class T>
struct [[nodiscard]] Result : std::expected<T, Error> {
  using std::expected<T, Error>::expected;
};

inline std::unexpected<Error> fail(Err code, const char* at = "") { return std::unexpected(Error{code, at}); }

}  // namespace tessera
