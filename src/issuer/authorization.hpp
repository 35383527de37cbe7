// An authorize request on its way: checked, then answered with a page, a redirect with an error, or a code. The
// endpoints authorize, login and consent are its three doors; each checks the whole request again, so that nothing that
// a page carried decides.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"
#include "issuer/response_mode.hpp"
#include "issuer/step.hpp"
#include "issuer/steps/interaction.hpp"
#include "issuer/steps/session.hpp"

namespace tessera::issuer {

// Where errors may be sent: a client and an address that it registered. Without these a person sees an error page.
struct Target {
  const Client* client = nullptr;
  std::string redirect_uri, state;
  ResponseMode mode = ResponseMode::query;  // also for the refusal of a mode that there is not
};
// Refusals, never redirected: unknown_client, bad_redirect_uri, invalid_request (either is missing).
Step<Target> check_target(const Params& params, Ctx& ctx);

// The client that a request names. Refusals, never redirected: unknown_client, invalid_request (it is missing).
Step<const Client*> check_client(const Params& params, Ctx& ctx);

// The rest of the request, as go_on checks it: for one that is pushed, before any person. Refusals: those that may go
// back as a redirect.
Step<void> check_request(const Interaction& interaction, const Target& target, const Ctx& ctx);

// Whether the person has just allowed what the consent page showed.
enum class Allowed { not_yet, now };

// Checks the rest of the request and answers it: a page, or a code that is sent back. `login` is who is logged in in
// this browser. Refusals: those that may go back as a redirect.
Step<Reply> go_on(const Interaction& interaction, const Target& target, const std::optional<LoggedIn>& login,
                  Allowed allowed, const Browser& browser, Ctx& ctx);

// The same reply, or the refusal as the redirect that it may be (RFC 6749 section 4.1.2.1), or as a page with that as a
// link, where nobody vouches for the address. It is told to the log too, which would not see it in a redirect.
Step<Reply> with_redirect(Step<Reply> outcome, const Target& target, Ctx& ctx);

// The scopes of a request that passed go_on before.
Step<std::vector<std::string>> scope_asked(const Interaction& interaction, const Target& target, const Ctx& ctx);

// For a goal of our own the target is empty. 200 at first; with an error its status: 403 for a wrong user name or
// password (RFC 9110 section 15.5.4: credentials were given and do not suffice; 401 would need a challenge, which
// browsers answer with a box of their own), 429, 503.
Reply login_page(const Interaction& interaction, const Target& target, const Browser& browser, const Ctx& ctx,
                 std::string username, std::optional<OAuthErr> error);

}  // namespace tessera::issuer
