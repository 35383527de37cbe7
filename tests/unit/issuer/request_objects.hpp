// Requests that are pushed, and requests that are signed, as "orders" makes them.
#pragma once

#include <gtest/gtest.h>

#include "tessera/jws.hpp"
#include "unit/issuer/page_requests.hpp"

namespace tessera::issuer::test {

inline const PrivateKey& key_of(Alg alg) {
  static std::map<Alg, PrivateKey> keys;
  if (!keys.contains(alg))
    keys.emplace(alg, *PrivateKey::generate(alg, {.kid = std::string(alg_name(alg)), .alg = alg}));
  return keys.at(alg);
}

// Members as JSON text; "" leaves one out.
using Members = std::map<std::string, std::string>;

inline std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

struct Requests : testing::Test {
  Requests() {
    give_keys("orders", {key_of(Alg::ES256).public_key(), key_of(Alg::RS256).public_key()});
    give_keys("spa", {key_of(Alg::PS256).public_key()});
  }
  void give_keys(std::string_view id, const std::vector<PublicKey>& keys) {
    auto& client = house.client(id);
    client.jwks = jwks(keys);
    house.config().client_keys.insert_or_assign(client.id, *make_client_keys(client, *house.config().seals));
  }

  std::int64_t now() { return unix_seconds(house.now()); }
  // The claims of a request object that is good, but for `changes`.
  std::string claims(const Members& changes = {}) {
    Members all{{"iss", R"("orders")"},
                {"aud", in_quotes(kIssuer)},
                {"nbf", std::to_string(now())},
                {"exp", std::to_string(now() + 300)}};
    for (const auto& param : asking()) all[param.name] = in_quotes(param.value);
    for (const auto& [name, value] : changes) all[name] = value;
    std::string text;
    for (const auto& [name, value] : all)
      if (!value.empty()) text += (text.empty() ? "" : ",") + (in_quotes(name) + ":" + value);
    return '{' + text + '}';
  }
  std::string object(const Members& changes = {}, Alg alg = Alg::ES256, jws::Header header = {}) {
    return *jws::sign(bytes_of(claims(changes)), {key_of(alg), std::move(header)});
  }
  static std::vector<Param> by_value(const std::string& object) {
    return {{"client_id", "orders"}, {"request", object}};
  }
  static std::vector<Param> by_reference(const std::string& uri, std::string_view client = "orders") {
    return {{"client_id", std::string(client)}, {"request_uri", uri}};
  }

  Answer push(std::vector<Param> params = asking()) { return house.call(par, with_basic(post(std::move(params)))); }
  static std::string uri_of(const Answer& answer) {
    const auto text = member(answer.json(), "request_uri");
    return text.size() < 2 ? "" : text.substr(1, text.size() - 2);
  }
  std::string pushed(std::vector<Param> params = asking()) { return uri_of(push(std::move(params))); }
  // "ok", or the refusal and where.
  static std::string outcome(const Answer& answer) { return answer.reply ? "ok" : answer.code() + " " + answer.at(); }
  std::string push_outcome(std::vector<Param> params) { return outcome(push(std::move(params))); }

  House house;
  Tab tab{house};
};

}  // namespace tessera::issuer::test
