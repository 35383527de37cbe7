// People, and what they have going: sessions, grants, consents.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "issuer/model/ids.hpp"

namespace tessera::issuer {

// What else may be known of a person (OpenID Connect Core section 5.1).
struct Profile {
  std::map<std::string, std::string> texts;    // by the claim's name: nickname, phone_number …
  std::map<std::string, std::string> address;  // section 5.1.1: street_address, locality …
  bool phone_number_verified = false;
  friend bool operator==(const Profile&, const Profile&) = default;
};

struct User {
  UserId id;
  std::string username;       // canonical: see canonical_username
  std::string password_hash;  // Argon2id, names its parameters; "" cannot log in
  bool enabled = true;
  std::string name, given_name, family_name, email;
  bool email_verified = false;
  Profile profile{};
  std::vector<std::string> roles, groups;
  std::int64_t failures = 0;  // wrong passwords since the last right one
  Instant updated{};
};

// One login of one person in one browser. The cookie is random; only its digest is kept.
struct Session {
  SessionId id;
  std::string cookie_digest;  // base64url of SHA-256
  UserId user;
  Instant created{}, authenticated{}, seen{};
  std::int64_t rev = 0;  // the last fact applied when it was made
  bool ended = false;
};

// A client that is yet to be told that a session has ended.
struct PendingLogout {
  SessionId session;
  ClientId client;
  UserId user;
  std::int64_t attempts = 0;  // that have begun
  friend bool operator==(const PendingLogout&, const PendingLogout&) = default;
};

// What the parameter `claims` asked for (OpenID Connect Core section 5.5), by name: claims of issuer/user_claims.hpp.
struct ClaimsAsked {
  std::vector<std::string> id_token, userinfo;
  friend bool operator==(const ClaimsAsked&, const ClaimsAsked&) = default;
};

// What one client may do for one person after one code: lives as long as its session, or, with offline_access, by
// itself.
struct Grant {
  GrantId id;
  SessionId session;
  UserId user;
  ClientId client;
  std::vector<std::string> scope;
  std::string audience;
  std::string nonce;  // for the first ID token only
  Instant authenticated{}, created{};
  Instant used{};                        // when its refresh token last advanced
  std::int64_t generation = 0;           // of its newest refresh token
  std::vector<std::string> refreshed{};  // the scope that the refresh which made that token gave: a retry gets no more
  std::int64_t rev = 0;
  bool offline = false;
  bool ended = false;
  ClaimsAsked claims{};
  // Of the key that its newest tokens were given to (RFC 9449), "" without: a public client's refresh token is bound to
  // it, and a retry is answered to nobody else.
  std::string jkt{};
};

// A device that waits for a person (RFC 8628): what it asks for, and what the person decided. Both codes are kept as
// digests: that of the device code is the id of the grant that redeeming it makes, that of the user code is keyed.
enum class DeviceState { pending, allowed, denied, redeemed };
struct DeviceCode {
  std::string digest, user_code_digest;  // base64url of SHA-256, of HMAC-SHA-256
  ClientId client;
  std::vector<std::string> scope;
  std::string audience;
  Instant expires{};
  DeviceState state = DeviceState::pending;
  SessionId session{};  // in which it was decided, and by whom; "" before
  UserId user{};
  Instant authenticated{};
};

struct Consent {
  UserId user;
  ClientId client;
  std::vector<std::string> scope;  // everything allowed so far
  Instant given{};
};

}  // namespace tessera::issuer
