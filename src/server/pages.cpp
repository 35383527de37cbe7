#include "server/pages.hpp"

#include <fmt/format.h>

#include <set>

#include "base/printable.hpp"
#include "issuer/steps/redirect_uri.hpp"

namespace tessera::server {

namespace {

using namespace issuer;

// Builds HTML from literals and escaped text; there is no third way in.
class Html {
 public:
  template <std::size_t N>
  Html& lit(const char (&literal)[N]) {
    html_.append(literal, N - 1);
    return *this;
  }
  // For text content and for attribute values in double quotes.
  Html& text(std::string_view text) {
    for (const char c : text) switch (c) {
        case '&': html_ += "&amp;"; break;
        case '<': html_ += "&lt;"; break;
        case '>': html_ += "&gt;"; break;
        case '"': html_ += "&quot;"; break;
        case '\'': html_ += "&#39;"; break;
        default: html_ += c;
      }
    return *this;
  }
  // A name of somebody or something: whoever chose it does not turn the words around it.
  Html& name(std::string_view name) { return text(printable(name)); }
  std::string take() { return std::move(html_); }

 private:
  std::string html_;
};

// What a person reads about a refusal: what happened, and what to do.
struct Words {
  std::string_view title, advice;
};

Words words_for(OAuthErr code) {
  switch (code) {
    case OAuthErr::bad_interaction:
      return {"This page has expired",
              "It was open too long, or it was opened in another browser. Go back to the application and start again."};
    case OAuthErr::cross_site:
      return {"This form came from another site", "Go back to the application and start again."};
    case OAuthErr::unknown_client:
      return {"This application is not known here",
              "Its address is wrong, or it was removed. Tell the people who run the application."};
    case OAuthErr::bad_redirect_uri:
      return {
          "This application's address is not registered",
          "You were not sent on, because the address is not one that the application registered. Tell the people who "
          "run it, with the request number below."};
    case OAuthErr::unknown_user_code: return {"This code has expired", "Ask the device for a new code, and type that."};
    case OAuthErr::invalid_request_uri:
      return {"This link has expired or was used before", "Go back to the application and start again."};
    case OAuthErr::slow_down: return {"Too many attempts", "Wait a minute, then try again."};
    case OAuthErr::temporarily_unavailable:
      return {"Busy just now", "Nothing is lost. Wait a moment, then reload this page."};
    case OAuthErr::server_error:
      return {"Something failed here", "It was our fault, and it is in our log. Try again in a moment."};
    case OAuthErr::not_found: return {"There is nothing here", "Check the address."};
    default:
      return {"This request could not be read",
              "The application sent something wrong. Tell the people who run it, with the request number below."};
  }
}

std::string_view login_error(OAuthErr code) {
  switch (code) {
    case OAuthErr::slow_down: return "Too many attempts. Wait a minute, then try again.";
    case OAuthErr::temporarily_unavailable: return "Busy just now. Wait a moment, then try again.";
    default: return "The user name or the password is not right.";
  }
}

std::string_view user_code_error(OAuthErr code) {
  if (code == OAuthErr::slow_down) return "Too many attempts. Wait a minute, then try again.";
  return "This code is not known here, or it has expired. Look at the device again.";
}

std::string_view password_error(OAuthErr code) {
  switch (code) {
    case OAuthErr::slow_down: return "Too many attempts. Wait a minute, then try again.";
    case OAuthErr::temporarily_unavailable: return "Busy just now. Wait a moment, then try again.";
    case OAuthErr::bad_new_password:
      return "The new password needs at least 8 characters, and must be the same in both fields.";
    default: return "The present password is not right.";
  }
}

std::string_view notice_words(AccountPage::Notice notice) {
  using Notice = AccountPage::Notice;
  switch (notice) {
    case Notice::none: break;
    case Notice::password_changed: return "Your password is changed. You are signed out everywhere else.";
    case Notice::session_ended: return "You are signed out there.";
    case Notice::sessions_ended: return "You are signed out everywhere else.";
    case Notice::taken_back: return "The application may do nothing for you any more.";
  }
  return {};
}

// What a scope means to the person who is asked; a scope of a resource server is shown by its name.
std::string_view scope_words(std::string_view scope) {
  if (scope == "openid") return "Know who you are";
  if (scope == "profile") return "See your profile: name, birthday, gender, picture and the like";
  if (scope == "email") return "See your email address";
  if (scope == "address") return "See your postal address";
  if (scope == "phone") return "See your phone number";
  if (scope == "roles") return "See which roles you have";
  if (scope == "offline_access") return "Stay connected after you log out";
  return {};
}

class Renderer {
 public:
  Renderer(const Page& page, const Snapshot& snapshot, std::string_view base_path, std::string_view request_id)
      : page_(page), snapshot_(snapshot), base_path_(base_path), request_id_(request_id) {}

