#include "issuer/subject.hpp"

#include <algorithm>
#include <set>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "issuer/steps/redirect_uri.hpp"

namespace tessera::issuer {

namespace {
// Begins as every person's id does, so that it is no client's; and is longer than those, so that it is no other
// person's.
std::string pairwise(const Secret& salt, const std::string& sector, const UserId& user) {
  //= OIDC#8.1 "Calculate sub = SHA-256 ( sector_identifier || local_account_id || salt )."
  // As HMAC-SHA-256 with the salt as its key. No host has a blank in it.
  return "usr_" + base64url::encode(crypto::hmac_sha256(salt.expose("key of the pairwise subjects"),
                                                        bytes_of(sector + ' ' + user.text)));
}
}  // namespace

std::string sector_of(const Client& client) {
  //= OIDC#8.1
  // When a sector_identifier_uri is provided, the host component of that URL is used as the Sector Identifier for the
  // pairwise identifier calculation.
  if (!client.sector_identifier_uri.empty()) return host_of(client.sector_identifier_uri);
  if (client.redirect_uris.empty()) return {};
  // A native app's own scheme can name anybody's host, and this machine's name is everybody's.
  const std::string host = host_of(client.redirect_uris.front());
  const bool one = std::ranges::all_of(
      client.redirect_uris, [&](const auto& uri) { return uri.starts_with("https://") && host_of(uri) == host; });
  return one ? host : std::string();
}

std::string subject_of(const Snapshot& snapshot, const Client& client, const UserId& user) {
  if (client.subject_type == SubjectType::public_) return user.text;
  INVARIANT(snapshot.pairwise_salt, "a realm has its salt");
  return pairwise(*snapshot.pairwise_salt, sector_of(client), user);
}

Result<std::vector<std::string>> every_subject_of(Tx& tx, const RealmId& realm, const UserId& user,
                                                  const std::map<ClientId, Client>& clients, const Secret* salt) {
  std::set<std::string> subjects{user.text};
  if (salt)
    for (const auto& id : TRY(tx.clients_with_grants(realm, user))) {
      const auto client = TRY(find_client(tx, realm, clients, id));
      if (client && client->subject_type == SubjectType::pairwise)
        subjects.insert(pairwise(*salt, sector_of(*client), user));
    }
  return std::vector<std::string>(subjects.begin(), subjects.end());
}

}  // namespace tessera::issuer
