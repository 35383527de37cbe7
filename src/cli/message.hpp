// A JWS or JWE as an argument, and the rule for one that may hold several signatures or recipients. Shared by
// `jws verify` and `jwe decrypt`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "tessera/policy.hpp"

namespace tessera::cli {

struct MessageOptions {
  std::string text;
  bool any = false, all = false;
};
void declare_rule(Args& args, MessageOptions& options, std::string_view any_help, std::string_view all_help);

// How a message is written.
enum class Serialization { compact, flattened, general };
// `part` names what there may be several of: "signature".
void declare_form(Args& args, std::optional<std::string>& form, std::string_view part);
// What --form says, else the usual one for so many.
Outcome<Serialization> parse_form(const std::optional<std::string>& form, std::size_t count, std::string_view part);
// A message that was made: as "message" where it is JSON itself, else as "token".
Reply message_reply(const std::string& text);

struct Message {
  std::string text;
  std::optional<Rule> rule;  // of a JSON text, where it must be said; none for a compact one
};
// `parts` names what there may be several of: "signatures".
Outcome<Message> read_message(const MessageOptions& options, std::string_view parts, std::string hint);

// Whether a text is a JSON serialization rather than a compact one.
bool looks_like_json(std::string_view text);

// A token, or a JSON text: as it stands on the command line, or from a file or "-".
Outcome<std::string> read_message_text(const std::string& argument);

// What came, for a refusal: "a JWS of 352 octets, header {…}", "an SD-JWT of 900 octets".
std::string described(std::string_view token);

// What to do about a token that was refused, where its code's own hint would mislead: no option allows the algorithm
// `none`, and a token of another kind has a command of its own. "" elsewhere.
std::string hint_about(Error error, std::string_view token);

}  // namespace tessera::cli
