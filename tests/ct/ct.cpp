// Constant time where secrets are compared, unwrapped or unpadded: run under valgrind's memcheck by tests/ct/run, with
// every secret poisoned. A case fails when its verdict is wrong, or when anything on the way branched on a secret or
// went to an address made of one. Only what ct::told says is no secret afterwards (told.cpp).
#include <array>
#include <functional>
#include <utility>

#include "base/base64url.hpp"
#include "base/ct.hpp"
#include "crypto/crypto.hpp"
#include "crypto/encryption.hpp"
#include "issuer/digest.hpp"
#include "issuer/steps/pkce.hpp"
#include "poison.hpp"
#include "tessera/tessera.hpp"

using namespace tests;

namespace {

int failures = 0;

// "ok NAME" or "FAIL NAME: why", as tools/run_tests reads it. Some of them demand that a leak is seen.
enum class Leak { none, seen };
void run(const std::string& name, std::string_view wanted, const std::function<std::string()>& body,
         Leak leak = Leak::none) {
  const auto before = VALGRIND_COUNT_ERRORS;
  const std::string verdict = body();
  const auto errors = VALGRIND_COUNT_ERRORS - before;
  std::string why;
  if (verdict != wanted) why = "gave " + verdict + ", not " + std::string(wanted);
  if (leak == Leak::none && errors != 0) why = "depends on a secret in " + std::to_string(errors) + " places";
  if (leak == Leak::seen && errors == 0) why = "memcheck did not see it";
  std::printf("%s %s%s%s\n", why.empty() ? "ok" : "FAIL", name.c_str(), why.empty() ? "" : ": ", why.c_str());
  std::fflush(stdout);
  if (!why.empty()) ++failures;
}

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "ok" : std::string(error_name(result.error().code));
}

std::string altered(std::string text, std::size_t at) {
  text[at] = text[at] == 'A' ? 'B' : 'A';
  return text;
}

// ── what must be seen ───────────────────────────────────────────────────────────────────────────────────────────────

bool leaky_equal(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i]) return false;
  return true;
}

void leaks() {
  const auto with_secret = [](const auto& use) {
    std::string secret = "0123456789abcdef";
    poison(secret);
    return use(secret) ? std::string("yes") : std::string("no");
  };
  run(
      "R11_a_leaky_compare_is_seen", "no",
      [&] { return with_secret([](std::string_view secret) { return leaky_equal(secret, "0123456789abcdeX"); }); },
      Leak::seen);
  run(
      "R11_an_address_made_of_a_secret_is_seen", "yes",
      [&] {
        static const std::array<unsigned char, 256> table = [] {
          std::array<unsigned char, 256> out;
          out.fill(1);
          return out;
        }();
        return with_secret(
            [](std::string_view secret) { return ct::told(table[static_cast<unsigned char>(secret[3])]) == 1; });
      },
      Leak::seen);
  run(
      "R11_a_key_that_depends_on_a_secret_is_one", "yes",
      [&] {
        return with_secret([](std::string_view secret) {
          const auto hash = crypto::sha256(bytes_of(secret));
          return leaky_equal(text_of(hash).substr(0, 1), known(text_of(hash)).substr(0, 1));
        });
      },
      Leak::seen);
}

// ── comparing and unpadding ─────────────────────────────────────────────────────────────────────────────────────────

void comparisons() {
  for (const std::size_t at : {0, 7, 15}) {
    std::string secret = "0123456789abcdef";
    const std::string other = altered(secret, at);
    poison(secret);
    const auto name = "R11_equal_differs_at_" + std::to_string(at);
    run(name, "no", [&] { return ct::equal(secret, other) ? "yes" : "no"; });
  }
  std::string secret = "0123456789abcdef";
  poison(secret);
  run("R11_equal", "yes", [&] { return ct::equal(secret, std::string_view("0123456789abcdef")) ? "yes" : "no"; });
  for (const int size : {0, 1, 8, 16, 17, 255}) {
    const Bytes block(16, static_cast<std::byte>(size));
    poison(block);
    run("R11_padding_of_" + std::to_string(size), std::to_string(size >= 1 && size <= 16 ? size : 0),
        [&] { return std::to_string(ct::told(ct::padding_size(block))); });
  }
}

// ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────────

