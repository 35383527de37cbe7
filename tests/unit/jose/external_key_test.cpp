// A private key in a process of its own, which nothing but its public half and its answers ever leaves.
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "jose/key_data.hpp"
#include "jwe_keys.hpp"
#include "tessera/external_key.hpp"
#include "tessera/jwe.hpp"

using namespace tests;

namespace {

enum class Ask : char { public_key, sign, unwrap, agree, stop };

void write_whole(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto put = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}
std::optional<std::string> read_whole(int fd, std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t got = 0; got < size;) {
    const auto more = ::read(fd, out.data() + got, size - got);
    if (more <= 0) return std::nullopt;
    got += static_cast<std::size_t>(more);
  }
  return out;
}

// A letter, an algorithm, a length, and so many octets: both ways.
struct Message {
  char kind = 0, alg = 0;
  std::string body;
};
void send(int fd, const Message& message) {
  const auto size = static_cast<std::uint32_t>(message.body.size());
  std::string head{message.kind, message.alg};
  head.append(reinterpret_cast<const char*>(&size), sizeof size);
  write_whole(fd, head + message.body);
}
std::optional<Message> receive(int fd) {
  const auto head = read_whole(fd, 2 + sizeof(std::uint32_t));
  if (!head) return std::nullopt;
  std::uint32_t size = 0;
  std::memcpy(&size, head->data() + 2, sizeof size);
  auto body = read_whole(fd, size);
  if (!body) return std::nullopt;
  return Message{(*head)[0], (*head)[1], std::move(*body)};
}

// The device: makes its key, and answers until it is told to stop.
[[noreturn]] void run_device(int fd, KeyType type) {
  const auto key = type == KeyType::RSA      ? *PrivateKey::generate(Alg::RS256)->with({})
                   : type == KeyType::P384   ? *PrivateKey::generate(Alg::ES384)->with({})
                   : type == KeyType::X25519 ? *PrivateKey::generate(KeyAlg::ECDH_ES, type)->with({})
                                             : *PrivateKey::generate(Alg::Ed25519)->with({});
  const auto reply = [&](const auto& result, auto&& text) {
    if (result)
      send(fd, {'+', 0, std::string(text(*result))});
    else
      send(fd, {'-', 0, std::string(error_name(result.error().code))});
  };
  const auto exposed = [](const Secret& secret) { return secret.expose_text("a test device answers"); };
  while (const auto asked = receive(fd)) {
    const auto input = bytes_of(asked->body);
    switch (static_cast<Ask>(asked->kind)) {
      case Ask::public_key: send(fd, {'+', 0, key.public_key().jwk()}); break;
      case Ask::sign:
        reply(key.data().sign(static_cast<Alg>(asked->alg), asked->body), [](const Bytes& b) { return text_of(b); });
        break;
      case Ask::unwrap:
        reply(key.data().decrypt_oaep(static_cast<KeyAlg>(asked->alg), input, Secret::of_size(32)), exposed);
        break;
      case Ask::agree: {
        const auto peer = *PublicKey::parse(asked->body);
        reply(key.data().agree(std::make_shared<const detail::KeyData>(peer.data())), exposed);
        break;
      }
      case Ask::stop: _exit(0);
    }
  }
  _exit(1);
}

class Device {
 public:
  explicit Device(KeyType type) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    child_ = fork();
    if (child_ == 0) {
      ::close(ends[0]);
      run_device(ends[1], type);
    }
    ::close(ends[1]);
    fd_ = ends[0];
  }
  ~Device() { stop(); }
  Device(const Device&) = delete;

  void stop() {
    if (fd_ < 0) return;
    send(fd_, {static_cast<char>(Ask::stop), 0, ""});
    ::close(std::exchange(fd_, -1));
    int status = 0;
    waitpid(child_, &status, 0);
    EXPECT_EQ(status, 0);
  }
  PublicKey public_key() { return *PublicKey::parse(*ask(Ask::public_key, 0, {})); }
  ExternalKey functions() {
    return {.sign = [this](Alg alg, BytesView input) -> Result<Bytes> {
              const auto answer = ask(Ask::sign, static_cast<char>(alg), text_of(input));
              if (!answer) return std::unexpected(answer.error());
              const auto octets = bytes_of(*answer);
              return Bytes(octets.begin(), octets.end());
            },
            .unwrap = [this](KeyAlg alg, BytesView encrypted) -> Result<Secret> {
              const auto answer = ask(Ask::unwrap, static_cast<char>(alg), text_of(encrypted));
              if (!answer) return std::unexpected(answer.error());
              return Secret(std::string_view(*answer));
            },
            .agree = [this](const PublicKey& peer) -> Result<Secret> {
              const auto answer = ask(Ask::agree, 0, peer.jwk());
              if (!answer) return std::unexpected(answer.error());
              return Secret(std::string_view(*answer));
            }};
  }

 private:
  Result<std::string> ask(Ask what, char alg, std::string_view body) {
    send(fd_, {static_cast<char>(what), alg, std::string(body)});
    auto answer = receive(fd_);
    if (!answer) return fail(Err::unavailable, "device");
    if (answer->kind != '+') return fail(Err::conflict, "device");
    return std::move(answer->body);
  }
  pid_t child_ = 0;
  int fd_ = -1;
};

