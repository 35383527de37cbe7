#include "crypto/pkey.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <thread>

#include "support/expect.hpp"
#include "unit/crypto/hex.hpp"

using namespace tessera;
using crypto::Hash;
using crypto::Pkey;
using crypto::PkeyType;
using crypto::Scheme;

namespace {

constexpr PkeyType kTypes[] = {PkeyType::RSA,       PkeyType::P256,    PkeyType::P384, PkeyType::P521,
                               PkeyType::secp256k1, PkeyType::Ed25519, PkeyType::Ed448};

const Pkey& key_of(PkeyType type) {
  static const std::vector<Pkey> keys = [] {
    std::vector<Pkey> out;
    for (const auto t : kTypes) out.push_back(*Pkey::generate(t, 2048));
    return out;
  }();
  return keys[static_cast<std::size_t>(type)];
}

Scheme scheme_of(PkeyType type) {
  if (type == PkeyType::RSA) return Scheme::rsa_pss;
  return type == PkeyType::Ed25519 || type == PkeyType::Ed448 ? Scheme::eddsa : Scheme::ecdsa;
}

crypto::CurveNumbers copy(const crypto::CurveNumbers& from) {
  return {from.x, from.y, Secret(from.d.expose("a test"))};
}

Bytes altered(BytesView octets, std::size_t place, int mask = 1) {
  Bytes out(octets.begin(), octets.end());
  out[place] ^= static_cast<std::byte>(mask);
  return out;
}

}  // namespace

TEST(Pkey, signs_and_verifies_with_each_type) {
  for (const auto type : kTypes) {
    const auto& key = key_of(type);
    const auto signature = key.sign(scheme_of(type), Hash::SHA256, "text");
    ASSERT_TRUE(signature);
    EXPECT_OK(key.public_half().verify(scheme_of(type), Hash::SHA256, "text", *signature));
    EXPECT_CODE(key.verify(scheme_of(type), Hash::SHA256, "texT", *signature), bad_signature);
    for (const std::size_t place : {std::size_t{0}, signature->size() / 2, signature->size() - 2})
      EXPECT_CODE(key.verify(scheme_of(type), Hash::SHA256, "text", altered(*signature, place)), bad_signature);
    EXPECT_CODE(key.verify(scheme_of(type), Hash::SHA256, "text", BytesView(*signature).first(signature->size() - 1)),
                bad_signature);
    Bytes longer = *signature;
    longer.push_back(std::byte{0});
    EXPECT_CODE(key.verify(scheme_of(type), Hash::SHA256, "text", longer), bad_signature);
    EXPECT_CODE(key.verify(scheme_of(type), Hash::SHA256, "text", {}), bad_signature);
  }
}

TEST(Pkey, a_refusal_leaves_openssls_error_queue_as_it_was) {
  ERR_clear_error();
  for (const auto type : kTypes) {
    const auto& key = key_of(type);
    Bytes signature = *key.sign(scheme_of(type), Hash::SHA256, "text");
    signature[8] ^= std::byte{1};
    EXPECT_CODE(key.verify(scheme_of(type), Hash::SHA256, "text", signature), bad_signature);
    EXPECT_EQ(ERR_peek_error(), 0U) << static_cast<int>(type);
  }
  EXPECT_CODE(Pkey::from_der(crypto::Form::spki, Bytes(3)), malformed);
  EXPECT_EQ(ERR_peek_error(), 0U);
  ERR_raise(ERR_LIB_USER, 1);
  const auto mine = ERR_peek_error();
  EXPECT_CODE(Pkey::from_der(crypto::Form::spki, Bytes(3)), malformed);
  EXPECT_EQ(ERR_peek_last_error(), mine);
  ERR_clear_error();
}

TEST(Pkey, kept_contexts_do_not_mix_keys_schemes_or_hashes) {
  const auto& rsa = key_of(PkeyType::RSA);
  const auto other = *Pkey::generate(PkeyType::RSA, 2048);
  for (int round = 0; round < 3; ++round)
    for (const auto scheme : {Scheme::rsa_pkcs1, Scheme::rsa_pss})
      for (const auto hash : {Hash::SHA256, Hash::SHA384, Hash::SHA512}) {
        const auto signature = rsa.sign(scheme, hash, "text");
        ASSERT_TRUE(signature);
        EXPECT_OK(rsa.verify(scheme, hash, "text", *signature));
        EXPECT_CODE(other.verify(scheme, hash, "text", *signature), bad_signature);
        const auto another = hash == Hash::SHA256 ? Hash::SHA384 : Hash::SHA256;
        EXPECT_CODE(rsa.verify(scheme, another, "text", *signature), bad_signature);
        const auto otherwise = scheme == Scheme::rsa_pss ? Scheme::rsa_pkcs1 : Scheme::rsa_pss;
        EXPECT_CODE(rsa.verify(otherwise, hash, "text", *signature), bad_signature);
      }
}

