// What `tessera dev` serves: a small house with people, applications and an API, declared like any other.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/config.hpp"

namespace tessera::server {

// The random passwords and client secrets, by the name of whom they belong to.
using DevSecrets = std::map<std::string, std::string>;

struct DevHouse {
  struct Person {
    std::string username, password, about;
  };
  struct App {
    std::string id, secret, about;
    std::vector<std::string> redirect_uris;
  };
  Config config;         // store and master key are the caller's to fill in
  std::string audience;  // of the API
  std::vector<Person> people;
  std::vector<App> apps;
};

// The issuer stands on http://localhost:PORT, `orders` on the next port, then `reports`, the API and `partner`.
// A secret that `secrets` lacks is drawn and put there.
DevHouse dev_house(std::uint16_t port, DevSecrets& secrets, const std::function<void(std::span<std::byte>)>& random);

std::string print(const DevSecrets& secrets);  // JSON
std::optional<DevSecrets> parse_dev_secrets(std::string_view json);

}  // namespace tessera::server
