// Certificates: read, printed in a JWK, and chains that the openssl command made.
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/base64.hpp"
#include "forge.hpp"
#include "support/vectors.hpp"
#include "tessera/certificate.hpp"
#include "tessera/jwt.hpp"

using namespace tests;
using namespace std::chrono_literals;

namespace {

constexpr const char* kOpenssl = "/usr/bin/openssl";
constexpr std::chrono::sys_days kToday = std::chrono::year(2026) / 6 / 15;

// How a certificate of the test's small world is made.
struct Wish {
  std::string name, issuer{};  // of itself where there is no issuer
  std::string extensions{};
  std::string from = "260101000000Z", until = "270101000000Z";
  std::string key = "EC -pkeyopt ec_paramgen_curve:P-256";
  std::string digest = "sha256";
};

constexpr const char* kCa = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
constexpr const char* kSigner = "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n";

class Chain : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kOpenssl)) GTEST_SKIP() << "no openssl command";
    std::string pattern = (std::filesystem::temp_directory_path() / "tessera-x509-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  void run(const std::string& arguments) {
    const std::string command = "cd " + folder_.string() + " && " + kOpenssl + " " + arguments + " 2>>log </dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0) << command << "\n" << read_file(folder_ / "log");
  }
  // NAME.key and NAME.crt; `openssl ca` is what takes dates.
  Certificate make(const Wish& wish) {
    const auto& name = wish.name;
    const std::string issuer = wish.issuer.empty() ? name : wish.issuer;
    std::ofstream(folder_ / (name + ".cnf"))
        << "[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=" << wish.digest
        << "\npolicy=p\nx509_extensions=x\nunique_subject=no\nemail_in_dn=no\n[p]\ncommonName=supplied\n[x]\n"
           "subjectKeyIdentifier=hash\n"
        << wish.extensions;
    std::ofstream(folder_ / "index").flush();
    run("genpkey -algorithm " + wish.key + " -out " + name + ".key");
    run("req -new -key " + name + ".key -subj /CN=" + name + " -out " + name + ".csr");
    run("ca -batch -rand_serial -notext -config " + name + ".cnf -startdate " + wish.from + " -enddate " + wish.until +
        " -in " + name + ".csr -out " + name + ".crt" +
        (wish.issuer.empty() ? " -selfsign -keyfile " + name + ".key"
                             : " -keyfile " + issuer + ".key -cert " + issuer + ".crt"));
    const auto certificate = Certificate::parse(read_file(folder_ / (name + ".crt")));
    EXPECT_OK(certificate);
    return *certificate;
  }
  std::filesystem::path folder_;
};

std::string verified(const std::vector<Certificate>& chain, const std::vector<Certificate>& anchors,
                     std::chrono::sys_seconds now = kToday) {
  return code_of(verify_chain(chain, anchors, now));
}

}  // namespace

TEST_F(Chain, leads_to_a_named_anchor_or_nowhere) {
  const auto root = make({.name = "root", .extensions = kCa});
  const auto between = make({.name = "between", .issuer = "root", .extensions = kCa});
  const auto leaf = make({.name = "leaf", .issuer = "between", .extensions = kSigner});
  const auto other = make({.name = "other", .extensions = kCa});

  const auto key = verify_chain(std::vector{leaf, between}, std::vector{root}, kToday, {.kid = "leaf"});
  ASSERT_TRUE(key) << refusal_of(key);
  const auto own = *PrivateKey::parse(read_file(folder_ / "leaf.key"));
  EXPECT_EQ(key->thumbprint(), own.thumbprint());
  EXPECT_EQ(key->info().kid, "leaf");
  EXPECT_EQ(key->info().use, KeyUse::sig);
  EXPECT_EQ(verdict(*jws::sign(bytes_of("x"), {own, Alg::ES256}), *key), "ok");

  EXPECT_EQ(verified({leaf, between, root}, {root}), "ok");  // the anchor may be sent along
  EXPECT_EQ(verified({leaf, between}, {other, root}), "ok");
  EXPECT_EQ(verified({leaf}, {between}), "ok");  // an intermediate that is named
  EXPECT_EQ(verified({leaf}, {leaf}), "ok");     // and the leaf itself
  // A chain by itself proves nothing, and neither does the system's store.
  EXPECT_EQ(verified({leaf, between, root}, {}), "untrusted_certificate");
  EXPECT_EQ(verified({leaf, between, root}, {other}), "untrusted_certificate");
  EXPECT_EQ(verified({leaf}, {root}), "untrusted_certificate");  // the one between is missing
  EXPECT_EQ(verified({other}, {root}), "untrusted_certificate");
  EXPECT_EQ(verified({}, {root}), "untrusted_certificate");
  EXPECT_EQ(verified({between, leaf}, {root}), "certificate_usage");  // a CA's key is not for tokens
  EXPECT_EQ(verified(std::vector(kMaxChain + 1, leaf), {leaf}), "too_large");
  EXPECT_CODE(verify_chain(std::vector{leaf}, std::vector{leaf}, kToday, {.kid = "", .use = KeyUse::enc}), wrong_kind);
}

