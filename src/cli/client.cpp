// tessera client: the clients that registered themselves, listed and removed by whoever runs the server.
#include "server/clients.hpp"

#include <fmt/format.h>

#include <memory>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/server_failure.hpp"
#include "issuer/contains.hpp"

namespace tessera::cli {

namespace {

constexpr const char* kConfigHelp = "the server's configuration, which names the store";

struct Options {
  std::string config, id;
};

// Its id; its name; "made 2026-01-31, allowed by 3 people, realm shop"; where it sends people.
std::string text_of(const server::ListedClient& one, Paint paint) {
  const std::string people = one.consents == 0   ? "by nobody"
                             : one.consents == 1 ? "by 1 person"
                                                 : fmt::format("by {} people", one.consents);
  const std::string realm = one.realm.empty() ? "" : ", realm " + one.realm.text;
  const std::string made = iso_text(whole_seconds(one.created)).substr(0, 10);
  std::string out = painted(paint, Hue::strong, printable(one.id.text)) + "\n  ";
  out += wrapped(printable(one.name), 2) + "\n  ";
  out += painted(paint, Hue::faint, wrapped(fmt::format("made {}, allowed {}{}", made, people, realm), 2)) + "\n  ";
  return out + wrapped(printable(fmt::format("{}", fmt::join(one.redirect_hosts, ", "))), 2) + "\n";
}

std::string json_of(const std::vector<server::ListedClient>& list) {
  json::Writer w;
  w.begin_object().key("clients").begin_array();
  for (const auto& one : list) {
    w.begin_object().member("client_id", one.id.text).member("realm", one.realm.text);
    text_member(w, "client_name", one.name);
    w.member("client_id_issued_at", unix_seconds(one.created)).member("redirect_hosts", one.redirect_hosts);
    w.member("consents", one.consents).end_object();
  }
  return w.end_array().end_object().take();
}

Outcome<Reply> list(const Options& options, const Console& console) {
  const auto config = server::read_config(options.config);
  if (!config) return not_started(config.error());
  const auto found = server::list_registered(config->settings);
  if (!found) return no_store(found.error(), options.config);
  std::string text;
  for (const auto& one : *found) text += text_of(one, console.out);
  return Reply{.text = text,
               .json = json_of(*found),
               .note = found->empty() ? "no client has registered itself\n" : std::string()};
}

std::unexpected<Failure> unknown(const Options& options, const server::Declaration& declaration) {
  const bool declared = issuer::contains(declaration.realms, true, [&](const auto& realm) {
    return issuer::contains(realm.clients, options.id, [](const auto& one) { return one.client.id.text; });
  });
  return std::unexpected(
      Failure{.code = "unknown_client",
              .summary = declared ? "this client is declared in the configuration file"
                                  : "no client of this id has registered itself",
              .at = "CLIENT-ID",
              .expected = "the id of a client that registered itself, as tessera client list shows it",
              .actual = declared ? options.id + ", which stands in " + options.config : options.id,
              .hint = declared ? "take it out of the file, and start the server with --prune"
                               : "tessera client list shows every id; one may be gone already"});
}

Outcome<Reply> remove(const Options& options) {
  const auto config = server::read_config(options.config);
  if (!config) return not_started(config.error());
  const auto now = std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
  const auto removed = server::remove_registered(config->settings, issuer::ClientId(options.id), now);
  if (!removed) return no_store(removed.error(), options.config);
  if (!*removed) return unknown(options, config->declaration);
  json::Writer w;
  w.begin_object().member("removed", options.id).end_object();
  return Reply{.text = fmt::format("removed {}\n", printable(options.id)), .json = w.take()};
}

Run declare_list(Args& args) {
  auto options = std::make_shared<Options>();
  args.option("--config", "FILE", options->config, kConfigHelp);
  args.example("tessera client list --config tessera.toml");
  return [options](Console& console) { return list(*options, console); };
}

Run declare_remove(Args& args) {
  auto options = std::make_shared<Options>();
  args.positional("CLIENT-ID", options->id, "as tessera client list shows it");
  args.heading("Options");
  args.option("--config", "FILE", options->config, kConfigHelp);
  args.example("tessera client remove reg_pV3nUIQdPrmPvJ0BvQ8I0g --config tessera.toml");
  return [options](Console&) { return remove(*options); };
}

}  // namespace

extern const Command kClientList, kClientRemove;
const Command kClientList{"client list", "Issuer", "List the clients that registered themselves", declare_list};
const Command kClientRemove{"client remove", "Issuer", "Remove a client that registered itself, and end its tokens",
                            declare_remove};

}  // namespace tessera::cli