  RenderedPage render() {
    std::visit([this](const auto& model) { show(model); }, page_.model);
    html_.lit("</main>\n</body>\n</html>\n");
    std::string csp =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; "
        "frame-ancestors "
        "'none'; "
        "form-action 'self'";
    if (!page_.form_target.empty()) csp += ' ' + page_.form_target;
    csp += frame_sources();
    return {page_.status, html_.take(), std::move(csp)};
  }

 private:
  // Of the pages one alone has frames.
  std::string frame_sources() const {
    const auto* out = std::get_if<LoggedOutPage>(&page_.model);
    if (!out || out->frames.empty()) return {};
    std::set<std::string> sources;
    for (const auto& url : out->frames) sources.insert(form_source_of(url));
    std::string text = "; frame-src";
    for (const auto& source : sources) text += ' ' + source;
    return text;
  }

  void head(std::string_view title, std::string_view prefix = "") {
    html_.lit("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>")
        .text(prefix)
        .text(title)
        .lit(" – ")
        .name(realm_name())
        .lit(
            "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"robots\" content=\"noindex\">\n<link rel=\"icon\" href=\"data:,\">\n"
            "<link rel=\"stylesheet\" href=\"")
        .text(assets::k_style_css)
        .lit("\">\n<script src=\"")
        .text(assets::k_page_js)
        .lit(
            "\" defer></script>\n</head>\n<body>\n<main>\n"
            "<svg class=\"mark\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" fill=\"currentColor\">"
            "<path d=\"M2 2h9v9H2zM13 2h9v9h-9zM2 13h9v9H2z\"/><path d=\"M17.5 13l4.5 4.5-4.5 4.5-4.5-4.5z\"/></svg>\n"
            "<h1>")
        .text(title)
        .lit("</h1>\n");
  }

  std::string_view realm_name() const {
    return snapshot_.realm.name.empty() ? std::string_view("Tessera") : std::string_view(snapshot_.realm.name);
  }

  template <std::size_t N>
  void form(const char (&path)[N], std::string_view interaction, std::string_view attribute = "") {
    html_.lit("<form method=\"post\" action=\"").text(base_path_).lit(path).lit("\"");
    if (!attribute.empty()) html_.lit(" ").text(attribute);
    html_.lit(">\n<input type=\"hidden\" name=\"interaction\" value=\"").text(interaction).lit("\">\n");
  }

  void end_form() { html_.lit("</form>\n<p class=\"spoken\" id=\"status\" role=\"status\"></p>\n"); }

  void show(const LoginPage& m) {
    const bool wrong = m.error == OAuthErr::access_denied;
    head("Sign in", m.error ? "Error: " : "");
    switch (m.goal) {
      case Goal::application:
        html_.lit("<p class=\"quiet\">to continue to <strong>").name(m.client_name).lit("</strong></p>\n");
        break;
      case Goal::device: html_.lit("<p class=\"quiet\">to connect your device</p>\n"); break;
      case Goal::account: html_.lit("<p class=\"quiet\">to see your account</p>\n"); break;
    }
    if (m.error) html_.lit("<p class=\"wrong\" id=\"error\" role=\"alert\">").text(login_error(*m.error)).lit("</p>\n");
    form("/login", m.interaction);
    html_
        .lit(
            "<label for=\"username\">User name</label>\n<div class=\"field\"><input id=\"username\" name=\"username\" "
            "type=\"text\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"256\" "
            "required value=\"")
        .text(m.username)
        .lit("\"");
    if (wrong) html_.lit(" aria-invalid=\"true\" aria-describedby=\"error\"");
    if (m.username.empty()) html_.lit(" autofocus");
    html_.lit(
        "></div>\n<label for=\"password\">Password</label>\n<div class=\"field\"><input id=\"password\" "
        "name=\"password\" type=\"password\" autocomplete=\"current-password\" maxlength=\"1024\" required");
    if (wrong) html_.lit(" aria-invalid=\"true\" aria-describedby=\"error\"");
    if (!m.username.empty()) html_.lit(" autofocus");
    html_.lit("></div>\n<button type=\"submit\" data-busy=\"Signing in…\">Sign in</button>\n");
    end_form();
  }