void macs() {
  for (const Alg alg : {Alg::HS256, Alg::HS384, Alg::HS512}) {
    const auto key = *SecretKey::generate(alg);
    const std::string token = *jws::sign(bytes_of("payload"), key);
    const auto signature = token.rfind('.') + 1;
    // A key of its own for each use: what a thread keeps of one was computed before it was poisoned.
    const auto verdict = [&](const std::string& text) {
      const auto fresh = *SecretKey::parse(key.jwk().expose_text("a test"));
      poison(fresh);
      return code_of(jws::verify(text, fresh, {.algs = {alg}}));
    };
    const std::string name = "R11_" + std::string(alg_name(alg));
    run(name + "_good", "ok", [&] { return verdict(token); });
    run(name + "_first_octet", "bad_signature", [&] { return verdict(altered(token, signature)); });
    run(name + "_last_octets", "bad_signature", [&] { return verdict(altered(token, token.size() - 4)); });
  }
}

// ── encryption ──────────────────────────────────────────────────────────────────────────────────────────────────────

const jwe::Policy& any() {
  static const jwe::Policy policy{
      .algs = Unchecked("a test"), .encs = Unchecked("a test"), .passwords = jwe::PasswordRounds{}};
  return policy;
}

std::string opened(const std::string& token, const jwe::Keyring& ring) {
  const auto result = jwe::decrypt(token, ring, any());
  return result ? known(result->text()) : std::string(error_name(result.error().code));
}

// The first character of a part of a compact message.
std::size_t part(const std::string& token, int index) {
  std::size_t at = 0;
  for (; index > 0; --index) at = token.find('.', at) + 1;
  return at;
}

// A good message and each way to spoil it, opened by `open`, which poisons what is secret.
void messages(const std::string& name, const std::string& token, std::initializer_list<int> spoiled,
              const std::function<std::string(const std::string&)>& open) {
  constexpr const char* kParts[] = {"header", "encrypted_key", "iv", "ciphertext", "tag"};
  run("R11_" + name + "_good", "attack at dawn", [&] { return open(token); });
  for (const int index : spoiled)
    run("R11_" + name + "_altered_" + kParts[index], "decrypt_failed",
        [&] { return open(altered(token, part(token, index))); });
}

void ciphers() {
  for (const Enc enc :
       {Enc::A128GCM, Enc::A192GCM, Enc::A256GCM, Enc::A128CBC_HS256, Enc::A192CBC_HS384, Enc::A256CBC_HS512}) {
    const auto key = *SecretKey::generate(enc);
    const auto token = *jwe::encrypt(bytes_of("attack at dawn"), key, enc);
    poison(key);
    messages("dir_" + std::string(enc_name(enc)), token, {2, 3, 4},
             [&](const std::string& text) { return opened(text, key); });
  }
}

// A padding that is wrong under a MAC that is right: only whoever has the key can make it.
void padding_under_a_good_mac() {
  const Bytes octets(32, std::byte{7});
  crypto::Ciphertext sealed = crypto::encrypt(crypto::Cipher::A128CBC_HS256, Secret(octets), bytes_of("x"), {});
  sealed.iv.back() ^= std::byte{0x20};  // the last octet of the padding, one block long
  std::string input = std::string(text_of(sealed.iv)) + std::string(text_of(sealed.octets)) + std::string(8, '\0');
  Bytes tag(32);
  crypto::MacKey(Secret(BytesView(octets).first(16))).mac(crypto::Hash::SHA256, input, tag);
  tag.resize(16);
  const Secret key(octets);
  poison(key);
  run("R10_bad_padding_under_a_good_mac", "decrypt_failed", [&] {
    return code_of(crypto::decrypt(crypto::Cipher::A128CBC_HS256, key, {sealed.iv, sealed.octets, tag}, {}));
  });
}

void wrapped_keys() {
  for (const KeyAlg alg : {KeyAlg::A128KW, KeyAlg::A256KW, KeyAlg::A128GCMKW, KeyAlg::A256GCMKW})
    for (const Enc enc : {Enc::A128GCM, Enc::A128CBC_HS256}) {
      const auto key = *SecretKey::generate(alg);
      const auto token = *jwe::encrypt(bytes_of("attack at dawn"), key, enc);
      poison(key);
      messages(std::string(key_alg_name(alg)) + "_" + std::string(enc_name(enc)), token, {1, 3, 4},
               [&](const std::string& text) { return opened(text, key); });
    }
}

