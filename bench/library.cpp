// Verify and sign through the library, beside the same operation on a prepared key alone.
#include <benchmark/benchmark.h>

#include <array>
#include <cstring>

#include "base/base64url.hpp"
#include "jose/signature.hpp"
#include "tessera/tessera.hpp"

using namespace tessera;

void register_jwe();  // jwe.cpp

namespace {

constexpr sys_seconds kNow{seconds(1'800'000'000)};

Draft draft() {
  return Draft{.typ = "at+jwt",
               .issuer = "https://id.example.com",
               .subject = "usr_4f9d2b7c81",
               .audience = {"https://api.example.com"},
               .issued_at = kNow,
               .expires_at = kNow + std::chrono::minutes(5),
               .id = "01a20a2a-a060-7c79-81ad-104de970607a",
               .claims = {{"client_id", "orders"},
                          {"scope", "openid orders:read"},
                          {"permissions", std::vector<std::string>{"orders:read", "orders:write"}}}};
}

Policy policy(Alg alg) {
  return {.issuer = "https://id.example.com", .audience = "https://api.example.com", .typ = "at+jwt", .algs = {alg}};
}

// One key of either sort, as the benchmarks need it.
struct Case {
  explicit Case(Alg a) : alg(a) {
    if (a == Alg::HS256) {
      secret = *SecretKey::generate(a, {.kid = "k1"});
      token = *sign(draft(), *secret);
      verifier.emplace(*secret, policy(a));
    } else {
      key = *PrivateKey::generate(a, {.kid = "k1"});
      token = *sign(draft(), *key);
      verifier.emplace(key->public_key(), policy(a));
      public_key = key->public_key();
    }
    const auto dot = token.rfind('.');
    input = token.substr(0, dot);
    signature = *base64url::decode(std::string_view(token).substr(dot + 1));
  }
  const detail::KeyData& verifying() const { return secret ? secret->data() : public_key->data(); }

  Alg alg;
  std::optional<SecretKey> secret;
  std::optional<PrivateKey> key;
  std::optional<PublicKey> public_key;
  std::optional<Verifier> verifier;
  std::string token, input;
  Bytes signature;
};

void verify(benchmark::State& state, Alg alg) {
  const Case c(alg);
  Scratch scratch;
  for (auto _ : state) benchmark::DoNotOptimize(c.verifier->verify(c.token, kNow, scratch));
}

// The floor: the primitive over the same octets, with its context prepared.
void verify_raw(benchmark::State& state, Alg alg) {
  const Case c(alg);
  for (auto _ : state) benchmark::DoNotOptimize(jose::verify_signature(c.verifying(), alg, c.input, c.signature));
}

void sign_token(benchmark::State& state, Alg alg) {
  const Case c(alg);
  const Draft d = draft();
  for (auto _ : state) benchmark::DoNotOptimize(c.secret ? sign(d, *c.secret) : sign(d, *c.key));
}

void sign_raw(benchmark::State& state, Alg alg) {
  const Case c(alg);
  for (auto _ : state) {
    std::string text = c.input;
    benchmark::DoNotOptimize(jose::sign_into(c.secret ? c.secret->data() : c.key->data(), alg, text));
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (const Alg alg : {Alg::HS256, Alg::RS256, Alg::ES256, Alg::EdDSA}) {
    const std::string name(alg_name(alg));
    benchmark::RegisterBenchmark(("verify/" + name).c_str(), verify, alg);
    benchmark::RegisterBenchmark(("verify_raw/" + name).c_str(), verify_raw, alg);
    benchmark::RegisterBenchmark(("sign/" + name).c_str(), sign_token, alg);
    benchmark::RegisterBenchmark(("sign_raw/" + name).c_str(), sign_raw, alg);
  }
  register_jwe();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