  void show(const ConsentPage& m) {
    head("Allow access?");
    if (!m.logo_path.empty())
      html_.lit("<img class=\"logo\" alt=\"\" src=\"").text(base_path_).text(m.logo_path).lit("\">\n");
    html_.lit("<p><strong>")
        .name(m.client_name)
        .lit("</strong> asks to do this for you, <strong>")
        .name(m.user_name)
        .lit("</strong>:</p>\n");
    list_of(m.scopes);
    html_.lit("<p class=\"small quiet\">");
    if (m.party == Party::third) html_.lit("It is run by somebody else. ");
    html_.lit("You can refuse; nothing is shared then.</p>\n");
    links({{"Home page", m.client_uri}, {"Privacy policy", m.policy_uri}, {"Terms of service", m.tos_uri}});
    form("/consent", m.interaction);
    html_.lit(
        "<button type=\"submit\" name=\"decision\" value=\"allow\" data-busy=\"Allowing…\">Allow</button>\n"
        "<button type=\"submit\" name=\"decision\" value=\"deny\" class=\"second\" data-busy=\"Refusing…\">Refuse"
        "</button>\n");
    end_form();
  }

  void links(std::initializer_list<std::pair<std::string_view, std::string_view>> links) {
    bool any = false;
    for (const auto& [words, uri] : links) {
      if (uri.empty()) continue;
      if (any)
        html_.lit(" · ");
      else
        html_.lit("<p class=\"small quiet\">");
      html_.lit("<a rel=\"noopener noreferrer\" target=\"_blank\" href=\"");
      html_.text(uri).lit("\">").text(words).lit("</a>");
      any = true;
    }
    if (any) html_.lit("</p>\n");
  }

  void show(const UserCodePage& m) {
    head("Connect a device", m.error ? "Error: " : "");
    html_.lit("<p class=\"quiet\">Type the code that the device shows.</p>\n");
    if (m.error)
      html_.lit("<p class=\"wrong\" id=\"error\" role=\"alert\">").text(user_code_error(*m.error)).lit("</p>\n");
    form("/device", m.interaction);
    html_
        .lit(
            "<label for=\"user_code\">Code</label>\n<div class=\"field\"><input class=\"code\" id=\"user_code\" "
            "name=\"user_code\" type=\"text\" autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" "
            "maxlength=\"64\" required autofocus value=\"")
        .text(m.user_code)
        .lit("\"");
    if (m.error) html_.lit(" aria-invalid=\"true\" aria-describedby=\"error\"");
    html_.lit("></div>\n<button type=\"submit\" data-busy=\"Looking…\">Continue</button>\n");
    end_form();
  }

  void show(const DevicePage& m) {
    head("Connect this device?");
    html_.lit("<p><strong>")
        .name(m.client_name)
        .lit("</strong> asks to do this for you, <strong>")
        .name(m.user_name)
        .lit("</strong>, on another device:</p>\n");
    list_of(m.scopes);
    html_.lit("<p>The device must show this code:</p>\n<p class=\"code\">")
        .text(m.user_code)
        .lit(
            "</p>\n<p class=\"small quiet\">Allow it only if the device is in front of you and you have just started "
            "this there. ");
    if (m.party == Party::third) html_.lit("The application is run by somebody else. ");
    html_.lit("If somebody sent you the code or a link, refuse.</p>\n");
    form("/device", m.interaction);
    html_.lit(
        "<button type=\"submit\" name=\"decision\" value=\"allow\" data-busy=\"Allowing…\">Allow</button>\n"
        "<button type=\"submit\" name=\"decision\" value=\"deny\" class=\"second\" data-busy=\"Refusing…\">Refuse"
        "</button>\n");
    end_form();
  }

  void show(const DeviceDonePage& m) {
    head(m.allowed ? "The device is connected" : "You refused");
    html_.lit("<p class=\"quiet\"><strong>").name(m.client_name).lit("</strong> ");
    if (m.allowed)
      html_.lit("goes on there in a few seconds. You can close this page.</p>\n");
    else
      html_.lit("gets nothing. You can close this page.</p>\n");
  }

