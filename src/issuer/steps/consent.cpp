#include "issuer/steps/consent.hpp"

#include "issuer/contains.hpp"

namespace tessera::issuer {

Step<void> remember_consent(const std::vector<std::string>& scope, const Client& client, const User& user, Tx& tx,
                            const Ctx& ctx) {
  auto consent = TRY(tx.consent(ctx.realm(), user.id, client.id)).value_or(Consent{user.id, client.id, {}, {}});
  for (const auto& name : scope)
    if (!contains(consent.scope, name)) consent.scope.push_back(name);
  consent.given = ctx.now();
  TRY_VOID(tx.put_consent(ctx.realm(), consent));
  return {};
}

}  // namespace tessera::issuer
