// Requests of the token side, as the tests of grants, introspection and revocation make them.
#pragma once

#include "unit/issuer/harness.hpp"

namespace tessera::issuer::test {

inline Request code_request(const std::string& code) {
  return with_basic(post({{"grant_type", "authorization_code"},
                          {"code", code},
                          {"redirect_uri", kOrdersUri},
                          {"code_verifier", kVerifier}}));
}

inline Request refresh_request(const std::string& token) {
  return with_basic(post({{"grant_type", "refresh_token"}, {"refresh_token", token}}));
}

inline Request credentials_request() { return with_basic(post({{"grant_type", "client_credentials"}}), "service"); }

// The tokens of a fresh login of "orders" for ann.
struct LoggedIn {
  Session session;
  Code code;
  std::map<std::string, std::string> tokens;
};
inline LoggedIn log_in_and_redeem(House& house, std::vector<std::string> scope = {"openid", "orders"}) {
  LoggedIn in{house.log_in("usr_ann"), {}, {}};
  in.code = house.code(in.session, "orders", std::move(scope));
  in.tokens = house.tokens(house.call(token, code_request(house.sealed(in.code))));
  return in;
}

}  // namespace tessera::issuer::test