void passwords() {
  for (const KeyAlg alg : {KeyAlg::PBES2_HS256_A128KW, KeyAlg::PBES2_HS384_A192KW, KeyAlg::PBES2_HS512_A256KW}) {
    const auto key = *SecretKey::from_octets(bytes_of("correct horse battery"), alg);
    const auto token = *jwe::encrypt(bytes_of("attack at dawn"), key, Enc::A128GCM, {.p2c = 1'000});
    poison(key);
    messages(std::string(key_alg_name(alg)), token, {1, 4}, [&](const std::string& text) { return opened(text, key); });
  }
  // The cheapest that libsodium takes: what is looked for does not depend on the cost.
  const auto hash = *crypto::hash_password(Secret(std::string_view("watchword")), {.memory_kib = 8, .passes = 1});
  for (const auto& [given, wanted] : {std::pair{"watchword", "yes"}, {"watchwork", "no"}}) {
    const Secret password{std::string_view(given)};
    poison(password);
    run("R11_password_" + std::string(wanted), wanted,
        [&] { return crypto::verify_password(password, hash) ? "yes" : "no"; });
  }
}

// RSA's private key stands where this cannot poison it: the encrypted key is poisoned instead, and with it everything
// that comes out. OpenSSL may look at what was sent (tests/ct/suppressions); what it found must not show in our code.
void rsa() {
  const auto pair = *crypto::Pkey::generate(crypto::PkeyType::RSA, 2048);
  const Bytes content_key(32, std::byte{'k'}), otherwise(32, std::byte{'r'});
  const auto verdict = [&](crypto::Oaep hash, Bytes encrypted) {
    poison(encrypted);
    const Secret out = *pair.decrypt_oaep(hash, encrypted, Secret(otherwise));
    const std::string text = known(text_of(out.expose("a test")));
    return text == text_of(content_key) ? "opened" : text == text_of(otherwise) ? "substituted" : text;
  };
  for (const auto& [hash, name] : {std::pair{crypto::Oaep::SHA1, "RSA-OAEP"}, {crypto::Oaep::SHA256, "RSA-OAEP-256"}}) {
    const Bytes good = *pair.encrypt_oaep(hash, Secret(content_key));
    Bytes bad = good;
    bad.back() ^= std::byte{1};
    const Bytes longer = *pair.encrypt_oaep(hash, Secret(Bytes(48, std::byte{'k'})));
    const Bytes shorter = *pair.encrypt_oaep(hash, Secret(Bytes(16, std::byte{'k'})));
    const std::string row = "R10_" + std::string(name);
    run(row + "_good", "opened", [&] { return verdict(hash, good); });
    run(row + "_altered", "substituted", [&] { return verdict(hash, bad); });
    run(row + "_a_longer_key", "substituted", [&] { return verdict(hash, longer); });
    run(row + "_a_shorter_key", "substituted", [&] { return verdict(hash, shorter); });
  }
}

// ── the issuer ──────────────────────────────────────────────────────────────────────────────────────────────────────

void issuer_secrets() {
  const Secret key(Bytes(32, std::byte{'k'}));
  const Bytes sealed = crypto::seal(key, bytes_of("attack at dawn"), {});
  Bytes bad = sealed;
  bad.back() ^= std::byte{1};
  poison(key);
  run("R11_seal_good", "ok", [&] { return code_of(crypto::open(key, sealed, {})); });
  run("R11_seal_altered", "decrypt_failed", [&] { return code_of(crypto::open(key, bad, {})); });

  const std::string verifier(43, 'v');
  const auto challenge = issuer::digest_of(verifier);
  const issuer::Client client{};
  for (const auto& [given, wanted] : {std::pair{verifier, "yes"}, {altered(verifier, 0), "no"}}) {
    const std::string expected = challenge;
    poison(expected);
    run("R11_pkce_" + std::string(wanted), wanted, [&] {
      const issuer::Params params({{"code_verifier", given}});
      return issuer::check_verifier(params, client, expected) ? "yes" : "no";
    });
  }
}

}  // namespace

int main() {
  if (!RUNNING_ON_VALGRIND) {
    std::fputs("run this under valgrind: tests/ct/run\n", stderr);
    return 2;
  }
  leaks();
  comparisons();
  macs();
  ciphers();
  padding_under_a_good_mac();
  wrapped_keys();
  passwords();
  rsa();
  issuer_secrets();
  return failures == 0 ? 0 : 1;
}
