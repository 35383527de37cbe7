// How an endpoint ends: with a value, or because it must stop.
//
// It stops for one of three reasons: the caller is refused (a `Refusal`), the world failed (an `Error`, a fault), or it
// needs something slow first (a `Need`). The shell satisfies a need and calls the endpoint again from its start, with
// the answer in its Ctx; so an endpoint is written as if everything were at hand, and must reach the same point again:
// nothing before a need may have an effect.
#pragma once

#include <expected>
#include <string>
#include <variant>

#include "base/try.hpp"
#include "crypto/crypto.hpp"
#include "issuer/errors.hpp"
#include "issuer/store.hpp"
#include "tessera/result.hpp"

namespace tessera::issuer {

struct Refusal {
  OAuthErr code{};
  const char* at = "";  // the parameter or step at fault, a literal
  std::string why{};    // for the log and for `explain`, never for the client: expected and actual
};

struct NeedStore {
  Access access{};
};
// A password to be checked against a hash, or (with an empty `hash`) hashed.
struct NeedHash {
  Secret password;
  std::string hash;
  crypto::PasswordCost cost;
};
// An id that serves once, to be remembered in a transaction of its own.
struct NeedUse {
  std::string id;
  Instant until;
};
// What stands at a URL that came with a client.
struct NeedFetch {
  std::string url;
};
// A client's key set, to be fetched into Ctx::remote_keys because `kid` is sought.
struct NeedKeys {
  std::string url, kid;
};
using Need = std::variant<NeedStore, NeedHash, NeedUse, NeedFetch, NeedKeys>;

struct Stop {
  std::variant<Refusal, Need, Error> reason;
  Stop(Refusal refusal) : reason(std::move(refusal)) {}
  Stop(Need need) : reason(std::move(need)) {}
  Stop(Error fault) : reason(fault) {}

  const Refusal* refusal() const { return std::get_if<Refusal>(&reason); }
  const Error* fault() const { return std::get_if<Error>(&reason); }
  Need* need() { return std::get_if<Need>(&reason); }
};

template <class T>
struct [[nodiscard]] Step : std::expected<T, Stop> {
  using std::expected<T, Stop>::expected;
};

inline std::unexpected<Stop> refuse(OAuthErr code, const char* at = "", std::string why = {}) {
  return std::unexpected(Stop(Refusal{code, at, std::move(why)}));
}

// REQUIRE(condition, code, "at"[, why]): the protocol's ENSURE. `why` is only computed on refusal.
#define REQUIRE(condition, code, ...)                                                                   \
  do {                                                                                                  \
    if (!(condition)) return ::tessera::issuer::refuse(::tessera::issuer::OAuthErr::code, __VA_ARGS__); \
  } while (false)

}  // namespace tessera::issuer