TEST_F(Chain, every_certificate_is_valid_at_the_time_that_is_said) {
  const auto root = make({.name = "root", .extensions = kCa, .from = "250101000000Z", .until = "350101000000Z"});
  const auto between =
      make({.name = "between", .issuer = "root", .extensions = kCa, .from = "260301000000Z", .until = "260901000000Z"});
  const auto leaf = make({.name = "leaf", .issuer = "between", .extensions = kSigner});
  using std::chrono::sys_days, std::chrono::year;
  EXPECT_EQ(leaf.not_before(), sys_days(year(2026) / 1 / 1));
  EXPECT_EQ(leaf.not_after(), sys_days(year(2027) / 1 / 1));
  const std::tuple<std::chrono::sys_seconds, const char*> times[] = {
      {sys_days(year(2025) / 6 / 1), "certificate_time"},
      {sys_days(year(2026) / 2 / 1), "certificate_time"},
      {sys_days(year(2026) / 3 / 1) - 1s, "certificate_time"},
      {sys_days(year(2026) / 3 / 1), "ok"},
      {sys_days(year(2026) / 9 / 1) - 1s, "ok"},
      {sys_days(year(2026) / 9 / 1), "certificate_time"},
      {sys_days(year(2028) / 1 / 1), "certificate_time"},
      {sys_days(year(1970) / 1 / 1), "certificate_time"}};
  for (const auto& [now, expected] : times)
    EXPECT_EQ(verified({leaf, between}, {root}, now), expected) << now.time_since_epoch().count();
  // An anchor ends too.
  EXPECT_EQ(verified({leaf}, {leaf}, sys_days(year(2028) / 1 / 1)), "certificate_time");
}

