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
  EXPECT_CODE(PrivateKey::parse(openssl("pkcs8 -topk8 -in p8 -passout pass:secret", "locked8")), password_needed);
  EXPECT_CODE(PrivateKey::parse(openssl("rsa -in p8 -traditional -aes128 -passout pass:secret", "locked1")),
              unsupported);
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

TEST_F(Pem, der_of_every_form_is_read) {
  openssl("ecparam -genkey -noout -name prime256v1", "ec");
  openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "rsa");
  const auto print = [](const auto& key) { return key ? key->thumbprint() : refusal_of(key); };
  const auto ec = print(PrivateKey::parse(openssl("pkey -in ec", "plain")));
  const auto rsa = print(PrivateKey::parse(openssl("pkey -in rsa", "plain")));
  const auto sec1 = openssl("ec -in ec -outform DER", "sec1");
  const auto pkcs1 = openssl("rsa -in rsa -traditional -outform DER", "pkcs1");
  const auto pub = openssl("rsa -in rsa -RSAPublicKey_out -outform DER", "pub");
  EXPECT_EQ(print(PrivateKey::parse_der(bytes_of(sec1))), ec);
  EXPECT_EQ(print(PrivateKey::parse_der(bytes_of(openssl("ec -in ec -no_public -outform DER", "bare")))), ec);
  EXPECT_EQ(print(PrivateKey::parse_der(bytes_of(pkcs1))), rsa);
  EXPECT_EQ(print(PublicKey::parse_der(bytes_of(pub))), rsa);
  EXPECT_CODE(PrivateKey::parse_der(bytes_of(pub)), wrong_kind);
  for (const std::string& der : {sec1, pkcs1, pub}) {
    EXPECT_CODE(PrivateKey::parse_der(bytes_of(der + "x")), malformed);
    EXPECT_CODE(PublicKey::parse_der(bytes_of(der + "x")), malformed);
    for (std::size_t size = 0; size < der.size(); size += 7)
      EXPECT_CODE(PrivateKey::parse_der(bytes_of(der).first(size)), malformed);
  }
}

TEST_F(Pem, a_password_opens_what_openssl_locked) {
  const Secret password(std::string_view("correct horse")), wrong(std::string_view("correct hors"));
  openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "rsa");
  openssl("ecparam -genkey -noout -name secp521r1", "ec");
  openssl("genpkey -algorithm ed448", "ed448");
  openssl("genpkey -algorithm X25519", "x25519");
  for (const std::string key : {"rsa", "ec", "ed448", "x25519"}) {
    const auto plain = PrivateKey::parse(openssl("pkey -in " + key, "plain"));
    ASSERT_TRUE(plain) << refusal_of(plain);
    for (const char* scheme : {"", "-v2 aes-128-cbc -v2prf hmacWithSHA1", "-v2 aes-192-cbc -v2prf hmacWithSHA512",
                               "-v2 aes256 -iter 1", "-scrypt", "-scrypt -scrypt_N 8192"}) {
      const std::string lock = "pkcs8 -topk8 -in " + key + " -passout pass:'correct horse' " + scheme;
      const auto pem = openssl(lock, "locked"), der = openssl(lock + " -outform DER", "locked");
      const auto opened = PrivateKey::parse(pem, password, {.kid = "k"});
      ASSERT_TRUE(opened) << scheme << " " << refusal_of(opened);
      EXPECT_EQ(opened->info().kid, "k");
      EXPECT_EQ(text_of_secret(opened->pem()), text_of_secret(plain->pem()));
      EXPECT_EQ(PrivateKey::parse_der(bytes_of(der), password)->thumbprint(), plain->thumbprint());
      EXPECT_EQ(refusal_of(PrivateKey::parse(pem, wrong)), "decrypt_failed password");
      EXPECT_EQ(refusal_of(PrivateKey::parse(pem, Secret())), "decrypt_failed password");
      EXPECT_EQ(refusal_of(PrivateKey::parse(pem)), "password_needed password");
      EXPECT_EQ(refusal_of(PrivateKey::parse_der(bytes_of(der), wrong)), "decrypt_failed password");
      EXPECT_EQ(refusal_of(PrivateKey::parse_der(bytes_of(der))), "password_needed password");
      EXPECT_CODE(PublicKey::parse(pem), wrong_kind);
      EXPECT_CODE(PublicKey::parse_der(bytes_of(der)), malformed);
    }
  }
  // A password that nobody needs does no harm.
  EXPECT_OK(PrivateKey::parse(openssl("pkey -in rsa", "plain"), password));
}

