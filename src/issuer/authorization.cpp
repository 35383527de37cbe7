#include "issuer/authorization.hpp"

#include <algorithm>
#include <charconv>

#include "base/utf8.hpp"
#include "issuer/code.hpp"
#include "issuer/contains.hpp"
#include "issuer/digest.hpp"
#include "issuer/steps/claims_request.hpp"
#include "issuer/steps/dpop.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/pkce.hpp"
#include "issuer/steps/redirect_uri.hpp"
#include "issuer/steps/resource.hpp"
#include "issuer/steps/scope.hpp"
#include "issuer/subject.hpp"

namespace tessera::issuer {

namespace {

constexpr std::size_t kMaxNonce = 256;

struct Prompt {
  bool none = false, login = false, consent = false;
};

// The request, checked.
struct Ask {
  std::vector<std::string> scope;
  std::string audience, nonce, challenge, jkt;
  ClaimsRequest claims;
  Prompt prompt;
  std::optional<seconds> max_age;
};

//= OIDC#3.1.2.1
// prompt: none, login, consent, select_account; none stands alone.
Step<Prompt> check_prompt(const Params& params) {
  Prompt prompt;
  std::size_t count = 0;
  for (std::string_view rest = params.get("prompt"); !rest.empty(); ++count) {
    const auto end = rest.find(' ');
    const auto word = rest.substr(0, end);
    rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
    if (word == "none")
      prompt.none = true;
    else if (word == "login" || word == "select_account")
      prompt.login = true;
    else if (word == "consent")
      prompt.consent = true;
    else
      return refuse(OAuthErr::invalid_request, "prompt", "expected none, login, consent or select_account");
  }
  REQUIRE(!prompt.none || count == 1, invalid_request, "prompt", "none stands alone");
  return prompt;
}

Step<std::optional<seconds>> check_max_age(const Params& params) {
  const auto text = params.find("max_age");
  if (!text) return std::optional<seconds>();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  REQUIRE(error == std::errc() && end == text->data() + text->size() && text->front() != '-', invalid_request,
          "max_age", "expected a number of seconds");
  return std::optional(seconds(std::min<std::int64_t>(value, 1'000'000'000)));
}

bool needs_pushed_request(const Client& client, const Realm& realm) {
  return client.require_pushed_authorization_requests || realm.require_pushed_authorization_requests;
}

Step<Ask> check_ask(const Interaction& interaction, const Target& target, const Ctx& ctx) {
  const Params& params = interaction.params;
  const Client& client = *target.client;
  REQUIRE(contains(client.grant_types, GrantType::authorization_code), unauthorized_client, "client_id",
          "the client is not registered for authorization_code");
  //= RFC9126#4
  // In this case, the authorization server will refuse, using the invalid_request error code, to process any request to
  // the authorization endpoint that does not have a request_uri parameter with a value obtained from the PAR endpoint.
  REQUIRE(interaction.is_pushed || !needs_pushed_request(client, ctx.snapshot().realm), invalid_request, "request_uri",
          "the request must be pushed");
  //= RFC9101#10.5
  // When the value of it as client metadata is true, then the server MUST reject the authorization request from the
  // client that does not conform to this specification.
  REQUIRE(interaction.is_signed || !needs_signed_request(client, ctx.snapshot().realm), invalid_request, "request",
          "the request must be signed");
  REQUIRE(!params.find("registration"), registration_not_supported, "registration");
  REQUIRE(!params.find("id_token_hint"), invalid_request, "id_token_hint", std::string(params.get("id_token_hint")));
  TRY_VOID(require_param(params, "response_type"));
  REQUIRE(params.get("response_type") == "code", unsupported_response_type, "response_type",
          "expected code, got " + std::string(params.get("response_type")));
  TRY_VOID(check_response_mode(params, target.redirect_uri));
  Ask ask;
  ask.scope = TRY(check_scope(params, client, ctx.snapshot()));
  ask.audience = TRY(check_resource(params, client, ctx.snapshot()));
  ask.challenge = TRY(check_challenge(params, client));
  ask.jkt = TRY(check_dpop_jkt(params));
  ask.nonce = params.get("nonce");
  REQUIRE(ask.nonce.size() <= kMaxNonce, invalid_request, "nonce", "longer than 256 octets");
  ask.claims = TRY(check_claims(params, client));
  ask.prompt = TRY(check_prompt(params));
  ask.max_age = TRY(check_max_age(params));
  if (!ask.max_age) ask.max_age = client.default_max_age;
  return ask;
}

// What the person allows who allows this.
std::vector<std::string> consented(const Ask& ask) { return with_scopes_of(ask.claims.asked, ask.scope); }

bool covers(const std::optional<Consent>& consent, const std::vector<std::string>& scope) {
  return consent && std::ranges::all_of(scope, [&](const auto& name) { return contains(consent->scope, name); });
}

bool logged_in_here(const Interaction& interaction, const std::optional<LoggedIn>& login) {
  return login && interaction.logged_in && interaction.session == login->session.id;
}

// Somebody is logged in, and not the person whom the application means: by the `sub` that this application knows. A
// hint with another sector's means nobody, so that two of them cannot find out here that they know the same person.
bool is_another(const Ask& ask, const Interaction& interaction, const Client& client,
                const std::optional<LoggedIn>& login, const Ctx& ctx) {
  if (!login) return false;
  const std::string subject = subject_of(ctx.snapshot(), client, login->user.id);
  return (!interaction.hinted.empty() && interaction.hinted != subject) ||
         (!ask.claims.subject.empty() && ask.claims.subject != subject);
}

// Whether the person must log in now, whoever is logged in. What was met in this interaction stays met: a consent page
// read slowly sends nobody back to the password.
bool needs_login(const Ask& ask, const Interaction& interaction, const std::optional<LoggedIn>& login, Instant now) {
  if (!login) return true;
  if (logged_in_here(interaction, login)) return false;
  return ask.prompt.login || (ask.max_age && login->session.authenticated + *ask.max_age < now);
}

Step<bool> needs_consent(const Ask& ask, const Client& client, const LoggedIn& login, Allowed allowed, Ctx& ctx) {
  if (allowed == Allowed::now) return false;
  if (ask.prompt.consent) return true;
  if (client.party == Party::first) return false;
  Tx* tx = TRY(ctx.store(Access::read));
  return !covers(TRY(tx->consent(ctx.realm(), login.user.id, client.id)), consented(ask));
}

// With its digest, so that a new one is no old one's cached answer.
std::string logo_path(const Client& client) {
  return client.logo.empty() ? "" : with_params("/logo", {{"client_id", client.id.text}, {"v", client.logo}});
}

Reply consent_page(const Interaction& asked, const Target& target, const LoggedIn& login, const Ask& ask,
                   const Browser& browser, const Ctx& ctx) {
  Interaction interaction = asked;
  interaction.logged_in = asked.logged_in && asked.session == login.session.id;
  interaction.session = login.session.id;
  return answered({.model = ConsentPage{.client_name = target.client->name,
                                        .party = target.client->party,
                                        .user_name = login.user.name.empty() ? login.user.username : login.user.name,
                                        .scopes = consented(ask),
                                        .client_uri = target.client->client_uri,
                                        .policy_uri = target.client->policy_uri,
                                        .tos_uri = target.client->tos_uri,
                                        .logo_path = logo_path(*target.client),
                                        .interaction = seal_interaction(interaction, browser, ctx)},
                   .form_target = form_source_of(target.redirect_uri)},
                  browser);
}

Step<Reply> issue_code(const Ask& ask, const Interaction& interaction, const Target& target, const LoggedIn& login,
                       Ctx& ctx) {
  const Code code{.grant = GrantId(ctx.random_id()),
                  .session = login.session.id,
                  .user = login.user.id,
                  .client = target.client->id,
                  .redirect_digest = digest_of(target.redirect_uri),
                  .scope = ask.scope,
                  .audience = ask.audience,
                  .nonce = ask.nonce,
                  .challenge = ask.challenge,
                  .jkt = ask.jkt,
                  .claims = ask.claims.asked,
                  .authenticated = login.session.authenticated,
                  .expires = ctx.now() + ctx.snapshot().realm.lifetimes.code};
  auto sealed = seal_code(*ctx.snapshot().seals, code);
  REQUIRE(sealed.size() <= kMaxCodeBytes, invalid_request, "scope", "the request is too long for a code");
  TRY_VOID(use_up(interaction, ctx));
  ctx.emit({"code_issued",
            {{"client", target.client->id.text}, {"user", login.user.id.text}, {"session", login.session.id.text}}});
  //= RFC9207#2
  // the authorization server MUST include its issuer identifier in the `iss` parameter
  return send_back(target.mode, target.redirect_uri,
                   {{"code", std::move(sealed)}, {"state", target.state}, {"iss", ctx.snapshot().issuer}});
}

}  // namespace

Step<const Client*> check_client(const Params& params, Ctx& ctx) {
  const auto client_id = TRY(require_param(params, "client_id"));
  const Client* client = TRY(ctx.client(client_id));
  REQUIRE(client && client->enabled, unknown_client, "client_id",
          "no enabled client " + std::string(client_id.substr(0, 100)));
  return client;
}

Step<void> check_request(const Interaction& interaction, const Target& target, const Ctx& ctx) {
  TRY_VOID(check_ask(interaction, target, ctx));
  return {};
}

Step<Target> check_target(const Params& params, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(params));
  const Client* client = TRY(check_client(params, ctx));
  const auto uri = TRY(require_param(params, "redirect_uri"));
  REQUIRE(redirect_registered(*client, uri), bad_redirect_uri, "redirect_uri",
          received_and_registered(uri, client->redirect_uris));
  auto state = TRY(check_state(params));
  const auto mode = check_response_mode(params, uri);
  return Target{client, std::string(uri), std::move(state), mode ? *mode : ResponseMode::query};
}

namespace {
//= RFC9700#4.11.2
// The authorization server SHOULD only automatically redirect the user agent if it trusts the redirection URI.
// What a person has decided, who was shown for whom, goes back anywhere; so does the answer to prompt=none, because
// silent authentication is of no use otherwise, and the RFC leaves it out of what a person must come before.
bool goes_back_at_once(OAuthErr code, const Client& client) {
  return client.vouched_for || code == OAuthErr::access_denied || code == OAuthErr::login_required ||
         code == OAuthErr::consent_required;
}
}  // namespace

Step<Reply> with_redirect(Step<Reply> outcome, const Target& target, Ctx& ctx) {
  if (outcome) return outcome;
  const Refusal* refusal = outcome.error().refusal();
  if (!refusal || error_row(refusal->code).redirects == Redirects::no) return outcome;
  const auto& row = error_row(refusal->code);
  ctx.tell(*refusal);
  Reply back = send_back(target.mode, target.redirect_uri,
                         {{"error", std::string(row.wire)},
                          {"error_description", std::string(row.description)},
                          {"state", target.state},
                          {"iss", ctx.snapshot().issuer}});
  if (goes_back_at_once(refusal->code, *target.client)) return back;
  const auto* link = std::get_if<Redirect>(&back.body);
  return Reply{Page{.status = row.status, .model = ErrorPage{refusal->code, refusal->at, link ? link->location : ""}}};
}

Reply login_page(const Interaction& interaction, const Target& target, const Browser& browser, const Ctx& ctx,
                 std::string username, std::optional<OAuthErr> error) {
  return answered({.status = error ? error_row(*error).status : 200,
                   .model = LoginPage{.client_name = target.client ? target.client->name : "",
                                      .username = std::move(username),
                                      .interaction = seal_interaction(interaction, browser, ctx),
                                      .error = error,
                                      .goal = interaction.goal},
                   .form_target = form_source_of(target.redirect_uri)},
                  browser);
}

Step<std::vector<std::string>> scope_asked(const Interaction& interaction, const Target& target, const Ctx& ctx) {
  auto scope = TRY(check_scope(interaction.params, *target.client, ctx.snapshot()));
  return with_scopes_of(TRY(check_claims(interaction.params, *target.client)).asked, std::move(scope));
}

Step<Reply> go_on(const Interaction& interaction, const Target& target, const std::optional<LoggedIn>& login,
                  Allowed allowed, const Browser& browser, Ctx& ctx) {
  const Ask ask = TRY(check_ask(interaction, target, ctx));
  TRY_VOID(check_unused(interaction, ctx));
  const bool another = is_another(ask, interaction, *target.client, login, ctx);
  //= OIDC#3.1.2.1
  // If the End-User identified by the ID Token is already logged in or is logged in as a result of the request […],
  // then the Authorization Server returns a positive response; otherwise, it MUST return an error, such as
  // login_required.
  REQUIRE(!another || !logged_in_here(interaction, login), login_required, "id_token_hint",
          "another person has logged in");
  if (another || needs_login(ask, interaction, login, ctx.now())) {
    REQUIRE(!ask.prompt.none, login_required, "prompt",
            !login    ? "not logged in"
            : another ? "another person is logged in"
                      : "logged in longer ago than max_age");
    auto hint = interaction.params.get("login_hint");
    if (hint.size() > 256 || !valid_utf8(hint)) hint = "";
    return login_page(interaction, target, browser, ctx, std::string(hint), std::nullopt);
  }
  if (TRY(needs_consent(ask, *target.client, *login, allowed, ctx))) {
    REQUIRE(!ask.prompt.none, consent_required, "prompt", "no consent to all of " + print_scope(consented(ask)));
    return consent_page(interaction, target, *login, ask, browser, ctx);
  }
  return issue_code(ask, interaction, target, *login, ctx);
}

}  // namespace tessera::issuer
