// Why a server does not start: one sentence that says what is wrong and what to do. Never holds a secret.
#pragma once

#include <expected>
#include <string>

namespace tessera::server {

struct StartFailure {
  std::string sentence;
};
template <class T>
struct [[nodiscard]] Started : std::expected<T, StartFailure> {
  using std::expected<T, StartFailure>::expected;
};
inline std::unexpected<StartFailure> cannot_start(std::string sentence) {
  return std::unexpected(StartFailure{std::move(sentence)});
}

}  // namespace tessera::server
