// One try of a person's password, wherever it is asked for: the same limits, the same queue of hashes, the same row
// that counts what failed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

struct PasswordTry {
  std::optional<User> user{};       // the person, when it was right
  std::optional<OAuthErr> error{};  // else access_denied, slow_down or temporarily_unavailable (the queue is full)
};

// `username` is canonical. Unknown, disabled and wrong look and cost the same.
Step<PasswordTry> try_password(const std::string& username, std::string_view password, const Request& request,
                               Ctx& ctx);

// After everything else that hangs on a right one: it does not count as a try, but as a login.
void count_right_password(const std::string& username, const Request& request, Ctx& ctx);

}  // namespace tessera::issuer
