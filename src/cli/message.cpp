#include "cli/message.hpp"

#include <fmt/format.h>

#include "cli/io.hpp"
#include "cli/unknown.hpp"
#include "jose/header_rules.hpp"
#include "json/tokens.hpp"
#include "tessera/jwt.hpp"

namespace tessera::cli {

namespace {

std::optional<Rule> rule_of(const MessageOptions& options) {
  if (options.any) return Rule::ANY;
  if (options.all) return Rule::ALL;
  return std::nullopt;
}

bool is_sd_jwt(std::string_view text) { return text.contains('~'); }

bool says_none(std::string_view header_text) {
  json::Document document;
  const auto header = document.parse_object(header_text);
  const auto alg = header ? header->find("alg") : std::nullopt;
  return alg && jose::is_none(alg->string().value_or(""));
}

// Which command reads a token of this kind; "" of one that is none.
std::string reader_of(std::string_view token) {
  if (looks_like_json(token))
    return token.contains("\"ciphertext\"")
               ? "this is a JWE in JSON: tessera jwe decrypt opens it, with --any or --all"
               : "this may be a JWS in JSON: tessera jws verify checks it, with --any or --all";
  if (is_sd_jwt(token)) return "this is an SD-JWT: tessera sdjwt verify checks it";
  const auto peeked = peek_unverified(token);
  if (!peeked) return "";
  return peeked->parts == 5 ? "this is a JWE: tessera jwt decrypt opens and checks a JWT inside, tessera jwe decrypt "
                              "opens anything"
                            : "this is a JWS: tessera jwt verify checks a JWT, tessera jws verify any payload";
}

}  // namespace

bool looks_like_json(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && text[start] == '{';
}

Outcome<std::string> read_message_text(const std::string& argument) {
  if (looks_like_json(argument)) return argument;
  return read_token(argument);
}

std::string described(std::string_view token) {
  constexpr std::size_t kMaxHeader = 2000;  // of a text that people read
  const auto of = [&](std::string_view what) { return fmt::format("{} of {} octets", what, token.size()); };
  if (looks_like_json(token)) return of("a text in JSON");
  if (is_sd_jwt(token)) return of("an SD-JWT");
  const auto peeked = peek_unverified(token);
  if (!peeked) return of("a text");
  const std::string kind = of(peeked->parts == 5 ? "a JWE" : "a JWS");
  return peeked->header.size() > kMaxHeader ? kind : kind + ", header " + json::compact(peeked->header);
}

std::string hint_about(Error error, std::string_view token) {
  if (error.code == Err::alg_not_allowed) {
    const auto peeked = peek_unverified(token);
    const bool none = peeked && says_none(peeked->header);
    return none ? "none is never accepted, whatever is asked for: whoever made this must protect it" : "";
  }
  if (std::string hint = hint_about_unknown(error, token); !hint.empty()) return hint;
  const bool of_kind = error == Error{Err::malformed, "parts"} || error == Error{Err::malformed, "token"} ||
                       error == Error{Err::wrong_kind, "parts"} || error == Error{Err::wrong_kind, "JWS"} ||
                       error == Error{Err::wrong_kind, "JWE"} || error == Error{Err::wrong_kind, "SD-JWT"};
  const bool went_on = error == Error{Err::bad_base64, "signature"} && is_sd_jwt(token);
  return of_kind || went_on ? reader_of(token) : "";
}

void declare_rule(Args& args, MessageOptions& options, std::string_view any_help, std::string_view all_help) {
  args.flag("--any", options.any, any_help);
  args.flag("--all", options.all, all_help);
}

void declare_form(Args& args, std::optional<std::string>& form, std::string_view part) {
  args.option("--form", "FORM", form, fmt::format("compact (default), flattened or general (for several {}s)", part))
      .choices({"compact", "flattened", "general"});
}

Outcome<Serialization> parse_form(const std::optional<std::string>& form, std::size_t count, std::string_view part) {
  const std::string name = form.value_or(count > 1 ? "general" : "compact");
  if (name == "general") return Serialization::general;
  if (name != "compact" && name != "flattened")
    return misuse("this serialization is not known",
                  {"--form", "compact, flattened or general", name, "leave --form out for the usual one"});
  if (count > 1)
    return misuse(fmt::format("one {} only fits into this serialization", part),
                  {"--form", fmt::format("general, for several {}s", part), name, "leave --form out"});
  return name == "compact" ? Serialization::compact : Serialization::flattened;
}

Reply message_reply(const std::string& text) {
  json::Writer w;
  w.begin_object();
  if (text.starts_with('{'))
    w.key("message").raw(text);
  else
    w.member("token", text);
  return Reply{.text = text + "\n", .json = w.end_object().take()};
}

Outcome<Message> read_message(const MessageOptions& options, std::string_view parts, std::string hint) {
  if (options.any && options.all)
    return misuse("one rule counts", {"--any", "--any or --all", "both", "leave one of them out"});
  Message out{TRY(read_message_text(options.text)), rule_of(options)};
  if (looks_like_json(out.text) && !out.rule)
    return misuse(fmt::format("nothing says how many {} count", parts),
                  {"--any", "--any or --all, for a JSON text", "neither", std::move(hint)});
  if (!looks_like_json(out.text) && out.rule)
    return misuse("a compact text holds one of a kind", {*out.rule == Rule::ANY ? "--any" : "--all", "a JSON text",
                                                         "a text that is none", "leave the option out"});
  return out;
}

}  // namespace tessera::cli
