#include "issuer/authorization.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/client_auth.hpp"
#include "issuer/steps/dpop.hpp"
#include "issuer/steps/params.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
Params with(const Params& params, std::string_view name, const std::string& value) {
  auto list = params.list();
  std::erase_if(list, [&](const Param& param) { return param.name == name; });
  list.push_back({std::string(name), value});
  return Params(std::move(list));
}

// An object's `jti` is used up by being pushed; what is pushed is used up by its code.
Step<void> use_up_object(const RequestObject& object, const Client& client, Ctx& ctx) {
  if (object.id.empty()) return {};
  TRY_VOID(ctx.limit(LimitKind::used_once, client.id.text));
  REQUIRE(TRY(ctx.use_once(object.id, remembered_until(ctx))), invalid_request_object, "jti", "used before");
  return {};
}
}  // namespace

// Everything about the request is checked here as /authorize will again, so that what is wrong is told to the client at
// once. Nothing is stored: the answer is the request, sealed (docs/decisions/0010).
Step<Reply> par(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.form));
  TRY_VOID(check_proof(request, "/par", ctx));
  const Client& client = *TRY(authenticate_client(request, ctx));
  //= RFC9126#2.1
  // The request_uri authorization request parameter is one exception, and it MUST NOT be provided.
  REQUIRE(!request.form.find("request_uri"), invalid_request, "request_uri", "a reference cannot be pushed");
  std::optional<RequestObject> object;
  if (const auto text = request.form.find("request")) object = TRY(open_request_object(*text, client, ctx));
  // The client that has proved itself is the request's, whether its id stands beside the proof or not.
  Interaction interaction = TRY(object ? begin_signed_interaction(*object, ctx)
                                       : begin_interaction(with(request.form, "client_id", client.id.text), ctx));
  interaction.is_pushed = true;
  //= RFC9449#10.1
  // Both mechanisms MUST be supported by an authorization server that supports PAR and DPoP.
  if (const auto jkt = TRY(check_pushed_jkt(interaction.params, ctx)); !jkt.empty())
    interaction.params = with(interaction.params, "dpop_jkt", jkt);
  const Target target = TRY(check_target(interaction.params, ctx));
  TRY_VOID(check_request(interaction, target, ctx));
  if (object) TRY_VOID(use_up_object(*object, client, ctx));
  interaction.once.clear();
  // Who speaks for a public client proves nothing: he must not use up what its people need.
  TRY_VOID(use_proof(ctx, client.auth == ClientAuth::none ? request.network : client.id.text));

  ctx.emit({"request_pushed", {{"client", client.id.text}}});
  json::Writer w;
  w.begin_object().member("request_uri", seal_pushed(interaction, ctx)).member("expires_in", kPushedLife.count());
  return Reply{Json{.status = 201, .body = w.end_object().take()}};
}

}  // namespace tessera::issuer
