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
    "client_id",      "redirect_uri",          "response_type", "response_mode", "scope",      "state",    "nonce",
    "code_challenge", "code_challenge_method", "prompt",        "max_age",       "login_hint", "resource", "claims",
    "request",        "request_uri",           "registration"};
// Of these only the presence counts: they are refused, and may be long.
constexpr std::string_view kRefused[] = {"request", "request_uri", "registration"};
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
    const bool refused = contains(kRefused, param.name) && !param.value.empty();
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

// `browser` is "" for no browser.
Step<Interaction> open(std::string_view sealed, std::string browser, const Ctx& ctx) {
  json::Document document;
  const auto object = TRY(open_bound({SealKind::interaction, std::move(browser)},
                                     ctx.snapshot().realm.lifetimes.interaction, sealed, ctx, document));
  return Interaction{read(object),
                     begun_of(object),
                     SessionId(member_text(object, "s")),
                     object.find("l").has_value(),
                     UserId(member_text(object, "i")),
                     goal_of(member_text(object, "g"))};
}

std::string seal(const Interaction& interaction, std::string browser, const Ctx& ctx) {
  return seal_bound({SealKind::interaction, std::move(browser)}, interaction.begun, ctx, [&](json::Writer& out) {
    if (!interaction.session.empty()) out.member("s", interaction.session.text);
    if (interaction.logged_in) out.member("l", true);
    if (!interaction.hinted.empty()) out.member("i", interaction.hinted.text);
    for (const auto& [goal, name] : kGoals)
      if (goal == interaction.goal && !name.empty()) out.member("g", name);
    write(out, interaction.params);
  });
}

}  // namespace

Step<Interaction> begin_interaction(const Params& params, const Ctx& ctx) {
  Interaction interaction{.params = TRY(known_params(params)), .begun = ctx.now()};
  const auto text = params.find("id_token_hint");
  if (!text) return interaction;
  const auto hint = open_id_token_hint(*text, ctx);
  if (hint) {
    if (*hint) interaction.hinted = (*hint)->user;
    return interaction;
  }
  auto list = interaction.params.list();
  list.push_back({"id_token_hint", hint.error().refusal()->why});
  interaction.params = Params(std::move(list));
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
  return seal(interaction, digest_of(browser.value), ctx);
}

Step<Interaction> open_interaction(const Request& request, const Ctx& ctx) {
  const auto cookie = request.headers.cookie("browser");
  REQUIRE(cookie.size() == kBrowserText, bad_interaction, "browser", "no cookie of this browser");
  return open(request.form.get("interaction"), digest_of(cookie), ctx);
}

std::string seal_request(const Interaction& interaction, const Ctx& ctx) { return seal(interaction, "", ctx); }

Step<Interaction> open_request(std::string_view sealed, const Ctx& ctx) { return open(sealed, "", ctx); }

Step<void> check_origin(const Request& request, const Ctx& ctx) {
  const auto& origin = request.headers.origin;
  REQUIRE(origin.empty() || origin == origin_of(ctx.snapshot().issuer), cross_site, "origin",
          "expected " + origin_of(ctx.snapshot().issuer) + ", got " + origin);
  return {};
}

}  // namespace tessera::issuer
