#include "cli/unknown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/base64url.hpp"
#include "json/json.hpp"
#include "jwt/shown.hpp"
#include "tessera/sdjwt.hpp"

namespace tessera::cli {

namespace {

bool is_unknown_name(Error error) {
  const std::string_view at = error.at;
  return error.code == Err::unknown_alg ||
         (error.code == Err::unsupported && (at == "kty" || at == "crv" || at == "zip"));
}

bool is_known(std::string_view name) {
  return alg_from_name(name) || key_alg_from_name(name) || enc_from_name(name) || sdjwt::hash_from_name(name);
}

// The values of one member, wherever a text may have it.
class Names {
 public:
  explicit Names(std::string_view member) : member_(member) {}

  void read(std::string_view text) {
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start != std::string_view::npos && text[start] == '{') return read_json(text);
    // Compact, or an SD-JWT: its header, and the payload that holds _sd_alg.
    const std::string_view jwt = text.substr(0, text.find('~'));
    const auto dot = std::min(jwt.find('.'), jwt.size());
    read_part(jwt.substr(0, dot));
    if (member_ == "_sd_alg") read_part(jwt.substr(std::min(dot + 1, jwt.size())));
  }

  // Those that are known too, where no other came: a name may be known, and mean nothing in its place.
  std::vector<std::string> found() const {
    std::vector<std::string> unknown;
    std::ranges::remove_copy_if(names_, std::back_inserter(unknown), is_known);
    return unknown.empty() ? names_ : unknown;
  }

 private:
  void add(const json::Object& object) {
    const auto value = object.find(member_);
    const auto name = value ? value->string() : std::nullopt;
    if (name) names_.emplace_back(*name);
  }

  void read_part(std::string_view encoded) {
    const auto octets = base64url::decode(encoded.substr(0, encoded.find('.')));
    json::Document document;
    const auto object = document.parse_object(octets ? text_of(*octets) : "");
    if (object) add(*object);
  }

  // A key, a set, or a message whose headers stand in it and in the items of its lists.
  void read_json(std::string_view text) {
    json::Document document;
    const auto object = document.parse_object(text);
    if (!object) return;
    read_headers(*object);
    for (const char* list : {"keys", "signatures", "recipients"}) {
      const auto value = object->find(list);
      const auto items = value ? value->array() : std::nullopt;
      if (!items) continue;
      for (const json::Value item : *items)
        if (const auto one = item.object()) read_headers(*one);
    }
  }

  void read_headers(const json::Object& object) {
    add(object);
    if (const auto encoded = object.find("protected")) read_part(encoded->string().value_or(""));
    for (const char* name : {"unprotected", "header"}) {
      const auto value = object.find(name);
      const auto header = value ? value->object() : std::nullopt;
      if (header) add(*header);
    }
  }

  std::string_view member_;
  std::vector<std::string> names_;
};

std::vector<std::string> unknown_names(Error error, std::string_view text) {
  if (!is_unknown_name(error)) return {};
  Names names(error.at);
  names.read(text);
  return names.found();
}

}  // namespace

std::string unknown_in(Error error, std::string_view text) {
  const auto names = unknown_names(error, text);
  if (names.empty()) return "";
  return fmt::format("{} {}", error.at, detail::shown(fmt::format("{}", fmt::join(names, ", "))));
}

std::string with_unknown(std::string_view subject, Error error, std::string_view text) {
  const std::string unknown = unknown_in(error, text);
  return unknown.empty() ? std::string(subject) : fmt::format("{}, in {}", unknown, subject);
}

std::string hint_about_name(std::string_view name) {
  if (name != "RSA1_5") return "";
  return "RSA1_5 is not built: it tells what was encrypted to whoever asks often enough; take RSA-OAEP-256";
}

std::string hint_about_unknown(Error error, std::string_view text) {
  for (const std::string& name : unknown_names(error, text))
    if (std::string hint = hint_about_name(name); !hint.empty()) return hint;
  return "";
}

std::unexpected<Failure> refused_text(Error error, std::string_view subject, std::string_view text) {
  return refused(error, "", with_unknown(subject, error, text), hint_about_unknown(error, text));
}

}  // namespace tessera::cli
