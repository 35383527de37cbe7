// Whether a failed decryption tells how far it came, in its error or in its time (RFC 7516 section 11.5).
//
//   usage: bench_oracle [--failures=N] [--seed=N] [all | NAME…]
//
// For each pair of algorithms, N failures of each kind are measured in one random order, so that whatever else the
// machine does falls on all kinds alike, and each kind is compared with the first one. The second kind is the first one
// again: what it differs by is noise. NAME is a part of a pair's name (RSA, +A256GCM); without one, those pairs run
// that fit into some minutes.
//
// OpenSSL branches on whether AES unwraps a key, and the processor takes some 20 ns longer for whichever outcome it has
// seen less often. That tells of the mixture and not of the code, so the rarer outcome is made as frequent by failures
// that are not counted.
//
// An error that differs is a failure (exit 1). Time is reported, for a human to judge: one machine's noise is another's
// leak.
#define OPENSSL_SUPPRESS_DEPRECATED  // PKCS1_MGF1 has no successor
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <tuple>

#include "base/base64url.hpp"
#include "crypto/crypto.hpp"
#include "crypto/encryption.hpp"
#include "jose/key_management.hpp"
#include "tessera/tessera.hpp"

using namespace tessera;

namespace {

constexpr std::size_t kPool = 256;  // messages of each kind: what only one message does must not look like its kind
constexpr std::size_t kPlaintext = 200;  // octets: eight of padding in CBC

using Random = std::mt19937_64;

void need(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "oracle: %s\n", what);
  std::exit(2);
}
template <class T>
T got(Result<T> result, const char* what) {
  need(result.has_value(), what);
  return std::move(*result);
}

// ── recipients and messages ─────────────────────────────────────────────────────────────────────────────────────────

enum class Run : std::uint8_t { always, if_asked };  // the slow ones that have a like among the others

struct Pair {
  KeyAlg alg;
  KeyType type;
  Enc enc;
  Run run = Run::always;

  Management management() const { return key_alg_row(alg).management; }
  bool is_cbc() const { return !crypto::is_gcm(enc_row(enc).cipher); }
  std::string name() const {
    std::string out = std::string(key_alg_name(alg)) + '+' + std::string(enc_name(enc));
    if (management() == Management::agree || management() == Management::agree_wrap)
      out.append(" ").append(key_type_name(type));
    return out;
  }
};

struct Recipient {
  jwe::Recipient to;
  jwe::Keyring ring;
  std::optional<PrivateKey> pair;  // where there is one

  explicit Recipient(SecretKey key) : to(key), ring(std::move(key)) {}
  explicit Recipient(const PrivateKey& key) : to(key.public_key()), ring(key), pair(key) {}
};

Recipient new_recipient(const Pair& p) {
  switch (p.management()) {
    case Management::direct: return Recipient(got(SecretKey::generate(p.enc), "no key"));
    case Management::wrap:
    case Management::gcm_wrap: return Recipient(got(SecretKey::generate(p.alg), "no key"));
    case Management::password: {
      const auto password = base64url::encode(crypto::random<16>());
      return Recipient(got(SecretKey::from_octets(bytes_of(password), p.alg), "no key"));
    }
    case Management::oaep:
    case Management::agree:
    case Management::agree_wrap: break;
  }
  return Recipient(got(PrivateKey::generate(p.alg, p.type), "no key"));
}

struct Message {
  std::string header;  // JSON
  Bytes encrypted_key, iv, ciphertext, tag;
  Secret content_key;  // as its maker knows it

  std::string text() const {
    std::string out = base64url::encode(header);
    for (const Bytes* part : {&encrypted_key, &iv, &ciphertext, &tag}) {
      out += '.';
      base64url::append(out, *part);
    }
    return out;
  }
};

