// What a text of 64 KiB may cost before it is answered: at most 5 ms and 1 MiB beyond its own size, besides the one
// operation with a key, or the inflated content, that a policy allows. Every reader of untrusted text is here, with the
// shapes that cost it most.
#include <gtest/gtest.h>

#include <time.h>

#include <algorithm>
#include <functional>
#include <map>

#include "base/base64.hpp"
#include "kinds.hpp"
#include "sdjwt.hpp"
#include "tessera/certificate.hpp"
#include "tessera/nested.hpp"
#include "tessera/status_list.hpp"
#include "unit/jose/allocations.hpp"
#include "unit/jose/jwe_keys.hpp"
#include "zip/zip.hpp"

using namespace tests;

namespace {

constexpr std::size_t kSize = 64 << 10, kMemory = 1 << 20;
constexpr double kMilliseconds = 5;
constexpr double kSlack = 4;  // tests run beside others; what is quadratic is far beyond all the same

struct Shape {
  std::string name;
  std::string text;
  std::string expected;  // "ok", or the refusal's code
};
struct Reader {
  std::string name;
  std::function<std::string(std::string_view)> read;
  std::vector<Shape> shapes;
  std::size_t inflated = 0;  // octets that its policy lets a content grow to
};

// ── shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

// As often as it fits into `size` octets, or at most `most` times, with `between` in between. `item` makes the nth.
std::string many(std::size_t size, const auto& item, std::string_view between = ",", std::size_t most = kSize) {
  std::string out;
  for (std::size_t i = 0; i < most; ++i) {
    std::string next = item(i);
    if (out.size() + between.size() + next.size() > size) break;
    if (i > 0) out += between;
    out += next;
  }
  return out;
}
auto same(std::string item) {
  return [item = std::move(item)](std::size_t) { return item; };
}
auto numbered(std::size_t first) {
  return [=](std::size_t i) { return "\"" + std::to_string(first + i) + "\":0"; };
}
std::string member(std::size_t i) { return numbered(0)(i); }

const std::string kOctets64 = base64url::encode(std::string(64, 'k'));

constexpr std::size_t kEncoded = kSize / 4 * 3 - 600;  // octets that base64url makes 64 KiB of, a signature's less

// JSON objects of about `size` octets.
struct Json {
  const char* name;
  std::string text;
  const char* code;
};
std::vector<Json> objects(std::size_t size, const std::string& head) {
  const std::string start = head.empty() ? "{" : "{" + head + ",";
  return {{"numbers", start + "\"z\":[" + many(size - 300, same("1")) + "]}", "ok"},
          {"empty texts", start + "\"z\":[" + many(size - 300, same("\"\"")) + "]}", "ok"},
          {"empty objects", start + "\"z\":[" + many(size - 300, same("{}")) + "]}", "ok"},
          {"one long text", start + "\"z\":\"" + std::string(size - 300, 'x') + "\"}", "ok"},
          {"escapes", start + "\"z\":\"" + many(size - 300, same("\\u0041"), "") + "\"}", "ok"},
          {"1,000 members", start + many(size - 300, member, ",", 1000) + "}", "ok"},
          {"too many members", start + many(size - 300, member) + "}", "too_large"},
          {"many objects of many members",
           start + "\"z\":[" + many(size - 300, same("{" + many(8'000, member, ",", 1024) + "}")) + "]}", "ok"},
          {"deep", start + "\"z\":" + std::string(size / 2 - 300, '[') + std::string(size / 2 - 300, ']') + "}",
           "json_depth"},
          {"deep and open", start + "\"z\":" + std::string(size - 300, '['), "bad_json"},
          {"many deep ones",
           start + "\"z\":[" + many(size - 300, same(std::string(30, '[') + std::string(30, ']'))) + "]}", "ok"}};
}

// What `make` makes of each. `accepted` is what a reader answers to an object that it can read; `others` is what it
// answers to some of them otherwise.
std::vector<Shape> shapes(const std::vector<Json>& all, const auto& make, const std::string& accepted = "ok",
                          const std::map<std::string, std::string>& others = {}) {
  std::vector<Shape> out;
  for (const Json& one : all) {
    const auto other = others.find(one.name);
    const std::string code = std::string_view(one.code) == "ok" ? accepted : one.code;
    out.push_back({one.name, make(one.text), other == others.end() ? code : other->second});
  }
  return out;
}
std::vector<Shape> operator+(std::vector<Shape> all, std::vector<Shape> more) {
  std::ranges::move(more, std::back_inserter(all));
  return all;
}

std::vector<Shape> no_tokens(const std::string& parts) {
  return {{"dots", std::string(kSize, '.'), "malformed"},
          {"nothing of base64url", std::string(kSize, '!'), "malformed"},
          {"white space", std::string(kSize, ' '), "malformed"},
          {"a long header", std::string(kSize - 8, 'e') + parts, "bad_json"}};
}

// ── DER ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

std::string der(unsigned tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() < 128) {
    out += static_cast<char>(content.size());
  } else {
    out += "\x83";
    for (const int shift : {16, 8, 0}) out += static_cast<char>(content.size() >> shift);
  }
  return out += content;
}
constexpr unsigned kSequence = 0x30, kSet = 0x31, kOid = 0x06, kOctets = 0x04, kNull = 0x05;
const std::string kCommonName = der(kOid, "\x55\x04\x03"), kEcdsa = der(kOid, "\x2a\x86\x48\xce\x3d\x04\x03\x02");

// An SPKI whose curve is given by its numbers, over the prime 141 · 2^640 + 1, with points that are compressed: OpenSSL
// takes half a second to find their other halves.
const std::string kSlowCurve = std::string(text_of(*base64::decode(
    "MIICGzCCAcIGByqGSM49AgEwggG1AgEBMF0GByqGSM49AQECUgCNAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEwgaYEUQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAwRRaAVRmMChMmeXSneBTqYULlv3jZlSo+5U1D9kxQy+6qyX/NWMD34huK"
    "oRV8izv6+eL/etwK7l3WABsxKtb7vcVaL5d+30lZ0TPZ8izgrcepKDBFICbJcz75W+p8h5GT/STYKhxUxFVH2dC56NTYKkwS53lAm5K2xXY3wL"
    "A+5CZNFZ1T3eXnZKROMm7g6sTb09yYtTwWuvXkkL37qq+mlAd2y1QMzkAlFbBs7BM3Waru5DEWKk8gqzBZsz2Ucl7yEUum5zbO7UsfDpw97ulN"
    "jNR3GOO6+UQvNi+RnLMt79VnAqZrJZu3mOm6A6GRUSkfAGMJ1X7UTjLb0CAQEDUwAChzV5xn5N7V+qmuDhuUaaiiCwXEpZos8Xn2bkeScX0lmt"
    "sMEsYClgZZjyNWK3tdKN7oHVeTAqBP9nBQ3FjHFGmb2oJuXxESbXGlrs5o8R22rP")));

// A certificate whose subject and extensions take what they are given; nobody has signed it.
std::string certificate(const std::string& subject, const std::string& extensions, std::string_view spki = {}) {
  const Bytes der_of_key = public_key(Alg::ES256).der();
  const std::string_view key = spki.empty() ? text_of(der_of_key) : spki;
  const std::string validity = der(kSequence, der(0x17, "260101000000Z") + der(0x17, "360101000000Z"));
  std::string body = der(0xa0, der(0x02, "\x02")) + der(0x02, "\x01") + der(kSequence, kEcdsa) + der(kSequence, "") +
                     validity + der(kSequence, subject) + std::string(key);
  if (!extensions.empty()) body += der(0xa3, der(kSequence, extensions));
  return der(kSequence, der(kSequence, body) + der(kSequence, kEcdsa) + der(0x03, std::string(9, '\0')));
}
std::string names_of(std::size_t size) {
  return many(size, same(der(kSet, der(kSequence, kCommonName + der(0x0c, "")))), "");
}
std::string extensions(std::size_t size) {
  return many(
      size,
      [](std::size_t i) {
        const std::size_t n = i + 128;
        const std::string id{'\x2a', static_cast<char>(0x80 | n >> 7), static_cast<char>(n & 0x7f)};
        return der(kSequence, der(kOid, id) + der(kOctets, ""));
      },
      "");
}
std::string pem(std::string_view label, std::string_view octets) {
  return "-----BEGIN " + std::string(label) + "-----\n" + base64::encode(bytes_of(octets)) + "\n-----END " +
         std::string(label) + "-----\n";
}
// Of a key's PKCS#8, with attributes behind it.
std::string pkcs8(std::size_t size) {
  const Secret plain = private_key(Alg::ES256).der();
  const std::string attribute = der(kSequence, der(kOid, "\x2a\x03") + der(kSet, der(kNull, "")));
  return der(kSequence, std::string(text_of(plain.expose("a test")).substr(3)) +  // behind 30 81 xx
                            der(0xa0, many(size, same(attribute), "")));
}

// ── messages ────────────────────────────────────────────────────────────────────────────────────────────────────────

std::string jwk_set(const std::string& jwk) {
  const auto named = [&](std::size_t i) { return R"({"kid":")" + std::to_string(i) + "\"," + jwk.substr(1); };
  return R"({"keys":[)" + many(kSize - 20, named, ",", 64) + "]}";
}

std::string jws_json(const std::string& signatures) {
  return R"({"payload":"cGF5bG9hZA","signatures":[)" + signatures + "]}";
}
std::string signature_of(const std::string& header, std::string_view unprotected = "{}") {
  const std::string token = token_of(header, mac_key(), Alg::HS256);
  const auto parts = parts_of(token);
  return R"({"protected":")" + parts[0] + R"(","header":)" + std::string(unprotected) + R"(,"signature":")" + parts[2] +
         "\"}";
}

// A message to a key, whose shared and own headers and further recipients are what is given here.
std::string jwe_json(const std::string& header, const std::string& unprotected, const std::string& recipients) {
  return R"({"protected":")" + base64url::encode(header) + R"(","unprotected":)" + unprotected +
         R"(,"iv":"AAAAAAAAAAAAAAAA","ciphertext":"AAAA","tag":"AAAAAAAAAAAAAAAAAAAAAA","recipients":[)" + recipients +
         "]}";
}

// ── readers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

std::string inside(const Members& members) {  // without its braces
  const std::string text = members.text();
  return text.substr(1, text.size() - 2);
}

std::vector<Reader> readers() {
  static const SecretKey mac = mac_key();
  static const jws::Policy any{.algs = {Alg::HS256, Alg::ES256}};
  static const Verifier wide{mac, [] {
                               Policy out = policy();
                               out.max_bytes = kSize;
                               return out;
                             }()};
  const auto as_claims = [](const std::string& claims) { return token(claims); };
  const auto as_header = [](const std::string& header) { return token("{}", header); };
  const std::string alg = R"("alg":"HS256")";

  std::vector<Reader> all;
  all.push_back({"jws::verify", [](std::string_view text) { return code_of(jws::verify(text, mac, any)); },
                 no_tokens("..") + shapes(objects(kEncoded, alg), as_header) +
                     std::vector<Shape>{{"a payload", token(std::string(kEncoded, 'x')), "ok"}}});
  all.push_back({"Verifier::verify", [](std::string_view text) { return code_of(wide.verify(text, kNow)); },
                 no_tokens("..") + shapes(objects(kEncoded, inside(kHeader)), as_header, "claim_missing") +
                     shapes(objects(kEncoded, inside(kClaims)), as_claims)});
  all.push_back({"explain",
                 [](std::string_view text) {
                   Error error{Err::claim_mismatch, "aud"};
                   if (const auto claims = wide.verify(text, kNow); !claims) error = claims.error();
                   return explain(error, text, wide, kNow).code;
                 },
                 shapes(objects(kEncoded, inside(kClaims)), as_claims, "claim_mismatch")});
  all.push_back({"peek_unverified", [](std::string_view text) { return code_of(peek_unverified(text)); },
                 shapes(objects(kEncoded, alg), as_header)});
  for (const Kind& kind : kinds())
    all.push_back({kind.name,
                   [&kind](std::string_view text) { return kind.verify(text).substr(0, kind.verify(text).find(' ')); },
                   shapes(objects(11'500, inside(claims_of(kind))), [&kind](const std::string& claims) {
                     return kind.typ == "dpop+jwt" ? token_of(header_of(kind).text(), proof_key(), Alg::ES256, claims)
                                                   : token(claims, header_of(kind).text());
                   }) + std::vector<Shape>{{"64 KiB", std::string(kSize, 'e'), "too_large"}}});

  // ── JSON serializations
  const std::string protected_alg = "{" + alg + "}";
  const std::map<std::string, std::string> deeper{
      {"1,000 members", "too_large"}, {"many deep ones", "json_depth"}, {"deep and open", "json_depth"}};
  all.push_back(
      {"jws::verify_json", [](std::string_view text) { return code_of(jws::verify_json(text, mac, Rule::ANY, any)); },
       shapes(objects(kEncoded, alg), [&](const std::string& header) { return jws_json(signature_of(header)); }) +
           shapes(
               objects(kSize, R"("payload":"","signature":"")"), [](const std::string& text) { return text; },
               "malformed_header") +
           shapes(
               objects(kSize - 300, ""),
               [&](const std::string& header) { return jws_json(signature_of(protected_alg, header)); }, "ok", deeper) +
           std::vector<Shape>{
               {"16 signatures", jws_json(many(kSize, same(signature_of(protected_alg)), ",", 16)), "ok"},
               {"16 large headers",
                jws_json(many(kSize,
                              same(signature_of("{" + alg + "," + many(2'700, same(R"("x":[1,1])"), ",", 1) +
                                                R"(,"y":[)" + many(2'600, same("1")) + "]}")),
                              ",", 16)),
                "ok"},
               {"many signatures", jws_json(many(kSize - 100, same(signature_of(protected_alg)))), "too_large"},
               {"many empty ones", jws_json(many(kSize - 100, same("{}"))), "malformed"}}});

  static const SecretKey wrapping = *SecretKey::generate(KeyAlg::A256KW, {.kid = "w"});
  static const jwe::Policy envelope{
      .algs = {KeyAlg::A256KW}, .encs = {Enc::A256GCM}, .passwords = {}, .max_inflated = 256 << 10, .max_bytes = kSize};
  const std::string names = R"("alg":"A256KW","enc":"A256GCM")";
  const auto as_envelope = [&](const std::string& header) {
    return base64url::encode(header) + "." + std::string(54, 'A') + ".AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA";
  };
  const auto zipped = [](std::size_t size) {
    const std::string zeros(size, '0');
    return *jwe::encrypt(bytes_of(zeros), wrapping, Enc::A256GCM, {.zip = jwe::Zip::DEF});
  };
  all.push_back({"jwe::decrypt", [](std::string_view text) { return code_of(jwe::decrypt(text, wrapping, envelope)); },
                 no_tokens("....") +
                     shapes(objects(kEncoded, names), as_envelope, "decrypt_failed", {{"1,000 members", "too_large"}}) +
                     std::vector<Shape>{{"zip", zipped(256 << 10), "ok"},
                                        {"a zip bomb", zipped(16 << 20), "inflate_limit"},
                                        {"long", *jwe::encrypt(Bytes(kEncoded), wrapping, Enc::A256GCM), "ok"}}});
  const std::string kw = R"({"header":{"alg":"A256KW"},"encrypted_key":")" + std::string(54, 'A') + "\"}";
  all.push_back(
      {"jwe::decrypt_json",
       [](std::string_view text) { return code_of(jwe::decrypt_json(text, wrapping, Rule::ANY, envelope)); },
       shapes(objects(kEncoded - 300, names),
              [&](const std::string& header) {
                return jwe_json(header, "{}", R"({"encrypted_key":")" + std::string(54, 'A') + "\"}");
              },
              "decrypt_failed", {{"1,000 members", "too_large"}}) +
           shapes(
               objects(kSize - 600, ""),
               [&](const std::string& header) { return jwe_json(R"({"enc":"A256GCM"})", header, kw); },
               "decrypt_failed", deeper) +
           std::vector<Shape>{
               {"16 recipients", jwe_json(R"({"enc":"A256GCM"})", "{}", many(kSize, same(kw), ",", 16)),
                "decrypt_failed"},
               {"many recipients", jwe_json(R"({"enc":"A256GCM"})", "{}", many(kSize - 600, same(kw))), "too_large"},
               {"headers to be compared",
                jwe_json("{\"enc\":\"A256GCM\"," + many(kSize, numbered(0), ",", 60) + "}",
                         "{" + many(kSize, numbered(100), ",", 60) + "}",
                         many(kSize,
                              same(R"({"header":{"alg":"A256KW",)" + many(kSize, numbered(200), ",", 60) +
                                   R"(},"encrypted_key":")" + std::string(54, 'A') + "\"}"),
                              ",", 16)),
                "decrypt_failed"}}});

  all.push_back(
      {"decrypt_and_verify",
       [](std::string_view text) { return code_of(decrypt_and_verify(text, wrapping, envelope, wide, kNow)); },
       shapes(objects(35'000, inside(kClaims)), [](const std::string& claims) {
         return *jwe::encrypt(bytes_of(token(claims)), wrapping, Enc::A256GCM, {.cty = "JWT"});
       })});
  all.push_back(
      {"jwe::decrypt_keys", [](std::string_view text) { return code_of(jwe::decrypt_keys(text, wrapping, envelope)); },
       shapes(objects(kEncoded - 200, R"("kty":"oct","k":")" + kOctets64 + "\""), [](const std::string& keys) {
         return *jwe::encrypt(bytes_of(keys), wrapping, Enc::A256GCM, {.cty = "jwk+json"});
       })});

  // ── keys
  const std::string ec = public_key(Alg::ES256).jwk();
  const auto itself = [](const std::string& text) { return text; };
  const std::string in_ec = ec.substr(1, ec.size() - 2);
  const auto with_x5c = [&](const std::string& der, std::size_t most) {
    return "{" + in_ec + R"(,"x5c":[)" +
           many(kSize - 300, same("\"" + base64::encode(bytes_of(der)) + "\""), ",", most) + "]}";
  };
  const std::string small = certificate("", ""), of_names = certificate(names_of(2'700), ""),
                    of_extensions = certificate("", extensions(2'700));
  const std::string large_names = certificate(names_of(7'500), ""),
                    large_extensions = certificate("", extensions(7'500));
  std::vector<Shape> sets = shapes(objects(kSize, R"("keys":[])"), itself);
  for (const Alg of : kOfEachType)
    sets.push_back({"keys of " + std::string(alg_name(of)), jwk_set(public_key(of).jwk()), "ok"});
  sets.push_back({"keys with certificates", jwk_set(with_x5c(small, 1)), "ok"});
  sets.push_back({"no keys", R"({"keys":[)" + many(kSize - 20, same("{}"), ",", 64) + "]}", "ok"});
  sets.push_back({"too many", R"({"keys":[)" + many(kSize - 20, same("{}")) + "]}", "too_large"});
  all.push_back({"Keys::parse", [](std::string_view text) { return code_of(Keys::parse(text)); }, sets});
  std::vector<Shape> keys =
      shapes(objects(kSize, in_ec), itself) +
      std::vector<Shape>{{"key_ops",
                          "{" + in_ec + R"(,"key_ops":[)" +
                              many(kSize - 300, [](std::size_t i) { return "\"" + std::to_string(i) + "\""; }) + "]}",
                          "too_large"},
                         {"x5c", with_x5c(small, 8), "ok"},
                         {"a long x5c", with_x5c(small, kSize), "too_large"},
                         {"x5c of a curve's numbers", with_x5c(certificate("", "", kSlowCurve), 8), "unsupported"},
                         {"x5c of names", with_x5c(of_names, 8), "ok"},
                         {"x5c of extensions", with_x5c(of_extensions, 8), "ok"}};
  all.push_back(
      {"PublicKey::parse", [](std::string_view text) { return code_of(PublicKey::parse(text)); },
       keys + std::vector<Shape>{{"PEM blocks", many(kSize, same(pem("PUBLIC KEY", "x")), ""), "malformed"},
                                 {"parameters", many(kSize, same(pem("EC PARAMETERS", "x")), ""), "too_large"},
                                 {"PEM that does not end", many(kSize, same("-----BEGIN "), ""), "unsupported"},
                                 {"a long PEM", pem("PUBLIC KEY", std::string(46'000, '\0')), "too_large"}}});
  all.push_back({"PrivateKey::parse", [](std::string_view text) { return code_of(PrivateKey::parse(text)); },
                 std::vector<Shape>{{"attributes", pem("PRIVATE KEY", pkcs8(44'000)), "too_large"},
                                    {"PEM blocks", many(kSize, same(pem("PRIVATE KEY", "x")), ""), "malformed"}}});
  all.push_back({"PrivateKey::parse_der",
                 [](std::string_view text) { return code_of(PrivateKey::parse_der(bytes_of(text))); },
                 std::vector<Shape>{{"attributes", pkcs8(60'000), "too_large"},
                                    {"fewer attributes", pkcs8(7'500), "ok"},
                                    {"a certificate of names", certificate(names_of(60'000), ""), "too_large"},
                                    {"a certificate of extensions", certificate("", extensions(60'000)), "too_large"},
                                    {"sequences",
                                     [] {
                                       std::string out;
                                       while (out.size() < kSize - 8) out = der(kSequence, out);
                                       return out;
                                     }(),
                                     "too_large"}}});
  all.push_back(
      {"PublicKey::parse_der", [](std::string_view text) { return code_of(PublicKey::parse_der(bytes_of(text))); },
       std::vector<Shape>{{"a curve's numbers", kSlowCurve, "unsupported"},
                          {"nulls", der(kSequence, many(60'000, same(der(kNull, "")), "")), "too_large"},
                          {"fewer nulls", der(kSequence, many(7'500, same(der(kNull, "")), "")), "malformed"}}});
  all.push_back({"SecretKey::parse", [](std::string_view text) { return code_of(SecretKey::parse(text)); },
                 shapes(objects(kSize, R"("kty":"oct","k":")" + kOctets64 + "\""), itself)});
  // Of key pairs only what decrypts could come here, and each is checked by a signature of its own.
  all.push_back({"Keyring::parse", [](std::string_view text) { return code_of(jwe::Keyring::parse(text)); },
                 std::vector<Shape>{{"keys", jwk_set(R"({"kty":"oct","k":")" + kOctets64 + "\"}"), "ok"}}});
  all.push_back(
      {"parse_certificates", [](std::string_view text) { return code_of(parse_certificates(text)); },
       std::vector<Shape>{{"eight", many(kSize, same(pem("CERTIFICATE", small)), "", 8), "ok"},
                          {"many", many(kSize, same(pem("CERTIFICATE", small)), ""), "too_large"},
                          {"of names", many(kSize, same(pem("CERTIFICATE", large_names)), "", 3), "ok"},
                          {"of extensions", many(kSize, same(pem("CERTIFICATE", large_extensions)), "", 3), "ok"}}});
  all.push_back({"Certificate::parse_der",
                 [](std::string_view text) { return code_of(Certificate::parse_der(bytes_of(text))); },
                 std::vector<Shape>{{"of names", certificate(names_of(60'000), ""), "too_large"},
                                    {"of fewer names", large_names, "ok"}}});
  all.push_back(
      {"peek_x5c", [](std::string_view text) { return code_of(peek_x5c(text)); },
       std::vector<Shape>{
           {"of a curve's numbers",
            token("", replaced(with_x5c(certificate("", "", kSlowCurve), 8), "{", "{" + alg + ",")), "unsupported"},
           {"of names", token("", replaced(with_x5c(certificate(names_of(2'700), ""), 8), "{", "{" + alg + ",")), "ok"},
           {"of extensions", token("", replaced(with_x5c(certificate("", extensions(2'700)), 8), "{", "{" + alg + ",")),
            "ok"}}});

  // ── SD-JWT
  static sdjwt::Policy sd = sd_policy();
  sd.issuer_signed.max_bytes = kSize;
  enum class Holder { no, yes };
  const auto sd_shapes = [](Holder where) {
    std::vector<Shape> out;
    const auto add = [&](std::string name, const std::vector<std::string>& disclosures, std::string sd_digests,
                         std::string expected) {
      out.push_back({std::move(name),
                     shown(kSdClaims.without("nations").with("_sd", "[" + sd_digests + "]"), disclosures),
                     std::move(expected)});
    };
    std::vector<std::string> flat, chain;
    std::string digests;
    for (std::size_t i = 0; flat.size() < 700; ++i) {
      flat.push_back(disclosure(R"(["",")" + std::to_string(i) + "\",0]"));
      digests += (i ? "," : "") + digest_json(flat.back());
    }
    add("700 disclosures", flat, digests, "ok");
    add("700 that nothing names", flat, "", "disclosure_unused");
    add("one many times", std::vector<std::string>(700, flat[0]), digest_json(flat[0]), "disclosure_unused");
    add("more than are read", std::vector<std::string>(1001, "WyIiXQ"), "", "too_large");
    add("digests", {}, many(46'000, same("\"\"")), "digest_repeated");
    add("other digests", {}, many(46'000, [](std::size_t i) { return "\"" + std::to_string(i) + "\""; }), "ok");
    for (std::size_t i = 0; i < 40; ++i)
      chain.push_back(disclosure(R"(["","x",{"_sd":[)" + (i ? digest_json(chain.back()) : std::string()) + "]}]"));
    add("one inside the other", chain, digest_json(chain.back()), "json_depth");
    const std::string numbers = disclosure(R"(["","x",[)" + many(46'000, same("1")) + "]]");
    add("a long one", {numbers}, digest_json(numbers), "ok");
    // Each pointer of the holder's names every level above it.
    const auto below = [&](std::string name, std::size_t length, std::string expected) {
      std::vector<std::string> all;
      std::string inner;
      for (std::size_t i = 0; i < 600; ++i) {
        all.push_back(disclosure(R"(["",")" + std::to_string(i) + "\",0]"));
        inner += (i ? "," : "") + digest_json(all.back());
      }
      all.push_back(disclosure(R"(["",")" + std::string(length, 'n') + R"(",{"_sd":[)" + inner + "]}]"));
      add(std::move(name), all, digest_json(all.back()), std::move(expected));
    };
    below("under a name", 400, "ok");
    below("under a long name", 1000, where == Holder::yes ? "too_large" : "ok");
    return out;
  };
  all.push_back(
      {"sdjwt::verify", [](std::string_view text) { return code_of(sd_verify(text, sd)); }, sd_shapes(Holder::no)});
  all.push_back({"sdjwt::Held::parse", [](std::string_view text) { return code_of(sdjwt::Held::parse(text)); },
                 sd_shapes(Holder::yes)});

  // ── status list
  static const status_list::Policy lists{.issuer = kIssuer, .algs = {Alg::ES256}, .max_bytes = kSize};
  const auto list = [](std::size_t size) {
    const std::string lst = base64url::encode(*zip::deflate(zip::Format::zlib, Bytes(size)));
    return token_of(R"({"alg":"ES256","typ":"statuslist+jwt"})", private_key(Alg::ES256), Alg::ES256,
                    Members{{"iss", text_json(kIssuer)},
                            {"sub", text_json(kUri)},
                            {"iat", "1800000000"},
                            {"exp", "1800000300"},
                            {"status_list", R"({"bits":1,"lst":")" + lst + "\"}"}}
                        .text());
  };
  static const Keys issuers = Keys::of({public_key(Alg::ES256)});
  all.push_back(
      {"status_list::verify",
       [](std::string_view text) { return code_of(status_list::verify(text, issuers, lists, kUri, kNow)); },
       std::vector<Shape>{{"a bomb", list(30 << 20), "inflate_limit"}, {"as much as is allowed", list(1 << 20), "ok"}},
       lists.max_octets});
  all.push_back({"status_list::peek_unverified",
                 [](std::string_view text) { return code_of(status_list::peek_unverified(text)); },
                 std::vector<Shape>{{"a bomb", list(30 << 20), "inflate_limit"}}, lists.max_octets});
  for (const auto& reader : all)
    for (const auto& shape : reader.shapes) EXPECT_LE(shape.text.size(), kSize) << reader.name << ": " << shape.name;
  return all;
}

// ── what it costs ───────────────────────────────────────────────────────────────────────────────────────────────────

struct Cost {
  std::string answer;
  double milliseconds;
  std::size_t octets;  // beyond the text
};

double thread_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

// The least of several runs, once the first has made what is made once.
Cost cost_of(const Reader& reader, std::string_view text) {
  Cost least{reader.read(text), 1e9, ~std::size_t{0}};
  for (int i = 0; i < 3; ++i) {
    const auto before = held;
    most_held = held;
    const double start = thread_time();
    least.answer = reader.read(text);
    least.milliseconds = std::min(least.milliseconds, thread_time() - start);
    least.octets = std::min(least.octets, static_cast<std::size_t>(most_held - before));
  }
  return least;
}

}  // namespace

TEST(Hostile, no_text_of_64_KiB_costs_more_than_its_share) {
  double slowest = 0;
  for (const Reader& reader : readers())
    for (const Shape& shape : reader.shapes) {
      const Cost cost = cost_of(reader, shape.text);
      const std::string of = reader.name + ": " + shape.name;
      EXPECT_EQ(cost.answer, shape.expected) << of;
      if (!counts) continue;  // a sanitizer
      EXPECT_LE(cost.octets, shape.text.size() + kMemory + reader.inflated) << of;
      EXPECT_LE(cost.milliseconds, kSlack * kMilliseconds) << of;
      if (cost.milliseconds > slowest)
        RecordProperty("slowest", of + ": " + std::to_string(slowest = cost.milliseconds));
    }
}