TEST_F(Pem, a_wrong_password_has_one_code_whatever_its_padding) {
  const auto pem = openssl("genpkey -algorithm ed25519 -outform PEM", "p8");
  const auto locked = openssl("pkcs8 -topk8 -in p8 -passout pass:right -iter 1", "locked");
  // One in 256 gives a padding that looks right.
  for (int i = 0; i < 2000; ++i)
    EXPECT_EQ(refusal_of(PrivateKey::parse(locked, Secret("wrong " + std::to_string(i)))), "decrypt_failed password");
  EXPECT_OK(PrivateKey::parse(locked, Secret(std::string_view("right"))));
}

TEST_F(Pem, R12_the_work_that_an_encrypted_key_asks_for_is_limited) {
  openssl("genpkey -algorithm ed25519", "p8");
  const Secret password(std::string_view("pw"));
  const auto locked = openssl("pkcs8 -topk8 -in p8 -passout pass:pw -iter 1000000 -outform DER", "locked");
  // 1,000,000 is 0F 42 40; 5,000,001 is 4C 4B 41.
  const auto at = locked.find(std::string("\x02\x03\x0F\x42\x40", 5));
  ASSERT_NE(at, std::string::npos);
  EXPECT_OK(PrivateKey::parse_der(bytes_of(locked), password));
  for (const std::string& rounds : {std::string("\x02\x03\x4C\x4B\x41", 5), std::string("\x02\x03\x7F\xFF\xFF", 5)}) {
    std::string hardest = locked;
    hardest.replace(at, 5, rounds);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(refusal_of(PrivateKey::parse_der(bytes_of(hardest), password)), "too_large rounds");
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(100));
  }
  for (const std::string& rounds : {std::string("\x02\x03\x00\x00\x00", 5), std::string("\x02\x03\xFF\xFF\xFF", 5)}) {
    std::string none = locked;
    none.replace(at, 5, rounds);
    EXPECT_TRUE(!PrivateKey::parse_der(bytes_of(none), password));
  }
  // scrypt: N of 2^20 and r of 8 would take a gigabyte.
  openssl("pkcs8 -topk8 -in p8 -passout pass:pw -scrypt -scrypt_N 16384 -outform DER", "scrypt");
  const auto scrypt = read_file(folder_ / "scrypt");
  const auto cost = scrypt.find(std::string("\x02\x02\x40\x00\x02\x01\x08\x02\x01\x01", 10));
  ASSERT_NE(cost, std::string::npos);
  EXPECT_OK(PrivateKey::parse_der(bytes_of(scrypt), password));
  const auto with = [&](const std::string& numbers) {
    std::string text = scrypt;
    text.replace(cost, 10, numbers);
    return refusal_of(PrivateKey::parse_der(bytes_of(text), password));
  };
  EXPECT_EQ(with(std::string("\x02\x02\x40\x00\x02\x01\x7F\x02\x01\x01", 10)), "too_large scrypt");  // r
  EXPECT_EQ(with(std::string("\x02\x02\x40\x00\x02\x01\x08\x02\x01\x7F", 10)), "too_large scrypt");  // p
  EXPECT_EQ(with(std::string("\x02\x02\x7F\xFF\x02\x01\x7F\x02\x01\x7F", 10)), "too_large scrypt");
  EXPECT_EQ(with(std::string("\x02\x02\x40\x00\x02\x01\x00\x02\x01\x01", 10)), "malformed scrypt");
  EXPECT_EQ(with(std::string("\x02\x02\x40\x00\x02\x01\x08\x02\x01\x00", 10)), "malformed scrypt");
  EXPECT_EQ(with(std::string("\x02\x02\x40\x01\x02\x01\x08\x02\x01\x01", 10)),
            "decrypt_failed password");  // N is no power of 2
  EXPECT_EQ(with(std::string("\x02\x02\xC0\x00\x02\x01\x08\x02\x01\x01", 10)), "too_large scrypt");  // below zero
}

TEST_F(Pem, older_encryption_is_refused) {
  openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "p8");
  const Secret password(std::string_view("pw"));
  for (const char* scheme : {"-v1 PBE-SHA1-3DES", "-v2 des3", "-v2 aes-256-ofb", "-v2 camellia256"}) {
    const auto locked = openssl("pkcs8 -topk8 -in p8 -passout pass:pw " + std::string(scheme), "locked");
    EXPECT_EQ(refusal_of(PrivateKey::parse(locked, password)), "unsupported encryption") << scheme;
  }
  const auto traditional = openssl("rsa -in p8 -traditional -aes128 -passout pass:pw", "traditional");
  EXPECT_EQ(refusal_of(PrivateKey::parse(traditional, password)), "unsupported PEM header");
}