Message new_message(const Pair& p, const jwe::Recipient& to) {
  const jwe::Header given{.p2c = 1'000};
  Message out;
  json::Writer header;
  header.begin_object().member("alg", key_alg_name(p.alg)).member("enc", enc_name(p.enc)).member("typ", "JWT");
  if (jose::settles_content_key(p.alg)) {
    out.content_key = got(jose::settle_content_key(to.data(), p.alg, p.enc, given, header), "no content key");
  } else {
    out.content_key = jose::new_content_key(p.enc);
    out.encrypted_key = got(jose::wrap_content_key(to.data(), p.alg, out.content_key, given, header), "no wrapped key");
  }
  out.header = header.end_object().take();
  const std::string associated = base64url::encode(out.header);
  auto sealed =
      crypto::encrypt(enc_row(p.enc).cipher, out.content_key, Bytes(kPlaintext, std::byte{'x'}), bytes_of(associated));
  out.iv = std::move(sealed.iv);
  out.ciphertext = std::move(sealed.octets);
  out.tag = std::move(sealed.tag);
  return out;
}

// ── ways to spoil one ───────────────────────────────────────────────────────────────────────────────────────────────

void flip(std::byte& octet, Random& random) { octet ^= std::byte{1} << random() % 8; }
void flip_any(Bytes& octets, Random& random) { flip(octets[random() % octets.size()], random); }

// Another first character of a text in the header; six whole bits, where it is base64url.
void alter_member(Message& m, std::string_view name) {
  const std::string start = '"' + std::string(name) + "\":\"";
  const auto at = m.header.find(start);
  need(at != std::string::npos, "no such member");
  char& first = m.header[at + start.size()];
  first = first == 'A' ? 'B' : 'A';
}

// A padding that is wrong under a tag that is right: only whoever has the key can make it. CBC lets an octet of the
// last block be chosen, by altering the block before it.
void alter_padding(const Pair& p, Message& m, std::size_t from_end, std::uint8_t difference) {
  constexpr std::size_t kBlock = 16;
  m.ciphertext[m.ciphertext.size() - kBlock - from_end] ^= std::byte{difference};
  const std::string associated = base64url::encode(m.header);
  std::string input = associated + std::string(text_of(m.iv)) + std::string(text_of(m.ciphertext));
  for (int shift = 56; shift >= 0; shift -= 8)
    input += static_cast<char>(std::uint64_t{associated.size()} * 8 >> shift);
  const auto hash = p.enc == Enc::A128CBC_HS256   ? crypto::Hash::SHA256
                    : p.enc == Enc::A192CBC_HS384 ? crypto::Hash::SHA384
                                                  : crypto::Hash::SHA512;
  const BytesView key = m.content_key.expose("its first half is the MAC's key");
  Bytes tag(crypto::hash_size(hash));
  crypto::MacKey(Secret(key.first(key.size() / 2))).mac(hash, input, tag);
  tag.resize(m.tag.size());
  m.tag = std::move(tag);
}

// RSA without its padding, so that an encoded message (RFC 8017 section 7.1.1: Y, maskedSeed, maskedDB) can be spoilt
// at a place of our choice.
class RawRsa {
 public:
  RawRsa(const PrivateKey& key, crypto::Oaep oaep) : modulus_(key.data().pkey->rsa_public().n) {
    constexpr const char* kNames[] = {"SHA1", "SHA256", "SHA384", "SHA512"};
    hash_ = EVP_get_digestbyname(kNames[static_cast<std::size_t>(oaep)]);
    const Secret der = key.der();
    const BytesView octets = der.expose("RSA without its padding");
    const unsigned char* at = uc(octets);
    key_ = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(octets.size()));
    need(key_ && hash_, "no RSA");
  }
  RawRsa(const RawRsa&) = delete;
  RawRsa& operator=(const RawRsa&) = delete;
  ~RawRsa() { EVP_PKEY_free(key_); }

  bool takes(const Bytes& encrypted) const { return encrypted < modulus_; }

  void alter_first_octet(Message& m) const {
    change(m, [](Bytes& encoded, Bytes&) { encoded[0] = std::byte{1}; });
  }
  void alter_label_hash(Message& m) const {
    change(m, [](Bytes&, Bytes& data) { data[0] ^= std::byte{1}; });
  }
  void keep(Message& m) const {
    change(m, [](Bytes&, Bytes&) {});
  }
  void remove_separator(Message& m) const {
    change(m, [&](Bytes&, Bytes& data) {
      auto at = data.begin() + hash_size();
      while (*at == std::byte{}) ++at;
      // No 1 may follow, or it would be the separator of a shorter key.
      std::replace(at, data.end(), std::byte{1}, std::byte{2});
      *at = std::byte{2};
    });
  }

 private:
  static unsigned char* uc(Bytes& octets) { return reinterpret_cast<unsigned char*>(octets.data()); }
  static const unsigned char* uc(BytesView octets) { return reinterpret_cast<const unsigned char*>(octets.data()); }
  int hash_size() const { return EVP_MD_get_size(hash_); }

  Bytes raw(const Bytes& in, int (*init)(EVP_PKEY_CTX*),
            int (*run)(EVP_PKEY_CTX*, unsigned char*, std::size_t*, const unsigned char*, std::size_t)) const {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_pkey(nullptr, key_, nullptr);
    Bytes out(in.size());
    std::size_t size = out.size();
    need(context && init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1 &&
             run(context, uc(out), &size, uc(BytesView(in)), in.size()) == 1 && size == in.size(),
         "RSA failed");
    EVP_PKEY_CTX_free(context);
    return out;
  }
  void mask(Bytes& octets, const Bytes& seed) const {
    Bytes generated(octets.size());
    need(PKCS1_MGF1(uc(generated), static_cast<long>(generated.size()), uc(BytesView(seed)),
                    static_cast<long>(seed.size()), hash_) == 0,
         "MGF1 failed");
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] ^= generated[i];
  }
  // `alter` takes the encoded message and its data block unmasked.
  void change(Message& m, const std::function<void(Bytes& encoded, Bytes& data)>& alter) const {
    Bytes encoded = raw(m.encrypted_key, EVP_PKEY_decrypt_init, EVP_PKEY_decrypt);
    const auto seed_end = encoded.begin() + 1 + hash_size();
    Bytes seed(encoded.begin() + 1, seed_end), data(seed_end, encoded.end());
    mask(seed, data);
    mask(data, seed);
    alter(encoded, data);
    mask(data, seed);
    mask(seed, data);
    std::ranges::copy(seed, encoded.begin() + 1);
    std::ranges::copy(data, seed_end);
    m.encrypted_key = raw(encoded, EVP_PKEY_encrypt_init, EVP_PKEY_encrypt);
  }

  Bytes modulus_;
  const EVP_MD* hash_;
  EVP_PKEY* key_;
};