TEST_F(Chain, who_may_vouch_for_whom_is_obeyed) {
  const auto root =
      make({.name = "root", .extensions = "basicConstraints=critical,CA:TRUE,pathlen:1\nkeyUsage=keyCertSign\n"});
  const auto one = make({.name = "one", .issuer = "root", .extensions = kCa});
  const auto two = make({.name = "two", .issuer = "one", .extensions = kCa});
  const auto leaf_of_one = make({.name = "leaf1", .issuer = "one", .extensions = kSigner});
  const auto leaf_of_two = make({.name = "leaf2", .issuer = "two", .extensions = kSigner});
  EXPECT_EQ(verified({leaf_of_one, one}, {root}), "ok");
  EXPECT_EQ(verified({leaf_of_two, two, one}, {root}), "untrusted_certificate");  // pathlen
  // A leaf that signs certificates; one that says nothing; one that may not sign certificates.
  const auto under_leaf = make({.name = "under", .issuer = "leaf1", .extensions = kSigner});
  EXPECT_EQ(verified({under_leaf, leaf_of_one, one}, {root}), "untrusted_certificate");
  const auto silent = make({.name = "silent", .issuer = "root", .extensions = "keyUsage=keyCertSign\n"});
  const auto under_silent = make({.name = "under2", .issuer = "silent", .extensions = kSigner});
  EXPECT_EQ(verified({under_silent, silent}, {root}), "untrusted_certificate");
  const auto no_sign =
      make({.name = "nosign", .issuer = "root", .extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=cRLSign\n"});
  const auto under_no_sign = make({.name = "under3", .issuer = "nosign", .extensions = kSigner});
  EXPECT_EQ(verified({under_no_sign, no_sign}, {root}), "untrusted_certificate");
}

TEST_F(Chain, what_a_certificate_is_for_is_obeyed) {
  const auto root = make({.name = "root", .extensions = kCa});
  const auto with_usage = [&](const std::string& name, const std::string& usage) {
    return make({.name = name, .issuer = "root", .extensions = kSigner + ("extendedKeyUsage=" + usage + "\n")});
  };
  const auto tls = with_usage("tls", "critical,serverAuth"), any = with_usage("any", "anyExtendedKeyUsage");
  const auto documents = with_usage("documents", "clientAuth,1.3.6.1.5.5.7.3.36");
  EXPECT_EQ(verified({tls}, {root}), "certificate_usage");
  EXPECT_EQ(verified({tls}, {tls}), "certificate_usage");
  EXPECT_EQ(verified({documents}, {root}), "certificate_usage");
  EXPECT_EQ(verified({any}, {root}), "ok");
  const auto for_documents = [&](const Certificate& leaf) {
    return code_of(verify_chain(std::vector{leaf}, std::vector{root}, kToday, {}, {"1.3.6.1.5.5.7.3.36"}));
  };
  EXPECT_EQ(for_documents(documents), "ok");
  EXPECT_EQ(for_documents(tls), "certificate_usage");
  // A CA that vouches for TLS servers alone vouches for no signer.
  const auto tls_ca =
      make({.name = "tlsca", .issuer = "root", .extensions = kCa + std::string("extendedKeyUsage=serverAuth\n")});
  const auto under = make({.name = "under", .issuer = "tlsca", .extensions = kSigner});
  EXPECT_EQ(verified({under, tls_ca}, {root}), "certificate_usage");
  EXPECT_EQ(verified({under}, {tls_ca}), "ok");  // unless the policy names it
}

TEST_F(Chain, usage_and_critical_extensions_are_obeyed) {
  const auto root = make({.name = "root", .extensions = kCa});
  const auto encrypts = make({.name = "enc", .issuer = "root", .extensions = "keyUsage=keyAgreement\n"});
  EXPECT_EQ(verified({encrypts}, {root}), "certificate_usage");
  EXPECT_EQ(verified({encrypts}, {encrypts}), "certificate_usage");
  const auto free = make({.name = "free", .issuer = "root", .extensions = "basicConstraints=CA:FALSE\n"});
  EXPECT_EQ(verified({free}, {root}), "ok");
  const auto odd = make({.name = "odd", .issuer = "root", .extensions = "1.2.3.4=critical,DER:0500\n"});
  EXPECT_EQ(verified({odd}, {root}), "untrusted_certificate");
}

TEST_F(Chain, weak_signatures_and_keys_prove_nothing) {
  const auto root = make({.name = "root", .extensions = kCa});
  const auto sha1 = make({.name = "sha1", .issuer = "root", .extensions = kSigner, .digest = "sha1"});
  EXPECT_EQ(verified({sha1}, {root}), "untrusted_certificate");
  const auto short_ca =
      make({.name = "short", .issuer = "root", .extensions = kCa, .key = "RSA -pkeyopt rsa_keygen_bits:1024"});
  const auto under_short = make({.name = "under", .issuer = "short", .extensions = kSigner});
  EXPECT_EQ(verified({under_short, short_ca}, {root}), "untrusted_certificate");
  // R04: a weak key is no key, whoever vouches for it.
  const auto weak =
      make({.name = "weak", .issuer = "root", .extensions = kSigner, .key = "RSA -pkeyopt rsa_keygen_bits:1024"});
  EXPECT_EQ(verified({weak}, {root}), "untrusted_certificate");
  EXPECT_CODE(weak.public_key(), weak_key);
  const auto foreign = make({.name = "foreign",
                             .issuer = "root",
                             .extensions = kSigner,
                             .key = "EC -pkeyopt ec_paramgen_curve:brainpoolP256r1"});
  EXPECT_EQ(verified({foreign}, {root}), "unsupported");
}

TEST_F(Chain, an_altered_certificate_is_refused) {
  const auto root = make({.name = "root", .extensions = kCa});
  const auto leaf = make({.name = "leaf", .issuer = "root", .extensions = kSigner});
  for (std::size_t i = 0; i < leaf.der().size(); ++i) {
    Bytes der = leaf.der();
    der[i] ^= std::byte{1};
    const auto other = Certificate::parse_der(der);
    EXPECT_TRUE(!other || verified({*other}, {root}) != "ok") << i;
  }
  for (std::size_t size = 0; size < leaf.der().size(); ++size)
    EXPECT_CODE(Certificate::parse_der(BytesView(leaf.der()).first(size)), malformed);
}

TEST_F(Chain, R23_a_headers_chain_chooses_a_key_only_where_the_caller_names_anchors) {
  const auto root = make({.name = "root", .extensions = kCa});
  const auto leaf = make({.name = "leaf", .issuer = "root", .extensions = kSigner});
  const auto forged = make({.name = "forged", .extensions = kSigner});  // by nobody but itself
  const auto token_with = [&](const std::vector<Certificate>& chain, const std::string& key_file) {
    std::string x5c;
    for (const auto& one : chain) x5c += (x5c.empty() ? "\"" : ",\"") + base64::encode(one.der()) + "\"";
    const auto key = *PrivateKey::parse(read_file(folder_ / key_file));
    return token_of(R"({"alg":"ES256","x5c":[)" + x5c + "]}", key, Alg::ES256);
  };
  const auto token = token_with({leaf}, "leaf.key"), attack = token_with({forged}, "forged.key");
  // Verifiers look at no x5c.
  EXPECT_EQ(verdict(token, public_key(Alg::ES256)), "bad_signature");
  EXPECT_EQ(verdict(token, Keys::of({})), "no_keys");
  // The caller's three lines.
  const auto with_anchors = [&](const std::string& text) -> std::string {
    const auto chain = peek_x5c(text);
    if (!chain) return code_of(chain);
    const auto key = verify_chain(*chain, std::vector{root}, kToday);
    return key ? verdict(text, Keys::of({*key})) : code_of(key);
  };
  EXPECT_EQ(with_anchors(token), "ok");
  EXPECT_EQ(with_anchors(attack), "untrusted_certificate");
  EXPECT_EQ(with_anchors(token_with({forged, root}, "forged.key")), "untrusted_certificate");
  EXPECT_EQ(with_anchors(token_with({leaf}, "forged.key")), "bad_signature");
}

TEST_F(Chain, self_signed_by_openssl_and_by_us_are_read_by_both) {
  for (const Alg alg : kOfEachType) {
    const auto& key = private_key(alg);
    const auto made = self_sign(key, {.common_name = "Süd/CN=x, y", .now = kToday, .validity = std::chrono::days(30)});
    ASSERT_TRUE(made) << alg_name(alg) << " " << refusal_of(made);
    EXPECT_EQ(made->public_key()->thumbprint(), key.thumbprint());
    EXPECT_EQ(made->subject(), "CN=Süd/CN=x\\, y");
    EXPECT_EQ(made->issuer(), made->subject());
    EXPECT_EQ(made->not_before(), kToday);
    EXPECT_EQ(made->not_after(), kToday + std::chrono::days(30));
    EXPECT_EQ(made->serial().size(), 32U);
    EXPECT_EQ(verified({*made}, {*made}), "ok");
    EXPECT_EQ(verified({*made}, {*made}, kToday + 30 * 24h), "certificate_time");
    std::ofstream(folder_ / "ours.pem") << made->pem();
    run("verify -check_ss_sig -partial_chain -attime 1781524800 -trusted ours.pem ours.pem > answer");
    EXPECT_EQ(read_file(folder_ / "answer"), "ours.pem: OK\n");
    run("x509 -in ours.pem -outform DER -out ours.der");
    EXPECT_EQ(read_file(folder_ / "ours.der"), text_of(made->der()));
    run("x509 -in ours.pem -noout -serial -out serial.txt");
    EXPECT_EQ(read_file(folder_ / "serial.txt"), "serial=" + made->serial() + "\n");
  }
}

TEST(Certificates, a_self_signed_one_needs_a_key_that_signs) {
  const SelfSigned what{.common_name = "x", .now = kToday, .validity = std::chrono::days(1)};
  const auto& key = private_key(Alg::ES256);
  EXPECT_OK(self_sign(key, what));
  EXPECT_CODE(self_sign(*key.with({.kid = "", .use = KeyUse::enc}), what), alg_key_mismatch);
  EXPECT_CODE(self_sign(*key.with({.kid = "", .key_alg = KeyAlg::ECDH_ES}), what), alg_key_mismatch);
  EXPECT_CODE(self_sign(*PrivateKey::generate(KeyAlg::ECDH_ES, KeyType::X25519)->with({}), what), unsupported);
  EXPECT_CODE(self_sign(*external_key(key.public_key(), {}), what), unsupported);
  for (const int days : {-1, 0, 3651})
    EXPECT_CODE(self_sign(key, {.common_name = "x", .now = kToday, .validity = std::chrono::days(days)}), bad_policy);
  for (const std::string& name : {std::string(), std::string(65, 'x'), std::string("\xFF")})
    EXPECT_CODE(self_sign(key, {.common_name = name, .now = kToday, .validity = std::chrono::days(1)}), malformed);
  EXPECT_OK(
      self_sign(key, {.common_name = std::string("a\0b", 3), .now = kToday, .validity = std::chrono::days(3650)}));
}

namespace {

Certificate certificate_of(const PrivateKey& key) {
  return *self_sign(key, {.common_name = "test", .now = kToday, .validity = std::chrono::days(1)});
}
std::string quoted_x5c(const Certificate& certificate) { return "\"" + base64::encode(certificate.der()) + "\""; }

}  // namespace

TEST(Certificates, stand_in_a_jwk_with_their_key) {
  const auto& key = private_key(Alg::ES256);
  const auto certificate = certificate_of(key), other = certificate_of(private_key(Alg::ES384));
  const auto published = key.public_key().with_certificates({certificate, other});
  ASSERT_TRUE(published) << refusal_of(published);
  const std::string jwk = published->jwk();
  EXPECT_EQ(jwk, key.public_key().jwk().substr(0, key.public_key().jwk().size() - 1) + R"(,"x5c":[)" +
                     quoted_x5c(certificate) + "," + quoted_x5c(other) + R"(],"x5t#S256":")" +
                     certificate.thumbprint() + "\"}");
  const auto again = PublicKey::parse(jwk);
  ASSERT_TRUE(again) << refusal_of(again);
  EXPECT_EQ(again->jwk(), jwk);
  ASSERT_EQ(again->certificates().size(), 2U);
  EXPECT_EQ(again->certificates()[1].der(), other.der());
  EXPECT_EQ(again->with({.kid = "x"})->certificates().size(), 2U);
  EXPECT_EQ(again->with_certificates({})->jwk(), key.public_key().jwk());
  EXPECT_TRUE(key.public_key().certificates().empty());
  EXPECT_CODE(key.public_key().with_certificates({other}), bad_key);
  EXPECT_CODE(key.public_key().with_certificates(std::vector(kMaxChain + 1, certificate)), too_large);
  const auto digest_alone =
      replaced(key.public_key().jwk(), "{", R"({"x5t#S256":")" + certificate.thumbprint() + "\",");
  EXPECT_NE(PublicKey::parse(digest_alone)->jwk().find(certificate.thumbprint()), std::string::npos);
  EXPECT_EQ(PublicKey::parse(PublicKey::parse(digest_alone)->jwk())->jwk(), PublicKey::parse(digest_alone)->jwk());
}

TEST(Certificates, R17_members_of_another_shape_are_refused) {
  const auto& key = private_key(Alg::ES256);
  const auto certificate = certificate_of(key), other = certificate_of(private_key(Alg::ES384));
  const auto with = [&](const std::string& member) {
    return refusal_of(PublicKey::parse(replaced(key.public_key().jwk(), "{", "{" + member + ",")));
  };
  const std::string good = quoted_x5c(certificate), text = base64::encode(certificate.der());
  EXPECT_EQ(with(R"("x5c":[)" + good + "]"), "ok");
  for (const char* odd : {"null", "7", "\"x\"", "{}", "[]", "[7]", "[null]", "[[]]", "true"})
    EXPECT_EQ(with(R"("x5c":)" + std::string(odd)), "malformed x5c") << odd;
  EXPECT_EQ(with(R"("x5c":[""])"), "malformed x5c");
  EXPECT_EQ(with(R"("x5c":["AAAA"])"), "malformed x5c");
  EXPECT_EQ(with(R"("x5c":[")" + base64::encode(key.public_key().der()) + "\"]"), "malformed x5c");
  EXPECT_EQ(with(R"("x5c":[)" + good + ",\"AAAA\"]"), "malformed x5c");
  EXPECT_EQ(with(R"("x5c":[)" + quoted_x5c(other) + "]"), "bad_key x5c");
  std::string many = good;
  for (std::size_t i = 0; i < kMaxChain; ++i) many += "," + good;
  EXPECT_EQ(with(R"("x5c":[)" + many + "]"), "too_large x5c");
  EXPECT_EQ(with(R"("x5c":[")" + std::string(40'000, 'A') + "\"]"), "too_large x5c");
  EXPECT_EQ(with(R"("x5c":[")" + base64::encode(Bytes(kMaxCertificate + 1)) + "\"]"), "too_large x5c");
  // R32: base64, and one spelling of it.
  for (const std::string& spelt :
       {base64url::encode(certificate.der()) + "-", text + "\\n", " " + text, text + "=", "=" + text,
        text.substr(0, 64) + "\\n" + text.substr(64), text + "====", text.substr(1)})
    EXPECT_EQ(with(R"("x5c":[")" + spelt + "\"]"), "bad_base64 x5c") << spelt;
  EXPECT_EQ(with(R"("x5c":[)" + good + R"(],"x5t#S256":")" + certificate.thumbprint() + "\""), "ok");
  EXPECT_EQ(with(R"("x5c":[)" + good + R"(],"x5t#S256":")" + other.thumbprint() + "\""), "bad_key x5t#S256");
  for (const char* odd : {"null", "7", "[]", "{}"})
    EXPECT_EQ(with(R"("x5t#S256":)" + std::string(odd)), "malformed x5t#S256") << odd;
  EXPECT_EQ(with(R"("x5t#S256":"")"), "malformed x5t#S256");
  EXPECT_EQ(with(R"("x5t#S256":"AAAA")"), "malformed x5t#S256");
  EXPECT_EQ(with(R"("x5t#S256":")" + certificate.thumbprint() + "=\""), "bad_base64 x5t#S256");
}

TEST(Certificates, R17_a_header_of_another_shape_is_refused) {
  const auto certificate = certificate_of(private_key(Alg::ES256)), other = certificate_of(private_key(Alg::ES384));
  const auto peeked = [](const std::string& header) {
    const auto chain = peek_x5c(base64url::encode(header) + ".payload.signature");
    return refusal_of(chain);
  };
  const std::string good = R"("x5c":[)" + quoted_x5c(certificate) + "]";
  EXPECT_EQ(peeked("{" + good + "}"), "ok");
  EXPECT_EQ(peeked("{" + good + R"(,"x5t#S256":")" + certificate.thumbprint() + "\"}"), "ok");
  EXPECT_EQ(peeked("{" + good + R"(,"x5t#S256":")" + other.thumbprint() + "\"}"), "bad_key x5t#S256");
  EXPECT_EQ(peeked("{" + good + R"(,"x5t#S256":7})"), "malformed_header x5t#S256");
  EXPECT_EQ(peeked("{}"), "malformed_header x5c");
  for (const char* odd : {"null", "7", "\"x\"", "{}", "[]", "[7]", "[null]"})
    EXPECT_EQ(peeked(R"({"x5c":)" + std::string(odd) + "}"), "malformed_header x5c") << odd;
  EXPECT_EQ(peeked(R"({"x5c":["AAA"]})"), "bad_base64 x5c");
  EXPECT_EQ(peeked("{" + good + "," + good + "}").substr(0, 16), "duplicate_member");
  EXPECT_CODE(peek_x5c(""), malformed);
  EXPECT_CODE(peek_x5c("no token"), malformed);
  EXPECT_CODE(peek_x5c("!.x.y"), bad_base64);
  EXPECT_CODE(peek_x5c(base64url::encode("[]") + ".x.y"), bad_json);
  EXPECT_CODE(peek_x5c(std::string((1 << 20) + 1, '.')), too_large);
}

TEST(Certificates, pem_holds_one_or_a_chain) {
  const auto certificate = certificate_of(private_key(Alg::ES256)), other = certificate_of(private_key(Alg::ES384));
  EXPECT_EQ(Certificate::parse(certificate.pem())->der(), certificate.der());
  EXPECT_EQ(parse_certificates(certificate.pem() + other.pem())->size(), 2U);
  EXPECT_CODE(Certificate::parse(certificate.pem() + other.pem()), malformed);
  EXPECT_CODE(Certificate::parse(public_key(Alg::ES256).pem()), unsupported);
  EXPECT_CODE(Certificate::parse(""), malformed);
  EXPECT_CODE(Certificate::parse(replaced(certificate.pem(), "M", "N")), malformed);
  EXPECT_CODE(Certificate::parse(std::string(1 << 20, 'x')), too_large);
  std::string many;
  for (std::size_t i = 0; i <= kMaxChain; ++i) many += certificate.pem();
  EXPECT_TRUE(!parse_certificates(many));
  EXPECT_CODE(Certificate::parse_der(Bytes(kMaxCertificate + 1)), too_large);
  EXPECT_CODE(PublicKey::parse(certificate.pem()), unsupported);
  EXPECT_CODE(PublicKey::parse_der(certificate.der()), malformed);
}
