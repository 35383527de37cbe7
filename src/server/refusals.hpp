// What was refused lately, for whoever runs the server: the number on the page is not enough to know why.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace tessera::server {

// Neither a token, code, password nor query: `why` says what was expected and what came, as the log does.
struct RefusalRecord {
  std::string id;  // of the request: on the page, and in X-Request-Id
  Instant time{};
  std::string realm{}, method{}, path{}, client{};  // the client as the request names it, proved or not
  int status = 0;
  std::string error{}, at{}, why{};
};

// {"request":"…","time":"…",…}
std::string print(const RefusalRecord& refused);

// The youngest 10,000, in memory. Safe for any number of threads.
class Refusals {
 public:
  void add(RefusalRecord refused);
  std::optional<RefusalRecord> find(std::string_view id) const;

 private:
  mutable std::mutex mutex_;
  std::deque<RefusalRecord> kept_;
};

}  // namespace tessera::server