// What finds the failure.
enum class Stage : std::uint8_t {
  content,  // the key is as good as any
  key,      // AES finds that it does not unwrap
  shape     // nothing secret: the message itself shows it, so it may fail sooner
};

struct Kind {
  std::string name;
  std::function<void(Message&)> spoil;  // a good message for the recipient
  Stage stage = Stage::content;
  std::vector<std::string> texts{};
  std::vector<std::int64_t> times{};  // nanoseconds
};

std::vector<Kind> kinds_of(const Pair& p, const Recipient& mine, const Recipient& other, Random& random) {
  const auto last_of_tag = [&](Message& m) { flip(m.tag.back(), random); };
  std::vector<Kind> out = {{"tag, last octet", last_of_tag}, {"the same again", last_of_tag}};
  const auto add = [&](const char* name, std::function<void(Message&)> spoil, Stage stage = Stage::content) {
    out.push_back({name, std::move(spoil), stage});
  };
  // OAEP's verdict does not branch.
  const bool unwraps = p.management() != Management::oaep && !jose::settles_content_key(p.alg);
  const Stage key = unwraps ? Stage::key : Stage::content;
  if (p.management() == Management::oaep) {
    const auto rsa = std::make_shared<RawRsa>(*mine.pair, key_alg_row(p.alg).oaep);
    const auto wrap_size = [&](std::size_t size) {
      return [&p, &mine, size](Message& m) {
        Secret other_key = Secret::of_size(size);
        crypto::random(other_key.writable());
        json::Writer unused;
        m.encrypted_key = got(jose::wrap_content_key(mine.to.data(), p.alg, other_key, {}, unused), "no wrapped key");
      };
    };
    add("another's message", [&, rsa](Message& m) {
      do m = new_message(p, other.to);
      while (!rsa->takes(m.encrypted_key));
    });
    add("random encrypted key", [](Message& m) {
      crypto::random(m.encrypted_key);
      m.encrypted_key[0] &= std::byte{0x7f};  // below the modulus
    });
    add("OAEP: first octet", [rsa](Message& m) { rsa->alter_first_octet(m); });
    add("OAEP: hash of the label", [rsa](Message& m) { rsa->alter_label_hash(m); });
    add("OAEP: separator", [rsa](Message& m) { rsa->remove_separator(m); });
    add("OAEP good, key too short", wrap_size(key_size(p.enc) / 2));
    add("OAEP good, one octet", wrap_size(1));
    add("OAEP good, key too long", wrap_size(key_size(p.enc) + 8));
    add("OAEP good, another key", wrap_size(key_size(p.enc)));
    add("not below the modulus", [](Message& m) { std::ranges::fill(m.encrypted_key, std::byte{0xff}); }, Stage::shape);
  } else {
    // RSA leaves these to the others: they do not depend on how the key came.
    add("tag, first octet", [&](Message& m) { flip(m.tag.front(), random); });
    add("ciphertext", [&](Message& m) { flip_any(m.ciphertext, random); });
    add("IV", [&](Message& m) { flip_any(m.iv, random); });
    add("header", [](Message& m) { alter_member(m, "typ"); });
    add("another's message", [&](Message& m) { m = new_message(p, other.to); }, key);
    if (p.is_cbc()) add("ciphertext of no whole block", [](Message& m) { m.ciphertext.pop_back(); }, Stage::shape);
  }
  switch (p.management()) {
    case Management::gcm_wrap:
      add("IV of the key", [](Message& m) { alter_member(m, "iv"); }, key);
      add("tag of the key", [](Message& m) { alter_member(m, "tag"); }, key);
      break;
    case Management::agree:
    case Management::agree_wrap:
      add("epk of another message", [&](Message& m) { m.header = new_message(p, mine.to).header; }, key);
      break;
    case Management::password: add("salt", [](Message& m) { alter_member(m, "p2s"); }, key); break;
    default: break;
  }
  if (unwraps) add("encrypted key", [&](Message& m) { flip_any(m.encrypted_key, random); }, key);
  if (p.is_cbc()) {
    constexpr std::uint8_t kPadding = 16 - kPlaintext % 16;
    add("tag good, padding 0", [&](Message& m) { alter_padding(p, m, 1, kPadding); });
    add("tag good, padding 17", [&](Message& m) { alter_padding(p, m, 1, kPadding ^ 17); });
    add("tag good, padding uneven", [&](Message& m) { alter_padding(p, m, kPadding, 1); });
  }
  return out;
}

