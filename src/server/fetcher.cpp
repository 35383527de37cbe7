#include "server/fetcher.hpp"

namespace tessera::server {

namespace {
constexpr std::size_t kMaxBody = 64 << 10;
}

fetch::Options options_for_clients(const Outbound& outbound) {
  return {.trust = fetch::Trust::strangers,
          .max_bytes = kMaxBody,
          .timeout = outbound.timeout,
          .ca_file = outbound.ca_file,
          .reachable = outbound.reachable};
}

Fetcher::Fetcher(const Outbound& outbound, Complain complain)
    : options_(options_for_clients(outbound)),
      complain_(std::move(complain)),
      keys_(outbound.threads, outbound.waiting),
      others_(outbound.threads, outbound.waiting) {}

bool Fetcher::try_get(Errand& errand) {
  // What must be done with key sets as they land is not done by a flight that somebody else has begun for another
  // purpose, perhaps on purpose.
  const auto name = (errand.landed ? "keys " : "") + errand.url;
  std::unique_lock lock(mutex_);
  if (const auto flight = flights_.find(name); flight != flights_.end()) {
    flight->second.push_back(std::move(errand));
    return true;
  }
  if (errand.wanted && !errand.wanted()) {
    lock.unlock();
    errand.done(std::nullopt);
    return true;
  }
  Pool::Task task = [this, name, url = errand.url, landed = errand.landed] { land(name, url, landed); };
  if (!(errand.landed ? keys_ : others_).try_run(task, fetch::host_of(errand.url))) return false;
  flights_[name].push_back(std::move(errand));
  return true;
}

Fetcher::Body Fetcher::body_at(const std::string& url) const {
  auto answer = fetch::get(url, options_);
  if (answer && answer->status == 200) return std::move(answer->body);
  complain_(answer ? "the answer of " + url.substr(0, url.find_first_of("?#")) + " has the status " +
                         std::to_string(answer->status)
                   : answer.error().message);
  return std::nullopt;
}

// Those who come while it lands still join; those who come later find what it brought.
void Fetcher::land(const std::string& name, const std::string& url, const std::function<void(const Body&)>& landed) {
  Body body;
  try {
    body = body_at(url);
    if (landed) landed(body);
  } catch (const std::exception&) {
    // No memory. Whoever waits is told so all the same.
  }
  std::vector<Errand> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting = std::move(flights_.extract(name).mapped());
  }
  for (auto& errand : waiting) errand.done(body);
}

}  // namespace tessera::server
