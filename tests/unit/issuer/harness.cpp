#include "unit/issuer/harness.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "crypto/crypto.hpp"
#include "issuer/digest.hpp"
#include "json/json.hpp"

namespace tessera::issuer::test {

namespace {
template <class R>
auto need(R result, const char* what) {
  INVARIANT(result, what);
  if constexpr (!std::is_void_v<std::remove_reference_t<decltype(*result)>>) return *std::move(result);
}

// Made once: an RSA key takes long.
const std::vector<PrivateKey>& signing_keys() {
  static const std::vector<PrivateKey> keys = [] {
    std::vector<PrivateKey> made;
    for (const Alg alg : {Alg::ES256, Alg::RS256})
      made.push_back(need(PrivateKey::generate(alg, {.kid = std::string(alg_name(alg)), .alg = alg}), "a key"));
    return made;
  }();
  return keys;
}

const std::string& password_hash() {
  static const std::string hash = need(crypto::hash_password(Secret(std::string_view(kPassword)), {8, 1}), "a hash");
  return hash;
}

Client client_of(std::string_view id, ClientAuth auth) {
  Client client;
  client.id = ClientId(id);
  client.name = std::string(id);
  client.auth = auth;
  if (auth != ClientAuth::none) client.secret_digests = {digest_of(kSecret)};
  client.scopes = {"openid", "profile", "email", "roles", "offline_access", "orders", "orders.write"};
  client.access = {{kApi, {"*"}}};
  return client;
}

std::shared_ptr<Snapshot> make_snapshot() {
  auto s = std::make_shared<Snapshot>();
  s->realm.name = "Example";
  s->issuer = kIssuer;
  s->password_cost = {8, 1};
  s->resource_servers = {{kApi,
                          {kApi,
                           "Orders API",
                           {"orders:read", "orders:write"},
                           {{"orders", {"orders:read"}}, {"orders.write", {"orders:write"}}}}},
                         {kStock, {kStock, "Stock", {"stock:read"}, {{"stock", {"stock:read"}}}}}};
  s->roles = {{"clerk", {"clerk", {{kApi, {"orders:read"}}}}},
              {"boss", {"boss", {{kApi, {"orders:read", "orders:write"}}, {kStock, {"stock:read"}}}}}};
  s->groups = {{"staff", {"staff", {"clerk"}}}};

  Client orders = client_of("orders", ClientAuth::client_secret_basic);
  orders.redirect_uris = {kOrdersUri};
  orders.post_logout_redirect_uris = {"https://orders.example.com/"};
  Client spa = client_of("spa", ClientAuth::none);
  spa.redirect_uris = {kOrdersUri};
  Client third = client_of("third", ClientAuth::client_secret_post);
  third.redirect_uris = {kOrdersUri};
  third.scopes = {"openid", "profile"};
  third.party = Party::third;
  Client service = client_of("service", ClientAuth::client_secret_basic);
  service.grant_types = {GrantType::client_credentials};
  service.scopes = {"orders"};
  service.roles = {"boss"};
  Client api = client_of("api", ClientAuth::client_secret_basic);
  api.grant_types = {};
  api.access = {};
  api.acts_as = {kApi};
  Client legacy = client_of("legacy", ClientAuth::client_secret_basic);
  legacy.redirect_uris = {kOrdersUri};
  legacy.require_pkce = false;
  for (auto* client : {&orders, &spa, &third, &service, &api, &legacy}) s->clients[client->id] = *client;

  s->signing = signing_keys();
  std::vector<PublicKey> published;
  for (const auto& key : s->signing) published.push_back(key.public_key());
  s->published = Keys::of(std::move(published));
  s->jwks = jwks(s->published.all());
  s->algs = {Alg::ES256, Alg::RS256};
  const Secret master(std::string_view("a master key for tests: 32 bytes"));
  s->seals = std::make_shared<SealKeys>(s->realm.id, std::vector{SealKeys::Master{'a', &master}});
  s->pairwise_salt = std::make_shared<const Secret>(std::string_view("a salt for the tests of 32 octets"));
  s->facts = std::make_shared<FactSet>();
  s->access_verifier = make_access_verifier(*s);
  return s;
}
}  // namespace

const Json& Answer::json() const& {
  INVARIANT(reply && std::holds_alternative<Json>(reply->body), "a JSON reply");
  return std::get<Json>(reply->body);
}

const Page& Answer::page() const& {
  INVARIANT(reply && std::holds_alternative<Page>(reply->body), "a page");
  return std::get<Page>(reply->body);
}

std::string Answer::location() const {
  const auto* redirect = reply ? std::get_if<Redirect>(&reply->body) : nullptr;
  return redirect ? redirect->location : "";
}

std::string Answer::code() const { return refusal ? std::string(error_row(refusal->code).code) : ""; }

House::House(const store::Options& options) : snapshot_(make_snapshot()) {
  auto opened = store::open(options);
  INVARIANT(opened, "a store");
  store_ = std::move(*opened);
  write([&](Tx& tx) {
    for (const char* name : {"ann", "bob"}) {
      User user;
      user.id = UserId(std::string("usr_") + name);
      user.username = name;
      user.password_hash = password_hash();
      user.name = std::string(name) + " Example";
      user.email = std::string(name) + "@example.com";
      user.email_verified = true;
      if (user.username == "ann") user.roles = {"boss"}, user.groups = {"staff"};
      INVARIANT(need(tx.insert_user(realm(), user), "a user"), "a new user");
    }
  });
}

Step<Reply> House::in_transaction(Endpoint endpoint, const Request& request, Ctx& ctx, Access access, Answer& answer) {
  std::optional<Step<Reply>> step;
  const auto work = [&](Tx& tx) {
    ++answer.transactions;
    ctx.begin(&tx, access);
    step.emplace(endpoint(request, ctx));
    ctx.end();
    const auto* refusal = *step ? nullptr : step->error().refusal();
    const bool commits = *step || (refusal && error_row(refusal->code).commits == Commits::yes);
    return commits && ctx.number_facts(tx) ? Outcome::commit : Outcome::roll_back;
  };
  const auto done = access == Access::write ? store_->write_now(work) : store_->read_now(work);
  if (!done) return std::unexpected(Stop(done.error()));
  const auto* refusal = *step ? nullptr : step->error().refusal();
  if (*step || (refusal && error_row(refusal->code).commits == Commits::yes)) {
    answer.events = ctx.events();
    answer.told = ctx.told();
    answer.facts = ctx.facts();
    for (const auto& fact : ctx.facts()) snapshot_->facts->apply(fact);
  }
  return std::move(*step);
}

Answer House::call(Endpoint endpoint, const Request& request) {
  Answer answer;
  Ctx ctx(std::make_shared<Snapshot>(*snapshot_), snapshot_->facts->applied(), now_, limits_, remote_keys_, registered_,
          [](std::span<std::byte> out) { crypto::random(out); });
  Step<Reply> step = endpoint(request, ctx);
  answer.events = ctx.events();
  answer.told = ctx.told();
  for (int round = 0; !step && step.error().need(); ++round) {
    INVARIANT(round < 10, "a need that is met is not asked again");
    Need need = std::move(*step.error().need());
    if (auto* hash = std::get_if<NeedHash>(&need)) {
      const bool full = hash_queue_ == Queue::full || (hash_queue_ == Queue::full_after_one && answer.hashes > 0);
      answer.hashes += !full;
      if (full)
        ctx.answer_hashes_full();
      else if (hash->hash.empty())
        ctx.answer_hash(test::need(crypto::hash_password(hash->password, hash->cost), "a hash"));
      else
        ctx.answer_check(hash->hash, crypto::verify_password(hash->password, hash->hash));
      step = endpoint(request, ctx);
    } else if (const auto* use = std::get_if<NeedUse>(&need)) {
      ++answer.transactions;
      write([&](Tx& tx) {
        ctx.answer_use(use->id, test::need(tx.use_once(realm(), use->id, use->until, now_), "a use"));
      });
      step = endpoint(request, ctx);
    } else if (const auto* fetch = std::get_if<NeedFetch>(&need)) {
      if (const auto body = fetched(fetch->url))
        ctx.answer_fetch(fetch->url, *body);
      else
        ctx.answer_fetches_full();
      step = endpoint(request, ctx);
    } else if (const auto* keys = std::get_if<NeedKeys>(&need)) {
      if (const auto body = fetched(keys->url)) {
        remote_keys_.take(keys->url, keys->kid, *body, now_);
        ctx.answer_keys(keys->url);
      } else {
        ctx.answer_fetches_full();
      }
      step = endpoint(request, ctx);
    } else {
      step = in_transaction(endpoint, request, ctx, std::get<NeedStore>(need).access, answer);
    }
  }
  if (step)
    answer.reply = std::move(*step);
  else if (const auto* refusal = step.error().refusal())
    answer.refusal = *refusal;
  else
    answer.fault = *step.error().fault();
  answer.dpop_nonce = ctx.dpop_nonce();
  return answer;
}

std::optional<std::optional<std::string>> House::fetched(const std::string& url) {
  if (fetches_full) return std::nullopt;
  ++fetches;
  const auto there = web.find(url);
  return there == web.end() ? std::optional<std::string>() : there->second;
}

void House::write(const std::function<void(Tx&)>& work) {
  need(store_->write_now([&](Tx& tx) { return work(tx), Outcome::commit; }), "a transaction");
}

User House::user(std::string_view id) {
  std::optional<User> found;
  write([&](Tx& tx) { found = need(tx.user(realm(), UserId(id)), "a read"); });
  INVARIANT(found, "the user");
  return *found;
}

void House::update(const User& user) {
  write([&](Tx& tx) { INVARIANT(need(tx.update_user(realm(), user), "an update"), "the user"); });
}

Session House::log_in(std::string_view user, std::string_view cookie) {
  Session session;
  session.id = SessionId("ses_" + std::to_string(next_++));
  session.cookie_digest = digest_of(cookie.empty() ? session.id.text : cookie);
  session.user = UserId(user);
  session.created = session.authenticated = session.seen = now_;
  session.rev = snapshot_->facts->applied();
  write([&](Tx& tx) { need(tx.insert_session(realm(), session), "a session"); });
  return session;
}

void House::end_session(const Session& session) {
  write([&](Tx& tx) { INVARIANT(need(tx.end_session(realm(), session.id), "an end"), "a live session"); });
  apply(FactKind::session, session.id.text);
}

std::optional<Grant> House::grant(const GrantId& id) {
  std::optional<Grant> found;
  write([&](Tx& tx) { found = need(tx.grant(realm(), id), "a read"); });
  return found;
}

ClientId House::register_like(std::string_view id) {
  RegisteredClient one{.client = client(id), .metadata = "{}", .created = now_};
  one.client.id = ClientId(std::string(kRegisteredPrefix) + std::string(id));
  one.client.party = Party::third;
  one.client.vouched_for = false;
  write([&](Tx& tx) { INVARIANT(need(tx.insert_registered(realm(), one, 10), "a row"), "room"); });
  return one.client.id;
}

void House::apply(FactKind kind, std::string_view value) {
  Fact fact{0, kind, std::string(value), now_ + minutes(15)};
  write([&](Tx& tx) { fact.number = need(tx.append_fact(realm(), fact), "a fact"); });
  snapshot_->facts->apply(fact);
}

Code House::code(const Session& session, std::string_view client, std::vector<std::string> scope) {
  return {.grant = GrantId("gr_" + std::to_string(next_++)),
          .session = session.id,
          .user = session.user,
          .client = ClientId(client),
          .redirect_digest = digest_of(kOrdersUri),
          .scope = std::move(scope),
          .audience = kApi,
          .nonce = "n-0S6_WzA2Mj",
          .challenge = kChallenge,
          .authenticated = session.authenticated,
          .expires = now_ + seconds(60)};
}

std::map<std::string, std::string> House::tokens(const Answer& answer) {
  const auto& reply = answer.json();
  std::map<std::string, std::string> texts;
  for (const auto& token : reply.tokens) {
    const auto* key = snapshot_->signing_key(token.alg);
    INVARIANT(key, "a key for the token");
    texts[token.member] = need(sign(token.draft, *key), "a signature");
  }
  json::Document document;
  const auto object = need(document.parse_object(reply.body), "an object");
  for (const auto& [name, value] : object)
    if (const auto text = value.string()) texts[std::string(name)] = *text;
  return texts;
}

Claims House::access_claims(std::string_view token) {
  return need(snapshot_->access_verifier->verify(token, whole_seconds(now_)), "a good access token");
}

Claims House::id_claims(std::string_view token, std::string_view client) {
  const Verifier verifier(
      snapshot_->published,
      Policy{.issuer = kIssuer, .audience = std::string(client), .typ = "JWT", .algs = {Alg::RS256, Alg::ES256}});
  return need(verifier.verify(token, whole_seconds(now_)), "a good ID token");
}

Request get(std::vector<Param> query) {
  Request request;
  request.query = Params(std::move(query));
  return request;
}

Request post(std::vector<Param> form) {
  Request request;
  request.method = Method::post;
  request.form = Params(std::move(form));
  return request;
}

std::string basic(std::string_view id, std::string_view secret) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string pair = std::string(id) + ":" + std::string(secret);
  std::string text = "Basic ";
  for (std::size_t i = 0; i < pair.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (i + j < pair.size() ? static_cast<unsigned char>(pair[i + j]) : 0);
    for (std::size_t j = 0; j < 4; ++j) text += i + j > pair.size() ? '=' : kLetters[bits >> (18 - 6 * j) & 63];
  }
  return text;
}

// Form-urlencoded first, as RFC 6749 section 2.3.1 says.
Request with_basic(Request request, std::string_view id, std::string_view secret) {
  std::string encoded(secret);
  std::ranges::replace(encoded, ' ', '+');
  request.headers.authorization = basic(id, encoded);
  return request;
}

Request with_bearer(Request request, std::string_view token) {
  request.headers.authorization = "Bearer " + std::string(token);
  return request;
}

Request without(Request request, std::string_view name) {
  auto list = request.form.list();
  std::erase_if(list, [&](const Param& param) { return param.name == name; });
  request.form = Params(std::move(list));
  return request;
}

Request with(Request request, std::string_view name, std::string_view value) {
  auto list = without(request, name).form.list();
  list.push_back({std::string(name), std::string(value)});
  request.form = Params(std::move(list));
  return request;
}

std::string member(const Json& json, std::string_view name) {
  json::Document document;
  const auto object = need(document.parse_object(json.body), "an object");
  const auto value = object.find(name);
  return value ? value->text() : "";
}

}  // namespace tessera::issuer::test
