// One key's value while a configuration file is read: each function takes one shape, or says where it stands and what
// was expected.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "base/time.hpp"
#include "server/config.hpp"

namespace tessera::server {

// What is common to one reading: the file, and the first error.
struct Reading {
  std::string file;
  std::filesystem::path folder;
  std::optional<ConfigError> error{};

  void fail(int line, std::string key, std::string expected, std::string found) {
    if (!error) error = ConfigError{file, line, std::move(key), std::move(expected), std::move(found)};
  }
};

inline int line_of(const toml::source_region& source) { return static_cast<int>(source.begin.line); }

std::string in_quotes(std::string_view text);

// What stands there, as it may be repeated to whoever runs the server.
std::string shown(const toml::node& node);

using Texts = std::vector<std::string>;

// Each function fills `into`, or reports what was expected.
class Value {
 public:
  Value(Reading& reading, const toml::node& node, std::string key) : reading_(reading), node_(node), key_(key) {}

  void text(std::string& into) const;
  void name(std::string& into, std::size_t most) const;
  // What OAuth allows as an identifier or a scope: printable ASCII without blank, quote and backslash.
  void token(std::string& into, std::size_t most) const;
  void flag(bool& into) const;
  void integer(std::uint32_t& into, std::int64_t least, std::int64_t most) const;
  void duration(seconds& into, seconds least, seconds most) const;
  void texts(Texts& into) const;
  void tokens(Texts& into) const;
  // { "name" = ["text", …], … }
  void table(std::map<std::string, Texts>& into) const;
  // { name = "text", … } of these names
  void texts_by_name(std::map<std::string, std::string>& into, std::span<const std::string_view> names) const;
  template <class E>
  void choice(E& into, const std::vector<std::pair<std::string_view, E>>& names) const {
    const auto* text = node_.as_string();
    std::string list;
    for (const auto& [name, value] : names) {
      if (text && text->get() == name) return void(into = value);
      list += (list.empty() ? "" : ", ") + in_quotes(name);
    }
    wrong("one of " + list);
  }
  // "…", { file = "…" } or { env = "…" }. The text itself never goes into an error.
  void secret(Secret& into, std::size_t least) const;
  // Of each secret of a list its digest.
  void digests(Texts& into, std::size_t least) const;
  // The same three ways. It should hold no secret, and what holds one by mistake is not repeated.
  void jwks(std::string& into) const;
  // "" or a URL that can be fetched.
  void https(std::string& into) const;
  void path(std::string& into) const;
  std::string absolute(const std::string& path) const { return (reading_.folder / path).lexically_normal().string(); }

  const toml::node& node() const { return node_; }
  Reading& reading() const { return reading_; }
  const std::string& key() const { return key_; }
  void wrong(std::string expected) const { wrong(std::move(expected), node_); }
  void wrong(std::string expected, const toml::node& found) const {
    reading_.fail(line_of(node_.source()), key_, std::move(expected), shown(found));
  }
  // Where what stands there may hold a secret.
  void hidden(std::string expected, std::string found) const {
    reading_.fail(line_of(node_.source()), key_, std::move(expected), std::move(found));
  }

 private:
  std::optional<std::string> referenced_text(std::string_view what, std::size_t most) const;
  std::optional<std::string> text_of_file(const std::string& path, std::string_view what, std::size_t most) const;

  Reading& reading_;
  const toml::node& node_;
  std::string key_;
};

}  // namespace tessera::server
