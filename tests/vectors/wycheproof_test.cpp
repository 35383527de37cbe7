// Wycheproof's JOSE sets, whole. A case that Tessera answers otherwise than the file expects stands in deviations.txt
// with its reason; one that stands there and does not deviate fails.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "json/json.hpp"
#include "support/expect.hpp"
#include "support/vectors.hpp"
#include "tessera/jwe.hpp"
#include "tessera/jws.hpp"

using namespace tessera;

namespace {

const AllowedAlgs kEvery = {Alg::HS256,  Alg::HS384, Alg::HS512,   Alg::RS256, Alg::RS384, Alg::RS512,
                            Alg::PS256,  Alg::PS384, Alg::PS512,   Alg::ES256, Alg::ES384, Alg::ES512,
                            Alg::ES256K, Alg::EdDSA, Alg::Ed25519, Alg::Ed448};

// "file tcId reason", by "file tcId".
std::map<std::string, std::string> deviations() {
  std::map<std::string, std::string> out;
  std::istringstream lines(tests::read_file(TESSERA_SOURCE_DIR "/tests/vectors/deviations.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string file, id, reason;
    words >> file >> id;
    std::getline(words, reason);
    EXPECT_GT(reason.size(), 10U) << "a deviation needs its reason: " << line;
    out[file + " " + id] = reason;
  }
  return out;
}

std::string text(const json::Object& of, std::string_view name) {
  const auto value = of.find(name);
  return value ? std::string(value->string().value_or("")) : "";
}

std::string verify_among(const std::string& token, const json::Array& set) {
  std::vector<SecretKey> keys;
  for (const json::Value item : set) {
    auto key = SecretKey::parse(item.text());
    if (!key) return code_of(key);
    keys.push_back(*std::move(key));
  }
  return code_of(jws::verify(token, jws::KeysView({}, keys), {.algs = Unchecked("the key says which")}));
}

bool all_symmetric(const json::Array& set) {
  for (const json::Value item : set)
    if (text(*item.object(), "kty") != "oct") return false;
  return true;
}

// The verification that a user would write with the group's key.
std::string verify(const std::string& token, const json::Object& group) {
  const bool published = group.find("public").has_value();
  const json::Value value = *group.find(published ? "public" : "private");
  const std::string jwk = value.text();
  if (const auto list = value.object()->find("keys")) {
    const auto set = *list->array();
    if (all_symmetric(set)) return verify_among(token, set);
    const auto keys = Keys::parse(jwk);
    return keys ? code_of(jws::verify(token, *keys, {.algs = kEvery})) : code_of(keys);
  }
  if (published) {
    const auto key = PublicKey::parse(jwk);
    return key ? code_of(jws::verify(token, *key, {.algs = kEvery})) : code_of(key);
  }
  const auto key = SecretKey::parse(jwk);
  return key ? code_of(jws::verify(token, *key, {.algs = kEvery})) : code_of(key);
}

// Everything is allowed that the library knows: the key's algorithm decides.
std::string decrypt(const json::Value& jwe, const json::Object& group) {
  const jwe::Policy policy{.algs = Unchecked("the key says which"),
                           .encs = Unchecked("every one is tried"),
                           .passwords = jwe::PasswordRounds{},
                           .max_inflated = 1 << 16};
  const std::string jwk = group.find("private")->text();
  const auto key = [&]() -> Result<jwe::Keyring> {
    if (text(*group.find("private")->object(), "kty") == "oct") return TRY(SecretKey::parse(jwk));
    return TRY(PrivateKey::parse(jwk));
  }();
  if (!key) return code_of(key);
  // The set asks a reader of the compact serialization: a message in JSON is none.
  return code_of(jwe::decrypt(jwe.string() ? std::string(*jwe.string()) : jwe.text(), *key, policy));
}

void run(const std::string& name) {
  const auto folder = tests::vectors();
  if (!folder) GTEST_SKIP() << "no vectors";
  const std::string content = tests::read_file(*folder / "wycheproof" / (name + "_test.json"));
  json::Document document;
  const auto parsed = document.parse_object(content);
  ASSERT_TRUE(parsed);
  auto expected_deviations = deviations();
  int count = 0, deviating = 0;
  const auto groups = *parsed->find("testGroups")->array();
  for (const json::Value entry : groups) {
    const auto group = *entry.object();
    const auto cases = *group.find("tests")->array();
    for (const json::Value item : cases) {
      const auto test = *item.object();
      ++count;
      const std::string id = name + " " + std::to_string(*test.find("tcId")->integer());
      const auto jws = test.find("jws"), jwe = test.find("jwe");
      ASSERT_NE(jws.has_value(), jwe.has_value()) << id;
      const std::string answer =
          jwe ? decrypt(*jwe, group) : verify(jws->string() ? std::string(*jws->string()) : jws->text(), group);
      const bool as_expected = (answer == "ok") == (text(test, "result") == "valid");
      const bool listed = expected_deviations.erase(id) > 0;
      deviating += listed ? 1 : 0;
      EXPECT_NE(as_expected, listed) << id << " " << text(group, "comment") << "/" << text(test, "comment")
                                     << ": expected " << text(test, "result") << ", answered " << answer;
    }
  }
  EXPECT_EQ(count, *parsed->find("numberOfTests")->integer());
  tests::record_cases(count, deviating);
  for (const auto& [id, reason] : expected_deviations)
    EXPECT_FALSE(id.starts_with(name + " ")) << id << " does not exist";
}

}  // namespace

TEST(Wycheproof, JsonWebSignature) { run("json_web_signature"); }
TEST(Wycheproof, JsonWebEncryption) { run("json_web_encryption"); }
TEST(Wycheproof, JsonWebKey) { run("json_web_key"); }
TEST(Wycheproof, JsonWebCrypto) { run("json_web_crypto"); }
