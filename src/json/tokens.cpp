#include "json/tokens.hpp"

#include <algorithm>

namespace tessera::json {

std::string_view next_token(std::string_view& json) {
  while (!json.empty() && std::string_view(" \t\r\n").contains(json[0])) json.remove_prefix(1);
  if (json.empty()) return {};
  std::size_t size = 1;
  if (json[0] == '"') {
    while (size < json.size() && json[size] != '"') size += json[size] == '\\' ? 2 : 1;
    size = std::min(size + 1, json.size());
  } else if (!std::string_view("{}[],:").contains(json[0])) {
    size = std::min(json.find_first_of("{}[],: \t\r\n"), json.size());
  }
  const std::string_view token = json.substr(0, size);
  json.remove_prefix(size);
  return token;
}

std::string compact(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (auto token = next_token(json); !token.empty(); token = next_token(json)) out += token;
  return out;
}

std::vector<std::string> member_texts(std::string_view object) {
  std::vector<std::string> texts;
  std::size_t depth = 0;
  bool in_value = false;
  for (auto token = next_token(object); !token.empty(); token = next_token(object)) {
    const bool opens = token == "{" || token == "[", closes = token == "}" || token == "]";
    if (depth == 1 && !in_value && token == ":") {
      in_value = true;
      texts.emplace_back();
    } else {
      if (depth == 1 && (token == "," || closes)) in_value = false;
      if (in_value) texts.back() += token;
    }
    if (opens) ++depth;
    if (closes) --depth;
  }
  return texts;
}

}  // namespace tessera::json
