#include "issuer/steps/sector_identifier.hpp"

#include "issuer/contains.hpp"
#include "issuer/subject.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
Step<std::vector<std::string>> listed_at(const std::string& uri, Ctx& ctx) {
  const auto body = TRY(ctx.fetch(uri));
  REQUIRE(body, invalid_client_metadata, "sector_identifier_uri", "nothing is to be had there");
  json::Document document;
  const auto value = document.parse(*body);
  const auto array = value ? value->array() : std::nullopt;
  REQUIRE(array, invalid_client_metadata, "sector_identifier_uri", "no JSON array");
  std::vector<std::string> uris;
  for (const auto item : *array) {
    const auto text = item.string();
    REQUIRE(text, invalid_client_metadata, "sector_identifier_uri", "a member that is no text");
    uris.emplace_back(*text);
  }
  return uris;
}
}  // namespace

Step<void> check_sector_identifier(const Client& client, Ctx& ctx) {
  REQUIRE(client.subject_type == SubjectType::public_ || !sector_of(client).empty(), invalid_client_metadata,
          "sector_identifier_uri", "needed: the redirect URIs do not have one host");
  if (client.sector_identifier_uri.empty()) return {};
  //= OIDC#8.1
  // The value of the sector_identifier_uri MUST be a URL using the https scheme that points to a JSON file containing
  // an array of redirect_uri values.
  REQUIRE(client.sector_identifier_uri.starts_with("https://"), invalid_client_metadata, "sector_identifier_uri",
          "not https");
  //= OIDC#8.1
  // The values of the registered redirect_uris MUST be included in the elements of the array.
  const auto listed = TRY(listed_at(client.sector_identifier_uri, ctx));
  for (const auto& uri : client.redirect_uris)
    REQUIRE(contains(listed, uri), invalid_client_metadata, "sector_identifier_uri", uri + " is not listed there");
  return {};
}

}  // namespace tessera::issuer
