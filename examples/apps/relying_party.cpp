#include "relying_party.hpp"

#include <stdexcept>

#include "web.hpp"

namespace example {

using namespace tessera;

namespace {

sys_seconds now() { return std::chrono::floor<seconds>(Clock::now()); }

std::string require(std::optional<std::string> value, const std::string& what) {
  if (!value) throw std::runtime_error(what);
  return *value;
}

}  // namespace

RelyingParty::RelyingParty(Settings settings) : settings_(std::move(settings)) {
  const auto url = settings_.issuer + "/.well-known/openid-configuration";
  const auto metadata = http_get(url, settings_.ca_file);
  if (metadata.status != 200) throw std::runtime_error("no discovery document at " + url + "; is the issuer running?");
  // OpenID Connect Discovery 1.0 section 4.3: the document must name the issuer that it was asked of.
  if (json_string(metadata.body, "issuer") != settings_.issuer)
    throw std::runtime_error("the discovery document at " + url + " names another issuer");
  const auto endpoint = [&](const std::string& name) {
    return require(json_string(metadata.body, name), "the discovery document names no " + name);
  };
  authorization_endpoint_ = endpoint("authorization_endpoint");
  token_endpoint_ = endpoint("token_endpoint");
  userinfo_endpoint_ = endpoint("userinfo_endpoint");
  end_session_endpoint_ = endpoint("end_session_endpoint");

  jwks_uri_ = endpoint("jwks_uri");
  if (const auto fetched = fetch_keys(); !fetched) throw std::runtime_error(fetched.error().why);
}

std::expected<void, RelyingParty::Failed> RelyingParty::fetch_keys() {
  const auto keys = Keys::parse(http_get(jwks_uri_, settings_.ca_file).body);
  if (!keys)
    return std::unexpected(Failed{"no keys at " + jwks_uri_ + ": " + std::string(error_text(keys.error().code))});
  std::lock_guard lock(mutex_);
  id_tokens_.emplace(*keys, Policy{.issuer = settings_.issuer,
                                   .audience = settings_.client_id,
                                   .typ = "JWT",
                                   .algs = {Alg::RS256},
                                   .leeway = seconds(10),
                                   .require = {"sub", "nonce"}});
  fetched_ = Clock::now();
  return {};
}

Result<Claims> RelyingParty::verify(const std::string& id_token) {
  const auto current = [&] {
    std::lock_guard lock(mutex_);
    return *id_tokens_;
  };
  const auto may_fetch = [&] {
    std::lock_guard lock(mutex_);
    if (Clock::now() < fetched_ + std::chrono::minutes(1)) return false;
    fetched_ = Clock::now();
    return true;
  };
  auto claims = current().verify(id_token, now());
  // A kid that is not in the set: the issuer has a new key. Ask at most once a minute, whatever tokens claim.
  if (!claims && claims.error().code == Err::key_not_found && may_fetch() && fetch_keys())
    return current().verify(id_token, now());
  return claims;
}

std::string RelyingParty::login_url(const std::string& browser) {
  const auto state = random_text();
  Pending pending{browser, random_text(), random_text(), Clock::now() + std::chrono::minutes(30)};
  std::string url = authorization_endpoint_ + "?response_type=code&client_id=" + url_encode(settings_.client_id) +
                    "&redirect_uri=" + url_encode(settings_.base_url + "/callback") +
                    "&scope=" + url_encode(settings_.scope) + "&state=" + state + "&nonce=" + pending.nonce +
                    "&code_challenge=" + sha256_base64url(pending.verifier) + "&code_challenge_method=S256";
  std::lock_guard lock(mutex_);
  std::erase_if(pending_, [](const auto& entry) { return entry.second.expires < Clock::now(); });
  pending_.emplace(state, std::move(pending));
  return url;
}

std::expected<Person, RelyingParty::Failed> RelyingParty::finish_login(const Callback& callback) {
  Pending pending;
  {
    std::lock_guard lock(mutex_);
    const auto found = pending_.find(callback.state);
    // The answer must be to a question that this browser asked.
    if (found == pending_.end() || found->second.browser != callback.browser)
      return std::unexpected(Failed{"This login was not started here. Please try again."});
    pending = std::move(found->second);
    pending_.erase(found);
  }
  // RFC 9207: an answer of another issuer is somebody's attempt to mix the two up.
  if (callback.issuer != settings_.issuer) return std::unexpected(Failed{"The answer came from another issuer."});
  if (!callback.error.empty()) return std::unexpected(Failed{"The login was refused: " + callback.error});

  const auto reply = http_post_form(token_endpoint_, settings_.ca_file,
                                    {{"grant_type", "authorization_code"},
                                     {"code", callback.code},
                                     {"redirect_uri", settings_.base_url + "/callback"},
                                     {"code_verifier", pending.verifier}},
                                    settings_.client_id, settings_.client_secret);
  if (reply.status != 200) return std::unexpected(Failed{"The issuer did not accept the code."});
  return person_from(reply.body, pending.nonce);
}

std::expected<Person, RelyingParty::Failed> RelyingParty::person_from(const std::string& token_reply,
                                                                      const std::string& nonce) {
  Person person;
  person.access_token = json_string(token_reply, "access_token").value_or("");
  person.refresh_token = json_string(token_reply, "refresh_token").value_or("");
  person.id_token = json_string(token_reply, "id_token").value_or("");
  person.access_expires = now() + seconds(json_integer(token_reply, "expires_in"));

  const auto claims = verify(person.id_token);
  if (!claims)
    return std::unexpected(Failed{"The ID token is not good: " + std::string(error_name(claims.error().code))});
  const auto seen = claims->get<std::string>("nonce");
  if (!seen || *seen != nonce) return std::unexpected(Failed{"The ID token answers another login."});
  person.subject = claims->subject();
  person.roles = claims->get<std::vector<std::string>>("roles").value_or(std::vector<std::string>{});

  const auto userinfo = http_get(userinfo_endpoint_, settings_.ca_file, person.access_token);
  // OpenID Connect Core section 5.3.2: userinfo counts only for the same subject.
  if (json_string(userinfo.body, "sub") == person.subject)
    person.name = json_string(userinfo.body, "name").value_or(person.subject);
  return person;
}

bool RelyingParty::refresh(Person& person) {
  if (now() + seconds(10) < person.access_expires) return true;
  const auto reply = http_post_form(token_endpoint_, settings_.ca_file,
                                    {{"grant_type", "refresh_token"}, {"refresh_token", person.refresh_token}},
                                    settings_.client_id, settings_.client_secret);
  // Only the issuer's refusal ends the login; an outage does not.
  if (reply.status != 200) return reply.status != 400 && reply.status != 401 && now() < person.access_expires;
  person.access_token = json_string(reply.body, "access_token").value_or("");
  person.refresh_token = json_string(reply.body, "refresh_token").value_or(person.refresh_token);
  person.id_token = json_string(reply.body, "id_token").value_or(person.id_token);
  person.access_expires = now() + seconds(json_integer(reply.body, "expires_in"));
  return true;
}

std::string RelyingParty::logout_url(const Person& person) const {
  return end_session_endpoint_ + "?id_token_hint=" + url_encode(person.id_token) +
         "&post_logout_redirect_uri=" + url_encode(settings_.base_url + "/");
}

}  // namespace example
