// A browser that keeps its cookies, and the requests that people and applications make with it.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/form.hpp"
#include "issuer/digest.hpp"
#include "issuer/steps/session.hpp"
#include "unit/issuer/harness.hpp"

namespace tessera::issuer::test {

using Query = std::map<std::string, std::string>;

// What stands behind the '?' of a redirect; aborts when a name stands twice.
inline Query query_of(const std::string& location) {
  Query query;
  const auto at = location.find('?');
  if (at == std::string::npos) return query;
  const auto pairs = form::parse(std::string_view(location).substr(at + 1));
  INVARIANT(pairs, "a query");
  for (const auto& [name, value] : *pairs) INVARIANT(query.emplace(name, value).second, "each name once");
  return query;
}

inline std::vector<Param> with(std::vector<Param> list, std::string_view name, std::string_view value) {
  std::erase_if(list, [&](const Param& param) { return param.name == name; });
  if (!value.empty()) list.push_back({std::string(name), std::string(value)});
  return list;
}

// An authorize request as "orders" makes it.
inline std::vector<Param> asking(std::string_view client = "orders", std::string_view scope = "openid orders") {
  return {{"client_id", std::string(client)},
          {"response_type", "code"},
          {"redirect_uri", kOrdersUri},
          {"scope", std::string(scope)},
          {"state", "a state"},
          {"nonce", "n-0S6_WzA2Mj"},
          {"code_challenge", kChallenge},
          {"code_challenge_method", "S256"}};
}

struct Tab {
  House& house;
  std::map<std::string, std::string> cookies{};
  std::string address = "192.0.2.1";
  std::string origin = "";

  Answer send(Endpoint endpoint, Request request) {
    request.address = request.network = address;
    request.headers.origin = request.method == Method::post ? origin : "";
    for (const auto& [name, value] : cookies) request.headers.cookies.push_back({name, value});
    auto answer = house.call(endpoint, request);
    if (answer.reply)
      for (const auto& cookie : answer.reply->cookies) {
        const std::string name = cookie.which == Cookie::Which::session   ? "session"
                                 : cookie.which == Cookie::Which::browser ? "browser"
                                                                          : "device";
        if (cookie.value.empty())
          cookies.erase(name);
        else
          cookies[name] = cookie.value;
      }
    return answer;
  }
  Answer get(Endpoint endpoint, std::vector<Param> query) { return send(endpoint, test::get(std::move(query))); }
  Answer post(Endpoint endpoint, std::vector<Param> form) { return send(endpoint, test::post(std::move(form))); }

  Answer ask(std::vector<Param> params = asking()) { return get(authorize, std::move(params)); }
  Answer type(const std::string& interaction, std::string_view user, std::string_view password = kPassword) {
    return post(login,
                {{"interaction", interaction}, {"username", std::string(user)}, {"password", std::string(password)}});
  }
  Answer decide(const std::string& interaction, std::string_view decision) {
    return post(consent, {{"interaction", interaction}, {"decision", std::string(decision)}});
  }
  // Through the pages; aborts when there is no code at the end.
  Code log_in(std::string_view user = "ann", std::vector<Param> params = asking());
};

template <class Model>
const Model* model_of(const Answer& answer) {
  const auto* page = answer.reply ? std::get_if<Page>(&answer.reply->body) : nullptr;
  return page ? std::get_if<Model>(&page->model) : nullptr;
}
inline bool is_login_page(const Answer& answer) { return model_of<LoginPage>(answer) != nullptr; }
inline bool is_consent_page(const Answer& answer) { return model_of<ConsentPage>(answer) != nullptr; }

inline std::string interaction_of(const Answer& answer) {
  if (const auto* page = model_of<LoginPage>(answer)) return page->interaction;
  if (const auto* page = model_of<ConsentPage>(answer)) return page->interaction;
  if (const auto* page = model_of<LogoutPage>(answer)) return page->interaction;
  if (const auto* page = model_of<UserCodePage>(answer)) return page->interaction;
  if (const auto* page = model_of<DevicePage>(answer)) return page->interaction;
  if (const auto* page = model_of<AccountPage>(answer)) return page->interaction;
  return "";
}

inline std::optional<Code> code_of(House& house, const Answer& answer) {
  const auto query = query_of(answer.location());
  const auto at = query.find("code");
  if (at == query.end()) return std::nullopt;
  const auto code = open_code(*house.config().seals, at->second);
  return code ? std::optional(*code) : std::nullopt;
}

inline std::string error_of(const Answer& answer) {
  const auto query = query_of(answer.location());
  const auto at = query.find("error");
  return at == query.end() ? "" : at->second;
}

inline Code Tab::log_in(std::string_view user, std::vector<Param> params) {
  auto answer = type(interaction_of(ask(std::move(params))), user);
  if (is_consent_page(answer)) answer = decide(interaction_of(answer), "allow");
  const auto code = code_of(house, answer);
  INVARIANT(code, "a code");
  return *code;
}

inline std::optional<Session> session_of(House& house, const Tab& tab) {
  std::optional<Session> found;
  const auto at = tab.cookies.find("session");
  if (at == tab.cookies.end()) return found;
  house.write([&](Tx& tx) { found = *tx.session_by_cookie(house.realm(), digest_of(at->second)); });
  return found;
}

inline Session session_by_id(House& house, const SessionId& id) {
  std::optional<Session> found;
  house.write([&](Tx& tx) { found = *tx.session(house.realm(), id); });
  INVARIANT(found, "the session");
  return *found;
}

inline std::string field(const Answer& answer, std::string_view event, std::string_view name) {
  for (const auto& one : answer.events)
    if (one.name == event)
      for (const auto& [key, value] : one.fields)
        if (key == name) return value;
  return "";
}
inline bool has_event(const Answer& answer, std::string_view event) {
  return std::ranges::any_of(answer.events, [&](const Event& one) { return one.name == event; });
}

}  // namespace tessera::issuer::test