TEST(Pkey, many_keys_at_once_in_many_threads) {
  std::vector<crypto::MacKey> macs;
  for (int i = 0; i < 100; ++i) macs.emplace_back(Secret(Bytes(32, static_cast<std::byte>(i))));
  const auto& key = key_of(PkeyType::P256);
  const auto signature = *key.sign(Scheme::ecdsa, Hash::SHA256, "text");
  std::vector<std::array<std::byte, 32>> expected(macs.size());
  for (std::size_t i = 0; i < macs.size(); ++i) macs[i].mac(Hash::SHA256, "text", expected[i]);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        for (std::size_t i = 0; i < macs.size(); ++i) {
          std::array<std::byte, 32> out;
          macs[i].mac(Hash::SHA256, "text", out);
          if (out != expected[i]) ++wrong;
        }
        if (!key.verify(Scheme::ecdsa, Hash::SHA256, "text", signature)) ++wrong;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Pkey, a_mac_is_hmac_of_rfc_4231_case_6_under_each_hash) {
  const crypto::MacKey key(Secret(Bytes(131, std::byte{0xAA})));
  constexpr std::string_view kText = "Test Using Larger Than Block-Size Key - Hash Key First";
  const std::pair<Hash, std::string_view> expected[] = {
      {Hash::SHA256, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {Hash::SHA384,
       "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952"},
      {Hash::SHA512,
       "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0a"
       "ec8b915a985d786598"}};
  for (const auto& [hash, print] : expected) {
    std::array<std::byte, 64> tag;
    const auto out = std::span(tag).first(crypto::hash_size(hash));
    // The second and third time on the kept context, which must start again (OpenSSL before 3.0.3 went on).
    for (int round = 0; round < 3; ++round) {
      key.mac(hash, kText, out);
      EXPECT_EQ(hex(out), print) << round;
    }
    key.mac(hash, "another text", out);
    key.mac(hash, kText, out);
    EXPECT_EQ(hex(out), print);
  }
}

TEST(Pkey, a_point_off_its_curve_is_refused) {
  for (const auto type : {PkeyType::P256, PkeyType::P384, PkeyType::P521, PkeyType::secp256k1}) {
    const auto numbers = key_of(type).curve_public();
    EXPECT_OK(Pkey::from_curve(type, {numbers.x, numbers.y, {}}));
    EXPECT_CODE(Pkey::from_curve(type, {numbers.x, altered(numbers.y, numbers.y.size() - 1), {}}), bad_key);
    EXPECT_CODE(Pkey::from_curve(type, {numbers.y, numbers.x, {}}), bad_key);
    EXPECT_CODE(Pkey::from_curve(type, {Bytes(numbers.x.size()), Bytes(numbers.x.size()), {}}), bad_key);
    EXPECT_CODE(Pkey::from_curve(type, {Bytes(numbers.x.size(), std::byte{0xFF}), numbers.y, {}}), bad_key);
    EXPECT_CODE(Pkey::from_curve(type, {Bytes(numbers.x.begin() + 1, numbers.x.end()), numbers.y, {}}), bad_key);
    EXPECT_CODE(Pkey::from_curve(type, {numbers.x, {}, {}}), bad_key);
  }
}

TEST(Pkey, an_edwards_point_off_its_curve_or_of_small_order_is_refused) {
  for (const auto type : {PkeyType::Ed25519, PkeyType::Ed448}) {
    const std::size_t size = crypto::coordinate_size(type);
    int refused = 0;
    const auto x = key_of(type).curve_public().x;
    EXPECT_OK(Pkey::from_curve(type, {x, {}, {}}));
    for (std::size_t place = 0; place < 40; ++place)
      refused += !Pkey::from_curve(type, {altered(x, place % 32), {}, {}});
    EXPECT_GT(refused, 5);  // about half of all texts encode no point
    Bytes one(size), zero(size), minus_one(size, std::byte{0xFF});
    one[0] = std::byte{1};
    EXPECT_CODE(Pkey::from_curve(type, {one, {}, {}}), bad_key);   // the neutral element
    EXPECT_CODE(Pkey::from_curve(type, {zero, {}, {}}), bad_key);  // order 4
    EXPECT_CODE(Pkey::from_curve(type, {minus_one, {}, {}}), bad_key);
    EXPECT_CODE(Pkey::from_curve(type, {Bytes(size - 1), {}, {}}), bad_key);
  }
}

TEST(Pkey, a_private_half_that_is_not_the_public_ones_is_refused) {
  for (const auto type : kTypes) {
    if (type == PkeyType::RSA) continue;
    auto numbers = key_of(type).curve_private();
    const auto other = Pkey::generate(type, 0)->curve_private();
    numbers.d = Secret(other.d.expose("a test"));
    EXPECT_CODE(Pkey::from_curve(type, numbers), bad_key);
    EXPECT_OK(Pkey::from_curve(type, copy(other)));
  }
}

TEST(Pkey, ec_scalars_outside_one_to_n_are_refused) {
  auto numbers = key_of(PkeyType::P256).curve_private();
  numbers.d = Secret(Bytes(32));
  EXPECT_CODE(Pkey::from_curve(PkeyType::P256, numbers), bad_key);
  numbers.d = Secret(Bytes(32, std::byte{0xFF}));
  EXPECT_CODE(Pkey::from_curve(PkeyType::P256, numbers), bad_key);
}

TEST(Pkey, every_number_of_a_private_rsa_key_is_checked) {
  const auto& key = key_of(PkeyType::RSA);
  const auto fresh = [&] { return key.rsa_private(); };
  EXPECT_OK(Pkey::from_rsa(fresh()));
  Secret crypto::RsaNumbers::* const members[] = {&crypto::RsaNumbers::d,  &crypto::RsaNumbers::p,
                                                  &crypto::RsaNumbers::q,  &crypto::RsaNumbers::dp,
                                                  &crypto::RsaNumbers::dq, &crypto::RsaNumbers::qi};
  for (const auto member : members) {
    auto numbers = fresh();
    auto octets = (numbers.*member).writable();
    octets[octets.size() / 2] ^= std::byte{4};
    EXPECT_CODE(Pkey::from_rsa(numbers), bad_key);
  }
  auto swapped = fresh();
  std::swap(swapped.p, swapped.q);
  EXPECT_CODE(Pkey::from_rsa(swapped), bad_key);
  auto bare = fresh();
  for (const auto member : members)
    if (member != &crypto::RsaNumbers::d) bare.*member = Secret();
  EXPECT_CODE(Pkey::from_rsa(bare), unsupported);  // without its primes
}

TEST(Pkey, rsa_sizes_and_exponents_have_bounds) {
  const auto good = key_of(PkeyType::RSA).rsa_public();
  const auto with_e = [&](Bytes e) { return code_of(Pkey::from_rsa({good.n, std::move(e), {}, {}, {}, {}, {}, {}})); };
  EXPECT_EQ(with_e({std::byte{3}}), "ok");
  EXPECT_EQ(with_e({std::byte{1}}), "weak_key");
  EXPECT_EQ(with_e({std::byte{2}}), "weak_key");
  EXPECT_EQ(with_e({std::byte{1}, std::byte{0}, std::byte{0}}), "weak_key");
  EXPECT_EQ(with_e({}), "bad_key");
  EXPECT_EQ(with_e({std::byte{0}, std::byte{3}}), "bad_key");  // not minimal
  EXPECT_EQ(with_e(Bytes(8, std::byte{0xFF})), "ok");
  EXPECT_EQ(with_e(Bytes(9, std::byte{0xFF})), "too_large");
  const auto with_n = [&](Bytes n) { return code_of(Pkey::from_rsa({std::move(n), good.e, {}, {}, {}, {}, {}, {}})); };
  EXPECT_EQ(with_n(Bytes(255, std::byte{0xFF})), "weak_key");
  Bytes even = good.n;
  even.back() = std::byte{0};
  EXPECT_EQ(with_n(even), "bad_key");
  EXPECT_EQ(with_n(Bytes(1024, std::byte{0xFF})), "ok");
  EXPECT_EQ(with_n(Bytes(1025, std::byte{0xFF})), "too_large");
  Bytes padded = good.n;
  padded.insert(padded.begin(), std::byte{0});
  EXPECT_EQ(with_n(padded), "bad_key");
  EXPECT_CODE(Pkey::generate(PkeyType::RSA, 2047), weak_key);
  EXPECT_CODE(Pkey::generate(PkeyType::RSA, 8193), too_large);
}

TEST(Pkey, der_round_trips_for_each_type) {
  for (const auto type : kTypes) {
    const auto& key = key_of(type);
    const auto half = Pkey::from_der(crypto::Form::spki, key.spki());
    ASSERT_TRUE(half) << refusal_of(half);
    EXPECT_FALSE(half->has_private());
    EXPECT_EQ(half->type(), type);
    EXPECT_EQ(half->spki(), key.spki());
    const auto whole = Pkey::from_der(crypto::Form::pkcs8, key.pkcs8().expose("a test"));
    ASSERT_TRUE(whole) << refusal_of(whole);
    EXPECT_TRUE(whole->has_private());
    EXPECT_EQ(text_of(whole->pkcs8().expose("a test")), text_of(key.pkcs8().expose("a test")));
  }
}
