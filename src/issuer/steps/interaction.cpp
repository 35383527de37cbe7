#include "issuer/steps/interaction.hpp"

#include <algorithm>

#include "issuer/contains.hpp"
#include "issuer/digest.hpp"
#include "issuer/sealed.hpp"
#include "issuer/steps/id_token_hint.hpp"
#include "issuer/steps/redirect_uri.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {

constexpr std::string_view kKnown[] = {
    "client_id", "redirect_uri",   "response_type",         "response_mode", "scope",   "state",
    "nonce",     "code_challenge", "code_challenge_method", "prompt",        "max_age", "login_hint",
    "resource",  "claims",         "registration",          "dpop_jkt"};
// Of this only the presence counts: it is refused, and may be long.
constexpr std::string_view kRefused = "registration";
constexpr std::size_t kBrowserOctets = 32, kBrowserText = 43, kMaxParams = 4 * 1024;

bool holds_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void write(json::Writer& out, const Params& params) {
  out.key("p").begin_array();
  for (const auto& param : params.list()) out.string(param.name).string(param.value);
  out.end_array();
}

Params read(const json::Object& object) {
  std::vector<Param> list;
  const auto value = object.find("p");
  const auto array = value ? value->array() : std::nullopt;
  if (array) {
    bool name = true;
    for (const json::Value item : *array) {
      if (name)
        list.push_back({std::string(item.string().value_or("")), ""});
      else
        list.back().value = item.string().value_or("");
      name = !name;
    }
  }
  return Params(std::move(list));
}

// Only the parameters that authorize knows.
Step<Params> known_params(const Params& params) {
  constexpr std::size_t kQuotesAndCommas = 6;
  std::vector<Param> list;
  std::size_t size = 0;
  for (const auto& param : params.list()) {
    if (!contains(kKnown, param.name)) continue;
    const bool refused = param.name == kRefused && !param.value.empty();
    list.push_back({param.name, refused ? "sent" : param.value});
    size += param.name.size() + list.back().value.size() + kQuotesAndCommas;
    REQUIRE(size <= kMaxParams, invalid_request, "parameters", "longer than 4 KiB together");
    REQUIRE(!holds_control(list.back().value), invalid_request, "parameters", "a control character in " + param.name);
  }
  return Params(std::move(list));
}

constexpr std::pair<Goal, std::string_view> kGoals[] = {
    {Goal::application, ""}, {Goal::device, "device"}, {Goal::account, "account"}};

Goal goal_of(std::string_view text) {
  for (const auto& [goal, name] : kGoals)
    if (name == text) return goal;
  return Goal::application;
}

Step<Interaction> open(const Bound& bound, seconds lifetime, std::string_view sealed, const Ctx& ctx) {
  json::Document document;
  const auto object = TRY(open_bound(bound, lifetime, sealed, ctx, document));
  return Interaction{.params = read(object),
                     .begun = begun_of(object),
                     .session = SessionId(member_text(object, "s")),
                     .logged_in = object.find("l").has_value(),
                     .hinted = member_text(object, "i"),
                     .is_pushed = object.find("u").has_value(),
                     .is_signed = object.find("g").has_value(),
                     .once = member_text(object, "o"),
                     .goal = goal_of(member_text(object, "f"))};
}

std::string seal(const Bound& bound, const Interaction& interaction, const Ctx& ctx) {
  return seal_bound(bound, interaction.begun, ctx, [&](json::Writer& out) {
    if (!interaction.session.empty()) out.member("s", interaction.session.text);
    if (interaction.logged_in) out.member("l", true);
    if (!interaction.hinted.empty()) out.member("i", interaction.hinted);
    if (interaction.is_pushed) out.member("u", true);
    if (interaction.is_signed) out.member("g", true);
    if (!interaction.once.empty()) out.member("o", interaction.once);
    for (const auto& [goal, name] : kGoals)
      if (goal == interaction.goal && !name.empty()) out.member("f", name);
    write(out, interaction.params);
  });
}

seconds page_life(const Ctx& ctx) { return ctx.snapshot().realm.lifetimes.interaction; }

OAuthErr used_error(const Interaction& interaction) {
  return interaction.is_pushed ? OAuthErr::invalid_request_uri : OAuthErr::invalid_request_object;
}

}  // namespace

