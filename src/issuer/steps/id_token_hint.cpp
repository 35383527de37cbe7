#include "issuer/steps/id_token_hint.hpp"

#include "issuer/sealed.hpp"
#include "tessera/jws.hpp"

namespace tessera::issuer {

namespace {
constexpr std::size_t kMaxHint = 16 * 1024;
}

Step<std::optional<IdTokenHint>> open_id_token_hint(std::string_view hint, Ctx& ctx) {
  const auto& snapshot = ctx.snapshot();
  const auto token = jws::verify(hint, snapshot.published, {.algs = snapshot.algs, .max_bytes = kMaxHint});
  if (!token && token.error().code == Err::key_not_found) return std::optional<IdTokenHint>();
  REQUIRE(token, invalid_request, "id_token_hint", "not a token of this issuer");
  // An access token carries sub and sid too; only an ID token may speak here.
  REQUIRE(token->typ() == "JWT", invalid_request, "id_token_hint", "not an ID token");
  json::Document document;
  const auto claims = document.parse_object(text_of(token->payload()));
  REQUIRE(claims && member_text(*claims, "iss") == snapshot.issuer, invalid_request, "id_token_hint",
          "of another issuer");
  const Client* client = TRY(ctx.client(member_text(*claims, "aud")));
  REQUIRE(client && client->enabled, invalid_request, "id_token_hint", "its client is gone or disabled");
  return std::optional(IdTokenHint{client, member_text(*claims, "sub"), SessionId(member_text(*claims, "sid"))});
}

}  // namespace tessera::issuer
