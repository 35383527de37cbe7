// An authorize request on its way: checked, then answered with a page, a redirect with an error, or a code. The endpoints
// authorize, login and consent are its three doors; each checks the whole request again, so that nothing that a page
// carried decides.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"
#include "issuer/steps/interaction.hpp"
#include "issuer/steps/session.hpp"

namespace tessera::issuer {

// Where errors may be sent: a client and an address that it registered. Without these a person sees an error page.
struct Target {
  const Client* client = nullptr;
  std::string redirect_uri, state;
};
// Refusals, never redirected: unknown_client, bad_redirect_uri, invalid_request (either is missing).
Step<Target> check_target(const Params& params, const Ctx& ctx);

// What the person has done in this interaction.
struct Progress {
  bool logged_in = false, consented = false;
};

// Checks the rest of the request and answers it: a page, or a redirect with a code or an error. `login` is who is logged
// in in this browser.
Step<Reply> go_on(const Interaction& interaction, const Target& target, const std::optional<LoggedIn>& login,
                  Progress progress, const Browser& browser, Ctx& ctx);

// The same reply, or the refusal as the redirect that it may be (RFC 6749 section 4.1.2.1).
Step<Reply> with_redirect(Step<Reply> outcome, const Target& target, const Ctx& ctx);

// The scopes of a request that passed go_on before.
Step<std::vector<std::string>> scope_asked(const Interaction& interaction, const Target& target, const Ctx& ctx);

Reply login_page(const Interaction& interaction, const Target& target, const Browser& browser, const Ctx& ctx,
                 std::string username, std::optional<OAuthErr> error);

}  // namespace tessera::issuer
