#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/params.hpp"

namespace tessera::issuer {

// The logo that a client registered, for the consent page.
Step<Reply> logo(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.query));
  const Client* client = TRY(ctx.client(request.query.get("client_id")));
  REQUIRE(client && !client->logo.empty(), not_found, "client_id", "no client with a logo");
  Tx* tx = TRY(ctx.store(Access::read));
  auto found = TRY(tx->logo(ctx.realm(), client->id));
  REQUIRE(found, not_found, "client_id", "no client with a logo");
  return Reply{.body = std::move(*found)};
}

}  // namespace tessera::issuer
