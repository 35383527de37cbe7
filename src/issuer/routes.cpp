#include "issuer/routes.hpp"

#include <algorithm>

#include "issuer/endpoints/endpoints.hpp"

namespace tessera::issuer {

namespace {
constexpr std::size_t kKiB = 1024;

constexpr Route kRoutes[] = {
    {"/.well-known/openid-configuration", Takes::get, discovery, ClientRule::none, 0, Cors::anyone,
     Caching::public_5_minutes, Speaks::json, "", "OIDC-Discovery#4"},
    {"/.well-known/oauth-authorization-server", Takes::get, discovery, ClientRule::none, 0, Cors::anyone,
     Caching::public_5_minutes, Speaks::json, "", "RFC8414#3"},
    {"/jwks", Takes::get, jwks, ClientRule::none, 0, Cors::anyone, Caching::public_5_minutes, Speaks::json, "jwks_uri",
     "RFC7517#5"},
    {"/authorize", Takes::get_and_post, authorize, ClientRule::none, 32 * kKiB, Cors::none, Caching::no_store,
     Speaks::pages, "authorization_endpoint", "RFC6749#3.1"},
    {"/par", Takes::post, par, ClientRule::as_token, 32 * kKiB, Cors::clients, Caching::no_store, Speaks::json,
     "pushed_authorization_request_endpoint", "RFC9126#2"},
    {"/login", Takes::post, login, ClientRule::none, 16 * kKiB, Cors::none, Caching::no_store, Speaks::pages, "", ""},
    {"/consent", Takes::post, consent, ClientRule::none, 16 * kKiB, Cors::none, Caching::no_store, Speaks::pages, "",
     ""},
    {"/device_authorization", Takes::post, device_authorization, ClientRule::as_token, 16 * kKiB, Cors::none,
     Caching::no_store, Speaks::json, "device_authorization_endpoint", "RFC8628#3.1"},
    {"/device", Takes::get_and_post, device, ClientRule::none, 16 * kKiB, Cors::none, Caching::no_store, Speaks::pages,
     "", "RFC8628#3.3"},
    {"/account", Takes::get_and_post, account, ClientRule::none, 16 * kKiB, Cors::none, Caching::no_store,
     Speaks::pages, "", ""},
    {"/token", Takes::post, token, ClientRule::any, 16 * kKiB, Cors::clients, Caching::no_store, Speaks::json,
     "token_endpoint", "RFC6749#3.2"},
    {"/userinfo", Takes::get_and_post, userinfo, ClientRule::none, 16 * kKiB, Cors::clients, Caching::no_store,
     Speaks::json, "userinfo_endpoint", "OIDC#5.3"},
    {"/introspect", Takes::post, introspect, ClientRule::with_secret, 16 * kKiB, Cors::none, Caching::no_store,
     Speaks::json, "introspection_endpoint", "RFC7662#2"},
    {"/revoke", Takes::post, revoke, ClientRule::any, 16 * kKiB, Cors::clients, Caching::no_store, Speaks::json,
     "revocation_endpoint", "RFC7009#2"},
    {"/logo", Takes::get, logo, ClientRule::none, 0, Cors::none, Caching::public_5_minutes, Speaks::json, "",
     "OIDC-Registration#2"},
    {"/register", Takes::get_post_put_delete, registration, ClientRule::none, 16 * kKiB, Cors::none, Caching::no_store,
     Speaks::json, "registration_endpoint", "RFC7591#3", BodyType::json},
    {"/logout", Takes::get_and_post, logout, ClientRule::none, 16 * kKiB, Cors::none, Caching::no_store, Speaks::pages,
     "end_session_endpoint", "OIDC-RPInitiated#2"},
};
}  // namespace

bool takes(Takes what, Method method) {
  switch (method) {
    case Method::get: return what != Takes::post;
    case Method::post: return what != Takes::get;
    case Method::put:
    case Method::delete_: break;
  }
  return what == Takes::get_post_put_delete;
}

std::span<const Route> routes() { return kRoutes; }

const Route* find_route(std::string_view path) {
  const auto it = std::ranges::find(kRoutes, path, &Route::path);
  return it == std::end(kRoutes) ? nullptr : &*it;
}

}  // namespace tessera::issuer
