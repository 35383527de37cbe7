// PEM of every form, against what the openssl command writes.
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "forge.hpp"
#include "support/vectors.hpp"

using namespace tests;

namespace {

constexpr const char* kOpenssl = "/usr/bin/openssl";

class Pem : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kOpenssl)) GTEST_SKIP() << "no openssl command";
    std::string pattern = (std::filesystem::temp_directory_path() / "tessera-pem-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  // Runs `openssl COMMAND -out FILE REST` in the folder, where `arguments` is "COMMAND REST"; gives what it wrote.
  std::string openssl(const std::string& arguments, const std::string& file) {
    const auto space = arguments.find(' ');
    const std::string command = "cd " + folder_.string() + " && " + kOpenssl + " " + arguments.substr(0, space) +
                                " -out " + file + arguments.substr(space) + " 2>>log </dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0) << command << "\n" << read_file(folder_ / "log");
    return read_file(folder_ / file);
  }
  std::filesystem::path folder_;
};

// The same key in every form that was given.
void expect_one_key(const std::vector<std::string>& private_forms, const std::vector<std::string>& public_forms,
                    Alg alg) {
  const auto first = PrivateKey::parse(private_forms.at(0));
  ASSERT_TRUE(first) << refusal_of(first) << "\n" << private_forms[0];
  for (const auto& form : private_forms) {
    const auto key = PrivateKey::parse(form);
    ASSERT_TRUE(key) << refusal_of(key) << "\n" << form;
    EXPECT_EQ(key->thumbprint(), first->thumbprint());
    EXPECT_EQ(key->jwk().expose_text("a test"), first->jwk().expose_text("a test"));
    EXPECT_CODE(PublicKey::parse(form), wrong_kind);
    const auto token = jws::sign(bytes_of("x"), {*key, alg});
    ASSERT_TRUE(token);
    for (const auto& half : public_forms) {
      const auto verifier = PublicKey::parse(half);
      ASSERT_TRUE(verifier) << refusal_of(verifier) << "\n" << half;
      EXPECT_EQ(verifier->thumbprint(), first->thumbprint());
      EXPECT_EQ(verdict(*token, *verifier), "ok");
      EXPECT_CODE(PrivateKey::parse(half), wrong_kind);
    }
  }
  EXPECT_EQ(first->pem().expose_text("a test"), private_forms[0]);  // PKCS#8 as openssl prints it
  EXPECT_EQ(first->public_key().pem(), public_forms.at(0));         // SPKI too
}

}  // namespace

TEST_F(Pem, rsa_pkcs8_pkcs1_and_spki) {
  const auto pkcs8 = openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "p8");
  const auto pkcs1 = openssl("rsa -in p8 -traditional", "p1");
  const auto spki = openssl("pkey -in p8 -pubout", "pub");
  const auto pkcs1_public = openssl("rsa -in p8 -RSAPublicKey_out", "pub1");
  EXPECT_NE(pkcs1.find("BEGIN RSA PRIVATE KEY"), std::string::npos);
  EXPECT_NE(pkcs1_public.find("BEGIN RSA PUBLIC KEY"), std::string::npos);
  expect_one_key({pkcs8, pkcs1}, {spki, pkcs1_public}, Alg::RS256);
}

TEST_F(Pem, ec_pkcs8_sec1_and_spki) {
  const std::tuple<const char*, Alg> curves[] = {
      {"prime256v1", Alg::ES256}, {"secp384r1", Alg::ES384}, {"secp521r1", Alg::ES512}, {"secp256k1", Alg::ES256K}};
  for (const auto& [curve, alg] : curves) {
    const auto with_parameters = openssl("ecparam -genkey -name " + std::string(curve), "parameters");
    const auto sec1 = openssl("ec -in parameters", "sec1");
    const auto pkcs8 = openssl("pkcs8 -topk8 -nocrypt -in parameters", "p8");
    const auto without_public = openssl("ec -in parameters -no_public", "short");
    const auto spki = openssl("ec -in parameters -pubout", "pub");
    const auto compressed = openssl("ec -in parameters -pubout -conv_form compressed", "pubc");
    EXPECT_NE(with_parameters.find("BEGIN EC PARAMETERS"), std::string::npos);
    EXPECT_NE(sec1.find("BEGIN EC PRIVATE KEY"), std::string::npos);
    EXPECT_LT(compressed.size(), spki.size());
    expect_one_key({pkcs8, sec1, with_parameters, without_public}, {spki, compressed}, alg);
  }
}

TEST_F(Pem, edwards_pkcs8_and_spki) {
  for (const auto& [name, alg] : {std::pair{"ED25519", Alg::Ed25519}, std::pair{"ED448", Alg::Ed448}}) {
    const auto pkcs8 = openssl("genpkey -algorithm " + std::string(name), "p8");
    const auto spki = openssl("pkey -in p8 -pubout", "pub");
    expect_one_key({pkcs8}, {spki}, alg);
  }
}

