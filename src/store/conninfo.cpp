#include "store/conninfo.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string_view>

namespace tessera::store {

namespace {

std::string quoted(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

std::optional<std::string> conninfo(const std::string& url) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.c_str(), nullptr),
                                                                             &PQconninfoFree);
  if (!options) return std::nullopt;
  // Those set last win, so that these are defaults.
  std::string out = "connect_timeout=5 application_name=tessera client_encoding=UTF8";
  for (const auto* option = options.get(); option->keyword; ++option)
    if (option->val) out += std::string(" ") + option->keyword + "=" + quoted(option->val);
  return out;
}

Reach reach(const std::string& conninfo) {
  switch (PQping(conninfo.c_str())) {
    case PQPING_OK: return Reach::answers;
    case PQPING_REJECT: return Reach::starting;
    default: return Reach::silent;
  }
}

}  // namespace tessera::store
