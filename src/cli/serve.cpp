// tessera serve: the issuer, from a configuration file.
#include <memory>

#include "cli/command.hpp"
#include "cli/server_failure.hpp"
#include "server/boot.hpp"

namespace tessera::cli {

namespace {

struct Options {
  std::string config;
  bool declare = false, prune = false;
};

Outcome<Reply> serve(const Options& options) {
  auto config = server::read_config(options.config);
  if (!config) return not_started(config.error());
  server::Signals signals;
  auto listener = STARTED(server::Listener::open(config->settings));
  server::BootOptions boot{.vanished = options.prune ? server::Vanished::prune : server::Vanished::keep};
  if (options.declare || options.prune) boot.apply = server::Apply::changes;
  auto booted = STARTED(server::boot(*config, std::move(boot)));
  listener->serve(*booted.node, signals, [] {});
  return Reply{};
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  args.option("--config", "FILE", options->config, "the configuration; tessera config reference describes every key");
  args.flag("--declare", options->declare, "apply changed declarations to PostgreSQL too");
  args.flag("--prune", options->prune, "apply, and remove from the store what is no longer declared");
  args.example("tessera serve --config tessera.toml");
  return [options](Console&) { return serve(*options); };
}

Run declare_reference(Args& args) {
  args.example("tessera config reference");
  return [](Console&) -> Outcome<Reply> {
    const std::string text = server::configuration_reference();
    json::Writer w;
    w.begin_object().member("markdown", text).end_object();
    return Reply{.text = text, .json = w.take()};
  };
}

}  // namespace

extern const Command kServe, kConfigReference;
const Command kConfigReference{"config reference", "Issuer", "Print every key of the configuration file, as Markdown",
                               declare_reference};
const Command kServe{"serve", "Issuer", "Run the issuer that a configuration file describes", declare};

}  // namespace tessera::cli