// ── distributions ───────────────────────────────────────────────────────────────────────────────────────────────────

double quantile(const std::vector<std::int64_t>& sorted, double q) {
  return static_cast<double>(sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))]);
}

struct Difference {
  double auc;       // chance that one of `b` takes longer than one of `a` (Mann-Whitney); .5 where they are alike
  double distance;  // greatest between the distribution functions (Kolmogorov-Smirnov)
};
Difference compare(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {  // sorted, of one size
  const double size = static_cast<double>(a.size());
  double wins = 0, distance = 0;
  std::size_t below = 0, upto = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    while (below < a.size() && a[below] < b[i]) ++below;
    while (upto < a.size() && a[upto] <= b[i]) ++upto;
    wins += static_cast<double>(below + upto) / 2;
    const auto rank = static_cast<double>(i);
    // Just below and at this value; of equal values the last decides.
    if (i == 0 || b[i - 1] != b[i]) distance = std::max(distance, std::abs(static_cast<double>(below) - rank));
    if (i + 1 == b.size() || b[i + 1] != b[i])
      distance = std::max(distance, std::abs(static_cast<double>(upto) - rank - 1));
  }
  return {wins / size / size, distance / size};
}

// One in 16,000 comparisons of like with like is beyond these: four standard deviations.
struct Bounds {
  double auc, distance;
};
Bounds bounds(std::size_t failures) {
  const double n = static_cast<double>(failures);
  return {4 * std::sqrt((2 * n + 1) / (12 * n * n)), 2.276 * std::sqrt(2 / n)};
}

// ── running ─────────────────────────────────────────────────────────────────────────────────────────────────────────

// All that a refusal says, to whomever.
using Said = std::tuple<Err, std::string, std::string, std::string, std::string, std::string, std::string>;
Said said(const Error& error, std::string_view token) {
  const tessera::Policy policy{.issuer = "i", .audience = "a", .typ = "JWT", .algs = {Alg::HS256}};
  static const Verifier verifier{got(SecretKey::generate(Alg::HS256), "no key"), policy};
  const auto e = explain(error, token, verifier, sys_seconds{});
  return {error.code, error.at, std::string(error_text(error.code)), e.code + ' ' + e.at, e.expected, e.actual, e.hint};
}

