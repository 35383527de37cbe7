// The person's side of a device's request (RFC 8628 section 3.3): type the code, log in, say yes or no. Two doors lead
// to the question, the page that takes the code and the login.
#pragma once

#include <optional>
#include <string>

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"
#include "issuer/steps/interaction.hpp"
#include "issuer/steps/session.hpp"

namespace tessera::issuer {

// The page that takes a code, showing `typed`.
Reply user_code_page(const Interaction& interaction, const Browser& browser, const Ctx& ctx, std::string typed,
                     std::optional<OAuthErr> error);

// The question about the device whose code the interaction holds, or the page that takes a code again. Only who has
// logged in learns whether a code is one, and only so often.
Step<Reply> ask_about_device(const Interaction& interaction, const LoggedIn& login, const Browser& browser,
                             const Request& request, Ctx& ctx);

// A device's request that can be decided still, with its client; nothing otherwise.
struct Waiting {
  DeviceCode code;
  const Client* client;
};
std::optional<Waiting> waiting(const std::optional<DeviceCode>& code, const Ctx& ctx);

}  // namespace tessera::issuer
