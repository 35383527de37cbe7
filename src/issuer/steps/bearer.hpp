// An access token as a request carries it (RFC 6750, RFC 9449 section 7.1), and one of our own as it is judged.
#pragma once

#include <string_view>

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

enum class TokenScheme { Bearer, DPoP };
struct PresentedToken {
  TokenScheme scheme{};
  std::string_view token;
};
// Of the Authorization header.
bool came_by(TokenScheme scheme, const Request& request);

// The token in the Authorization header, or as a bearer token in the form, never in the query. The view is of the
// request. Refusals: missing_token, invalid_request (in two places, in the query).
Step<PresentedToken> read_access_token(const Request& request);

// The claims of one of this realm's access tokens: signature, typ, expiry, and no fact that ends it. Refusal:
// invalid_token.
Step<Claims> check_access_token(std::string_view token, const Ctx& ctx);

// What facts can concern of it; views of `claims`.
TokenMarks marks_of(const Claims& claims);

// Whether the client may be told of the token, or act with it: it was issued to the client, or is meant for it.
bool issued_to_or_meant_for(const Client& caller, const Claims& claims);

// The names in its `scope`.
std::vector<std::string> scope_of(const Claims& claims);

// What the store and the configuration know meanwhile: the client is enabled, as is each whose token this was exchanged
// from; and, unless the token speaks of a client, its user is enabled, and the grant that it names alive. `user` is
// nothing for a client's own token. Needs no store for one. Refusal: invalid_token.
struct TokenHolder {
  const Client* client = nullptr;
  std::optional<User> user;
  std::vector<std::string> claims{};  // that the grant asks for at userinfo, whatever its scope
};
Step<TokenHolder> check_holder(const Claims& claims, Ctx& ctx);

}  // namespace tessera::issuer
