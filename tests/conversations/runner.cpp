// Runs every conversation three ways: the engine over SQLite, the engine over PostgreSQL, and a live server over HTTP.
//
// A conversation is a text file; docs stand in tests/conversations/README.md. Each runs in a house of its own
// (house.toml), at a clock that stands still unless the story moves it. One that says `# also form_post` runs again
// with that response mode.
#include <libpq-fe.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>

#include "base/base64url.hpp"
#include "base/form.hpp"
#include "crypto/crypto.hpp"
#include "json/json.hpp"
#include "server/boot.hpp"
#include "server/config.hpp"
#include "support/certificate.hpp"
#include "support/served.hpp"
#include "tessera/jws.hpp"
#include "wire.hpp"

using namespace tessera;
namespace fs = std::filesystem;

namespace {

struct Failed {
  std::string why;
};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failed{"cannot read " + path.string()};
  return {std::istreambuf_iterator<char>(file), {}};
}

// '*' stands for any text.
bool matches(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  for (std::size_t i = star; i <= text.size(); ++i)
    if (matches(pattern.substr(star + 1), text.substr(i))) return true;
  return false;
}

// A client's own https site on this machine, which says at every path what the story lets it say, or 404.
class Site {
 public:
  static Site& the() {
    static Site site;
    return site;
  }
  void say(const std::string& body) {
    const std::lock_guard lock(mutex_);
    body_ = body;
  }
  // What was posted there since it was last forgotten.
  std::vector<std::string> posts() {
    const std::lock_guard lock(mutex_);
    return posts_;
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    posts_.clear();
  }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(served_->port()); }
  std::string certificate() const { return certificate_.file(); }

 private:
  Site() {
    http::Options options;
    options.tls = std::make_unique<http::Tls>(http::Tls{certificate_.file(), certificate_.key()});
    served_.emplace(std::move(options), [this](http::Request request, http::Respond respond) {
      const std::lock_guard lock(mutex_);
      if (request.method == "POST") posts_.push_back(request.body);
      respond({body_.empty() ? 404 : 200, {}, body_});
    });
  }
  ::Certificate certificate_;
  std::mutex mutex_;
  std::string body_;
  std::vector<std::string> posts_;
  std::optional<Served> served_;
};

