#include "jwt/holder_key.hpp"

#include "base/try.hpp"
#include "jose/verify.hpp"

namespace tessera::detail {

Result<std::optional<PublicKey>> holder_key(const json::Object& claims) {
  const auto claim = claims.find("cnf");
  if (!claim) return std::nullopt;
  const auto cnf = claim->object();
  ENSURE(cnf, claim_type, "cnf");
  const auto jwk = cnf->find("jwk");
  if (!jwk) return std::nullopt;
  ENSURE(jwk->is(json::Kind::object), claim_type, "cnf");
  return TRY(jose::of_part(PublicKey::parse(jwk->text()), "cnf"));
}

}  // namespace tessera::detail