TEST_F(Pem, openssl_opens_what_we_locked) {
  const Secret password(std::string_view("a\0b c", 5)), plain(std::string_view("pass word"));
  for (const Alg alg : {Alg::RS256, Alg::ES256, Alg::Ed25519}) {
    const auto& key = private_key(alg);
    const auto pem = key.encrypted_pem(plain);
    ASSERT_TRUE(pem) << refusal_of(pem);
    EXPECT_TRUE(pem->starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    std::ofstream(folder_ / "ours") << *pem;
    EXPECT_EQ(openssl("pkey -in ours -passin pass:'pass word'", "plain"), text_of_secret(key.pem()));
    EXPECT_NE(openssl("asn1parse -in ours", "der").size(), 0U);
    // R37: a password ends where its size says.
    const auto der = key.encrypted_der(password);
    ASSERT_TRUE(der);
    EXPECT_EQ(PrivateKey::parse_der(*der, password)->thumbprint(), key.thumbprint());
    EXPECT_CODE(PrivateKey::parse_der(*der, Secret(std::string_view("a"))), decrypt_failed);
    EXPECT_NE(*der, *key.encrypted_der(password));  // another salt
  }
  // The scheme that the header promises: 600,000 rounds, 09 27 C0.
  const auto text = *private_key(Alg::Ed25519).encrypted_der(plain);
  EXPECT_NE(text_of(text).find(std::string_view("\x02\x03\x09\x27\xC0", 5)), std::string_view::npos);
  EXPECT_EQ(refusal_of(private_key(Alg::Ed25519).encrypted_pem(Secret())), "weak_key password");
  EXPECT_EQ(refusal_of(private_key(Alg::Ed25519).encrypted_der(Secret())), "weak_key password");
}

TEST_F(Pem, an_altered_locked_key_is_refused) {
  const Secret password(std::string_view("pw"));
  openssl("ecparam -genkey -noout -name prime256v1", "p8");
  const auto locked = openssl("pkcs8 -topk8 -in p8 -passout pass:pw -iter 1 -outform DER", "locked");
  const auto good = PrivateKey::parse_der(bytes_of(locked), password)->thumbprint();
  for (std::size_t i = 0; i < locked.size(); ++i)
    for (const int bit : {1, 8, 128}) {
      std::string other = locked;
      other[i] = static_cast<char>(other[i] ^ bit);
      const auto key = PrivateKey::parse_der(bytes_of(other), password);
      // CBC has no tag, so an altered seed of Ed25519 is another key; one that holds its public half shows it.
      EXPECT_TRUE(!key || key->thumbprint() == good) << i;
    }
  for (std::size_t size = 0; size < locked.size(); ++size)
    EXPECT_TRUE(!PrivateKey::parse_der(bytes_of(locked.substr(0, size)), password)) << size;
  EXPECT_CODE(PrivateKey::parse_der(bytes_of(locked + "x"), password), malformed);
}

TEST_F(Pem, der_goes_both_ways) {
  for (const Alg alg : kOfEachType) {
    const auto& key = private_key(alg);
    std::ofstream(folder_ / "ours") << text_of_secret(key.pem());
    EXPECT_EQ(openssl("pkcs8 -topk8 -nocrypt -in ours -outform DER", "der"), text_of_secret(key.der()));
    EXPECT_EQ(openssl("pkey -in ours -pubout -outform DER", "pub"), text_of(key.public_key().der()));
    EXPECT_EQ(PrivateKey::parse_der(key.der().expose("a test"), {.kid = "x"})->info().kid, "x");
    EXPECT_EQ(PublicKey::parse_der(key.public_key().der())->jwk(), key.public_key().jwk());
    EXPECT_CODE(PublicKey::parse_der(key.der().expose("a test")), malformed);
    EXPECT_CODE(PrivateKey::parse_der(key.public_key().der()), wrong_kind);
    Bytes longer = key.public_key().der();
    longer.push_back(std::byte{0});
    EXPECT_CODE(PublicKey::parse_der(longer), malformed);
    EXPECT_CODE(PublicKey::parse_der({}), malformed);
    EXPECT_CODE(PublicKey::parse_der(Bytes(64 * 1024 + 1)), too_large);
    EXPECT_CODE(PrivateKey::parse_der(Bytes(64 * 1024 + 1)), too_large);
    EXPECT_CODE(PrivateKey::parse_der(bytes_of(text_of_secret(key.pem()))), malformed);
    EXPECT_CODE(PrivateKey::parse_der(bytes_of(text_of_secret(key.jwk()))), malformed);
  }
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
  const auto relabelled = replaced(replaced(pem, "BEGIN PUBLIC", "BEGIN PRIVATE"), "END PUBLIC", "END PRIVATE");
  EXPECT_CODE(PublicKey::parse(relabelled), wrong_kind);
  EXPECT_CODE(PrivateKey::parse(relabelled), malformed);
  // White space and an explaining text around it do no harm.
  EXPECT_OK(PublicKey::parse("\n\n" + pem + "\n\n"));
  EXPECT_OK(PublicKey::parse("the key of 2026\n" + pem));
  std::string windows;
  for (const char c : pem) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_OK(PublicKey::parse(windows));
}
