#include "server/node.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "issuer/contains.hpp"
#include "issuer/refusal.hpp"
#include "issuer/steps/client_auth.hpp"
#include "json/json.hpp"
#include "server/node_state.hpp"
#include "server/pages.hpp"

namespace tessera::server {

namespace {

using issuer::OAuthErr;
using issuer::Outcome;
using issuer::Refusal;
using issuer::Takes;

constexpr unsigned kMaxRounds = 16;  // an endpoint that needs more is wrong
constexpr std::size_t kHashQueue = 64;
constexpr std::size_t kSignQueue = 4096;
constexpr std::size_t kOtherBodies = 4096;
constexpr const char* kRetryAfter = "5";

unsigned hash_threads(unsigned asked) {
  if (asked) return asked;
  const unsigned cores = usable_cores();
  return cores > 1 ? cores - 1 : 1;
}

// What the signatures of a reply are made with.
std::vector<Alg> algs_of(const issuer::Reply& reply) {
  std::vector<Alg> algs;
  if (std::holds_alternative<issuer::IntrospectionJwt>(reply.body)) algs.push_back(issuer::kAccessTokenAlg);
  if (const auto* told = std::get_if<issuer::UserinfoJwt>(&reply.body)) algs.push_back(told->alg);
  if (const auto* json = std::get_if<issuer::Json>(&reply.body))
    for (const auto& token : json->tokens) algs.push_back(token.alg);
  return algs;
}

// Whether a key is there for every token of the reply.
bool can_sign(const issuer::Reply& reply, const issuer::Snapshot& snapshot) {
  return std::ranges::all_of(algs_of(reply), [&](const Alg alg) { return snapshot.signing_key(alg); });
}

Result<std::vector<std::string>> sign_all(const issuer::Reply& reply, const issuer::Snapshot& snapshot) {
  std::vector<PrivateKey> keys;
  for (const auto alg : algs_of(reply)) {
    const auto* key = snapshot.signing_key(alg);
    ENSURE(key != nullptr, no_keys, "alg");
    keys.push_back(*key);
  }
  std::vector<std::string> tokens;
  if (const auto* told = std::get_if<issuer::IntrospectionJwt>(&reply.body))
    tokens.push_back(TRY(introspection_response::issue(told->draft, keys.front())));
  if (const auto* told = std::get_if<issuer::UserinfoJwt>(&reply.body))
    tokens.push_back(TRY(jws::sign(bytes_of(told->claims), keys.front())));
  if (const auto* json = std::get_if<issuer::Json>(&reply.body))
    for (const auto& token : json->tokens) tokens.push_back(TRY(sign(token.draft, keys[tokens.size()])));
  return tokens;
}

// Whether what was written stays.
bool keeps(const issuer::Step<issuer::Reply>& result) {
  if (result) return true;
  const auto* refusal = result.error().refusal();
  return refusal && issuer::error_row(refusal->code).commits == issuer::Commits::yes;
}

http::Response plain_json(int status, std::string_view json) {
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, std::string(json)};
}

http::Response asset_response(const Asset& asset, const http::Request& request) {
  http::Response response;
  response.headers = {{"Cache-Control", "public, max-age=31536000, immutable"}, {"ETag", std::string(asset.etag)}};
  if (request.header("if-none-match") == asset.etag) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"Content-Type", std::string(asset.type)});
  response.body = std::string(asset.body);
  return response;
}

}  // namespace

// ── life ────────────────────────────────────────────────────────────────────────────────────────────────────────────

Node::Node(Options options)
    : store_(std::move(options.store)),
      issuer_(std::move(options.issuer)),
      master_keys_(std::move(options.master_keys)),
      password_cost_(options.password_cost),
      clock_(std::move(options.clock)),
      random_(std::move(options.random)),
      log_(std::move(options.log)),
      rotation_(options.rotation),
      proxies_(std::move(options.trusted_proxies)),
      https_(issuer_.starts_with("https://")),
      realms_(std::make_shared<const Realms>()),
      hash_pool_(hash_threads(options.hash_threads), kHashQueue),
      sign_pool_(1, kSignQueue),
      fetcher_(options.outbound,
               [this](const std::string& why) {
                 log_.write(LogLevel::warn, clock_(), "a client's URL gives nothing", {{"why", why}});
               }),
      logouts_({.store = *store_,
                .log = log_,
                .outbound = options_for_clients(options.outbound),
                .clock = [this] { return clock_(); },
                .new_id = [this] { return random_id(); },
                .freed = [this] { tell_soon(); }}) {
  if (!clock_) clock_ = [] { return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now()); };
  if (!random_) random_ = [](std::span<std::byte> out) { crypto::random(out); };
}