  void show(const AccountPage& m) {
    const bool wrong = m.error.has_value();
    head("Your account", wrong ? "Error: " : "");
    html_.lit("<p class=\"quiet\">");
    if (!m.name.empty()) html_.lit("<strong>").name(m.name).lit("</strong>, ");
    html_.lit("user name <strong>").name(m.username).lit("</strong></p>\n");
    if (const auto words = notice_words(m.notice); !words.empty())
      html_.lit("<p class=\"done\" role=\"status\">").text(words).lit("</p>\n");
    sessions(m);
    applications(m);
    html_.lit("<section>\n<h2>Password</h2>\n");
    if (wrong)
      html_.lit("<p class=\"wrong\" id=\"error\" role=\"alert\">").text(password_error(*m.error)).lit("</p>\n");
    change_form("password", m);
    html_.lit("<input hidden type=\"text\" name=\"username\" autocomplete=\"username\" readonly value=\"")
        .text(m.username)
        .lit("\">\n");
    const bool wrong_new = m.error == OAuthErr::bad_new_password;
    password_field("password", "Present password", "current-password", wrong && !wrong_new,
                   wrong && !wrong_new ? Focus::here : Focus::elsewhere);
    password_field("new_password", "New password", "new-password", wrong_new,
                   wrong_new ? Focus::here : Focus::elsewhere);
    password_field("new_password_again", "New password again", "new-password", wrong_new, Focus::elsewhere);
    html_.lit(
        "<p class=\"small quiet\">You will be signed out everywhere else.</p>\n"
        "<button type=\"submit\" data-busy=\"Changing…\">Change the password</button>\n");
    end_form();
    html_.lit("</section>\n");
  }

  void sessions(const AccountPage& m) {
    html_.lit("<section>\n<h2>Where you are signed in</h2>\n<ul class=\"rows\">\n");
    for (const auto& session : m.sessions) {
      html_.lit("<li>\n<p>");
      if (session.here) html_.lit("<strong>This browser</strong><br>\n");
      html_.lit("Since ");
      time(session.begun);
      if (!session.here) {
        html_.lit(", last seen ");
        time(session.seen);
      }
      if (!session.applications.empty()) html_.lit("<br>\n<span class=\"quiet\">");
      for (std::size_t i = 0; i < session.applications.size(); ++i)
        html_.text(i ? ", " : "").name(session.applications[i]);
      if (!session.applications.empty()) html_.lit("</span>");
      html_.lit("</p>\n");
      if (session.here) {
        html_.lit("<p><a href=\"").text(base_path_).lit("/logout\">Sign out</a></p>\n</li>\n");
        continue;
      }
      change_form("end_session", m);
      hidden("session", session.id);
      html_.lit(
          "<button type=\"submit\" class=\"second\" data-busy=\"Signing out…\">Sign out "
          "there</button>\n</form>\n</li>\n");
    }
    html_.lit("</ul>\n");
    if (m.sessions.size() > 2) {
      change_form("end_other_sessions", m);
      html_.lit(
          "<button type=\"submit\" class=\"second\" data-busy=\"Signing out…\">Sign out everywhere "
          "else</button>\n</form>\n");
    }
    html_.lit("</section>\n");
  }

  void applications(const AccountPage& m) {
    html_.lit("<section>\n<h2>What you allowed</h2>\n");
    if (m.applications.empty()) html_.lit("<p class=\"quiet\">No application has lasting access.</p>\n");
    html_.lit("<ul class=\"rows\">\n");
    for (const auto& application : m.applications) {
      html_.lit("<li>\n<p><strong>").name(application.name).lit("</strong></p>\n");
      list_of(application.scopes);
      change_form("take_back", m);
      hidden("client", application.id);
      html_.lit("<button type=\"submit\" class=\"second\" aria-label=\"Take back: ")
          .name(application.name)
          .lit("\" data-busy=\"Taking back…\">Take back</button>\n</form>\n</li>\n");
    }
    html_.lit("</ul>\n</section>\n");
  }

  template <std::size_t N>
  void change_form(const char (&change)[N], const AccountPage& m) {
    form("/account", m.interaction);
    hidden("change", change);
  }

  void hidden(std::string_view name, std::string_view value) {
    html_.lit("<input type=\"hidden\" name=\"").text(name).lit("\" value=\"").text(value).lit("\">\n");
  }

