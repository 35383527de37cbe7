// A small web application behind a login: who you are, your roles, one list that comes from the API, log out.
#pragma once

#include <string>
#include <string_view>

namespace example {

struct WebApp {
  std::string_view name;       // "Orders"
  std::string_view cookie;     // its session cookie: ports share cookies, so applications must not share a name
  std::string_view list_path;  // at the API: "/orders"
  std::string_view new_path;   // at the API, by POST; "" for none
};

// Runs until the process ends; gives the exit code.
// Arguments: --issuer URL --base-url URL --port N --client-id ID --api URL [--ca FILE]; the client secret is in the
// environment as CLIENT_SECRET.
int run_web_app(const WebApp& app, int argc, char** argv);

}  // namespace example
