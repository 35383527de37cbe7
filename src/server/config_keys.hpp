// What keys there are: one table a section of the configuration file. They stand in config.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/config_value.hpp"

namespace tessera::server {

enum class Sensitive : std::uint8_t { no, yes };

// One key: `fallback` is what stands there when it is missing, as TOML; "" means that it must be given.
template <class S>
struct Key {
  std::string_view name, type, fallback, meaning;
  void (*read)(const Value&, S&);
  Sensitive sensitive = Sensitive::no;
};

// A declared thing and the realm that it is for.
template <class T>
struct In {
  std::string realm;
  T thing{};
};

extern const std::vector<Key<Settings>> kTop, kPassword, kTls, kOutbound, kLog;
extern const std::vector<Key<issuer::Realm>> kRealm;
extern const std::vector<Key<issuer::Lifetimes>> kLifetimes;
extern const std::vector<Key<In<issuer::ResourceServer>>> kResourceServer;
extern const std::vector<Key<In<issuer::Role>>> kRole;
extern const std::vector<Key<In<issuer::Group>>> kGroup;
extern const std::vector<Key<In<DeclaredClient>>> kClient;
extern const std::vector<Key<In<DeclaredUser>>> kUser;
extern const std::vector<Key<In<issuer::TrustedIssuer>>> kTrustedIssuer;

}  // namespace tessera::server