class Trial {
 public:
  Trial(const Pair& pair, Random& random)
      : pair_(pair), random_(random), kinds_(kinds_of(pair_, mine_, other_, random)) {}

  // Whether every kind gave one error.
  bool run(std::size_t failures) {
    check_means();
    for (Kind& kind : kinds_) {
      for (std::size_t i = 0; i < kPool; ++i) {
        Message m = new_message(pair_, mine_.to);
        kind.spoil(m);
        kind.texts.push_back(m.text());
      }
    }
    same_ = std::ranges::all_of(kinds_, [&](const Kind& kind) { return says_the_same(kind); });
    measure(failures / 20 + 1);  // warms up
    for (Kind& kind : kinds_) kind.times.clear();
    measure(failures);
    report(failures);
    return same_;
  }

 private:
  Result<jwe::Decrypted> open(std::string_view token) const { return jwe::decrypt(token, mine_.ring, policy_); }

  // What spoils a message would, with no difference, leave it good.
  void check_means() const {
    Message m = new_message(pair_, mine_.to);
    if (pair_.is_cbc()) alter_padding(pair_, m, 1, 0);
    if (pair_.management() == Management::oaep) RawRsa(*mine_.pair, key_alg_row(pair_.alg).oaep).keep(m);
    need(open(m.text()).has_value(), "a good message does not open");
  }

  bool says_the_same(const Kind& kind) {
    for (const std::string& text : kind.texts) {
      const auto result = open(text);
      need(!result, "a spoilt message opens");
      const Said now = said(result.error(), text);
      if (!wanted_) wanted_ = now, error_ = result.error();
      if (now == *wanted_) continue;
      std::printf("%s, %s: %s at \"%s\", not %s at \"%s\"\n", pair_.name().c_str(), kind.name.c_str(),
                  std::string(error_name(result.error().code)).c_str(), result.error().at,
                  std::string(error_name(error_.code)).c_str(), error_.at);
      return false;
    }
    return true;
  }

  // Indices of kinds, each raised by their number, so that as many keys unwrap as do not.
  std::vector<std::size_t> uncounted(std::size_t failures) const {
    std::array<std::vector<std::size_t>, 2> groups;
    for (std::size_t i = 0; i < kinds_.size(); ++i) groups[kinds_[i].stage == Stage::key].push_back(i);
    auto& [frequent, rare] = groups;
    if (frequent.size() < rare.size()) frequent.swap(rare);
    std::vector<std::size_t> out;
    if (rare.empty()) return out;
    for (std::size_t i = 0; i < (frequent.size() - rare.size()) * failures; ++i)
      out.push_back(kinds_.size() + rare[i % rare.size()]);
    return out;
  }

  void measure(std::size_t failures) {
    using Clock = std::chrono::steady_clock;
    std::vector<std::size_t> order = uncounted(failures);
    for (std::size_t i = 0; i < kinds_.size(); ++i) order.insert(order.end(), failures, i);
    std::ranges::shuffle(order, random_);
    std::string token;  // every message stands at the same place
    token.reserve(4096);
    for (const auto index : order) {
      Kind& kind = kinds_[index % kinds_.size()];
      token = kind.texts[kind.times.size() % kPool];
      const auto start = Clock::now();
      const auto result = open(token);
      const auto end = Clock::now();
      if (index < kinds_.size())
        kind.times.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count());
      if (result || result.error() != error_) same_ = false;
    }
  }

  void report(std::size_t failures) {
    for (Kind& kind : kinds_) std::ranges::sort(kind.times);
    std::printf("\n%s: %s at \"%s\" from %s\n", pair_.name().c_str(), std::string(error_name(error_.code)).c_str(),
                error_.at, same_ ? "every kind" : "SOME kinds, another from others");
    std::printf("  %-30s %9s %9s %9s %9s %7s %7s %7s\n", "us", "p10", "median", "p90", "- first", "", "AUC", "KS");
    const Bounds bound = bounds(failures);
    const Kind& first = kinds_.front();
    const double first_median = quantile(first.times, .5);
    for (const Kind& kind : kinds_) {
      const double median = quantile(kind.times, .5);
      std::printf("  %-30s %9.2f %9.2f %9.2f", kind.name.c_str(), quantile(kind.times, .1) / 1e3, median / 1e3,
                  quantile(kind.times, .9) / 1e3);
      if (&kind != &first) {
        const auto [auc, distance] = compare(first.times, kind.times);
        const bool differs = std::abs(auc - .5) > bound.auc || distance > bound.distance;
        std::printf(" %+9.3f %+6.2f%% %7.4f %7.4f%s", (median - first_median) / 1e3,
                    100 * (median - first_median) / first_median, auc, distance,
                    !differs                     ? ""
                    : kind.stage != Stage::shape ? "  *"
                                                 : "  seen by all");
      }
      std::printf("\n");
    }
    std::fflush(stdout);
  }

  Pair pair_;
  Random& random_;
  Recipient mine_ = new_recipient(pair_), other_ = new_recipient(pair_);
  jwe::Policy policy_{.algs = {pair_.alg}, .encs = {pair_.enc}, .passwords = jwe::PasswordRounds{}};
  std::vector<Kind> kinds_;
  std::optional<Said> wanted_;
  Error error_{};
  bool same_ = true;
};

