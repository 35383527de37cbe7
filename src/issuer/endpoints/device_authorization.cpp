#include "issuer/contains.hpp"
#include "issuer/digest.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/client_auth.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/resource.hpp"
#include "issuer/steps/scope.hpp"
#include "issuer/steps/user_code.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
constexpr seconds kLifetime{600};
constexpr seconds kInterval{5};  // the store counts by it
constexpr std::size_t kDeviceCodeOctets = 32;

// Written before anybody is known, so limited by who asks: each row lives for ten minutes.
Step<void> check_limits(const Request& request, const Client& client, Ctx& ctx) {
  TRY_VOID(ctx.limit(LimitKind::device_address, request.network));
  TRY_VOID(ctx.limit(LimitKind::device_client, client.id.text));
  return {};
}

// Draws until the user code is nobody else's: the second time is one in millions.
Step<std::string> insert(DeviceCode code, Ctx& ctx) {
  Tx& tx = *TRY(ctx.store(Access::write));
  for (int draws = 0; draws < 5; ++draws) {
    const auto user_code = random_user_code(ctx);
    code.user_code_digest = user_code_digests(user_code, ctx).front();
    if (TRY(tx.insert_device_code(ctx.realm(), code))) return print_user_code(user_code);
  }
  return std::unexpected(Stop(Error{Err::conflict, "user_code"}));
}
}  // namespace

Step<Reply> device_authorization(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.form));
  const Client& client = *TRY(authenticate_client(request, ctx));
  REQUIRE(contains(client.grant_types, GrantType::device_code), unauthorized_client, "client_id",
          "the client is not registered for device_code");
  const auto scope = TRY(check_scope(request.form, client, ctx.snapshot()));
  const auto audience = TRY(check_resource(request.form, client, ctx.snapshot()));
  TRY_VOID(check_limits(request, client, ctx));

  const auto device_code = ctx.random_id(kDeviceCodeOctets);
  const auto user_code = TRY(insert({.digest = digest_of(device_code),
                                     .user_code_digest = {},
                                     .client = client.id,
                                     .scope = scope,
                                     .audience = audience,
                                     .expires = ctx.now() + kLifetime},
                                    ctx));
  ctx.emit({"device_code_issued", {{"client", client.id.text}}});
  const auto uri = ctx.snapshot().url("/device");
  json::Writer w;
  w.begin_object()
      .member("device_code", device_code)
      .member("user_code", user_code)
      .member("verification_uri", uri)
      .member("verification_uri_complete", uri + "?user_code=" + user_code)
      .member("expires_in", kLifetime.count())
      .member("interval", kInterval.count())
      .end_object();
  return Reply{.body = Json{.body = w.take()}};
}

}  // namespace tessera::issuer