PrivateKey key_of(Device& device, KeyInfo info = {}) {
  return *external_key(*device.public_key().with(std::move(info)), device.functions());
}

}  // namespace

TEST(ExternalKey, signs_what_its_public_half_verifies) {
  for (const auto& [type, algs] : {std::pair{KeyType::RSA, std::vector{Alg::RS256, Alg::PS384}},
                                   {KeyType::P384, std::vector{Alg::ES384}},
                                   {KeyType::Ed25519, std::vector{Alg::EdDSA, Alg::Ed25519}}}) {
    Device device(type);
    for (const Alg alg : algs) {
      const auto key = key_of(device, {.kid = "hsm-1", .alg = alg});
      EXPECT_TRUE(key.is_external());
      const auto token = jws::sign(bytes_of("payload"), key);
      ASSERT_TRUE(token) << refusal_of(token);
      EXPECT_EQ(verdict(*token, device.public_key()), "ok");
      EXPECT_EQ(verdict(*token, key.public_key()), "ok");
      EXPECT_EQ(jws::verify(*token, key.public_key(), allowing(kEvery))->kid(), "hsm-1");
    }
    EXPECT_CODE(jws::sign(bytes_of("payload"), {key_of(device), Alg::HS256}), alg_key_mismatch);
  }
}

TEST(ExternalKey, opens_what_was_encrypted_to_its_public_half) {
  for (const auto& [type, algs] :
       {std::pair{KeyType::RSA, std::vector{KeyAlg::RSA_OAEP, KeyAlg::RSA_OAEP_256, KeyAlg::RSA_OAEP_512}},
        {KeyType::P384, std::vector{KeyAlg::ECDH_ES, KeyAlg::ECDH_ES_A256KW}},
        {KeyType::X25519, std::vector{KeyAlg::ECDH_ES, KeyAlg::ECDH_ES_A128KW}}}) {
    Device device(type);
    const auto key = key_of(device);
    for (const KeyAlg alg : algs) {
      const auto token = *jwe::encrypt(bytes_of("for the device"), {device.public_key(), alg}, Enc::A256GCM);
      const jwe::Policy policy{.algs = {alg}, .encs = {Enc::A256GCM}};
      const auto opened = jwe::decrypt(token, key, policy);
      ASSERT_TRUE(opened) << key_alg_name(alg) << " " << refusal_of(opened);
      EXPECT_EQ(opened->text(), "for the device");
      // What another key unwraps is another key; it shows only in what it does not open.
      const auto other = *jwe::encrypt(bytes_of("x"), {Device(type).public_key(), alg}, Enc::A256GCM);
      EXPECT_CODE(jwe::decrypt(other, key, policy), decrypt_failed);
    }
  }
}

TEST(ExternalKey, a_wrong_signature_never_leaves) {
  Device device(KeyType::P384), other(KeyType::P384);
  const auto half = device.public_key();
  const auto answers = [&](auto answer) {
    const auto key = *external_key(half, {.sign = [=](Alg, BytesView) -> Result<Bytes> { return answer; }});
    return refusal_of(jws::sign(bytes_of("payload"), {key, Alg::ES384}));
  };
  for (const std::size_t size : {0, 1, 64, 95, 96, 97, 1000, 1 << 20})
    EXPECT_EQ(answers(Bytes(size)), "wrong_answer sign");
  // Of another key, and of another text.
  EXPECT_CODE(jws::sign(bytes_of("payload"), {*external_key(half, other.functions()), Alg::ES384}), wrong_answer);
  const auto stale = *device.functions().sign(Alg::ES384, bytes_of("another text"));
  EXPECT_EQ(answers(stale), "wrong_answer sign");
}

