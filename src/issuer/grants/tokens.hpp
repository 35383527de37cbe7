// The tokens that the grants make: what is said in them, and the reply that carries them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "issuer/ctx.hpp"
#include "issuer/permissions.hpp"
#include "issuer/reply.hpp"

namespace tessera::issuer {

// The keys that a reply for this scope will need are there. Asked before anything is redeemed, so that a start without
// the slow key costs nobody a code. Refusal: temporarily_unavailable.
Step<void> check_signing_keys(const Snapshot& snapshot, const Client& client, const std::vector<std::string>& scope);

// Whether the client may have refresh tokens.
bool refreshes(const Client& client);

// The person whom a grant is to be made of, held: who changes a person, or takes back what it allowed, looks for the
// grants that there are, and none must be made meanwhile. Refusal: invalid_grant, for one who is disabled.
Step<User> held_user(Ctx& ctx, Tx& tx, const UserId& id);

// What a grant's tokens speak of.
struct Issued {
  const Client& client;
  const User& user;
  const Grant& grant;
  std::vector<std::string> scope;  // of these tokens: the grant's, or a part of it
  bool session_alive = false;      // only then may a token name the session
};

// RFC 9068; each is bound to the key that the request has proved (RFC 9449 section 6.1). The token of a grant that
// lives by its session names that session, and ends with it; one of an offline grant does not.
TokenDraft access_token(Ctx& ctx, const Issued& issued);
// Without a grant: a client's own, or for a person for whom somebody else vouches.
struct Subject {
  std::string id;
  std::vector<std::string> roles;
};
TokenDraft access_token(Ctx& ctx, const Client& client, const Subject& subject, const std::vector<std::string>& scope,
                        const std::string& audience);
// One made from another (RFC 8693). It lives no longer than that one, ends with its person, its clients and whatever
// names it, and names who exchanged it in `act`.
Step<TokenDraft> access_token(Ctx& ctx, const Exchange& exchange);
// OpenID Connect Core section 2. `nonce` "" leaves it out.
TokenDraft id_token(Ctx& ctx, const Issued& issued, std::string_view nonce);

// RFC 6749 section 5.1; the access token is the first. `refresh_token` and `issued_token_type` (RFC 8693 section 2.2.1)
// "" leave themselves out.
Reply token_reply(std::vector<TokenDraft> tokens, const std::vector<std::string>& scope, std::string_view refresh_token,
                  std::string_view issued_token_type = "");

// A code or a refresh token came back that was used before: the grant ends, with every token that names it, and the
// caller is refused. The refusal commits: what a replay has caused must stick.
Step<Reply> end_replayed(Ctx& ctx, Tx& tx, const GrantId& grant, const char* event);

}  // namespace tessera::issuer
