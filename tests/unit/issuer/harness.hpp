// A realm in memory with everything that the engine's tests need, and a shell that drives endpoints one at a time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "issuer/code.hpp"
#include "issuer/ctx.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/limits.hpp"
#include "issuer/snapshot.hpp"
#include "store/open.hpp"

namespace tessera::issuer::test {

inline constexpr const char* kIssuer = "https://id.example.com";
inline constexpr const char* kApi = "https://api.example.com";      // permissions orders:read, orders:write
inline constexpr const char* kStock = "https://stock.example.com";  // permission stock:read
inline constexpr const char* kSecret = "a secret of the tests, of more than 32 characters";
inline constexpr const char* kPassword = "correct horse battery staple";
inline constexpr const char* kOrdersUri = "https://orders.example.com/cb";
inline constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";  // RFC 7636 appendix B
inline constexpr const char* kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

// How a call ended; exactly one of the first three.
struct Answer {
  std::optional<Reply> reply;
  std::optional<Refusal> refusal;
  std::optional<Error> fault;
  std::vector<Event> events;
  std::optional<Refusal> told;  // what a redirect tells the application
  std::vector<Fact> facts;
  int hashes = 0;          // passwords computed on the way
  int transactions = 0;    // opened on the way
  std::string dpop_nonce;  // that goes out with it, "" for none

  const Json& json() const&;  // aborts when it is none
  Json json() && { return std::as_const(*this).json(); }
  const Page& page() const&;
  Page page() && { return std::as_const(*this).page(); }
  std::string location() const;  // of a redirect, else ""
  std::string code() const;      // the refusal's stable code, "" when there is none
  std::string at() const { return refusal ? refusal->at : ""; }
};

// Clients: "orders" (confidential, basic, first party: openid profile email roles offline_access orders orders.write),
// "spa" (public), "third" (third party, post, openid profile), "service" (client credentials), "api" (acts as kApi),
// "legacy" (confidential, without PKCE). User: usr_ann ("ann", role clerk by group staff, role boss), usr_bob ("bob").
class House {
 public:
  explicit House(const store::Options& options = {.url = "sqlite::memory:"});

  Snapshot& config() { return *snapshot_; }  // change it before the call that should see it
  Client& client(std::string_view id) { return snapshot_->clients.at(ClientId(id)); }
  Store& store() { return *store_; }
  const RealmId& realm() const { return snapshot_->realm.id; }
  Instant now() const { return now_; }
  void pass(microseconds time) { now_ += time; }
  Limits& limits() { return limits_; }
  RemoteKeys& remote_keys() { return remote_keys_; }
  RegisteredClients& registered() { return registered_; }
  enum class Queue { open, full, full_after_one };
  void hash_queue(Queue queue) { hash_queue_ = queue; }

  // What stands at which URL, and how often anybody has asked.
  std::map<std::string, std::string> web{};
  int fetches = 0;
  bool fetches_full = false;

  Answer call(Endpoint endpoint, const Request& request);

  // In a transaction of its own; what fails aborts.
  void write(const std::function<void(Tx&)>& work);
  User user(std::string_view id);
  void update(const User& user);
  Session log_in(std::string_view user, std::string_view cookie = "");  // a session, without the pages
  void end_session(const Session& session);                             // and the fact
  std::optional<Grant> grant(const GrantId& id);
  // One like the declared `id`, a third party's, that registered itself.
  ClientId register_like(std::string_view id);
  void apply(FactKind kind, std::string_view value);  // a fact, in store and set

  // A code as /authorize makes it for kOrdersUri and kChallenge.
  Code code(const Session& session, std::string_view client, std::vector<std::string> scope);
  std::string sealed(const Code& code) { return seal_code(*snapshot_->seals, code); }

  // The tokens of a reply, signed, and its other members that are texts.
  std::map<std::string, std::string> tokens(const Answer& answer);
  Claims access_claims(std::string_view token);
  Claims id_claims(std::string_view token, std::string_view client);

 private:
  Step<Reply> in_transaction(Endpoint endpoint, const Request& request, Ctx& ctx, Access access, Answer& answer);
  Instant now_ = Instant(seconds(1'800'000'000));
  std::shared_ptr<Snapshot> snapshot_;
  std::unique_ptr<Store> store_;
  std::optional<std::optional<std::string>> fetched(const std::string& url);  // nothing: they are full
  Limits limits_;
  RemoteKeys remote_keys_;
  RegisteredClients registered_;
  Queue hash_queue_ = Queue::open;
  int next_ = 0;
};

Request get(std::vector<Param> query);
Request post(std::vector<Param> form);
std::string basic(std::string_view id, std::string_view secret);  // an Authorization header
Request with_basic(Request request, std::string_view id = "orders", std::string_view secret = kSecret);
Request with_bearer(Request request, std::string_view token);
Request without(Request request, std::string_view name);                       // a form parameter left out
Request with(Request request, std::string_view name, std::string_view value);  // replaced or added

std::string member(const Json& json, std::string_view name);  // its JSON text, "" when absent

}  // namespace tessera::issuer::test