Started<std::unique_ptr<Node>> Node::start(Options options) {
  std::unique_ptr<Node> node(new Node(std::move(options)));
  if (const auto loaded = node->load_realms(); !loaded)
    return cannot_start("The store does not hold what this version expects: " +
                        std::string(error_text(loaded.error().code)) + " (" + loaded.error().at + ").");
  return node;
}

Node::~Node() {
  {
    const std::lock_guard lock(keeper_mutex_);
    ending_ = true;
  }
  keeper_wake_.notify_all();
  for (auto& keeper : keepers_) keeper.join();
  std::unique_lock lock(jobs_mutex_);
  jobs_done_.wait(lock, [this] { return jobs_ == 0; });
}

Node::Job::Job(Node& owner, http::Request request_in, http::Respond respond_in)
    : node(owner), http(std::move(request_in)), respond(std::move(respond_in)), id(owner.random_id()) {
  const std::lock_guard lock(node.jobs_mutex_);
  ++node.jobs_;
}

Node::Job::~Job() {
  const std::lock_guard lock(node.jobs_mutex_);
  if (--node.jobs_ == 0) node.jobs_done_.notify_all();
}

Asked Node::Job::asked() const {
  Asked asked{route, live.get(), place.realm, id, http.header("origin"), {}};
  if (route && route->cors == issuer::Cors::clients && !asked.origin.empty())
    asked.caller = ctx ? ctx->known_client(calling_client(request)) : live->snapshot->client(calling_client(request));
  return asked;
}

std::string Node::random_id() const {
  std::array<std::byte, 12> octets;
  random_(octets);
  auto id = base64url::encode(octets);
  if (id.front() == '-') id.front() = '0';  // a command takes it as it is: it must not look like an option
  return id;
}

std::shared_ptr<Node::RealmState> Node::realm(std::string_view name) const {
  const std::lock_guard lock(realms_mutex_);
  const auto it = realms_->find(name);
  return it == realms_->end() ? nullptr : it->second;
}

std::shared_ptr<const issuer::Snapshot> Node::snapshot(std::string_view name) const {
  const auto state = realm(name);
  return state ? state->live()->snapshot : nullptr;
}

// ── a request comes ─────────────────────────────────────────────────────────────────────────────────────────────────

// A path that takes no body gets a little, so that the answer is 404 or 405 and not 413.
std::size_t Node::body_limit(std::string_view method, std::string_view path) const {
  const auto* route = method == "POST" || method == "PUT" ? issuer::find_route(place_of(path).path) : nullptr;
  return route && route->body_limit ? route->body_limit : kOtherBodies;
}

void Node::answer(http::Request request, http::Respond respond) {
  auto job = std::make_shared<Job>(*this, std::move(request), std::move(respond));
  job->address = proxies_.client_of(job->http);
  const auto& path = job->http.path;
  // Whoever sends the response withholds its body (RFC 9110 section 9.3.2).
  const std::string_view method = job->http.method == "HEAD" ? "GET" : std::string_view(job->http.method);
  if (path == "/healthz" && method == "GET") return health(std::move(job));
  if (path.starts_with("/assets/") && method == "GET")
    if (const auto* asset = find_asset(path)) return respond_plain(*job, asset_response(*asset, job->http));
  job->place = place_of(path);
  job->realm = realm(job->place.realm);
  if (job->realm) {
    job->rev = job->realm->parts.facts->applied();  // before the snapshot: see RealmState::take
    job->live = job->realm->live();
    job->route = issuer::find_route(job->place.path);
  }
  const auto turn_away = [&](Refused refused) {
    job->refused = refused.refusal;
    respond_plain(*job, to_refusal(refused, job->request, job->asked()));
  };
  if (!job->route) return turn_away({404, {OAuthErr::not_found, "path", {}}});
  if (method == "OPTIONS") return respond_plain(*job, to_preflight(job->asked()));
  const auto known = method_of(method);
  if (!known || !issuer::takes(job->route->takes, *known))
    return turn_away({405, {OAuthErr::method_not_allowed, "method", {}}});
  auto read = to_engine(job->http, *job->route, *job->live->snapshot, job->address, job->id);
  if (auto* refused = std::get_if<Refused>(&read)) return turn_away(std::move(*refused));
  job->request = std::move(std::get<issuer::Request>(read));
  job->ctx.emplace(job->live->snapshot, job->rev, clock_(), limits_, remote_keys_, registered_, random_);
  drive(std::move(job));
}