TEST(ExternalKey, a_device_that_refuses_or_is_gone_is_an_error_of_its_own) {
  const auto half = public_key(Alg::ES256);
  const auto fails = [&](Err code) {
    return *external_key(half,
                         {.sign = [=](Alg, BytesView) -> Result<Bytes> { return fail(code, "secret of the device"); },
                          .agree = [=](const PublicKey&) -> Result<Secret> { return fail(code); }});
  };
  const jwe::Policy policy{.algs = {KeyAlg::ECDH_ES}, .encs = {Enc::A128GCM}};
  const auto sealed = *jwe::encrypt(bytes_of("x"), {half, KeyAlg::ECDH_ES}, Enc::A128GCM);
  EXPECT_EQ(refusal_of(jws::sign({}, {fails(Err::unavailable), Alg::ES256})), "unavailable external key");
  EXPECT_EQ(refusal_of(jws::sign({}, {fails(Err::io), Alg::ES256})), "io external key");
  EXPECT_EQ(refusal_of(jws::sign({}, {fails(Err::bad_key), Alg::ES256})), "unavailable external key");
  EXPECT_CODE(jwe::decrypt(sealed, fails(Err::unavailable), policy), unavailable);
  EXPECT_CODE(jwe::decrypt(sealed, fails(Err::bad_key), policy), decrypt_failed);
  // What it does not do is not asked of it.
  EXPECT_EQ(refusal_of(jws::sign({}, {*external_key(half, {}), Alg::ES256})), "unsupported sign");
  EXPECT_EQ(refusal_of(jwe::decrypt(sealed, *external_key(half, {}), policy)), "unsupported agree");
  const auto rsa = public_key(Alg::RS256);
  const auto to_rsa = *jwe::encrypt(bytes_of("x"), {rsa, KeyAlg::RSA_OAEP}, Enc::A128GCM);
  EXPECT_EQ(
      refusal_of(jwe::decrypt(to_rsa, *external_key(rsa, {}), {.algs = {KeyAlg::RSA_OAEP}, .encs = {Enc::A128GCM}})),
      "unsupported unwrap");

  Device device(KeyType::P384);
  const auto key = key_of(device);
  device.stop();
  EXPECT_CODE(jws::sign(bytes_of("payload"), {key, Alg::ES384}), unavailable);
}

TEST(ExternalKey, an_agreed_secret_has_its_curves_length_and_is_not_zero) {
  const auto half = public_key(Alg::ES256);
  const jwe::Policy policy{.algs = {KeyAlg::ECDH_ES}, .encs = {Enc::A128GCM}};
  const auto sealed = *jwe::encrypt(bytes_of("x"), {half, KeyAlg::ECDH_ES}, Enc::A128GCM);
  const auto agreeing = [&](std::size_t size, std::byte octet) {
    const auto key =
        *external_key(half, {.agree = [=](const PublicKey&) -> Result<Secret> { return Secret(Bytes(size, octet)); }});
    return code_of(jwe::decrypt(sealed, key, policy));
  };
  for (const std::size_t size : {0, 1, 31, 33, 64}) EXPECT_EQ(agreeing(size, std::byte{1}), "wrong_answer") << size;
  EXPECT_EQ(agreeing(32, std::byte{0}), "bad_key");
  EXPECT_EQ(agreeing(32, std::byte{1}), "decrypt_failed");
}

TEST(ExternalKey, a_message_makes_a_key_work_four_times) {
  const PublicKey half = recipient_key(KeyAlg::RSA_OAEP, KeyType::RSA).public_key();
  int asked = 0;
  const auto key = *external_key(half, {.unwrap = [&](KeyAlg, BytesView) -> Result<Secret> {
                                   ++asked;
                                   return fail(Err::decrypt_failed);
                                 }});
  const auto json =
      *jwe::encrypt_general(bytes_of("x"), std::vector<jwe::Recipient>(16, {half, KeyAlg::RSA_OAEP}), Enc::A128GCM);
  EXPECT_EQ(refusal_of(jwe::decrypt_json(json, key, Rule::ANY, open_policy())), "decrypt_failed ciphertext");
  EXPECT_EQ(asked, 4);
}

TEST(ExternalKey, an_unwrapped_key_of_another_length_opens_nothing) {
  const auto half = public_key(Alg::RS256);
  const auto sealed = *jwe::encrypt(bytes_of("x"), {half, KeyAlg::RSA_OAEP}, Enc::A128GCM);
  for (const std::size_t size : {0, 15, 16, 17, 32, 4096}) {
    const auto key = *external_key(
        half, {.unwrap = [=](KeyAlg, BytesView) -> Result<Secret> { return Secret(Bytes(size, std::byte{1})); }});
    EXPECT_CODE(jwe::decrypt(sealed, key, {.algs = {KeyAlg::RSA_OAEP}, .encs = {Enc::A128GCM}}), decrypt_failed);
  }
}