  enum class Focus { here, elsewhere };
  template <std::size_t N>
  void password_field(std::string_view name, std::string_view label, const char (&autocomplete)[N], bool wrong,
                      Focus focus) {
    html_.lit("<label for=\"").text(name).lit("\">").text(label).lit("</label>\n<div class=\"field\"><input id=\"");
    html_.text(name).lit("\" name=\"").text(name).lit("\" type=\"password\" autocomplete=\"").lit(autocomplete);
    html_.lit("\" maxlength=\"1024\" required");
    if (wrong) html_.lit(" aria-invalid=\"true\" aria-describedby=\"error\"");
    if (focus == Focus::here) html_.lit(" autofocus");
    html_.lit("></div>\n");
  }

  // Script shows it in the reader's own time.
  void time(Instant at) {
    const auto minute = std::chrono::floor<minutes>(at);
    const auto day = std::chrono::floor<std::chrono::days>(minute);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{minute - day};
    const auto text =
        fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count());
    html_.lit("<time datetime=\"").text(text).lit("Z\">").text(text).lit(" UTC</time>");
  }

  void list_of(const std::vector<std::string>& scopes) {
    if (scopes.empty()) return;
    html_.lit("<ul>\n");
    for (const auto& scope : scopes) {
      html_.lit("<li>");
      if (const auto words = scope_words(scope); !words.empty())
        html_.text(words);
      else
        html_.lit("<code>").text(scope).lit("</code>");
      html_.lit("</li>\n");
    }
    html_.lit("</ul>\n");
  }

  void show(const LogoutPage& m) {
    head("Sign out?");
    if (!m.client_name.empty())
      html_.lit("<p><strong>").name(m.client_name).lit("</strong> asks to sign you out.</p>\n");
    html_.lit("<p class=\"quiet\">You will be signed out of every application that you reached through ")
        .name(realm_name())
        .lit(".</p>\n");
    form("/logout", m.interaction, m.mode == LogoutPage::Mode::submit_itself ? "data-submit-itself" : "");
    html_.lit("<button type=\"submit\" data-busy=\"Signing out…\">Sign out</button>\n");
    end_form();
  }

  // To where nobody vouches for: the person sees where that is.
  void link_back(const std::string& url) {
    if (url.empty()) return;
    const auto host = issuer::host_of(url);
    html_.lit("<p><a href=\"").text(url).lit("\" rel=\"noreferrer\">Back to ");
    html_.text(host.empty() ? "the application" : host).lit("</a></p>\n");
  }

  // What applications show in their frames nobody sees; it may run, but not lead the whole window away.
  void show(const LoggedOutPage& m) {
    head("You are signed out");
    html_.lit("<p class=\"quiet\">Applications that were open will notice within a few minutes.");
    if (m.next.empty()) html_.lit(" You can close this page.");
    html_.lit("</p>\n");
    if (!m.next.empty() && m.onward == LoggedOutPage::Onward::by_itself)
      html_.lit("<p><a id=\"next\" href=\"").text(m.next).lit("\">Back to the application</a></p>\n");
    else
      link_back(m.next);
    for (const auto& url : m.frames)
      html_.lit("<iframe src=\"")
          .text(url)
          .lit(
              "\" title=\"An application signs you out\" sandbox=\"allow-scripts allow-same-origin allow-forms\" "
              "referrerpolicy=\"no-referrer\" hidden></iframe>\n");
  }

  // Without script the person presses the button.
  void show(const FormPostPage& m) {
    head("Back to the application");
    html_.lit("<form method=\"post\" action=\"").text(m.action).lit("\" data-submit-itself>\n");
    for (const auto& [name, value] : m.params)
      html_.lit("<input type=\"hidden\" name=\"").text(name).lit("\" value=\"").text(value).lit("\">\n");
    html_.lit("<button type=\"submit\" data-busy=\"Going back…\">Continue</button>\n");
    end_form();
  }

  void show(const ErrorPage& m) {
    const auto words = words_for(m.code);
    head(words.title, "Error: ");
    html_.lit("<p>")
        .text(words.advice)
        .lit("</p>\n<p class=\"small quiet\">Request number <code>")
        .text(request_id_)
        .lit("</code><br>Code <code>")
        .text(error_row(m.code).code);
    if (!m.at.empty()) html_.lit(" (").text(m.at).lit(")");
    html_.lit("</code></p>\n");
    link_back(m.back);
  }

  const Page& page_;
  const Snapshot& snapshot_;
  std::string_view base_path_, request_id_;
  Html html_;
};

}  // namespace

RenderedPage render(const Page& page, const Snapshot& snapshot, std::string_view base_path,
                    std::string_view request_id) {
  return Renderer(page, snapshot, base_path, request_id).render();
}

}  // namespace tessera::server
