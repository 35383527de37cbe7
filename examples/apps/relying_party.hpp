// A web application's side of a login: OpenID Connect's authorization code flow with PKCE, refresh and logout.
//
// libtessera does what must not go wrong (it verifies the ID token); HTTP and JSON come from cpp-httplib and
// Boost.JSON, as any application would choose its own.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tessera/tessera.hpp"

namespace example {

using Clock = std::chrono::system_clock;

// One person logged in to this application.
struct Person {
  std::string subject, name;
  std::vector<std::string> roles;
  std::string access_token, refresh_token, id_token;
  std::chrono::sys_seconds access_expires;
};

struct Settings {
  std::string issuer;    // "http://localhost:8080"
  std::string base_url;  // of this application: "http://orders.localhost:8081"
  std::string client_id, client_secret;
  std::string scope = "openid profile roles";
  std::string ca_file;  // a certificate authority to trust beside the system's; "" for none
};

class RelyingParty {
 public:
  // Reads the issuer's discovery document and keys. Throws std::runtime_error with a sentence when it cannot.
  explicit RelyingParty(Settings settings);

  // Where to send the browser. `browser` is a random cookie value that binds the answer to this browser.
  std::string login_url(const std::string& browser);

  // What the issuer sent the browser back with.
  struct Callback {
    std::string browser, state, code, issuer, error;
  };
  struct Failed {
    std::string why;
  };
  std::expected<Person, Failed> finish_login(const Callback& callback);

  // Renews the tokens of `person` when they are about to expire. False when the login has ended: log the person out
  // here.
  bool refresh(Person& person);

  std::string logout_url(const Person& person) const;

 private:
  struct Pending {
    std::string browser, verifier, nonce;
    Clock::time_point expires;
  };
  std::expected<Person, Failed> person_from(const std::string& token_reply, const std::string& nonce);
  // Makes the verifier of the issuer's present keys; a sentence when it cannot.
  std::expected<void, Failed> fetch_keys();
  tessera::Result<tessera::Claims> verify(const std::string& id_token);

  Settings settings_;
  std::string authorization_endpoint_, token_endpoint_, userinfo_endpoint_, end_session_endpoint_;
  std::string jwks_uri_;
  std::mutex mutex_;
  std::optional<tessera::Verifier> id_tokens_;
  Clock::time_point fetched_;
  std::map<std::string, Pending> pending_;  // by state
};

}  // namespace example
