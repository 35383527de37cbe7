#include "base/ct.hpp"
#include "base/wipe.hpp"
#include "issuer/client_metadata.hpp"
#include "issuer/digest.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/narrowed.hpp"
#include "issuer/steps/bearer.hpp"
#include "issuer/steps/params.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
// So many in a realm: the store is not for strangers to fill.
constexpr std::int64_t kMostRegistered = 10'000;
constexpr std::size_t kSecretOctets = 32, kTokenOctets = 32;

bool has_secret(ClientAuth auth) { return auth != ClientAuth::none && auth != ClientAuth::private_key_jwt; }

// RFC 6750: neither of the two kinds of token is an access token of ours, and neither is ever bound.
Step<std::string_view> read_owner_token(const Request& request) {
  const auto presented = TRY(read_access_token(request));
  REQUIRE(presented.scheme == TokenScheme::Bearer, invalid_token, "authorization", "not a bearer token");
  return presented.token;
}

// RFC 7591 section 3: where the realm asks for one, an initial access token that it gave out.
Step<void> check_may_register(const Request& request, Ctx& ctx) {
  const Realm& realm = ctx.snapshot().realm;
  REQUIRE(realm.registration != Registration::off, not_found, "registration",
          "clients cannot register themselves here");
  if (realm.registration == Registration::token) {
    const auto digest = digest_of(TRY(read_owner_token(request)));
    bool known = false;
    for (const auto& one : realm.registration_token_digests) known |= ct::equal(digest, one);
    REQUIRE(known, invalid_token, "authorization", "no initial access token of this realm");
  }
  return ctx.limit(LimitKind::registration, request.site);
}

// "" where there is none, or it is kept. Wiped here; the text of the answer is not, which the shell sends and drops.
struct Fresh {
  WipedString secret, token;
};

// Members that stand in the RFC's own order of importance: who it is, and how it proves that.
std::string information(const RegisteredClient& one, const Fresh& fresh, const Ctx& ctx) {
  json::Writer w;
  w.begin_object().member("client_id", one.client.id.text).member("client_id_issued_at", unix_seconds(one.created));
  //= RFC7591#3.2.1
  // client_secret_expires_at: REQUIRED if "client_secret" is issued. […] 0 if it will not expire.
  if (const auto& secret = fresh.secret.text(); !secret.empty())
    w.member("client_secret", secret).member("client_secret_expires_at", std::int64_t{0});
  if (const auto& token = fresh.token.text(); !token.empty()) w.member("registration_access_token", token);
  w.member("registration_client_uri", ctx.snapshot().url("/register?client_id=" + one.client.id.text));
  auto text = w.end_object().take();
  if (one.metadata == "{}") return text;
  text.back() = ',';
  return text += std::string_view(one.metadata).substr(1);
}

// Of a secret only what is needed to check it is kept.
void take_secret(Client& client, const std::string& secret, const Ctx& ctx) {
  if (client.auth == ClientAuth::client_secret_jwt)
    client.sealed_secret = ctx.snapshot().seals->seal(SealKind::client_secret, secret);
  else
    client.secret_digests = {digest_of(secret)};
}

Step<Reply> create(const Request& request, Ctx& ctx) {
  TRY_VOID(check_may_register(request, ctx));
  auto metadata = TRY(check_client_metadata(request.json, ctx));
  RegisteredClient one{
      .client = std::move(metadata.client), .metadata = std::move(metadata.json), .created = ctx.now()};
  one.client.vouched_for = ctx.snapshot().realm.registration == Registration::token;
  one.client.id = ClientId(std::string(kRegisteredPrefix) + ctx.random_id());
  if (one.client.name.empty()) one.client.name = one.client.id.text;
  Fresh fresh;
  fresh.token.text() = ctx.random_id(kTokenOctets);
  one.token_digest = digest_of(fresh.token.text());
  if (has_secret(one.client.auth)) {
    fresh.secret.text() = ctx.random_id(kSecretOctets);
    take_secret(one.client, fresh.secret.text(), ctx);
  }
  Tx& tx = *TRY(ctx.store(Access::write));
  REQUIRE(TRY(tx.insert_registered(ctx.realm(), one, kMostRegistered)), temporarily_unavailable, "registration",
          "the realm has as many as it takes");
  TRY_VOID(tx.put_logo(ctx.realm(), one.client.id, metadata.logo));
  ctx.client_changed(one.client.id);
  ctx.emit({"client_registered", {{"client", one.client.id.text}}});
  return Reply{Json{.status = 201, .body = information(one, fresh, ctx)}};
}

