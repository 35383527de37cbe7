#include "server/config_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>

#include "base/utf8.hpp"
#include "base/wipe.hpp"
#include "issuer/digest.hpp"
#include "issuer/steps/redirect_uri.hpp"
#include "json/json.hpp"
#include "tessera/keys.hpp"

namespace tessera::server {

namespace {

constexpr std::size_t kMaxSecret = 1024, kMaxJwks = 64 << 10;

std::optional<seconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() - 1 || count < 0 || count > 1'000'000) return {};
  switch (text.back()) {
    case 's': return seconds(count);
    case 'm': return seconds(count * 60);
    case 'h': return seconds(count * 3600);
    case 'd': return seconds(count * 24 * 3600);
    default: return {};
  }
}

bool is_token(std::string_view text, std::size_t most) {
  if (text.empty() || text.size() > most) return false;
  for (const char c : text)
    if (c < 0x21 || c > 0x7E || c == '"' || c == '\\') return false;
  return true;
}

}  // namespace

std::string in_quotes(std::string_view text) {
  if (!valid_utf8(text)) return "text that is not UTF-8";
  if (text.size() > 80) text = text.substr(0, 77);
  json::Writer w;
  return w.string(text).take();
}

// What stands there, as it may be repeated to whoever runs the server.
std::string shown(const toml::node& node) {
  if (const auto* text = node.as_string()) return in_quotes(text->get());
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (node.is_array()) return "a list";
  if (node.is_table()) return "a table";
  return "a value of another type";
}

void Value::text(std::string& into) const {
  if (const auto* text = node_.as_string())
    into = text->get();
  else
    wrong("a text");
}

void Value::name(std::string& into, std::size_t most) const {
  text(into);
  if (into.empty() || into.size() > most) wrong(fmt::format("a text of 1 to {} characters", most));
  for (const char c : into)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) wrong("a text without control characters");
}

void Value::token(std::string& into, std::size_t most) const {
  text(into);
  if (!is_token(into, most)) wrong(fmt::format("1 to {} printable characters without blanks or quotes", most));
}

void Value::flag(bool& into) const {
  if (const auto* flag = node_.as_boolean())
    into = flag->get();
  else
    wrong("true or false");
}

void Value::integer(std::uint32_t& into, std::int64_t least, std::int64_t most) const {
  const auto* number = node_.as_integer();
  if (!number || number->get() < least || number->get() > most)
    return wrong(fmt::format("a whole number from {} to {}", least, most));
  into = static_cast<std::uint32_t>(number->get());
}

void Value::duration(seconds& into, seconds least, seconds most) const {
  const auto* text = node_.as_string();
  const auto span = text ? parse_duration(text->get()) : std::nullopt;
  if (!span || *span < least || *span > most)
    return wrong(fmt::format("a duration from {}s to {}s, such as \"90s\", \"5m\", \"12h\", \"30d\"", least.count(),
                             most.count()));
  into = *span;
}

void Value::texts(Texts& into) const {
  const auto* list = node_.as_array();
  if (!list) return wrong("a list of texts");
  into.clear();
  for (const auto& item : *list) {
    const auto* text = item.as_string();
    if (!text) return wrong("a list of texts", item);
    into.push_back(text->get());
  }
}

void Value::tokens(Texts& into) const {
  texts(into);
  for (const auto& one : into)
    if (!is_token(one, 128)) return wrong("a list of printable texts without blanks or quotes");
}

void Value::table(std::map<std::string, Texts>& into) const {
  const auto* table = node_.as_table();
  if (!table) return wrong("a table of lists: { \"name\" = [\"…\"] }");
  into.clear();
  for (const auto& [name, list] : *table)
    Value(reading_, list, key_ + "." + std::string(name.str())).texts(into[std::string(name.str())]);
}

void Value::texts_by_name(std::map<std::string, std::string>& into, std::span<const std::string_view> names) const {
  const auto* table = node_.as_table();
  if (!table) return wrong("a table of texts: { name = \"…\" }");
  into.clear();
  for (const auto& [name, text] : *table) {
    const Value one(reading_, text, key_ + "." + std::string(name.str()));
    if (std::ranges::find(names, name.str()) == names.end())
      return one.wrong("one of the names that the documentation lists");
    one.text(into[std::string(name.str())]);
  }
}

void Value::secret(Secret& into, std::size_t least) const {
  auto text = referenced_text("a secret", kMaxSecret);
  if (!text) return;
  const WipedString wiped(std::move(*text));
  const auto& found = wiped.text();
  if (found.size() < least || found.size() > kMaxSecret)
    return hidden(fmt::format("a secret of {} to {} characters", least, kMaxSecret),
                  fmt::format("one of {} characters", found.size()));
  if (!valid_utf8(found)) return hidden("UTF-8 text", "other octets");
  into = Secret(found);
}

void Value::digests(Texts& into, std::size_t least) const {
  const auto* list = node_.as_array();
  if (!list) return hidden("a list of secrets", "another type");
  into.clear();
  for (const auto& item : *list) {
    Secret one;
    Value(reading_, item, key_).secret(one, least);
    into.push_back(issuer::digest_of(text_of(one.expose("only its digest is kept"))));
  }
}

void Value::jwks(std::string& into) const {
  auto text = referenced_text("a JWK Set", kMaxJwks);
  if (!text || text->empty()) return;
  const auto keys = Keys::parse(*text);
  if (!keys) return hidden("a JWK Set of public keys (RFC 7517)", std::string(error_text(keys.error().code)));
  into = std::move(*text);
}

void Value::https(std::string& into) const {
  text(into);
  const bool good = is_token(into, 512) && into.starts_with("https://") && into.find_first_of("@#") == into.npos &&
                    !issuer::host_of(into).empty();
  if (!into.empty() && !good) wrong("an https URL without a user and a fragment");
}

void Value::path(std::string& into) const {
  text(into);
  if (!into.empty()) into = absolute(into);
}

std::optional<std::string> Value::referenced_text(std::string_view what, std::size_t most) const {
  if (const auto* text = node_.as_string()) return text->get();
  const auto* table = node_.as_table();
  const auto file = table && table->size() == 1 ? (*table)["file"].value<std::string>() : std::nullopt;
  const auto env = table && table->size() == 1 ? (*table)["env"].value<std::string>() : std::nullopt;
  if (env) {
    const char* text = std::getenv(env->c_str());
    if (!text) hidden("a value of the environment variable " + *env, "none");
    return text ? std::optional<std::string>(text) : std::nullopt;
  }
  if (file) return text_of_file(absolute(*file), what, most);
  hidden(fmt::format("{}: a text, {{ file = \"…\" }} or {{ env = \"…\" }}", what),
         node_.is_table() ? "another table" : "another type");
  return std::nullopt;
}

std::optional<std::string> Value::text_of_file(const std::string& path, std::string_view what, std::size_t most) const {
  std::ifstream in(path, std::ios::binary);
  std::string text(most + 3, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.eof() || in.bad()) {
    hidden(fmt::format("a readable file with {}", what),
           in.is_open() ? path + ", which is too long" : path + ", which cannot be read");
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace tessera::server
