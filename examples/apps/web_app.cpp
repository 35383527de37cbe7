#include "web_app.hpp"

#include <httplib.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "relying_party.hpp"
#include "web.hpp"

namespace example {

namespace {

constexpr const char* kStyle = R"(
  :root { color-scheme: light dark; --ink: #1c1b1a; --paper: #fbfaf8; --accent: #1d5a4e; --on: #fff; }
  @media (prefers-color-scheme: dark) { :root { --ink: #efeeec; --paper: #171615; --accent: #8fd3c3; --on: #10231f; } }
  body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 36rem;
         margin: 2rem auto; padding: 0 1rem; }
  button, .button { display: inline-block; font: inherit; font-weight: 600; padding: .5rem 1rem; margin: .25rem .25rem .25rem 0;
                    color: var(--on); background: var(--accent); border: 0; border-radius: .4rem; text-decoration: none; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
)";

// The people who are logged in here, by the random value of their cookie.
class Sessions {
 public:
  std::string add(Person person) {
    auto id = random_text();
    std::lock_guard lock(mutex_);
    people_.emplace(id, std::move(person));
    return id;
  }
  std::optional<Person> find(const std::string& id) {
    std::lock_guard lock(mutex_);
    const auto found = people_.find(id);
    return found == people_.end() ? std::nullopt : std::optional(found->second);
  }
  void replace(const std::string& id, const Person& person) {
    std::lock_guard lock(mutex_);
    if (const auto found = people_.find(id); found != people_.end()) found->second = person;
  }
  void remove(const std::string& id) {
    std::lock_guard lock(mutex_);
    people_.erase(id);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Person> people_;
};

std::string cookie_of(const httplib::Request& request, const std::string& name) {
  std::string_view rest = request.has_header("Cookie") ? std::string_view(request.headers.find("Cookie")->second) : "";
  while (!rest.empty()) {
    const auto end = rest.find("; ");
    const auto pair = rest.substr(0, end);
    if (pair.starts_with(name + "=")) return std::string(pair.substr(name.size() + 1));
    rest = end == std::string_view::npos ? "" : rest.substr(end + 2);
  }
  return "";
}

class App {
 public:
  App(const WebApp& app, Settings settings, std::string api)
      : app_(app), settings_(std::move(settings)), api_(std::move(api)), login_(settings_) {}

  void serve(int port) {
    httplib::Server server;
    server.Get("/", [this](const auto& request, auto& reply) { home(request, reply); });
    server.Get("/login", [this](const auto& request, auto& reply) { start_login(request, reply); });
    server.Get("/callback", [this](const auto& request, auto& reply) { finish_login(request, reply); });
    server.Post("/new", [this](const auto& request, auto& reply) { create(request, reply); });
    server.Post("/logout", [this](const auto& request, auto& reply) { logout(request, reply); });
    if (!server.listen("127.0.0.1", port)) throw std::runtime_error("cannot listen on port " + std::to_string(port));
  }

 private:
  void home(const httplib::Request& request, httplib::Response& reply) {
    const auto id = cookie_of(request, std::string(app_.cookie));
    auto person = sessions_.find(id);
    if (!person)
      return page(reply, "<p>You are not logged in.</p><p><a class=\"button\" href=\"/login\">Log in</a></p>");
    if (!login_.refresh(*person)) {
      sessions_.remove(id);
      set_cookie(reply, std::string(app_.cookie), "");
      return page(reply, "<p>You have been logged out.</p><p><a class=\"button\" href=\"/login\">Log in</a></p>");
    }
    sessions_.replace(id, *person);

    std::string roles;
    for (const auto& role : person->roles) roles += (roles.empty() ? "" : ", ") + role;
    std::string body = "<p>Hello, <strong id=\"name\">" + html_escape(person->name) +
                       "</strong>.</p><p>Your roles here: " + "<span id=\"roles\">" +
                       html_escape(roles.empty() ? "none" : roles) + "</span></p><h2>" + std::string(app_.name) +
                       "</h2>" + list(*person);
    if (!app_.new_path.empty()) body += "<form method=\"post\" action=\"/new\"><button>Add one</button></form>";
    body += "<form method=\"post\" action=\"/logout\"><button>Log out</button></form>";
    page(reply, body);
  }

  std::string list(const Person& person) {
    const auto answer = http_get(api_ + std::string(app_.list_path), settings_.ca_file, person.access_token);
    if (answer.status == 403) return "<p id=\"refused\">" + html_escape(refusal(answer)) + "</p>";
    if (answer.status != 200) return "<p>The API does not answer (" + std::to_string(answer.status) + ").</p>";
    std::string items;
    for (const auto& item : json_strings(answer.body, "items")) items += "<li>" + html_escape(item) + "</li>";
    return "<ul id=\"items\">" + items + "</ul>";
  }

  static std::string refusal(const HttpReply& answer) {
    return "Not allowed: this needs the permission " + json_string(answer.body, "needs").value_or("?") + ".";
  }

  void create(const httplib::Request& request, httplib::Response& reply) {
    const auto person = sessions_.find(cookie_of(request, std::string(app_.cookie)));
    if (!person || request.get_header_value("Origin") != settings_.base_url) return redirect(reply, "/");
    const auto answer =
        http_post_form(api_ + std::string(app_.new_path), settings_.ca_file, {}, "", "", person->access_token);
    if (answer.status == 403) {
      page(reply, "<p id=\"refused\">" + html_escape(refusal(answer)) + "</p><p><a href=\"/\">Back</a></p>");
      reply.status = 403;
      return;
    }
    redirect(reply, "/");
  }

  void start_login(const httplib::Request&, httplib::Response& reply) {
    const auto browser = random_text();
    set_cookie(reply, std::string(app_.cookie) + "-login", browser);
    redirect(reply, login_.login_url(browser));
  }

  void finish_login(const httplib::Request& request, httplib::Response& reply) {
    auto person = login_.finish_login({.browser = cookie_of(request, std::string(app_.cookie) + "-login"),
                                       .state = request.get_param_value("state"),
                                       .code = request.get_param_value("code"),
                                       .issuer = request.get_param_value("iss"),
                                       .error = request.get_param_value("error")});
    set_cookie(reply, std::string(app_.cookie) + "-login", "");
    if (!person) {
      page(reply,
           "<p id=\"refused\">" + html_escape(person.error().why) + "</p><p><a href=\"/login\">Try again</a></p>");
      reply.status = 400;
      return;
    }
    set_cookie(reply, std::string(app_.cookie), sessions_.add(std::move(*person)));
    redirect(reply, "/");
  }

  void logout(const httplib::Request& request, httplib::Response& reply) {
    const auto id = cookie_of(request, std::string(app_.cookie));
    const auto person = sessions_.find(id);
    if (!person || request.get_header_value("Origin") != settings_.base_url) return redirect(reply, "/");
    sessions_.remove(id);
    set_cookie(reply, std::string(app_.cookie), "");
    redirect(reply, login_.logout_url(*person));
  }

  void set_cookie(httplib::Response& reply, const std::string& name, const std::string& value) {
    const bool secure = settings_.base_url.starts_with("https:");
    reply.headers.emplace("Set-Cookie", name + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" +
                                            (secure ? "; Secure" : "") + (value.empty() ? "; Max-Age=0" : ""));
  }

  static void redirect(httplib::Response& reply, const std::string& url) { reply.set_redirect(url, 303); }

  void page(httplib::Response& reply, const std::string& body) {
    const std::string name(app_.name);
    reply.set_header("Content-Security-Policy",
                     "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
                     "frame-ancestors 'none'");
    reply.set_content("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + name +
                          "</title><meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" "
                          "href=\"data:,\"><style>" +
                          kStyle + "</style></head><body><main><h1>" + name + "</h1>" + body + "</main></body></html>",
                      "text/html; charset=utf-8");
  }

  WebApp app_;
  Settings settings_;
  std::string api_;
  RelyingParty login_;
  Sessions sessions_;
};

}  // namespace

int run_web_app(const WebApp& app, int argc, char** argv) {
  auto given = arguments(argc, argv);
  const char* secret = std::getenv("CLIENT_SECRET");
  for (const char* name : {"issuer", "base-url", "port", "client-id", "api"})
    if (given[name].empty() || !secret) {
      std::fprintf(
          stderr,
          "usage: CLIENT_SECRET=… %s --issuer URL --base-url URL --port N --client-id ID --api URL [--ca FILE]\n",
          argv[0]);
      return 2;
    }
  try {
    Settings settings{.issuer = given["issuer"],
                      .base_url = given["base-url"],
                      .client_id = given["client-id"],
                      .client_secret = secret,
                      .ca_file = given["ca"]};
    App(app, std::move(settings), given["api"]).serve(std::stoi(given["port"]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 3;
  }
  return 0;
}

}  // namespace example
