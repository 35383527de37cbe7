#include "crypto/key_check.hpp"

#include <openssl/core_names.h>
#include <sodium.h>

#include <algorithm>

#include "base/try.hpp"

namespace tessera::crypto {

namespace {

// Keys that Infineon's faulty library made (CVE-2017-15361): their modulus is a power of 65537 modulo each of the first
// primes, which happens to another modulus with a probability of about 2^-28 over the primes up to 167.
bool has_roca_pattern(const BIGNUM* n) {
  constexpr unsigned kPrimes[] = {3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,
                                  47,  53,  59,  61,  67,  71,  73,  79,  83,  89,  97,  101, 103,
                                  107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};
  return std::ranges::all_of(kPrimes, [&](unsigned prime) {
    const auto rest = static_cast<unsigned>(BN_mod_word(n, prime));
    unsigned power = 1;
    do {
      if (power == rest) return true;
      power = power * 65537 % prime;
    } while (power != 1);
    return false;
  });
}

Ptr<BIGNUM> minus_one(const BIGNUM* number) {
  Ptr<BIGNUM> out(BN_dup(number));
  BN_sub_word(out.get(), 1);
  return out;
}

// a · b mod m, or a mod m where b is null. A Ptr, so that a secret is wiped.
Ptr<BIGNUM> product(const BIGNUM* a, const BIGNUM* b, const BIGNUM* m, BN_CTX* context) {
  Ptr<BIGNUM> out(BN_new());
  const int done = b ? BN_mod_mul(out.get(), a, b, m, context) : BN_nnmod(out.get(), a, m, context);
  INVARIANT(done == 1, "BN");
  return out;
}

// OpenSSL signs with `d` when the faster way gives a wrong result, so a signature proves nothing about dp, dq and qi.
Result<void> check_rsa_private(const EVP_PKEY* pkey, const BIGNUM* n, const BIGNUM* e) {
  const auto d = number_of(pkey, OSSL_PKEY_PARAM_RSA_D), p = number_of(pkey, OSSL_PKEY_PARAM_RSA_FACTOR1),
             q = number_of(pkey, OSSL_PKEY_PARAM_RSA_FACTOR2), dp = number_of(pkey, OSSL_PKEY_PARAM_RSA_EXPONENT1),
             dq = number_of(pkey, OSSL_PKEY_PARAM_RSA_EXPONENT2),
             qi = number_of(pkey, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
  ENSURE(d, bad_key, "d");
  ENSURE(p && q && dp && dq && qi, unsupported, "p");
  const Ptr<BN_CTX> context(BN_CTX_new());
  const Ptr<BIGNUM> pq(BN_new());
  INVARIANT(BN_mul(pq.get(), p.get(), q.get(), context.get()) == 1, "BN");
  ENSURE(BN_cmp(pq.get(), n) == 0 && !BN_is_one(p.get()) && !BN_is_one(q.get()), bad_key, "p");
  const auto p1 = minus_one(p.get()), q1 = minus_one(q.get());
  ENSURE(BN_cmp(d.get(), n) < 0 && BN_is_one(product(d.get(), e, p1.get(), context.get()).get()) &&
             BN_is_one(product(d.get(), e, q1.get(), context.get()).get()),
         bad_key, "d");
  ENSURE(BN_cmp(dp.get(), product(d.get(), nullptr, p1.get(), context.get()).get()) == 0, bad_key, "dp");
  ENSURE(BN_cmp(dq.get(), product(d.get(), nullptr, q1.get(), context.get()).get()) == 0, bad_key, "dq");
  ENSURE(BN_cmp(qi.get(), p.get()) < 0 && BN_is_one(product(qi.get(), q.get(), p.get(), context.get()).get()), bad_key,
         "qi");
  return {};
}

}  // namespace

Ptr<BIGNUM> number_of(const EVP_PKEY* pkey, const char* name) {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(pkey, name, &value) != 1) return nullptr;
  return Ptr<BIGNUM>(value);
}

Result<void> check_rsa(const EVP_PKEY* pkey, bool has_private) {
  const auto n = number_of(pkey, OSSL_PKEY_PARAM_RSA_N), e = number_of(pkey, OSSL_PKEY_PARAM_RSA_E);
  ENSURE(n && e, bad_key, "n");
  ENSURE(BN_num_bits(n.get()) >= static_cast<int>(kMinRsaBits), weak_key, "n");
  ENSURE(BN_num_bits(n.get()) <= static_cast<int>(kMaxRsaBits), too_large, "n");
  ENSURE(BN_is_odd(n.get()), bad_key, "n");
  ENSURE(BN_num_bits(e.get()) <= 64, too_large, "e");
  ENSURE(BN_is_odd(e.get()) && BN_num_bits(e.get()) >= 2, weak_key, "e");
  ENSURE(!has_roca_pattern(n.get()), weak_key, "n");
  if (has_private) TRY_VOID(check_rsa_private(pkey, n.get(), e.get()));
  return {};
}

bool good_ed25519_point(BytesView encoded) {
  need_sodium();
  return encoded.size() == crypto_core_ed25519_BYTES &&
         crypto_core_ed25519_is_valid_point(reinterpret_cast<const unsigned char*>(encoded.data())) == 1;
}

// OpenSSL 3.0 takes any 57 octets. y must be below p, and (y² − 1)/(d·y² − 1), which is x², a square that is not zero
// (x = 0 only at the points of small order).
bool good_ed448_point(BytesView encoded) {
  if (encoded.size() != 57 || (encoded.back() & std::byte{0x7F}) != std::byte{0}) return false;
  const Ptr<BN_CTX> context(BN_CTX_new());
  const Ptr<BIGNUM> p(BN_new()), y2(BN_new()), u(BN_new()), v(BN_new());
  // p = 2^448 − 2^224 − 1, d = −39081
  INVARIANT(BN_set_bit(p.get(), 448) == 1 && BN_set_bit(u.get(), 224) == 1 && BN_sub(p.get(), p.get(), u.get()) == 1 &&
                BN_sub_word(p.get(), 1) == 1,
            "BN");
  const Ptr<BIGNUM> y(BN_lebin2bn(reinterpret_cast<const unsigned char*>(encoded.data()), 56, nullptr));
  if (BN_cmp(y.get(), p.get()) >= 0) return false;
  INVARIANT(BN_mod_sqr(y2.get(), y.get(), p.get(), context.get()) == 1 && BN_copy(u.get(), y2.get()) &&
                BN_sub_word(u.get(), 1) == 1 && BN_copy(v.get(), y2.get()) && BN_mul_word(v.get(), 39081) == 1 &&
                BN_add_word(v.get(), 1) == 1,
            "BN");
  BN_set_negative(v.get(), 1);
  INVARIANT(BN_mod_mul(u.get(), u.get(), v.get(), p.get(), context.get()) == 1, "BN");
  return BN_kronecker(u.get(), p.get(), context.get()) == 1 && !BN_is_zero(y.get());
}

void need_sodium() {
  static const bool ready = sodium_init() >= 0;
  INVARIANT(ready, "libsodium does not start");
}

}  // namespace tessera::crypto
