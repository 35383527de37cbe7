#include "issuer/logouts.hpp"

#include "base/try.hpp"
#include "issuer/contains.hpp"
#include "issuer/steps/redirect_uri.hpp"
#include "issuer/subject.hpp"

namespace tessera::issuer {

namespace {
//= OIDC-BackChannel#4 "OPs are encouraged to use short expiration times in Logout Tokens, preferably at most two
// minutes in the future"
constexpr seconds kTokenLife{120};

Result<std::optional<Client>> enabled(Tx& tx, const RealmId& realm, const std::map<ClientId, Client>& clients,
                                      const ClientId& id) {
  auto client = TRY(find_client(tx, realm, clients, id));
  return client && client->enabled ? std::move(client) : std::nullopt;
}
}  // namespace

// Written as plainly as a redirect URI, because a page's policy names the origin of one and browsers go to it.
const char* wrong_logout_uri(const Client& client) {
  const auto good = [](const std::string& uri) {
    return uri.empty() || registrable_redirect_uri(uri, ClientAuth::client_secret_basic);
  };
  if (!good(client.backchannel_logout_uri)) return "backchannel_logout_uri";
  //= OIDC-FrontChannel#2 "The domain, port, and scheme of this URL MUST be the same as that of a registered Redirection
  // URI value."
  const auto& front = client.frontchannel_logout_uri;
  const bool at_home = front.empty() || contains(client.redirect_uris, origin_of(front), origin_of);
  return good(front) && at_home ? nullptr : "frontchannel_logout_uri";
}

Result<void> enqueue_logouts(Tx& tx, const RealmId& realm, const SessionId& session,
                             const std::map<ClientId, Client>& clients, Instant now) {
  for (const auto& id : TRY(tx.clients_of(realm, session)))
    if (const auto client = TRY(enabled(tx, realm, clients, id)); client && !client->backchannel_logout_uri.empty())
      TRY_VOID(tx.insert_logout(realm, session, id, now));
  return {};
}

Result<std::optional<Client>> client_to_tell(Tx& tx, const Snapshot& snapshot, const PendingLogout& logout) {
  auto client = TRY(enabled(tx, snapshot.realm.id, snapshot.clients, logout.client));
  return client && !client->backchannel_logout_uri.empty() ? std::move(client) : std::nullopt;
}

// Person and session, whatever the client needs: one that counts sessions ends this one alone.
logout_token::Draft logout_draft(const Snapshot& snapshot, const Client& client, const PendingLogout& logout,
                                 std::string id, Instant now) {
  const auto made = whole_seconds(now);
  return {.issuer = snapshot.issuer,
          .audience = {client.id.text},
          .id = std::move(id),
          .issued_at = made,
          .expires_at = made + kTokenLife,
          .subject = subject_of(snapshot, client, logout.user),
          .session = logout.session.text};
}

Result<std::vector<std::string>> logout_frames(Tx& tx, const Snapshot& snapshot, const SessionId& session) {
  std::vector<std::string> urls;
  for (const auto& id : TRY(tx.clients_of(snapshot.realm.id, session)))
    if (const auto client = TRY(enabled(tx, snapshot.realm.id, snapshot.clients, id));
        client && !client->frontchannel_logout_uri.empty())
      urls.push_back(with_params(client->frontchannel_logout_uri, {{"iss", snapshot.issuer}, {"sid", session.text}}));
  return urls;
}

}  // namespace tessera::issuer
