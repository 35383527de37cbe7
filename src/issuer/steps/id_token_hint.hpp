// An ID token of ours that an application sends back, expired or not, to say whom it means (OpenID Connect Core section
// 3.1.2.1, RP-Initiated Logout 1.0 section 2).
#pragma once

#include <optional>
#include <string_view>

#include "issuer/ctx.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

struct IdTokenHint {
  const Client* client = nullptr;  // that it was issued to; enabled
  std::string subject;             // as that client knows the person
  SessionId session;               // "" when it names none
};

// Nothing when its key is no longer ours: applications keep ID tokens for longer than a key lives. Refusal:
// invalid_request (no ID token, of another issuer, of a client that is gone or disabled).
Step<std::optional<IdTokenHint>> open_id_token_hint(std::string_view hint, Ctx& ctx);

}  // namespace tessera::issuer