// RFC 7592 section 2: whoever holds its registration access token. What is wrong with either is told alike.
Step<RegisteredClient> check_owner(std::string_view token, std::optional<RegisteredClient> found) {
  const bool right = ct::equal(digest_of(token), found ? found->token_digest : std::string(43, 'A'));
  REQUIRE(found && right, invalid_token, "authorization", found ? "another token" : "no such client");
  return std::move(*found);
}

//= RFC7592#2.2
// the client metadata fields in this request MUST replace, not augment, the values previously associated with this
// client.
Step<Reply> replace(const Request& request, std::string_view token, const ClientId& id, Ctx& ctx) {
  TRY_VOID(ctx.limit(LimitKind::registration, request.site));
  auto metadata = TRY(check_client_metadata(request.json, ctx));
  Tx& tx = *TRY(ctx.store(Access::write));
  // As it is now, whatever others have changed meanwhile: what this takes away counts from there.
  auto held = TRY(tx.hold_registered(ctx.realm(), id));
  auto one = TRY(check_owner(token, std::move(held)));
  const Client before = std::move(one.client);
  metadata.client.id = id;
  metadata.client.vouched_for = before.vouched_for;
  REQUIRE(has_secret(metadata.client.auth) == has_secret(before.auth) &&
              (metadata.client.auth == ClientAuth::client_secret_jwt) == (before.auth == ClientAuth::client_secret_jwt),
          invalid_client_metadata, "token_endpoint_auth_method", "would need another secret: register anew");
  metadata.client.secret_digests = before.secret_digests;
  metadata.client.sealed_secret = before.sealed_secret;
  if (metadata.client.name.empty()) metadata.client.name = id.text;
  one.client = std::move(metadata.client);
  one.metadata = std::move(metadata.json);
  REQUIRE(TRY(tx.replace_registered(ctx.realm(), one)), invalid_token, "authorization", "the client is gone");
  TRY_VOID(tx.put_logo(ctx.realm(), id, metadata.logo));
  if (narrowed(before, one.client)) ctx.append_fact(FactKind::client, id.text);
  ctx.client_changed(id);
  ctx.emit({"client_changed", {{"client", id.text}}});
  return Reply{Json{.body = information(one, {}, ctx)}};
}

//= RFC7592#2.3
// the authorization server […] MUST invalidate all […] access tokens […] associated with the client
Step<Reply> remove(const ClientId& id, Ctx& ctx) {
  Tx& tx = *TRY(ctx.store(Access::write));
  REQUIRE(TRY(end_registered(tx, ctx.realm(), id)), invalid_token, "authorization", "the client is gone");
  ctx.append_fact(FactKind::client, id.text);
  ctx.client_changed(id);
  ctx.emit({"client_removed", {{"client", id.text}}});
  return Reply{Empty{.status = 204}};
}
}  // namespace

Step<Reply> registration(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.query));
  if (request.method == Method::post) return create(request, ctx);
  const auto token = TRY(read_owner_token(request));
  const auto known = TRY(ctx.registered(request.query.get("client_id")));
  const auto one = TRY(check_owner(token, known ? std::optional(known->row) : std::nullopt));
  switch (request.method) {
    case Method::put: return replace(request, token, one.client.id, ctx);
    case Method::delete_: return remove(one.client.id, ctx);
    case Method::get:
    case Method::post: break;
  }
  return Reply{Json{.body = information(one, {}, ctx)}};
}

}  // namespace tessera::issuer
