#include "issuer/steps/claims_request.hpp"

#include "issuer/acr.hpp"
#include "issuer/contains.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {

// `null`, or an object of how the claim is wanted.
Step<std::optional<json::Object>> wish_of(const json::Member& member) {
  if (member.value.is(json::Kind::null)) return std::optional<json::Object>();
  const auto wish = member.value.object();
  REQUIRE(wish, invalid_request, "claims", "expected null or an object for " + std::string(member.name));
  return wish;
}

bool essential(const json::Object& wish) {
  const auto flag = wish.find("essential");
  return flag && flag->boolean().value_or(false);
}

// Whether ours is what is wanted: one value, or one of several.
bool holds_acr(const json::Object& wish) {
  if (const auto value = wish.find("value"); value && value->string().value_or("") != kAcr) return false;
  const auto values = wish.find("values");
  if (!values) return true;
  const auto list = values->array();
  if (list)
    for (const json::Value one : *list)
      if (one.string().value_or("") == kAcr) return true;
  return false;
}

Step<void> read_wish(const json::Member& member, const Client& client, std::vector<std::string>& names,
                     ClaimsRequest& out) {
  const auto wish = TRY(wish_of(member));
  const auto value = wish ? wish->find("value") : std::nullopt;
  if (member.name == "sub" && value) {
    const auto subject = value->string();
    REQUIRE(subject && !subject->empty() && (out.subject.empty() || out.subject == *subject), invalid_request, "claims",
            "one text as the value of sub");
    out.subject = *subject;
  }
  //= OIDC#5.5.1.1
  // If this is an Essential Claim and the requirement cannot be met, then the Authorization Server MUST treat that
  // outcome as a failed authentication attempt.
  REQUIRE(member.name != "acr" || !wish || !essential(*wish) || holds_acr(*wish), unmet_authentication_requirements,
          "claims", "the only acr here is " + std::string(kAcr));
  const auto* claim = find_user_claim(member.name);
  if (claim && contains(client.scopes, claim->scope)) names.emplace_back(claim->name);
  return {};
}

Step<void> read_place(const json::Object& object, const char* place, const Client& client,
                      std::vector<std::string>& names, ClaimsRequest& out) {
  const auto value = object.find(place);
  if (!value || value->is(json::Kind::null)) return {};
  const auto wishes = value->object();
  REQUIRE(wishes, invalid_request, "claims", "expected an object for " + std::string(place));
  for (const json::Member member : *wishes) TRY_VOID(read_wish(member, client, names, out));
  return {};
}

}  // namespace

Step<ClaimsRequest> check_claims(const Params& params, const Client& client) {
  ClaimsRequest out;
  const auto text = params.find("claims");
  if (!text) return out;
  json::Document document;
  const auto object = document.parse_object(*text);
  REQUIRE(object, invalid_request, "claims", "no JSON object: " + std::string(error_name(object.error().code)));
  TRY_VOID(read_place(*object, "id_token", client, out.asked.id_token, out));
  TRY_VOID(read_place(*object, "userinfo", client, out.asked.userinfo, out));
  return out;
}

std::vector<std::string> with_scopes_of(const ClaimsAsked& asked, std::vector<std::string> scope) {
  for (const auto* names : {&asked.id_token, &asked.userinfo})
    for (const auto& name : *names)
      if (const auto* claim = find_user_claim(name); claim && !contains(scope, claim->scope))
        scope.emplace_back(claim->scope);
  return scope;
}

bool asked_for(const UserClaim& claim, const std::vector<std::string>& names, const Client& client) {
  return contains(names, claim.name) && contains(client.scopes, claim.scope);
}

}  // namespace tessera::issuer
