// Requests to URLs that came with clients: on a few threads, under the rules of fetch::Trust::strangers, each URL by
// one request at a time whoever asks for it meanwhile, each host by no more than half of the threads. Key sets have
// threads of their own: whoever proves itself by them waits for no logo and no request object.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fetch/fetch.hpp"
#include "server/pool.hpp"

namespace tessera::server {

// The operator's word on them.
struct Outbound {
  Networks reachable{};   // that clients' URLs may reach though they are not public
  std::string ca_file{};  // PEM, trusted beside the system's; "" for none
  std::chrono::milliseconds timeout{5'000};
  unsigned threads = 4;      // for key sets, and as many for everything else
  std::size_t waiting = 64;  // for one of either
};

// What a request to a client's URL is held to.
fetch::Options options_for_clients(const Outbound& outbound);

class Fetcher {
 public:
  using Body = std::optional<std::string>;  // of an answer 200, else nothing
  // Says why there was none; from the thread that asked.
  using Complain = std::function<void(const std::string& why)>;
  Fetcher(const Outbound& outbound, Complain complain);

  struct Errand {
    std::string url;
    // Asked before a request is made, while none for the URL is under way: whether it is still wanted. Always, when
    // empty.
    std::function<bool()> wanted{};
    std::function<void(const Body&)> landed{};  // of the one who made the request, before the next one can be made
    std::move_only_function<void(const Body&)> done{};  // once, from any thread, also within try_get
  };
  // False, and the errand untouched, when as many wait as may.
  bool try_get(Errand& errand);

 private:
  Body body_at(const std::string& url) const;
  void land(const std::string& name, const std::string& url, const std::function<void(const Body&)>& landed);
  fetch::Options options_;
  Complain complain_;
  std::mutex mutex_;
  std::map<std::string, std::vector<Errand>> flights_;
  Pool keys_, others_;  // last: they end before what they use
};

}  // namespace tessera::server