std::string replaced(std::string text, std::string_view what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// The server in its house, asked in one of the ways.
class House {
 public:
  House(const fs::path& folder, const std::string& store, bool live) {
    Site::the().say("");
    Site::the().forget();
    const auto text = replaced(read_file(folder / "house.toml"), "https://site.example", Site::the().url());
    auto config = server::parse_config(text, (folder / "house.toml").string());
    if (!config) throw Failed{config.error().text()};
    config->settings.outbound.reachable.add("127.0.0.1");
    config->settings.outbound.ca_file = Site::the().certificate();
    config->settings.store = store;
    config->settings.password_cost = {64, 1};  // what a hash costs is tested elsewhere
    server::BootOptions options;
    options.master_key = Secret(std::string_view("0123456789abcdef0123456789abcdef"));
    options.clock = [this] { return now_.load(); };
    options.hash_threads = 1;
    options.log = server::Log::nowhere();
    auto booted = server::boot(*config, std::move(options));
    if (!booted) throw Failed{booted.error().sentence};
    node_ = std::move(booted->node);
    if (!live) return;
    http::Options listen;
    listen.body_limit = [this](auto method, auto path) { return node_->body_limit(method, path); };
    auto server = http::Server::listen(std::move(listen), [this](http::Request request, http::Respond respond) {
      node_->answer(std::move(request), std::move(respond));
    });
    if (!server) throw Failed{server.error()};
    server_ = std::move(*server);
    thread_ = std::thread([this] { server_->run(); });
  }

  ~House() {
    if (server_) {
      server_->stop(std::chrono::milliseconds(100));
      thread_.join();
    }
  }

  http::Response ask(http::Request request) {
    if (server_) return ask_over_http(server_->port(), request);
    for (auto& header : request.headers) header.name = lower(header.name);  // as the server has them
    std::promise<http::Response> promise;
    auto future = promise.get_future();
    node_->answer(std::move(request), [&promise](http::Response response) { promise.set_value(std::move(response)); });
    return future.get();
  }

  std::int64_t now() const { return unix_seconds(now_.load()); }

  void move_clock(seconds by) {
    now_ = now_.load() + by;
    node_->keep();
  }

 private:
  std::atomic<Instant> now_{Instant(std::chrono::seconds(1'800'000'000))};
  std::unique_ptr<server::Node> node_;
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

// How an authorization response comes back.
enum class Back { by_redirect, by_form };

class Story {
 public:
  Story(fs::path folder, House& house, Back back) : folder_(std::move(folder)), house_(house), back_(back) {
    variables_["verifier"] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    variables_["challenge"] = base64url::encode(crypto::sha256(bytes_of(variables_["verifier"])));
    variables_["web"] = "https://web.example.com/cb";
  }

  void run(const fs::path& file) {
    std::istringstream lines(read_file(file));
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
      try {
        if (!line.empty() && !line.starts_with('#')) step(filled(line));
      } catch (const Failed& failed) {
        throw Failed{file.filename().string() + ":" + std::to_string(number) + ": " + failed.why};
      }
    }
  }

 private:
  std::string filled(std::string line) const {
    for (auto open = line.find('{'); open != std::string::npos; open = line.find('{', open)) {
      const auto close = line.find('}', open);
      if (close == std::string::npos) break;
      const auto name = line.substr(open + 1, close - open - 1);
      if (!std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; })) {
        ++open;  // JSON
        continue;
      }
      const auto found = variables_.find(name);
      if (found == variables_.end()) throw Failed{"no variable " + line.substr(open, close - open + 1)};
      line.replace(open, close - open + 1, found->second);
      open += found->second.size();
    }
    return line;
  }

  void step(const std::string& line) {
    std::istringstream words(line);
    std::string verb, first, second;
    words >> verb;
    const auto rest = [&] {
      std::string text;
      std::getline(words >> std::ws, text);
      return text;
    };
    if (verb == "GET" || verb == "POST" || verb == "PUT" || verb == "OPTIONS") return request(verb, rest());
    if (verb == "site") return Site::the().say(rest());
    if (verb == "expect") return words >> first, expect(first, rest());
    words >> first;
    if (verb == "set") {
      variables_[first] = rest();
    } else if (verb == "use") {
      run(folder_ / "parts" / (first + ".txt"));
    } else if (verb == "browser") {
      browser_ = first;
    } else if (verb == "copy") {  // the cookies of one browser into another
      words >> second;
      cookies_[second] = cookies_[first];
    } else if (verb == "clock") {
      house_.move_clock(seconds(std::stoll(first)));
    } else if (verb == "with") {
      headers_.push_back({first, rest()});
    } else if (verb == "basic") {
      const auto secret = rest();
      headers_.push_back(
          {"authorization", "Basic " + base64(first + ":" + (secret.empty() ? secret_of(first) : secret))});
    } else if (verb == "bearer") {
      headers_.push_back({"authorization", "Bearer " + first});
    } else if (verb == "dpop") {  // dpop PROOF [TOKEN]
      headers_.push_back({"dpop", first});
      if (words >> second) headers_.push_back({"authorization", "DPoP " + second});
    } else if (verb == "assertion") {
      words >> second;
      variables_[first] = assertion(second, rest());
    } else if (verb == "proof") {
      words >> second;
      variables_[first] = proof(second, rest());
      variables_["jkt_" + second] = proof_key(second).public_key().thumbprint();
    } else if (verb == "object") {
      words >> second;
      variables_[first] = request_object(second, rest());
    } else if (verb == "keep") {
      words >> second;
      variables_[first] = kept(second, rest());
    } else if (verb == "flip") {  // one character of a variable
      auto& text = variables_[first];
      auto& c = text[text.size() / 2];
      c = c == 'A' ? 'B' : 'A';
    } else {
      throw Failed{"no such verb: " + verb};
    }
  }

  // As house.toml declares them.
  static std::string secret_of(const std::string& client) {
    static const std::map<std::string, std::string> secrets = {
        {"web", "web-secret-web-secret-web-secret-web"},
        {"other", "other-secret-other-secret-other-secret"},
        {"partner", "partner-secret-partner-secret-partner"},
        {"service", "service-secret-service-secret-service"},
        {"gateway", "gateway-secret-gateway-secret-gateway"},
        {"api", "api-secret-api-secret-api-secret-api"},
        {"basic", "basic-secret-basic-secret-basic-secret"},
        {"second", "second-secret-second-secret-second-sec"},
        {"batch", "batch-secret-batch-secret-batch-secret"},
        {"told", "told-secret-told-secret-told-secret-told"},
        {"framed", "framed-secret-framed-secret-framed-se"},
        {"shop", "shop-secret-shop-secret-shop-secret-shop"},
        {"shop-admin", "shop-secret-shop-secret-shop-secret-shop"},
        {"stranger", "shop-secret-shop-secret-shop-secret-shop"}};
    const auto found = secrets.find(client);
    return found == secrets.end() ? "not its secret" : found->second;
  }

  std::string at(std::int64_t from_now) const { return std::to_string(house_.now() + from_now); }

  // A client's assertion, good for a minute.
  std::string assertion(const std::string& client, const std::string& changes) {
    const auto quoted = '"' + client + '"';
    return signed_claims(client,
                         {{"iss", quoted},
                          {"sub", quoted},
                          {"aud", R"("http://localhost:8080")"},
                          {"jti", '"' + std::to_string(++jti_) + '"'},
                          {"iat", at(0)},
                          {"exp", at(60)}},
                         changes);
  }

  // An authorize request that a client has signed, good for a minute.
  std::string request_object(const std::string& client, const std::string& changes) {
    const auto quoted = '"' + client + '"';
    return signed_claims(client,
                         {{"iss", quoted},
                          {"client_id", quoted},
                          {"aud", R"("http://localhost:8080")"},
                          {"nbf", at(0)},
                          {"exp", at(60)},
                          {"response_type", R"("code")"},
                          {"redirect_uri", "\"https://" + client + ".example.com/cb\""},
                          {"scope", R"("openid")"},
                          {"state", R"("s1")"},
                          {"nonce", R"("n1")"},
                          {"response_mode", back_ == Back::by_form ? R"("form_post")" : ""},
                          {"code_challenge", '"' + variables_["challenge"] + '"'},
                          {"code_challenge_method", R"("S256")"}},
                         changes);
  }

  // A DPoP proof by the key of that name, for a POST to /token, with the nonce that the server gave last. `changes` as
  // below; `of=TOKEN` makes `ath` of an access token, and `typ=` and `jwk=` are of the header.
  std::string proof(const std::string& whose, const std::string& changes) {
    const auto& key = proof_key(whose);
    Members claims{{"htm", R"("POST")"},
                   {"htu", R"("http://localhost:8080/token")"},
                   {"iat", std::to_string(house_.now())},
                   {"jti", '"' + std::to_string(++jti_) + '"'},
                   {"nonce", nonce_.empty() ? "" : '"' + nonce_ + '"'},
                   {"typ", "dpop+jwt"},
                   {"jwk", key.public_key().with({})->jwk()}};
    change(claims, changes);
    const auto take = [&](const char* name) { return std::move(claims.extract(name).mapped()); };
    const auto typ = take("typ"), jwk = take("jwk");
    if (claims.contains("of")) claims["ath"] = '"' + base64url::encode(crypto::sha256(bytes_of(take("of")))) + '"';
    const auto text =
        jws::sign(bytes_of(object(claims)), {key, {.typ = typ, .more = jwk.empty() ? "" : R"({"jwk":)" + jwk + '}'}});
    if (!text) throw Failed{"the proof cannot be signed"};
    return *text;
  }

  // Made at its first use; its algorithm is its name, if that is one's.
  static const PrivateKey& proof_key(const std::string& name) {
    static std::map<std::string, PrivateKey> keys;
    const auto alg = alg_from_name(name).value_or(Alg::ES256);
    if (!keys.contains(name)) keys.emplace(name, *PrivateKey::generate(alg, {.alg = alg}));
    return keys.at(name);
  }

  // Members of an object as JSON text; "" leaves one out.
  using Members = std::map<std::string, std::string>;
  std::string signed_claims(const std::string& client, Members claims, const std::string& changes) const {
    change(claims, changes);
    const auto signed_text = jws::sign(bytes_of(object(claims)), signer_of(client));
    if (!signed_text) throw Failed{"the claims cannot be signed"};
    return *signed_text;
  }
  // `changes` are NAME=JSON, a time from now on as NAME=+60 or NAME=-60, and NAME= for a claim that is left out.
  void change(Members& members, const std::string& changes) const {
    std::istringstream words(changes);
    for (std::string word; words >> word;) {
      const auto equals = word.find('=');
      const auto value = word.substr(equals + 1);
      const bool is_time = value.starts_with('+') || value.starts_with('-');
      members[word.substr(0, equals)] = is_time ? std::to_string(house_.now() + std::stoll(value)) : value;
    }
  }
  static std::string object(const Members& members) {
    std::string text;
    for (const auto& [name, value] : members)
      if (!value.empty()) text += (text.empty() ? "{\"" : ",\"") + name + "\":" + value;
    return text + '}';
  }

  // The key of RFC 7515 appendix A.3, whose public half house.toml declares; or the client's secret.
  static jws::Signer signer_of(const std::string& client) {
    if (client == "mac") return *SecretKey::from_octets(bytes_of("mac-secret-mac-secret-mac-secret-mac"), Alg::HS256);
    return *PrivateKey::parse(
        R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
            "alg":"ES256"})");
  }

  static std::string base64(std::string_view text) {
    std::string out = base64url::encode(text);
    for (char& c : out) c = c == '-' ? '+' : c == '_' ? '/' : c;
    while (out.size() % 4 != 0) out += '=';
    return out;
  }

  void request(const std::string& method, const std::string& line) {
    std::istringstream words(line);
    std::string path, word;
    words >> path;
    std::vector<form::Pair> pairs;
    while (words >> word) {
      const auto equals = word.find('=');
      auto value = word.substr(equals + 1);
      // '+' stands for a space, as in a query.
      std::ranges::replace(value, '+', ' ');
      pairs.emplace_back(word.substr(0, equals), value);
    }
    const bool by_form = back_ == Back::by_form && path == "/authorize" && !line.contains("sealed_request=");
    if (by_form) pairs.emplace_back("response_mode", "form_post");
    http::Request request;
    request.method = method;
    request.peer = "127.0.0.1";
    request.headers = std::move(headers_);
    headers_.clear();
    request.headers.push_back({"host", "localhost:8080"});
    if (method == "POST") {
      request.body = form::print(pairs);
      if (request.header("content-type").empty())
        request.headers.push_back({"content-type", "application/x-www-form-urlencoded"});
    } else if (!pairs.empty()) {
      path += (path.find('?') == std::string::npos ? "?" : "&") + form::print(pairs);
    }
    request.target = path;
    request.path = path.substr(0, path.find('?'));
    request.query = path.find('?') == std::string::npos ? "" : path.substr(path.find('?') + 1);
    std::string cookies;
    for (const auto& [name, value] : cookies_[browser_]) cookies += (cookies.empty() ? "" : "; ") + name + "=" + value;
    if (!cookies.empty()) request.headers.push_back({"cookie", cookies});
    response_ = house_.ask(std::move(request));
    for (const auto& [name, value] : response_.headers) take_cookie(name, value);
    if (back_ == Back::by_form) read_form();
    if (const auto nonce = header("dpop-nonce"); !nonce.empty()) nonce_ = nonce;
  }

  // What a form brings to a client stands, from here on, where a redirect would have brought it; that no redirect
  // brings anything to one is the point of the mode.
  void read_form() {
    if (const auto to = header("location"); to.contains("code=") || to.contains("error="))
      throw Failed{"a redirect, in spite of form_post: " + to};
    static const std::string form = "<form method=\"post\" action=\"https://", field = "<input type=\"hidden\" name=\"";
    const auto at = response_.body.find(form);
    if (at == std::string::npos) return;
    if (response_.status != 200 || !header("cache-control").starts_with("no-store"))
      throw Failed{"a form that a cache may keep, or with status " + std::to_string(response_.status)};
    const auto begin = at + form.size() - std::string_view("https://").size();
    const auto action = response_.body.substr(begin, response_.body.find('"', begin) - begin);
    std::vector<form::Pair> pairs;
    for (auto i = response_.body.find(field, at); i != std::string::npos; i = response_.body.find(field, i + 1)) {
      const auto name = i + field.size();
      const auto name_end = response_.body.find('"', name);
      pairs.emplace_back(response_.body.substr(name, name_end - name), "");
      pairs.back().second = kept("hidden", pairs.back().first);
    }
    response_.status = 303;
    response_.headers.push_back({"location", action + "?" + form::print(pairs)});
  }

  void take_cookie(const std::string& name, const std::string& value) {
    if (lower(name) != "set-cookie") return;
    const auto equals = value.find('='), end = value.find(';');
    auto& jar = cookies_[browser_];
    if (value.find("Max-Age=0") != std::string::npos)
      jar.erase(value.substr(0, equals));
    else
      jar[value.substr(0, equals)] = value.substr(equals + 1, end - equals - 1);
  }

  std::string header(const std::string& wanted) const {
    for (const auto& [name, value] : response_.headers)
      if (lower(name) == wanted) return value;
    return {};
  }

  std::string member(const std::string& text, const std::string& name) const {
    json::Document document;
    const auto object = document.parse_object(text);
    if (!object) throw Failed{"no JSON object: " + text.substr(0, 300)};
    const auto value = object->find(name);
    return value ? value->text() : "absent";
  }

  std::string kept(const std::string& what, const std::string& name) {
    if (what == "hidden") {
      const std::string mark = "name=\"" + name + "\" value=\"";
      const auto at = response_.body.find(mark);
      if (at == std::string::npos) throw Failed{"no hidden field " + name};
      return response_.body.substr(at + mark.size(), response_.body.find('"', at + mark.size()) - at - mark.size());
    }
    if (what == "query") {
      const auto location = header("location");
      const auto pairs = form::parse(location.substr(location.find('?') + 1));
      for (const auto& [key, value] : *pairs)
        if (key == name) return value;
      throw Failed{"no " + name + " in " + location};
    }
    if (what == "posted") {
      const auto posts = Site::the().posts();
      if (posts.empty()) throw Failed{"nothing was posted to the site"};
      const auto pairs = form::parse(posts.back());
      for (const auto& [key, value] : *pairs)
        if (key == name) return value;
      throw Failed{"no " + name + " in what was posted to the site"};
    }
    if (what == "location") return header("location");
    if (what == "body") return response_.body;
    auto text = what == "claim" ? claim(name) : member(response_.body, name);
    if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
    return text;
  }

  // TOKEN NAME
  std::string claim(const std::string& which) const {
    const auto space = which.find(' ');
    const auto peeked = peek_unverified(which.substr(0, space));
    if (!peeked) throw Failed{"no token: " + which};
    return member(peeked->payload, which.substr(space + 1));
  }

  // By a key of the published set that its header names.
  bool is_signed(const std::string& token, const std::string& alg) {
    http::Request request;
    request.method = "GET";
    request.peer = "127.0.0.1";
    request.target = request.path = "/jwks";
    request.headers.push_back({"host", "localhost:8080"});
    const auto keys = Keys::parse(house_.ask(std::move(request)).body);
    if (!keys) throw Failed{"no key set"};
    const auto verified = jws::verify(token, *keys, {.algs = {*alg_from_name(alg)}});
    return verified && verified->signatures()[0].header.contains("\"kid\":\"");
  }

  void expect(const std::string& what, const std::string& rest) {
    if (what.size() == 3 && std::isdigit(static_cast<unsigned char>(what[0]))) {
      if (std::to_string(response_.status) != what)
        throw Failed{"expected " + what + ", got " + std::to_string(response_.status) + " " + header("location") + " " +
                     response_.body.substr(0, 600)};
      return;
    }
    const auto space = rest.find(' ');
    const auto name = rest.substr(0, space), pattern = space == std::string::npos ? "" : rest.substr(space + 1);
    std::string got;
    bool good = false;
    if (what == "location") {
      got = header("location");
      good = matches(rest, got);
    } else if (what == "page") {
      got = response_.body;
      good = got.find(rest) != std::string::npos;
    } else if (what == "missing") {
      got = response_.body;
      good = got.find(rest) == std::string::npos;
    } else if (what == "signed") {  // expect signed TOKEN ALG
      got = name;
      good = is_signed(name, pattern);
    } else if (what == "header") {
      got = header(name);
      good = matches(pattern, got);
    } else if (what == "json") {
      got = member(response_.body, name);
      good = matches(pattern, got);
    } else if (what == "claim") {  // expect claim TOKEN NAME PATTERN
      const auto next = pattern.find(' ');
      got = claim(name + " " + pattern.substr(0, next));
      good = matches(pattern.substr(next + 1), got);
    } else if (what == "posts") {  // expect posts COUNT
      got = std::to_string(Site::the().posts().size());
      good = got == name;
    } else if (what == "same") {
      got = name;
      good = name == pattern;
    } else if (what == "different") {
      got = name;
      good = name != pattern;
    } else {
      throw Failed{"no such expectation: " + what};
    }
    if (!good) throw Failed{"expected " + what + " " + rest + "\n  got " + got.substr(0, 600)};
  }

  fs::path folder_;
  House& house_;
  Back back_;
  std::map<std::string, std::string> variables_;
  std::string browser_ = "first";
  std::map<std::string, std::map<std::string, std::string>> cookies_;
  std::vector<http::Header> headers_;
  http::Response response_;
  int jti_ = 0;
  std::string nonce_;
};

// A schema of its own in the tests' PostgreSQL; "" when there is none.
std::string fresh_postgres(int number) {
  const char* url = std::getenv("TESSERA_TEST_POSTGRES");
  if (!url) return {};
  const std::string schema = "story_" + std::to_string(number) + "_" + std::to_string(getpid());
  PGconn* connection = PQconnectdb(url);
  PQclear(PQexec(connection, ("CREATE SCHEMA " + schema).c_str()));
  PQfinish(connection);
  return std::string(url) + "&options=-csearch_path%3D" + schema;
}

}  // namespace

int main(int argc, char** argv) {
  const fs::path folder = CONVERSATIONS;
  int passed = 0, failed = 0, skipped = 0, number = 0;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".txt" && (argc < 2 || entry.path().stem() == argv[1]))
      files.push_back(entry.path());
  std::ranges::sort(files);
  for (const auto& file : files) {
    std::vector<std::pair<std::string, Back>> ways;
    for (const auto back : {Back::by_redirect, Back::by_form})
      if (back == Back::by_redirect || read_file(file).contains("# also form_post\n"))
        for (const auto* way : {"sqlite", "postgresql", "http"}) ways.emplace_back(way, back);
    for (const auto& [way, back] : ways) {
      const auto name = file.stem().string() + " (" + way + (back == Back::by_form ? ", form_post" : "") + ")";
      const auto store = way == "postgresql" ? fresh_postgres(++number) : "sqlite::memory:";
      if (store.empty()) {
        std::printf("skip %s: no PostgreSQL\n", name.c_str());
        ++skipped;
        continue;
      }
      try {
        House house(folder, store, way == "http");
        Story(folder, house, back).run(file);
        std::printf("ok %s\n", name.c_str());
        ++passed;
      } catch (const Failed& problem) {
        std::printf("FAIL %s: %s\n", name.c_str(), problem.why.c_str());
        ++failed;
      }
      std::fflush(stdout);
    }
  }
  std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
  return failed == 0 && passed > 0 ? 0 : 1;
}
