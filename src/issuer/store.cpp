#include "issuer/store.hpp"

#include <future>

#include "base/try.hpp"
#include "issuer/ctx.hpp"

namespace tessera::issuer {

namespace {
Result<void> wait_for(auto start) {
  std::promise<Result<void>> promise;
  auto future = promise.get_future();
  start([&promise](Result<void> result) { promise.set_value(std::move(result)); });
  return future.get();
}
}  // namespace

Result<void> Store::read_now(Work work) {
  return wait_for([&](Done done) { read(std::move(work), std::move(done)); });
}

Result<void> Store::write_now(Work work) {
  return wait_for([&](Done done) { write(std::move(work), std::move(done)); });
}

Result<std::optional<Client>> find_client(Tx& tx, const RealmId& realm, const std::map<ClientId, Client>& declared,
                                          const ClientId& id) {
  if (const auto it = declared.find(id); it != declared.end()) return std::optional(it->second);
  if (!id.text.starts_with(kRegisteredPrefix)) return std::optional<Client>();
  auto own = TRY(tx.registered(realm, id));
  return own ? std::optional(std::move(own->client)) : std::nullopt;
}

Result<bool> end_registered(Tx& tx, const RealmId& realm, const ClientId& id) {
  if (!TRY(tx.remove_registered(realm, id))) return false;
  TRY_VOID(tx.remove_consents(realm, id));
  return true;
}

}  // namespace tessera::issuer
