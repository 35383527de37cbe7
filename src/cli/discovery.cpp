#include "cli/discovery.hpp"

#include <fmt/format.h>

#include "fetch/fetch.hpp"
#include "json/json.hpp"

namespace tessera::cli {

namespace {

constexpr std::string_view kHint = "check that the URL is the issuer's, as its tokens spell it";

Outcome<fetch::Response> answer_of(const std::string& url) {
  auto answer = fetch::get(url);
  if (answer) return *std::move(answer);
  const fetch::Failure& failure = answer.error();
  return refused(failure.error, "an answer of at most 1 MiB over https, or http from this machine", failure.message,
                 std::string(kHint));
}

Outcome<std::string> get(const std::string& url) {
  fetch::Response answer = TRY(answer_of(url));
  if (answer.status == 200) return std::move(answer.body);
  return environment(Err::unavailable, url, "status 200", fmt::format("status {}", answer.status), std::string(kHint));
}

std::string text_of(const json::Object& object, std::string_view name) {
  const auto value = object.find(name);
  return std::string(value ? value->string().value_or("") : "");
}

std::unexpected<Failure> not_fetched(std::string_view argument, std::string_view url) {
  return misuse("this URL is not fetched", {std::string(argument), "an https URL, or http to this machine",
                                            std::string(url), "give a file by its name"});
}

bool is_https(std::string_view url) { return url.starts_with("https://"); }
bool is_http(std::string_view url) { return url.starts_with("http://"); }

// What the document names must be fetched as safely as the document was.
Outcome<std::string> jwks_uri_of(const json::Object& metadata, std::string_view issuer) {
  std::string uri = text_of(metadata, "jwks_uri");
  if (is_https(uri) || (is_http(uri) && is_http(issuer))) return uri;
  return refused(Error{Err::malformed, "jwks_uri"}, "an https URL in the discovery document", uri,
                 "the issuer must publish its keys over https");
}

Outcome<FetchedSet> fetch_issuer_set(std::string_view issuer, std::string_view argument) {
  if (!is_https(issuer) && !is_http(issuer)) return not_fetched(argument, issuer);
  std::string url(issuer);
  while (url.ends_with('/')) url.pop_back();
  url += "/.well-known/openid-configuration";
  auto answer = get(url);
  if (!answer && answer.error().code == error_name(Err::unsupported)) return not_fetched(argument, issuer);
  const std::string text = TRY(std::move(answer));
  json::Document document;
  const json::Object metadata = ACCEPT(url, document.parse_object(text));
  //= OIDC-Discovery#4.3
  // The issuer value returned MUST be identical to the Issuer URL that was used
  if (const std::string named = text_of(metadata, "issuer"); named != issuer) {
    return refused(Error{Err::claim_mismatch, "issuer"}, std::string(issuer), named,
                   "give the issuer as its discovery document spells it");
  }
  std::string jwks_uri = TRY(jwks_uri_of(metadata, issuer));
  std::string set = TRY(get(jwks_uri));
  return FetchedSet{std::move(jwks_uri), std::move(set)};
}

}  // namespace

bool looks_like_url(std::string_view argument) { return argument.contains("://"); }

Outcome<Keys> fetch_issuer_keys(std::string_view issuer) {
  const FetchedSet set = TRY(fetch_issuer_set(issuer, "--key"));
  return ACCEPT(set.url, Keys::parse(set.text));
}

Outcome<FetchedSet> fetch_set(std::string_view url) {
  if (!is_https(url) && !is_http(url)) return not_fetched("SET", url);
  auto answer = answer_of(std::string(url));
  if (!answer && answer.error().code == error_name(Err::unsupported)) return not_fetched("SET", url);
  fetch::Response set = TRY(std::move(answer));
  json::Document document;
  const auto object = document.parse_object(set.body);
  if (set.status == 200 && object && object->find("keys")) return FetchedSet{std::string(url), std::move(set.body)};
  return fetch_issuer_set(url, "SET");
}

}  // namespace tessera::cli
