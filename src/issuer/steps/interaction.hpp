// What waits for a person: an authorize request, a device, or the person's own account. Sealed into the page, bound to
// the browser that asked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"
#include "issuer/steps/request_object.hpp"

namespace tessera::issuer {

struct Interaction {
  Params params;           // of the authorize request, those that it knows; or the device's codes
  Instant begun{};         // when it came: it lives for lifetimes.interaction from then, whatever happens
  SessionId session{};     // whose person was asked for consent, or has logged in here; "" before
  bool logged_in = false;  // the person has logged in here: prompt=login and max_age are met
  std::string hinted{};    // the `sub` of the id_token_hint; "" without one
  bool is_pushed = false;  // it came by way of /par
  bool is_signed = false;  // its parameters are those of a request object
  std::string once{};      // the id of what serves once, and is used up by the code: the pushed request, or the object
  Goal goal = Goal::application;
};

// An authorize request that comes now: of its parameters those that authorize knows, so that what is carried stays
// small, and of an id_token_hint only whom it means. What is wrong with a hint is told by go_on, when it is known
// where. Refusal: invalid_request (more than 4 KiB together, a control character).
Step<Interaction> begin_interaction(const Params& params, Ctx& ctx);

// The same, of what a request object says.
Step<Interaction> begin_signed_interaction(const RequestObject& object, Ctx& ctx);

// This browser's cookie, made now when it has none; the reply must set it then.
struct Browser {
  std::string value;
  bool fresh = false;
  std::optional<Cookie> cookie() const {
    return fresh ? std::optional(Cookie{Cookie::Which::browser, value}) : std::nullopt;
  }
};
Browser browser_of(const Request& request, Ctx& ctx);
Reply answered(Page page, const Browser& browser);

std::string seal_interaction(const Interaction& interaction, const Browser& browser, const Ctx& ctx);

// Of a form's `interaction`. Refusal: bad_interaction (altered, expired, of another browser or realm).
Step<Interaction> open_interaction(const Request& request, const Ctx& ctx);

// An authorize request that came by POST, carried to our own GET: bound to no browser, and good for nothing else.
std::string seal_request(const Interaction& interaction, const Ctx& ctx);
Step<Interaction> open_request(std::string_view sealed, const Ctx& ctx);

// A pushed request (RFC 9126) as its client refers to it: bound to the client, good for kPushedLife, and for one code.
inline constexpr seconds kPushedLife{90};
inline constexpr std::string_view kPushedPrefix = "urn:ietf:params:oauth:request_uri:";
std::string seal_pushed(const Interaction& interaction, const Ctx& ctx);
// Refusal: invalid_request_uri (altered, expired, another client's or realm's).
Step<Interaction> open_pushed(std::string_view request_uri, const Client& client, const Ctx& ctx);

// Whether what the request was made from has served already: a look, before a person is asked for anything. Refusals:
// invalid_request_uri, invalid_request_object.
Step<void> check_unused(const Interaction& interaction, Ctx& ctx);
// Uses it up: the last thing before a code is made. The same refusals.
Step<void> use_up(const Interaction& interaction, Ctx& ctx);
// How long what is used up now is remembered: as long as anything made from it before can come back.
Instant remembered_until(const Ctx& ctx);

// A form of ours is posted from our pages: when the browser says where from, it must be here. Refusal: cross_site.
Step<void> check_origin(const Request& request, const Ctx& ctx);

}  // namespace tessera::issuer
