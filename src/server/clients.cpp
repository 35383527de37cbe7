#include "server/clients.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "base/try.hpp"
#include "issuer/contains.hpp"
#include "issuer/ctx.hpp"
#include "issuer/steps/redirect_uri.hpp"
#include "store/open.hpp"

namespace tessera::server {

namespace {

using issuer::Outcome;
using issuer::Tx;

// One that a start would make is a mistaken name here.
Started<std::unique_ptr<issuer::Store>> open_store(const Settings& settings) {
  constexpr std::string_view kSqlite = "sqlite://";
  if (settings.store.starts_with(kSqlite)) {
    const auto file = settings.store.substr(kSqlite.size());
    std::error_code error;
    if (!std::filesystem::exists(file, error) && !error)
      return cannot_start(
          fmt::format("There is no store {} yet; name the configuration of a server that has run.", file));
  }
  auto opened = store::open({.url = settings.store});
  if (!opened) return cannot_start(opened.error());
  return std::move(*opened);
}

std::unexpected<StartFailure> store_failed(const char* what, Error error) {
  return cannot_start(fmt::format("The store cannot be {}: {}; try again, or see what the database's own log says.",
                                  what, error_text(error.code)));
}

std::vector<std::string> hosts_of(const issuer::Client& client) {
  std::vector<std::string> hosts;
  for (const auto& uri : client.redirect_uris) {
    auto host = issuer::host_of(uri);
    if (host.empty()) host = issuer::origin_of(uri);
    if (!issuer::contains(hosts, host)) hosts.push_back(std::move(host));
  }
  return hosts;
}

Result<std::vector<ListedClient>> list(Tx& tx) {
  std::vector<ListedClient> list;
  for (const auto& [realm, id, consents] : TRY(tx.every_registered()))
    if (const auto one = TRY(tx.registered(realm, id)))
      list.push_back({realm, id, one->client.name, one->created, hosts_of(one->client), consents});
  return list;
}

Result<bool> remove(Tx& tx, const issuer::ClientId& id, Instant now) {
  bool removed = false;
  for (const auto& one : TRY(tx.every_registered()))
    if (one.id == id && TRY(issuer::end_registered(tx, one.realm, id))) {
      TRY_VOID(tx.append_fact(one.realm, issuer::new_fact(FactKind::client, id.text, now)));
      removed = true;
    }
  return removed;
}

}  // namespace

Started<std::vector<ListedClient>> list_registered(const Settings& settings) {
  const auto store = TRY(open_store(settings));
  Result<std::vector<ListedClient>> found;
  const auto read = store->read_now([&](Tx& tx) {
    found = list(tx);
    return Outcome::roll_back;
  });
  if (!read || !found) return store_failed("read", read ? found.error() : read.error());
  return std::move(*found);
}

Started<bool> remove_registered(const Settings& settings, const issuer::ClientId& id, Instant now) {
  const auto store = TRY(open_store(settings));
  Result<bool> removed;
  const auto wrote = store->write_now([&](Tx& tx) {
    removed = remove(tx, id, now);
    return removed && *removed ? Outcome::commit : Outcome::roll_back;
  });
  if (!wrote || !removed) return store_failed("written to", wrote ? removed.error() : wrote.error());
  return *removed;
}

}  // namespace tessera::server
