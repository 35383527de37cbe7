#include "cli/message.hpp"

#include <fmt/format.h>

#include "cli/io.hpp"
#include "jose/header_rules.hpp"
#include "tessera/jwt.hpp"

namespace tessera::cli {

namespace {

bool looks_like_json(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && text[start] == '{';
}

std::optional<Rule> rule_of(const MessageOptions& options) {
  if (options.any) return Rule::ANY;
  if (options.all) return Rule::ALL;
  return std::nullopt;
}

}  // namespace

std::string hint_about_none(Error error, std::string_view message) {
  const auto peeked = peek_unverified(message);
  json::Document header;
  const auto object = peeked ? header.parse_object(peeked->header) : fail(error.code);
  const auto alg = object ? object->find("alg") : std::nullopt;
  const bool none = error.code == Err::alg_not_allowed && alg && jose::is_none(alg->string().value_or(""));
  return none ? "none is never accepted, whatever is asked for: whoever made this must protect it" : "";
}

void declare_rule(Args& args, MessageOptions& options, std::string_view any_help, std::string_view all_help) {
  args.flag("--any", options.any, any_help);
  args.flag("--all", options.all, all_help);
}

Outcome<Message> read_message(const MessageOptions& options, std::string_view parts, std::string hint) {
  if (options.any && options.all)
    return misuse("one rule counts", {"--any", "--any or --all", "both", "leave one of them out"});
  // A JSON text is also taken as it stands on the command line, as a token is.
  Message out{looks_like_json(options.text) ? options.text : TRY(read_token(options.text)), rule_of(options)};
  if (looks_like_json(out.text) && !out.rule)
    return misuse(fmt::format("nothing says how many {} count", parts),
                  {"--any", "--any or --all, for a JSON text", "neither", std::move(hint)});
  if (!looks_like_json(out.text) && out.rule)
    return misuse("a compact text holds one of a kind", {*out.rule == Rule::ANY ? "--any" : "--all", "a JSON text",
                                                         "a text that is none", "leave the option out"});
  return out;
}

}  // namespace tessera::cli