namespace {
// A key for access tokens, and one for the ID tokens of each client that gets any, or may register itself: the slow
// ones are made in the background.
bool has_its_keys(const issuer::Snapshot& snapshot) {
  if (snapshot.has_registered() &&
      !std::ranges::all_of(issuer::kKeyAssertionAlgs, [&](const Alg alg) { return snapshot.signing_key(alg); }))
    return false;
  return snapshot.signing_key(issuer::kAccessTokenAlg) && std::ranges::all_of(snapshot.clients, [&](const auto& entry) {
           using issuer::GrantType;
           const auto& grants = entry.second.grant_types;
           return std::ranges::find_first_of(
                      grants, std::array{GrantType::authorization_code, GrantType::device_code}) == grants.end() ||
                  snapshot.signing_key(entry.second.id_token_alg);
         });
}
}  // namespace

void Node::health(std::shared_ptr<Job> job) {
  auto answers = std::make_shared<bool>(false);
  store_->read(
      [answers](issuer::Tx& tx) {
        *answers = tx.config_version(issuer::RealmId("")).has_value();
        return Outcome::roll_back;
      },
      [this, job, answers](Result<void> end) {
        const bool good = end && *answers && std::ranges::all_of(*realms(), [](const auto& realm) {
                            return has_its_keys(*realm.second->live()->snapshot);
                          });
        respond_plain(*job, plain_json(good ? 200 : 503, good ? R"({"status":"ok"})" : R"({"status":"unavailable"})"));
      });
}

// ── the drive loop ──────────────────────────────────────────────────────────────────────────────────────────────────

void Node::run(Job& job) {
  job.result.emplace(job.route->endpoint(job.request, *job.ctx));
  // Before anything is committed: a code must not be burned for a token that cannot be signed.
  if (*job.result && !can_sign(**job.result, *job.live->snapshot))
    job.result.emplace(issuer::refuse(OAuthErr::temporarily_unavailable, "signing_key", "the key is being made"));
}

void Node::drive(std::shared_ptr<Job> job) {
  job->committed = false;
  run(*job);
  settle(std::move(job));
}

// After a run, outside of any transaction: go on with what was needed, or end.
void Node::settle(std::shared_ptr<Job> job) {
  auto& result = *job->result;
  if (auto* need = result ? nullptr : result.error().need()) {
    job->waited = true;
    if (++job->rounds > kMaxRounds) return fail(*job, {Err::unavailable, "rounds"});
    if (const auto* store = std::get_if<issuer::NeedStore>(need))
      return open_transaction(std::move(job), store->access);
    if (auto* use = std::get_if<issuer::NeedUse>(need)) return use_once(job, std::move(*use));
    if (auto* there = std::get_if<issuer::NeedFetch>(need)) return fetch(job, std::move(*there));
    if (auto* keys = std::get_if<issuer::NeedKeys>(need)) return fetch_keys(job, std::move(*keys));
    return hash(job, std::move(std::get<issuer::NeedHash>(*need)));
  }
  if (const auto* fault = result ? nullptr : result.error().fault()) return fail(*job, *fault);
  apply_facts(std::move(job));
}

