#include "cli/failure.hpp"

#include <utility>

namespace tessera::cli {

namespace {

Exit exit_of(Err code) { return code == Err::io || code == Err::unavailable ? Exit::environment : Exit::refused; }

// What a reader of keys and tokens expects, by code.
std::string_view expectation(Err code) {
  switch (code) {
    case Err::malformed: return "one whole key or token, and nothing else";
    case Err::too_large: return "input within the limit";
    case Err::wrong_kind: return "the kind of token or key that this command reads";
    case Err::bad_base64: return "base64url without padding, white space or stray bits";
    case Err::bad_json: return "one JSON object in UTF-8, and nothing after it";
    case Err::json_depth: return "JSON of at most 32 levels";
    case Err::duplicate_member: return "each member name once";
    case Err::malformed_header: return "header parameters as RFC 7515 section 4 defines them";
    case Err::crit_unsupported: return "no critical extension but b64, and that in a JWS alone";
    case Err::duplicate_header: return "each header parameter once, protected or not";
    case Err::unknown_alg: return "an algorithm that is known here";
    case Err::alg_not_allowed: return "one of the algorithms that were asked for";
    case Err::alg_key_mismatch: return "an algorithm that this key can serve";
    case Err::weak_key: return "RSA of 2048 bits or more, an HMAC key at least as long as its hash";
    case Err::bad_key: return "a consistent key on its curve";
    case Err::private_key_in_set: return "public keys only";
    case Err::bad_signature: return "a signature made with this key";
    case Err::decrypt_failed: return "a message for this key, whole and unaltered";
    case Err::malformed_jwe: return "parts of the lengths that alg and enc have";
    case Err::p2c_limit: return "as many rounds of the password's hash as are allowed";
    case Err::inflate_limit: return "content that inflates to no more than is allowed";
    case Err::unsupported: return "a kind of key that is supported here";
    case Err::bad_disclosure: return "[salt, name, value] in an object, [salt, value] in a list";
    case Err::digest_repeated: return "each digest once";
    case Err::disclosure_unused: return "disclosures that the token has digests of";
    case Err::key_binding_missing: return "a key binding JWT behind the last ~";
    case Err::key_binding_unwanted: return "an SD-JWT that ends in ~";
    case Err::index_out_of_range: return "an index below the number of entries";
    case Err::claim_mismatch: return "the value that was asked for";
    case Err::no_keys: return "at least one key";
    case Err::key_not_found: return "a key of this kid and algorithm";
    case Err::ambiguous_key: return "exactly one key that fits";
    case Err::typ_mismatch: return "a token of the type that was asked for";
    case Err::claim_missing: return "every claim that is required";
    case Err::claim_type: return "claims of the types that their RFC gives them";
    case Err::expired:
    case Err::not_yet_valid: return "a token that is valid at this time";
    case Err::too_old: return "a token that is fresh enough";
    case Err::replayed: return "a token that has not come before";
    case Err::at_hash_failed: return "what the token was issued with";
    case Err::bad_policy: return "values within their bounds";
    case Err::not_found: return "the name of something that is there";
    case Err::conflict: return "a name that is free";
    case Err::unavailable:
    case Err::retry:
    case Err::io: return "files and a system that answer";
    case Err::password_needed: return "a key that is not encrypted, or its password";
    case Err::needs_openssl: return "an algorithm that is built: ES256, EdDSA ...";
    case Err::wrong_answer: return "an answer that the public key confirms";
    case Err::untrusted_certificate: return "a chain that leads to a trust anchor";
    case Err::certificate_time: return "certificates that are valid at this time";
    case Err::certificate_usage: return "a certificate for signing";
    case Err::status_not_valid: return "an entry of the list that says 0, valid";
  }
  return "";
}

std::string or_else(std::string text, std::string_view other) { return text.empty() ? std::string(other) : text; }

}  // namespace

std::unexpected<Failure> misuse(std::string summary, Misuse what) {
  return std::unexpected(Failure{.exit = Exit::usage,
                                 .code = "usage",
                                 .summary = std::move(summary),
                                 .at = std::move(what.at),
                                 .expected = std::move(what.expected),
                                 .actual = or_else(std::move(what.actual), "nothing"),
                                 .hint = std::move(what.hint)});
}

Outcome<void> check_useful(std::initializer_list<Useful> options) {
  for (const Useful& one : options) {
    if (!one.given || one.there) continue;
    const bool excluded = one.beside.starts_with("no ");
    return misuse("this option would do nothing",
                  {one.flag, one.beside + " beside it", excluded ? "both" : "it alone", "leave " + one.flag + " out"});
  }
  return {};
}

std::unexpected<Failure> environment(Err code, std::string at, std::string expected, std::string actual,
                                     std::string hint) {
  return std::unexpected(Failure{.exit = Exit::environment,
                                 .code = std::string(error_name(code)),
                                 .summary = std::string(error_text(code)),
                                 .at = std::move(at),
                                 .expected = std::move(expected),
                                 .actual = std::move(actual),
                                 .hint = or_else(std::move(hint), error_hint(code))});
}

std::unexpected<Failure> refused(Error error, std::string_view subject) {
  return refused(error, std::string(expectation(error.code)), std::string(subject));
}

std::unexpected<Failure> refused(Error error, std::string expected, std::string actual, std::string hint) {
  return std::unexpected(Failure{.exit = exit_of(error.code),
                                 .code = std::string(error_name(error.code)),
                                 .summary = std::string(error_text(error.code)),
                                 .at = error.at,
                                 .expected = or_else(std::move(expected), expectation(error.code)),
                                 .actual = std::move(actual),
                                 .hint = or_else(std::move(hint), error_hint(error.code))});
}

std::unexpected<Failure> refused(Error error, Explanation explanation) {
  if (explanation.expected.ends_with(error_text(error.code))) explanation.expected.clear();
  auto failure =
      refused(error, std::move(explanation.expected), std::move(explanation.actual), std::move(explanation.hint));
  if (!explanation.at.empty()) failure.error().at = std::move(explanation.at);
  return failure;
}

std::unexpected<Failure> refused(Error error, std::initializer_list<Fault> faults, std::string_view subject,
                                 std::string hint) {
  for (const Fault& fault : faults) {
    if (fault.error != error) continue;
    auto failure = refused(error, fault.expected, or_else(fault.actual, subject), or_else(fault.hint, hint));
    if (!fault.at.empty()) failure.error().at = fault.at;
    return failure;
  }
  return refused(error, "", std::string(subject), std::move(hint));
}

std::unexpected<Failure> summed_up(std::string summary, std::unexpected<Failure> failure) {
  failure.error().summary = std::move(summary);
  return failure;
}

}  // namespace tessera::cli
