#include "issuer/device_approval.hpp"

#include "issuer/steps/user_code.hpp"

namespace tessera::issuer {

namespace {

//= RFC8628#5.1 "the server should ensure that there's some form of rate limiting"
Step<void> count_try(const LoggedIn& login, const Request& request, Ctx& ctx) {
  TRY_VOID(ctx.limit(LimitKind::user_code_address, request.network));
  TRY_VOID(ctx.limit(LimitKind::user_code_person, login.user.id.text));
  return {};
}

// By whichever master key it was stored.
Step<std::optional<DeviceCode>> find(std::string_view user_code, Tx& tx, const Ctx& ctx) {
  std::optional<DeviceCode> found;
  for (const auto& digest : user_code_digests(user_code, ctx))
    if (!found) found = TRY(tx.device_code_by_user_code(ctx.realm(), digest));
  return found;
}

// A code that was right does not count.
void give_back(const LoggedIn& login, const Request& request, Ctx& ctx) {
  ctx.give_back(LimitKind::user_code_address, request.network);
  ctx.give_back(LimitKind::user_code_person, login.user.id.text);
}

//= RFC8628#5.4 "the user should be […] asked to confirm that they are in possession of the device"
Reply device_page(const Interaction& typed, const Waiting& asked, const std::string& user_code, const LoggedIn& login,
                  const Browser& browser, const Ctx& ctx) {
  Interaction interaction = typed;
  interaction.session = login.session.id;
  interaction.params = Params({{"device_code", asked.code.digest}});
  return answered({.model = DevicePage{.client_name = asked.client->name,
                                       .party = asked.client->party,
                                       .user_name = login.user.name.empty() ? login.user.username : login.user.name,
                                       .user_code = print_user_code(user_code),
                                       .scopes = asked.code.scope,
                                       .interaction = seal_interaction(interaction, browser, ctx)}},
                  browser);
}

}  // namespace

Reply user_code_page(const Interaction& interaction, const Browser& browser, const Ctx& ctx, std::string typed,
                     std::optional<OAuthErr> error) {
  return answered({.status = error ? error_row(*error).status : 200,
                   .model = UserCodePage{.user_code = std::move(typed),
                                         .interaction = seal_interaction(interaction, browser, ctx),
                                         .error = error}},
                  browser);
}

std::optional<Waiting> waiting(const std::optional<DeviceCode>& code, const Ctx& ctx) {
  if (!code || code->state != DeviceState::pending || ctx.now() >= code->expires) return std::nullopt;
  const Client* client = ctx.snapshot().client(code->client.text);
  if (!client || !client->enabled) return std::nullopt;
  return Waiting{*code, client};
}

Step<Reply> ask_about_device(const Interaction& interaction, const LoggedIn& login, const Browser& browser,
                             const Request& request, Ctx& ctx) {
  const std::string user_code(interaction.params.get("user_code"));
  const auto again = [&](OAuthErr error) {
    return user_code_page({.begun = interaction.begun, .goal = Goal::device}, browser, ctx, print_user_code(user_code),
                          error);
  };
  if (!count_try(login, request, ctx)) {
    ctx.emit({"user_code_limited", {{"user", login.user.id.text}, {"address", request.address}}});
    return again(OAuthErr::slow_down);
  }
  Tx* tx = TRY(ctx.store(Access::read));
  const auto asked = waiting(TRY(find(user_code, *tx, ctx)), ctx);
  if (!asked) {
    ctx.emit({"user_code_unknown", {{"user", login.user.id.text}, {"address", request.address}}});
    return again(OAuthErr::unknown_user_code);
  }
  give_back(login, request, ctx);
  return device_page(interaction, *asked, user_code, login, browser, ctx);
}

}  // namespace tessera::issuer