void Node::open_transaction(std::shared_ptr<Job> job, issuer::Access access) {
  auto work = [this, job, access](issuer::Tx& tx) {
    job->ctx->begin(&tx, access);
    run(*job);
    job->ctx->end();
    job->committed = keeps(*job->result);
    if (!job->committed) return Outcome::roll_back;
    if (const auto numbered = job->ctx->number_facts(tx); !numbered) {
      job->committed = false;
      job->result.emplace(std::unexpected(issuer::Stop(numbered.error())));
    }
    return job->committed ? Outcome::commit : Outcome::roll_back;
  };
  auto done = [this, job](Result<void> end) {
    if (!end) return fail(*job, end.error());
    settle(job);
  };
  if (access == issuer::Access::read)
    store_->read(std::move(work), std::move(done));
  else
    store_->write(std::move(work), std::move(done));
}

void Node::hash(std::shared_ptr<Job> job, issuer::NeedHash need) {
  Pool::Task task = [this, job, need = std::move(need)]() mutable {
    if (need.hash.empty()) {
      auto hashed = crypto::hash_password(need.password, need.cost);
      if (!hashed) return fail(*job, hashed.error());
      job->ctx->answer_hash(std::move(*hashed));
    } else {
      const bool right = crypto::verify_password(need.password, need.hash);
      job->ctx->answer_check(std::move(need.hash), right);
    }
    drive(std::move(job));
  };
  if (hash_pool_.try_run(task)) return;
  job->ctx->answer_hashes_full();
  drive(std::move(job));
}

// What comes after a wait verifies a signature: not on a thread that others wait for.
void Node::drive_elsewhere(std::shared_ptr<Job> job) {
  Pool::Task task = [this, job] { drive(job); };
  if (!sign_pool_.try_run(task)) task();
}

void Node::send_out(std::shared_ptr<Job> job, Fetcher::Errand errand) {
  if (fetcher_.try_get(errand)) return;
  job->ctx->answer_fetches_full();
  drive(std::move(job));
}

void Node::fetch(std::shared_ptr<Job> job, issuer::NeedFetch need) {
  send_out(job, {.url = need.url, .done = [this, job, url = need.url](const Fetcher::Body& body) {
                   job->ctx->answer_fetch(url, body);
                   drive_elsewhere(job);
                 }});
}

// Whether a set is due is asked again where it can no longer change: between look and errand another may have brought
// it.
void Node::fetch_keys(std::shared_ptr<Job> job, issuer::NeedKeys need) {
  send_out(job, {.url = need.url,
                 .wanted = [this, need] { return remote_keys_.look(need.url, need.kid, clock_()).due; },
                 .landed = [this,
                            need](const Fetcher::Body& body) { remote_keys_.take(need.url, need.kid, body, clock_()); },
                 .done =
                     [this, job, url = need.url](const Fetcher::Body&) {
                       job->ctx->answer_keys(url);
                       drive_elsewhere(job);
                     }});
}

// Committed before anything else is done.
void Node::use_once(std::shared_ptr<Job> job, issuer::NeedUse need) {
  auto first = std::make_shared<Result<bool>>(false);
  auto work = [job, need, first](issuer::Tx& tx) {
    *first = tx.use_once(job->ctx->realm(), need.id, need.until, job->ctx->now());
    return *first && **first ? Outcome::commit : Outcome::roll_back;
  };
  auto done = [this, job, need, first](Result<void> end) {
    if (!end || !*first) return fail(*job, end ? first->error() : end.error());
    job->ctx->answer_use(need.id, **first);
    drive_elsewhere(job);
  };
  store_->write(std::move(work), std::move(done));
}

void Node::apply_facts(std::shared_ptr<Job> job) {
  if (job->committed)
    for (const auto& id : job->ctx->changed_clients()) registered_.forget(job->ctx->realm(), id.text, clock_());
  const auto& facts = job->ctx->facts();
  if (!job->committed || facts.empty()) return reply(std::move(job));
  if (issuer::contains(facts, FactKind::session, &Fact::kind)) tell_soon();
  auto& set = *job->realm->parts.facts;
  {
    const std::lock_guard lock(job->realm->facts_mutex);
    // A fact of another node may stand between: applying ours first would claim that we know it, and the configuration
    // that it came with.
    if (facts.front().number <= set.applied() + 1) {
      for (const auto& fact : facts) set.apply(fact);
      return reply(std::move(job));
    }
  }
  using Newer = RealmState::Newer;
  auto newer = std::make_shared<Result<Newer>>();
  store_->read(
      [this, job, newer](issuer::Tx& tx) {
        *newer = job->realm->look(tx, job->ctx->now(), rotation_);
        return Outcome::roll_back;
      },
      [this, job, newer](Result<void> end) {
        if (!end || !*newer) return fail(*job, {Err::unavailable, "facts"});
        job->realm->take(std::move(**newer), job->ctx->now());
        reply(job);
      });
}