Step<Interaction> begin_interaction(const Params& params, Ctx& ctx) {
  Interaction interaction{.params = TRY(known_params(params)), .begun = ctx.now()};
  const auto text = params.find("id_token_hint");
  if (!text) return interaction;
  auto hint = open_id_token_hint(*text, ctx);
  if (hint) {
    if (*hint) interaction.hinted = (*hint)->subject;
    return interaction;
  }
  if (!hint.error().refusal()) return std::unexpected(std::move(hint.error()));
  auto list = interaction.params.list();
  list.push_back({"id_token_hint", hint.error().refusal()->why});
  interaction.params = Params(std::move(list));
  return interaction;
}

Step<Interaction> begin_signed_interaction(const RequestObject& object, Ctx& ctx) {
  auto interaction = TRY(begin_interaction(object.params, ctx));
  interaction.is_signed = true;
  interaction.once = object.id;
  return interaction;
}

Browser browser_of(const Request& request, Ctx& ctx) {
  const auto cookie = request.headers.cookie("browser");
  if (cookie.size() == kBrowserText) return {std::string(cookie), false};
  return {ctx.random_id(kBrowserOctets), true};
}

Reply answered(Page page, const Browser& browser) {
  Reply reply{std::move(page)};
  if (const auto cookie = browser.cookie()) reply.cookies.push_back(*cookie);
  return reply;
}

std::string seal_interaction(const Interaction& interaction, const Browser& browser, const Ctx& ctx) {
  return seal({SealKind::interaction, digest_of(browser.value)}, interaction, ctx);
}

Step<Interaction> open_interaction(const Request& request, const Ctx& ctx) {
  const auto cookie = request.headers.cookie("browser");
  REQUIRE(cookie.size() == kBrowserText, bad_interaction, "browser", "no cookie of this browser");
  return open({SealKind::interaction, digest_of(cookie)}, page_life(ctx), request.form.get("interaction"), ctx);
}

std::string seal_request(const Interaction& interaction, const Ctx& ctx) {
  return seal({SealKind::interaction}, interaction, ctx);
}

Step<Interaction> open_request(std::string_view sealed, const Ctx& ctx) {
  return open({SealKind::interaction}, page_life(ctx), sealed, ctx);
}

// A kind of its own: what anybody gets sealed by a POST to /authorize is no pushed request.
std::string seal_pushed(const Interaction& interaction, const Ctx& ctx) {
  return std::string(kPushedPrefix) + seal({SealKind::pushed_request}, interaction, ctx);
}

Step<Interaction> open_pushed(std::string_view request_uri, const Client& client, const Ctx& ctx) {
  auto opened = open({SealKind::pushed_request}, kPushedLife, request_uri.substr(kPushedPrefix.size()), ctx);
  REQUIRE(opened, invalid_request_uri, "request_uri", opened.error().refusal() ? opened.error().refusal()->why : "");
  REQUIRE(opened->params.get("client_id") == client.id.text, invalid_request_uri, "request_uri", "another client's");
  opened->begun = ctx.now();
  opened->once = digest_of(request_uri);
  return std::move(*opened);
}

Step<void> check_unused(const Interaction& interaction, Ctx& ctx) {
  if (interaction.once.empty()) return {};
  if (TRY(ctx.used_before(interaction.once))) return refuse(used_error(interaction), "once", "used before");
  return {};
}

// It comes while it is good, by POST perhaps, which makes a request that lives as long as a page; and a page lives from
// then.
Instant remembered_until(const Ctx& ctx) {
  return ctx.now() + std::max(kPushedLife, kMaxObjectLife) + 2 * page_life(ctx);
}

Step<void> use_up(const Interaction& interaction, Ctx& ctx) {
  if (interaction.once.empty()) return {};
  if (!TRY(ctx.use_once(interaction.once, remembered_until(ctx))))
    return refuse(used_error(interaction), "once", "used before");
  return {};
}

Step<void> check_origin(const Request& request, const Ctx& ctx) {
  const auto& origin = request.headers.origin;
  REQUIRE(origin.empty() || origin == origin_of(ctx.snapshot().issuer), cross_site, "origin",
          "expected " + origin_of(ctx.snapshot().issuer) + ", got " + origin);
  return {};
}

}  // namespace tessera::issuer
