#include "cli/discovery.hpp"

#include "fetch/fetch.hpp"
#include "json/json.hpp"

namespace tessera::cli {

namespace {

Outcome<std::string> get(const std::string& url) {
  const auto answer = fetch::get(url);
  if (!answer) {
    const auto& failure = answer.error();
    if (failure.error.code == Err::unsupported)
      return misuse("That URL is not fetched.", {"--key", "an https URL, or http to this machine", url, ""});
    return environment(failure.error.code, url, "an answer", failure.message);
  }
  if (answer->status != 200)
    return environment(Err::unavailable, url, "status 200", "status " + std::to_string(answer->status),
                       "check that the URL is the issuer's, as its tokens spell it");
  return answer->body;
}

std::string text_of(const json::Object& object, std::string_view name) {
  const auto value = object.find(name);
  return std::string(value ? value->string().value_or("") : "");
}

}  // namespace

bool looks_like_url(std::string_view argument) { return argument.find("://") != std::string_view::npos; }

Outcome<Keys> fetch_issuer_keys(std::string_view issuer) {
  std::string base(issuer);
  while (base.ends_with('/')) base.pop_back();
  const std::string url = base + "/.well-known/openid-configuration";
  const std::string metadata = TRY(get(url));
  json::Document document;
  const auto object = document.parse_object(metadata);
  if (!object) return refused(object.error(), url);
  //= OIDC-Discovery#4.3
  // The issuer value returned MUST be identical to the Issuer URL that was used
  if (text_of(*object, "issuer") != issuer)
    return refused(Error{Err::claim_mismatch, "issuer"}, std::string(issuer), text_of(*object, "issuer"),
                   "give the issuer as its discovery document spells it");
  const std::string jwks_uri = text_of(*object, "jwks_uri");
  const std::string text = TRY(get(jwks_uri));
  auto keys = Keys::parse(text);
  if (!keys) return refused(keys.error(), jwks_uri);
  return std::move(*keys);
}

}  // namespace tessera::cli