// Signing takes up to a millisecond: not on a thread of the store.
void Node::reply(std::shared_ptr<Job> job) {
  const auto finish_it = [this](Job& one) {
    auto& result = *one.result;
    if (!result) {
      const auto& refusal = *result.error().refusal();
      one.refused = refusal;
      return send(one, issuer::reply_to(refusal, *one.route, one.request, *one.live->snapshot));
    }
    send(one, std::move(*result));
  };
  if (!job->waited || !*job->result || algs_of(**job->result).empty()) return finish_it(*job);
  Pool::Task task = [job, finish_it] { finish_it(*job); };
  if (!sign_pool_.try_run(task)) task();
}

void Node::send(Job& job, issuer::Reply reply) {
  if (const auto& told = job.ctx->told()) job.refused = *told;
  const auto tokens = sign_all(reply, *job.live->snapshot);
  if (!tokens) return fail(job, tokens.error());
  for (const auto& event : job.ctx->events()) {
    Log::Fields fields{
        {"event", event.name}, {"request", job.id}, {"realm", job.place.realm}, {"address", job.address}};
    for (const auto& [name, value] : event.fields) fields.emplace_back(name, value);
    log_.append(job.log_lines, LogLevel::info, job.ctx->now(), "event", fields);
  }
  auto response = to_http(reply, *tokens, job.asked());
  if (response.status == 429 || response.status == 503) response.headers.push_back({"Retry-After", kRetryAfter});
  if (const auto& nonce = job.ctx->dpop_nonce(); !nonce.empty()) response.headers.push_back({"DPoP-Nonce", nonce});
  respond_plain(job, std::move(response));
}

// The world failed. The client learns no more than that.
void Node::fail(Job& job, Error fault) {
  const auto& refusal = job.refused.emplace(issuer::refusal_of(fault));
  auto response = to_refusal({issuer::error_row(refusal.code).status, refusal}, job.request, job.asked());
  if (refusal.code == OAuthErr::temporarily_unavailable) response.headers.push_back({"Retry-After", kRetryAfter});
  respond_plain(job, std::move(response));
}

void Node::respond_plain(Job& job, http::Response response) {
  finish(response, job.id, https_);
  log_request(job, response);
  if (job.refused) remember_refusal(job, response.status);
  job.respond(std::move(response));
}

void Node::remember_refusal(const Job& job, int status) {
  const auto named = job.request.params().get("client_id");
  refusals_.add({.id = job.id,
                 .time = clock_(),
                 .realm = job.realm ? job.place.realm : "",
                 .method = job.http.method,
                 .path = job.http.path,
                 .client = std::string(job.ctx && job.ctx->caller() ? job.ctx->caller()->id.text : named),
                 .status = status,
                 .error = std::string(issuer::error_row(job.refused->code).code),
                 .at = job.refused->at,
                 .why = job.refused->why});
}

void Node::log_request(Job& job, const http::Response& response) const {
  // "Not yet" to whoever asks after our health is an answer, no failure.
  const bool failed = response.status >= 500 && job.http.path != "/healthz";
  const auto level = failed ? LogLevel::error : LogLevel::info;
  if (!log_.wants(level)) return;
  const auto spent = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - job.began);
  Log::Fields fields{{"request", job.id}};
  if (job.realm) fields.emplace_back("realm", job.place.realm);  // else it is whatever a stranger asked for
  fields.insert(fields.end(), {{"method", job.http.method},
                               {"path", job.http.path},
                               {"status", response.status},
                               {"us", spent.count()},
                               {"address", job.address}});
  if (job.refused) {
    fields.emplace_back("error", issuer::error_row(job.refused->code).code);
    fields.emplace_back("at", std::string_view(job.refused->at));
    if (!job.refused->why.empty()) fields.emplace_back("why", job.refused->why);
  }
  log_.append(job.log_lines, level, clock_(), "request", fields);
  log_.put(job.log_lines);
}

}  // namespace tessera::server