std::vector<Pair> pairs() {
  using enum KeyAlg;
  using enum Enc;
  using enum KeyType;
  std::vector<Pair> out;
  for (const Enc enc : {A128GCM, A192GCM, A256GCM, A128CBC_HS256, A192CBC_HS384, A256CBC_HS512})
    out.push_back({dir, oct, enc});
  for (const KeyAlg alg : {A128KW, A192KW, A256KW, A128GCMKW, A192GCMKW, A256GCMKW})
    for (const Enc enc : {A256GCM, A128CBC_HS256}) out.push_back({alg, oct, enc});
  for (const KeyAlg alg : {RSA_OAEP, RSA_OAEP_256, RSA_OAEP_384, RSA_OAEP_512}) {
    out.push_back({alg, RSA, A256GCM, alg == RSA_OAEP_256 ? Run::always : Run::if_asked});
    out.push_back({alg, RSA, A128CBC_HS256, alg == RSA_OAEP ? Run::always : Run::if_asked});
  }
  for (const KeyType type : {P256, X25519, P384, P521, X448}) {
    const Run run = type == P256 || type == X25519 ? Run::always : Run::if_asked;
    out.push_back({ECDH_ES, type, A256GCM, run});
    out.push_back({ECDH_ES, type, A128CBC_HS256, type == X25519 ? Run::always : Run::if_asked});
    for (const KeyAlg alg : {ECDH_ES_A128KW, ECDH_ES_A192KW, ECDH_ES_A256KW})
      out.push_back({alg, type, A128CBC_HS256, type == X25519 || alg == ECDH_ES_A256KW ? run : Run::if_asked});
  }
  for (const KeyAlg alg : {PBES2_HS256_A128KW, PBES2_HS384_A192KW, PBES2_HS512_A256KW})
    out.push_back({alg, oct, A128CBC_HS256, alg == PBES2_HS256_A128KW ? Run::always : Run::if_asked});
  return out;
}

bool number(std::string_view argument, std::string_view name, std::uint64_t& out) {
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  const auto [end, error] = std::from_chars(argument.data(), argument.data() + argument.size(), out);
  need(error == std::errc() && end == argument.data() + argument.size() && out > 0, "not a number");
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t failures = 10'000, seed = 1;
  std::vector<std::string_view> names;
  for (const std::string_view argument : std::span(argv, static_cast<std::size_t>(argc)).subspan(1))
    if (!number(argument, "--failures=", failures) && !number(argument, "--seed=", seed)) names.push_back(argument);

  const Bounds bound = bounds(failures);
  std::printf(
      "%llu failures of each kind in random order (seed %llu). AUC: chance of taking longer than the first kind;\n"
      "alike within .5 +- %.4f. KS: greatest distance between the distributions; alike below %.4f.\n",
      static_cast<unsigned long long>(failures), static_cast<unsigned long long>(seed), bound.auc, bound.distance);
  bool same = true;
  for (const Pair& pair : pairs()) {
    const auto asked = [&](std::string_view name) { return name == "all" || pair.name().contains(name); };
    if (names.empty() ? pair.run == Run::if_asked : std::ranges::none_of(names, asked)) continue;
    Random random(seed);
    same &= Trial(pair, random).run(failures);
  }
  if (!same) std::printf("\nAn error tells failures apart.\n");
  return same ? 0 : 1;
}
