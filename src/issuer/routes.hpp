// Every endpoint of a realm, one table: the router, the discovery document, the limits and the documentation come from
// it, so that they cannot disagree.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "issuer/ctx.hpp"
#include "issuer/reply.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

using Endpoint = Step<Reply> (*)(const Request&, Ctx&);

enum class Takes : std::uint8_t { get, post, get_and_post, get_post_put_delete };
bool takes(Takes what, Method method);
enum class BodyType : std::uint8_t { form, json };
// Which clients the endpoint authenticates; the discovery document names their methods, but for `as_token`: any, by
// the methods of the token endpoint.
enum class ClientRule : std::uint8_t { none, any, with_secret, as_token };
// Who may read the answer from a script of another origin. `clients`: any origin that a client of the realm registered
// may ask (preflight), and the answer is readable for the calling client's; `anyone`: no secret is in it.
enum class Cors : std::uint8_t { none, clients, anyone };
enum class Caching : std::uint8_t { no_store, public_5_minutes };
enum class Speaks : std::uint8_t { json, pages };  // how a refusal is shown

struct Route {
  std::string_view path;  // below the realm's base: "/token"
  Takes takes;
  Endpoint endpoint;
  ClientRule client;
  std::size_t body_limit;  // in octets; 0 where none is taken
  Cors cors;
  Caching caching;
  Speaks speaks;
  std::string_view metadata;  // its name in the discovery document: "token_endpoint"; "" if none
  std::string_view spec;
  BodyType body = BodyType::form;
};

std::span<const Route> routes();
const Route* find_route(std::string_view path);  // nullptr when there is none

}  // namespace tessera::issuer
