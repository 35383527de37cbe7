// What an endpoint answers: data, from which the adapter makes a response. No HTTP type, no HTML, no signed token.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "issuer/errors.hpp"
#include "issuer/model/realm.hpp"
#include "tessera/introspection_response.hpp"
#include "tessera/jwt.hpp"

namespace tessera::issuer {

// A token to be signed after the commit, on any thread, with the realm's active key for `alg`.
struct TokenDraft {
  std::string member;  // of the JSON reply: "access_token", "id_token"
  Alg alg = Alg::ES256;
  Draft draft;
};

// A JSON object. `body` is the object without the tokens; they are put first.
struct Json {
  int status = 200;
  std::string body = "{}";
  std::vector<TokenDraft> tokens{};
  std::string www_authenticate{};  // the challenge with a 401 or 403
};

// What introspection tells, as a JWT (RFC 9701): signed as a token is, with the key of access tokens, whose readers
// have it already.
struct IntrospectionJwt {
  introspection_response::Draft draft;
};

// Signed userinfo (OpenID Connect Core section 5.3.2). It has no `exp`, so that it is no ID token.
struct UserinfoJwt {
  Alg alg = Alg::RS256;
  std::string claims;  // a JSON object
};

// 303, always: never a repeat of a POST (RFC 9700 section 4.12).
struct Redirect {
  std::string location;
};

// What a person logs in for.
enum class Goal { application, device, account };

// The pages. Each names what it shows; `interaction` is the sealed request, to be carried in the form.
struct LoginPage {
  std::string client_name;
  std::string username;  // as typed last, to be shown again
  std::string interaction;
  std::optional<OAuthErr> error{};  // access_denied: wrong user name or password; slow_down; temporarily_unavailable
  Goal goal = Goal::application;
};
struct ConsentPage {
  std::string client_name;
  Party party = Party::third;
  std::string user_name{};
  std::vector<std::string> scopes{};                  // what is asked for now
  std::string client_uri{}, policy_uri{}, tos_uri{};  // https, or ""
  std::string logo_path{};                            // below the realm's base; "" for none
  std::string interaction{};
};
struct LogoutPage {
  std::string client_name{};  // "" when none is named
  std::string interaction{};
  enum class Mode { ask, submit_itself } mode = Mode::ask;
};
struct LoggedOutPage {
  std::vector<std::string> frames{};  // URLs of applications, to be shown so that they log out …
  std::string next{};                 // … before the browser goes on to this one, "" for nowhere
  enum class Onward { by_itself, by_hand } onward = Onward::by_itself;
};
// Where the code is typed that a device shows.
struct UserCodePage {
  std::string user_code{};  // as typed last, or as the device's link has it
  std::string interaction{};
  std::optional<OAuthErr> error{};  // unknown_user_code, slow_down
};
// Asks whether the device may.
struct DevicePage {
  std::string client_name;
  Party party = Party::third;
  std::string user_name{};
  std::string user_code{};  // to be compared with what the device shows
  std::vector<std::string> scopes{};
  std::string interaction{};
};
struct DeviceDonePage {
  std::string client_name;
  bool allowed = false;
};
// A person's own page.
struct AccountPage {
  struct Session {
    std::string id;
    Instant begun{}, seen{};
    std::vector<std::string> applications{};
    bool here = false;  // of this browser
  };
  struct Application {
    std::string id, name;
    std::vector<std::string> scopes{};
  };
  enum class Notice { none, password_changed, session_ended, sessions_ended, taken_back };
  std::string username, name;
  std::vector<Session> sessions{};
  std::vector<Application> applications{};
  std::string interaction{};
  Notice notice = Notice::none;
  std::optional<OAuthErr> error{};  // of the password: access_denied, bad_new_password, slow_down, temporarily_…
};
// The answer of an authorize request, in a form that posts itself to the application.
struct FormPostPage {
  std::string action;
  std::vector<std::pair<std::string, std::string>> params;
};
struct ErrorPage {
  OAuthErr code{};
  std::string at;
  std::string back{};  // where the application would be told, for the person to choose; "" for nowhere
};
struct Page {
  int status = 200;
  std::variant<LoginPage, ConsentPage, LogoutPage, LoggedOutPage, UserCodePage, DevicePage, DeviceDonePage, AccountPage,
               FormPostPage, ErrorPage>
      model;
  std::string form_target{};  // origin, or scheme of a native app, that a post may end at: CSP form-action
};

struct Empty {
  int status = 200;
};

// Name without prefix: the adapter adds the realm's name and, over https, `__Host-`. HttpOnly, SameSite=Lax, Path=/.
struct Cookie {
  enum class Which { session, browser, device } which{};
  std::string value;                // "" removes it
  std::chrono::seconds max_age{0};  // 0: as long as the browser runs
  friend bool operator==(const Cookie&, const Cookie&) = default;
};

struct Reply {
  std::variant<Json, IntrospectionJwt, UserinfoJwt, Redirect, Page, Logo, Empty> body;
  std::vector<Cookie> cookies{};
};

}  // namespace tessera::issuer
