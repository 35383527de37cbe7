// tessera dev: an issuer with people, applications and a token, without any configuration.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>

#include "base/base64url.hpp"
#include "base/form.hpp"
#include "cli/command.hpp"
#include "cli/io.hpp"
#include "cli/server_failure.hpp"
#include "crypto/crypto.hpp"
#include "server/boot.hpp"
#include "server/dev_house.hpp"
#include "server/master_key.hpp"

namespace tessera::cli {

namespace {

namespace fs = std::filesystem;

struct Options {
  std::string port = "8080";
  std::optional<std::string> given_port, data;
};

std::unexpected<Failure> no_start(std::string sentence) {
  return not_started(server::StartFailure{std::move(sentence)});
}

// "Basic" credentials (RFC 7617): what is made here needs no escape.
std::string basic(const std::string& user, const std::string& password) {
  std::string out = base64url::encode(user + ":" + password);
  for (char& c : out) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (out.size() % 4 != 0) out += '=';
  return "Basic " + out;
}

std::string file_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The passwords and secrets that an earlier start made in this folder; none for a new one.
Outcome<server::DevSecrets> kept_secrets(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || ::chmod(folder.c_str(), 0700) != 0)
    return no_start(fmt::format("cannot use the folder {}: {}; give one that this user may write", folder.string(),
                                error ? error.message() : std::strerror(errno)));
  const auto file = folder / "dev.json";
  if (!fs::exists(file)) return server::DevSecrets{};
  auto secrets = server::parse_dev_secrets(file_text(file));
  if (!secrets) return no_start(fmt::format("{} is damaged; remove the folder to start anew", file.string()));
  return std::move(*secrets);
}

Outcome<void> keep_secrets(const fs::path& folder, const server::DevSecrets& secrets) {
  const auto file = folder / "dev.json";
  if (fs::exists(file)) return {};
  if (!server::write_private_file(file.string(), server::print(secrets)))
    return no_start(fmt::format("cannot write {}: {}; give a folder that this user may write", file.string(),
                                std::strerror(errno)));
  return {};
}

// The service's token, asked of the server itself as anyone would.
std::string first_token(server::Node& node, const server::DevHouse::App& service) {
  http::Request request;
  request.method = "POST";
  request.target = request.path = "/token";
  request.peer = "127.0.0.1";
  request.body = form::print({{"grant_type", "client_credentials"}});
  request.headers = {{"host", "localhost"},
                     {"content-type", "application/x-www-form-urlencoded"},
                     {"authorization", basic(service.id, service.secret)}};
  std::promise<http::Response> promise;
  auto answer = promise.get_future();
  node.answer(std::move(request), [&promise](http::Response response) { promise.set_value(std::move(response)); });
  const http::Response response = answer.get();
  json::Document document;
  const auto object = document.parse_object(response.body);
  const auto token = object ? object->find("access_token") : std::nullopt;
  return std::string(token ? token->string().value_or("") : "");
}

const server::DevHouse::App& service_of(const server::DevHouse& house) {
  for (const auto& app : house.apps)
    if (app.id == "service") return app;
  return house.apps.front();
}

std::string as_json(const server::DevHouse& house, const std::string& token) {
  json::Writer w;
  w.begin_object().member("issuer", house.config.settings.issuer).member("audience", house.audience);
  w.key("users").begin_array();
  for (const auto& person : house.people)
    w.begin_object()
        .member("username", person.username)
        .member("password", person.password)
        .member("about", person.about)
        .end_object();
  w.end_array().key("clients").begin_array();
  for (const auto& app : house.apps)
    w.begin_object()
        .member("client_id", app.id)
        .member("client_secret", app.secret)
        .member("redirect_uris", app.redirect_uris)
        .member("about", app.about)
        .end_object();
  w.end_array().member("token", token).end_object();
  return w.take();
}

std::string as_text(const server::DevHouse& house, const std::string& token, const Options& options) {
  const auto& issuer = house.config.settings.issuer;
  const auto& service = service_of(house);
  std::string text =
      fmt::format("Tessera for development: everything below is made up{}.\n\nIssuer   {}\n\nPeople\n",
                  options.data ? " and kept in " + printable(*options.data) : ", and gone when this ends", issuer);
  for (const auto& person : house.people)
    text += fmt::format("  {:<8} {:<18} {}\n", person.username, person.password, person.about);
  text += "\nClients\n";
  for (const auto& app : house.apps) {
    text += fmt::format("  {:<8} {}\n           {}\n", app.id, app.secret, app.about);
    for (const auto& uri : app.redirect_uris) text += fmt::format("           {}\n", uri);
  }
  text += fmt::format(
      "\nA token\n  curl -s -u {}:{} \\\n      -d grant_type=client_credentials {}/token\n\n  TOKEN={}\n\nChecked by "
      "itself\n"
      "  tessera jwt verify \"$TOKEN\" --key {} \\\n      --iss {} --aud {} \\\n      --alg ES256 --typ at+jwt\n\n"
      "Ctrl-C ends it.\n",
      service.id, service.secret, issuer, token, issuer, issuer, house.audience);
  return text;
}

Outcome<std::uint16_t> port_of(const Options& options) {
  const std::string& text = options.given_port ? *options.given_port : options.port;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port > 65530)
    return misuse("this is not a port", {"--port", "0 to 65530; 0 for any", text, "say --port 8080, for example"});
  return port;
}

Outcome<Reply> dev(const Options& options, Console& console) {
  server::Settings settings;
  settings.address = "127.0.0.1";
  settings.port = TRY(port_of(options));
  server::Signals signals;
  auto listener = STARTED(server::Listener::open(settings));

  server::DevSecrets secrets;
  if (options.data) secrets = TRY(kept_secrets(*options.data));
  auto house = server::dev_house(listener->port(), secrets, [](std::span<std::byte> out) { crypto::random(out); });
  server::BootOptions boot;
  boot.vanished = server::Vanished::prune;  // what stood on another port at the last start
  if (options.data) {
    const fs::path folder = fs::absolute(*options.data);
    TRY_VOID(keep_secrets(folder, secrets));
    house.config.settings.store = "sqlite://" + (folder / "tessera.db").string();
    house.config.settings.master_key = (folder / "master.key").string();
  } else {
    house.config.settings.store = "sqlite::memory:";
    boot.master_key = server::new_master_key();
  }
  auto booted = STARTED(server::boot(house.config, std::move(boot)));
  listener->serve(*booted.node, signals, [&] {
    const std::string token = first_token(*booted.node, service_of(house));
    const bool json = console.format == Format::json;
    write_all(1, json ? as_json(house, token) + "\n" : as_text(house, token, options));
  });
  return Reply{};
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  args.option("--port", "PORT", options->given_port, "where to listen; 0 for any free port (default: 8080)");
  args.option("--data", "FOLDER", options->data, "keep people, keys and sessions here; without it all is in memory");
  args.example("tessera dev");
  args.example("tessera dev --port 0 --json");
  return [options](Console& console) { return dev(*options, console); };
}

}  // namespace

extern const Command kDev;
const Command kDev{"dev", "Issuer", "Run an issuer for development, with users, clients and a token", declare};

}  // namespace tessera::cli