TEST_F(Pem, what_we_print_openssl_reads) {
  for (const Alg alg : kOfEachType) {
    std::ofstream(folder_ / "ours") << private_key(alg).pem().expose_text("a test");
    EXPECT_EQ(openssl("pkey -in ours -pubout", "pub"), private_key(alg).public_key().pem());
  }
}

TEST_F(Pem, keys_of_an_agreement_go_to_openssl_and_back) {
  for (const KeyType type : {KeyType::P256, KeyType::P384, KeyType::P521, KeyType::X25519, KeyType::X448}) {
    const auto key = *PrivateKey::generate(KeyAlg::ECDH_ES, type);
    std::ofstream(folder_ / "ours") << key.pem().expose_text("a test");
    EXPECT_EQ(openssl("pkey -in ours -pubout", "pub"), key.public_key().pem());
    EXPECT_EQ(PublicKey::parse(key.public_key().pem(), {.kid = key.info().kid, .key_alg = KeyAlg::ECDH_ES})->jwk(),
              key.public_key().jwk());
    const auto again = PrivateKey::parse(key.jwk().expose_text("a test"));
    ASSERT_TRUE(again) << key_type_name(type);
    EXPECT_EQ(again->thumbprint(), key.thumbprint());
  }
}

TEST_F(Pem, an_rs256_signature_is_openssls_octet_for_octet) {
  const auto pkcs8 = openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072", "p8");
  const auto token = *jws::sign(bytes_of("payload"), {*PrivateKey::parse(pkcs8), Alg::RS256});
  std::ofstream(folder_ / "input") << token.substr(0, token.rfind('.'));
  const auto signature = openssl("dgst -sha256 -sign p8 input", "sig");
  EXPECT_EQ(base64url::encode(signature), token.substr(token.rfind('.') + 1));
}

TEST_F(Pem, locked_and_foreign_keys_are_refused_without_a_question) {
  openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "p8");
  EXPECT_CODE(PrivateKey::parse(openssl("pkcs8 -topk8 -in p8 -passout pass:secret", "locked8")), unsupported);
  EXPECT_CODE(PrivateKey::parse(openssl("rsa -in p8 -traditional -aes128 -passout pass:secret", "locked1")), malformed);
  openssl("dsaparam 1024", "parameters");
  EXPECT_CODE(PrivateKey::parse(openssl("gendsa parameters", "dsa")), unsupported);
  EXPECT_CODE(PrivateKey::parse(openssl("ecparam -genkey -noout -name secp224r1", "p224")), unsupported);
  EXPECT_CODE(PrivateKey::parse(openssl("ecparam -genkey -noout -name brainpoolP256r1", "brainpool")), unsupported);
  EXPECT_CODE(PrivateKey::parse(openssl("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", "pss")),
              unsupported);
  EXPECT_CODE(PrivateKey::parse(openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024", "short")), weak_key);
  EXPECT_CODE(PublicKey::parse(openssl("pkey -in short -pubout", "shortpub")), weak_key);
  EXPECT_CODE(PublicKey::parse(openssl("req -x509 -new -key p8 -subj /CN=x -days 1", "certificate")), unsupported);
}

TEST_F(Pem, an_explicit_curve_passes_only_as_the_named_one) {
  // CVE-2020-0601: a key that brings its own generator.
  const auto named = openssl("ecparam -genkey -noout -name prime256v1", "named");
  const auto half = PublicKey::parse(openssl("ec -in named -pubout -param_enc explicit", "explicit"));
  EXPECT_TRUE(!half || half->thumbprint() == PrivateKey::parse(named)->thumbprint());
}

TEST(PemText, damaged_texts_are_malformed) {
  const std::string pem = public_key(Alg::ES256).pem();
  for (const std::string& text :
       {pem.substr(0, pem.size() / 2), pem.substr(10), replaced(pem, "-----END", "-----EMD"), replaced(pem, "M", "N"),
        pem + pem, replaced(pem, "\n", "\n*"), std::string("-----BEGIN PUBLIC KEY-----"),
        std::string("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"), std::string("-----BEGIN ")})
    EXPECT_CODE(PublicKey::parse(text), malformed) << text;
  EXPECT_CODE(PublicKey::parse(replaced(replaced(pem, "BEGIN PUBLIC", "BEGIN PRIVATE"), "END PUBLIC", "END PRIVATE")),
              malformed);
  // White space and an explaining text around it do no harm.
  EXPECT_OK(PublicKey::parse("\n\n" + pem + "\n\n"));
  EXPECT_OK(PublicKey::parse("the key of 2026\n" + pem));
  std::string windows;
  for (const char c : pem) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_OK(PublicKey::parse(windows));
}