TEST(ExternalKey, prints_its_public_half_and_nothing_else) {
  Device device(KeyType::RSA);
  const auto key = key_of(device, {.kid = "hsm"});
  EXPECT_EQ(text_of_secret(key.jwk()), key.public_key().jwk());
  EXPECT_EQ(text_of_secret(key.pem()), key.public_key().pem());
  EXPECT_EQ(text_of_secret(key.der()), text_of(key.public_key().der()));
  EXPECT_EQ(key.thumbprint(), device.public_key().thumbprint());
  EXPECT_CODE(key.encrypted_pem(Secret(std::string_view("password"))), unsupported);
  EXPECT_CODE(PrivateKey::parse(key.jwk().expose_text("a test")), wrong_kind);
  EXPECT_FALSE(private_key(Alg::RS256).is_external());
  EXPECT_TRUE(key.with({.kid = "renamed"})->is_external());
}

TEST(ExternalKey, what_the_key_says_of_its_use_is_obeyed) {
  const auto half = *PublicKey::parse(replaced(public_key(Alg::ES256).jwk(), "{", R"({"use":"enc",)"));
  bool asked = false;
  const auto key =
      *external_key(half, {.sign = [&](Alg, BytesView) -> Result<Bytes> { return asked = true, Bytes(64); }});
  EXPECT_CODE(jws::sign({}, {key, Alg::ES256}), alg_key_mismatch);
  EXPECT_CODE(
      jws::sign({}, {*external_key(public_key(Alg::ES384), key.data().external ? *key.data().external : ExternalKey{}),
                     Alg::ES256}),
      alg_key_mismatch);
  EXPECT_FALSE(asked);
}

TEST(ExternalKey, a_signature_in_der_becomes_joses) {
  for (const Alg alg : {Alg::ES256, Alg::ES384, Alg::ES512, Alg::ES256K}) {
    const auto& key = private_key(alg);
    for (int i = 0; i < 20; ++i) {
      const Bytes joined = *key.data().sign(alg, "text " + std::to_string(i));
      // DER by hand: SEQUENCE of two INTEGERs.
      const auto integer = [](BytesView octets) {
        while (octets.size() > 1 && octets[0] == std::byte{0}) octets = octets.subspan(1);
        Bytes out{std::byte{2}};
        const bool pad = (octets[0] & std::byte{0x80}) != std::byte{0};
        out.push_back(static_cast<std::byte>(octets.size() + pad));
        if (pad) out.push_back(std::byte{0});
        out.insert(out.end(), octets.begin(), octets.end());
        return out;
      };
      const BytesView view(joined);
      const Bytes r = integer(view.first(joined.size() / 2)), s = integer(view.subspan(joined.size() / 2));
      Bytes der{std::byte{0x30}};
      if (r.size() + s.size() > 127) der.push_back(std::byte{0x81});
      der.push_back(static_cast<std::byte>(r.size() + s.size()));
      der.insert(der.end(), r.begin(), r.end());
      der.insert(der.end(), s.begin(), s.end());
      EXPECT_EQ(ecdsa_from_der(key.type(), der).value(), joined);
      der.push_back(std::byte{0});
      EXPECT_CODE(ecdsa_from_der(key.type(), der), malformed);
      der.resize(der.size() - 2);
      EXPECT_CODE(ecdsa_from_der(key.type(), der), malformed);
    }
    EXPECT_CODE(ecdsa_from_der(key.type(), {}), malformed);
    EXPECT_CODE(ecdsa_from_der(key.type(), Bytes(200)), malformed);
  }
  // r of 48 octets is no number of P-256's; a negative one is nobody's.
  Bytes wide{std::byte{0x30}, std::byte{53}, std::byte{2}, std::byte{48}};
  wide.resize(52, std::byte{1});
  wide.insert(wide.end(), {std::byte{2}, std::byte{1}, std::byte{1}});
  EXPECT_CODE(ecdsa_from_der(KeyType::P256, wide), malformed);
  const Bytes negative{std::byte{0x30}, std::byte{6}, std::byte{2}, std::byte{1},
                       std::byte{0xFF}, std::byte{2}, std::byte{1}, std::byte{1}};
  EXPECT_CODE(ecdsa_from_der(KeyType::P256, negative), malformed);
  EXPECT_CODE(ecdsa_from_der(KeyType::RSA, {}), alg_key_mismatch);
  EXPECT_CODE(ecdsa_from_der(KeyType::Ed25519, {}), alg_key_mismatch);
}
