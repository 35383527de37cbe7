// RFC 7520 section 5, whole: what its authors encrypted opens here, in each of its serializations. (Section 5.1 uses
// RSA1_5, which is not built.)
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "json/json.hpp"
#include "support/expect.hpp"
#include "support/vectors.hpp"
#include "tessera/jwe.hpp"
#include "tessera/nested.hpp"

using namespace tessera;

namespace {

const jwe::Policy kOpen{.algs = Unchecked("the key says which"),
                        .encs = Unchecked("every one is tried"),
                        .passwords = jwe::PasswordRounds{},
                        .max_inflated = 1 << 16};

std::string text_of(const json::Object& of, std::string_view name) { return std::string(*of.find(name)->string()); }

// The keys of an example: one, several, or a password.
jwe::Keyring keys_of(const json::Object& input) {
  std::vector<PrivateKey> private_keys;
  std::vector<SecretKey> secret_keys;
  const auto add = [&](const json::Value& jwk) {
    if (text_of(*jwk.object(), "kty") == "oct")
      secret_keys.push_back(*SecretKey::parse(jwk.text()));
    else
      private_keys.push_back(*PrivateKey::parse(jwk.text()));
  };
  if (input.find("pwd")) {
    const auto alg = key_alg_from_name(text_of(input, "alg"));
    secret_keys.push_back(*SecretKey::from_octets(bytes_of(text_of(input, "pwd")), *alg));
  } else if (const auto list = input.find("key")->array()) {
    for (const json::Value jwk : *list) add(jwk);
  } else {
    add(*input.find("key"));
  }
  return {std::move(private_keys), std::move(secret_keys)};
}

std::string opened(const Result<jwe::Decrypted>& result) {
  return result ? std::string(result->text()) : refusal_of(result);
}

// Gives how many forms it had.
int check_example(const std::filesystem::path& file) {
  SCOPED_TRACE(file.filename().string());
  const std::string content = tests::read_file(file);
  json::Document document;
  const auto example = *document.parse_object(content);
  const auto input = *example.find("input")->object();
  const auto output = *example.find("output")->object();
  const std::string plaintext = text_of(input, "plaintext");
  const jwe::Keyring keys = keys_of(input);
  int forms = 0;
  for (const json::Member form : output) {
    ++forms;
    const auto result = form.name == "compact" ? jwe::decrypt(*form.value.string(), keys, kOpen)
                                               : jwe::decrypt_json(form.value.text(), keys, Rule::ANY, kOpen);
    EXPECT_EQ(opened(result), plaintext) << form.name;
  }
  return forms;
}

}  // namespace

TEST(Rfc7520, encryption_of_section_5) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  int examples = 0, forms = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*tests::vectors() / "rfc7520/jwe")) {
    if (entry.path().filename().string().starts_with("5_1.")) continue;
    forms += check_example(entry.path());
    ++examples;
  }
  EXPECT_EQ(examples, 12);
  tests::record_cases(forms);
  EXPECT_EQ(forms, 31);
}

TEST(Rfc7520, rsa1_5_of_section_5_1_is_not_built) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  const std::string content =
      tests::read_file(*tests::vectors() / "rfc7520/jwe/5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2.json");
  json::Document document;
  const auto example = *document.parse_object(content);
  const auto input = *example.find("input")->object();
  const auto output = *example.find("output")->object();
  EXPECT_CODE(jwe::decrypt(text_of(output, "compact"), keys_of(input), kOpen), unknown_alg);
}

TEST(Rfc7520, the_keys_of_section_5_3) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  const std::string content = tests::read_file(
      *tests::vectors() / "rfc7520/jwe/5_3.key_wrap_using_pbes2-aes-keywrap_with-aes-cbc-hmac-sha2.json");
  json::Document document;
  const auto example = *document.parse_object(content);
  const auto ring = jwe::decrypt_keys(text_of(*example.find("output")->object(), "compact"),
                                      keys_of(*example.find("input")->object()), kOpen);
  ASSERT_TRUE(ring) << refusal_of(ring);
  ASSERT_EQ(ring->secret_keys().size(), 3U);
  EXPECT_EQ(ring->secret_keys()[2].info().key_alg, KeyAlg::A256GCMKW);
}

TEST(Rfc7520, nesting_of_section_6) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  const std::string content = tests::read_file(*tests::vectors() / "rfc7520/6.nesting_signatures_and_encryption.json");
  json::Document document;
  const auto example = *document.parse_object(content);
  const auto sign = *example.find("sign")->object(), encrypt = *example.find("encrypt")->object();
  const auto signer = PrivateKey::parse(sign.find("input")->object()->find("key")->text());
  ASSERT_TRUE(signer) << refusal_of(signer);
  const Verifier verifier{signer->public_key(),
                          {.issuer = "hobbiton.example",
                           .audience = Unchecked("the example names none"),
                           .typ = "JWT",
                           .algs = {Alg::PS256}}};
  const auto claims =
      decrypt_and_verify(text_of(*encrypt.find("output")->object(), "compact"),
                         keys_of(*encrypt.find("input")->object()), kOpen, verifier, sys_seconds(seconds(1300819379)));
  ASSERT_TRUE(claims) << refusal_of(claims);
  EXPECT_EQ(claims->get<bool>("http://example.com/is_root").value(), true);
}

TEST(Rfc8037, agreement_of_appendix_a_6) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  EXPECT_EQ(check_example(*tests::vectors() / "rfc7520/curve25519/ecdh-es.json"), 3);
}
