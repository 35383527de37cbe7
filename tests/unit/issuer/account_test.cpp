#include <gtest/gtest.h>

#include "unit/issuer/page_requests.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

constexpr const char* kNew = "a quite new password";

struct Account : testing::Test {
  Answer page() { return tab.get(account, {}); }
  Answer change(std::vector<Param> form) { return tab.post(account, changed(page(), std::move(form))); }
  static std::vector<Param> changed(const Answer& page, std::vector<Param> form) {
    form.push_back({"interaction", interaction_of(page)});
    return form;
  }
  Answer password(std::string_view old, std::string_view fresh = kNew, std::string_view again = "") {
    return change({{"change", "password"},
                   {"password", std::string(old)},
                   {"new_password", std::string(fresh)},
                   {"new_password_again", std::string(again.empty() ? fresh : again)}});
  }
  static std::optional<OAuthErr> error(const Answer& answer) { return model_of<AccountPage>(answer)->error; }
  bool opens(std::string_view user, std::string_view typed) {
    Tab fresh{house};
    return code_of(house, fresh.type(interaction_of(fresh.ask()), user, typed)).has_value();
  }

  House house;
  Tab tab{house};
};

TEST_F(Account, who_is_not_logged_in_logs_in_first_and_comes_back) {
  const auto asked = page();
  ASSERT_TRUE(is_login_page(asked));
  EXPECT_EQ(model_of<LoginPage>(asked)->goal, Goal::account);
  EXPECT_EQ(model_of<LoginPage>(asked)->client_name, "");
  EXPECT_EQ(tab.type(interaction_of(asked), "ann").location(), std::string(kIssuer) + "/account");
  const auto shown = page();
  const auto* model = model_of<AccountPage>(shown);
  ASSERT_TRUE(model);
  EXPECT_EQ(model->username, "ann");
  EXPECT_EQ(model->name, "ann Example");
  ASSERT_EQ(model->sessions.size(), 1u);
  EXPECT_TRUE(model->sessions.front().here);
}

TEST_F(Account, it_lists_live_sessions_with_their_applications_and_what_was_allowed) {
  tab.log_in();
  const auto other = log_in_and_redeem(house);
  house.log_in("usr_bob");
  house.end_session(house.log_in("usr_ann"));
  const auto offline = house.code(house.log_in("usr_ann"), "orders", {"openid", "offline_access"});
  EXPECT_TRUE(house.call(token, code_request(house.sealed(offline))).reply);
  house.write([&](Tx& tx) {
    EXPECT_TRUE(tx.put_consent(house.realm(), {UserId("usr_ann"), ClientId("third"), {"profile"}, house.now()}));
    EXPECT_TRUE(tx.put_consent(house.realm(), {UserId("usr_bob"), ClientId("legacy"), {"profile"}, house.now()}));
  });
  const auto shown = page();
  const auto& model = *model_of<AccountPage>(shown);
  ASSERT_EQ(model.sessions.size(), 3u);
  EXPECT_TRUE(model.sessions[0].here);
  const auto there = std::ranges::find(model.sessions, other.session.id.text, &AccountPage::Session::id);
  ASSERT_NE(there, model.sessions.end());
  EXPECT_EQ(there->applications, std::vector<std::string>{"orders"});
  ASSERT_EQ(model.applications.size(), 2u);
  EXPECT_EQ(model.applications[0].id, "third");
  EXPECT_EQ(model.applications[1].id, "orders");
  EXPECT_EQ(model.applications[1].scopes, (std::vector<std::string>{"openid", "offline_access"}));
  // S15: what has only expired is not shown
  house.pass(std::chrono::hours(11));
  tab.ask();
  house.pass(std::chrono::hours(2));
  EXPECT_EQ(model_of<AccountPage>(page())->sessions.size(), 1u);
}

TEST_F(Account, S29_S21_only_the_page_of_this_session_in_this_browser_changes_anything) {
  tab.log_in();
  const auto other = log_in_and_redeem(house);
  const std::vector<Param> form{{"change", "end_other_sessions"}};
  const auto mine = page();
  const auto sent = [&](Tab from) { return from.post(account, changed(mine, form)).code(); };
  Tab bob{house};
  bob.log_in("bob");
  EXPECT_EQ(sent(bob), "bad_interaction");
  EXPECT_EQ(sent(Tab{house, {{"browser", tab.cookies["browser"]}}}), "bad_interaction");
  EXPECT_EQ(sent(Tab{house, {{"browser", tab.cookies["browser"]}, {"session", bob.cookies["session"]}}}),
            "bad_interaction");
  EXPECT_EQ(sent(Tab{house, tab.cookies, tab.address, "https://evil.example"}), "cross_site");
  EXPECT_EQ(tab.post(account, form).code(), "bad_interaction");
  EXPECT_EQ(tab.post(account, changed(tab.get(device, {}), form)).code(), "bad_interaction");
  EXPECT_EQ(tab.post(account, changed(tab.ask(with(asking(), "prompt", "consent")), form)).code(), "bad_interaction");
  EXPECT_FALSE(session_by_id(house, other.session.id).ended);
  EXPECT_EQ(sent(tab), "");
  EXPECT_TRUE(session_by_id(house, other.session.id).ended);
}

TEST_F(Account, S29_another_persons_session_is_not_found_and_stays) {
  tab.log_in();
  const auto bobs = house.log_in("usr_bob");
  const auto mine = session_of(house, tab)->id;
  for (const auto& id : {bobs.id.text, std::string("none"), mine.text}) {
    const auto answer = change({{"change", "end_session"}, {"session", id}});
    EXPECT_EQ(answer.code(), "not_found");
    EXPECT_TRUE(answer.facts.empty());
  }
  EXPECT_FALSE(session_by_id(house, bobs.id).ended);
  house.write([&](Tx& tx) {
    EXPECT_TRUE(tx.put_consent(house.realm(), {UserId("usr_bob"), ClientId("third"), {"profile"}, house.now()}));
  });
  EXPECT_EQ(change({{"change", "take_back"}, {"client", "third"}}).code(), "not_found");
  house.write(
      [&](Tx& tx) { EXPECT_TRUE(tx.consent(house.realm(), UserId("usr_bob"), ClientId("third"))->has_value()); });
}

TEST_F(Account, ending_a_session_ends_its_tokens_at_once) {
  tab.log_in();
  const auto other = log_in_and_redeem(house);
  EXPECT_TRUE(house.call(userinfo, with_bearer(get({}), other.tokens.at("access_token"))).reply);
  const auto ended = change({{"change", "end_session"}, {"session", other.session.id.text}});
  EXPECT_EQ(model_of<AccountPage>(ended)->notice, AccountPage::Notice::session_ended);
  EXPECT_EQ(model_of<AccountPage>(ended)->sessions.size(), 1u);
  EXPECT_EQ(field(ended, "session_ended", "session"), other.session.id.text);
  EXPECT_EQ(house.call(userinfo, with_bearer(get({}), other.tokens.at("access_token"))).code(), "invalid_token");
  EXPECT_EQ(house.call(token, refresh_request(other.tokens.at("refresh_token"))).code(), "invalid_grant");
}

TEST_F(Account, taking_back_ends_that_clients_grants_of_this_person) {
  tab.log_in();
  const auto orders = log_in_and_redeem(house, {"openid", "offline_access"});
  const auto answer = change({{"change", "take_back"}, {"client", "orders"}});
  EXPECT_EQ(model_of<AccountPage>(answer)->notice, AccountPage::Notice::taken_back);
  EXPECT_TRUE(model_of<AccountPage>(answer)->applications.empty());
  EXPECT_EQ(house.call(userinfo, with_bearer(get({}), orders.tokens.at("access_token"))).code(), "invalid_token");
  EXPECT_EQ(house.call(token, refresh_request(orders.tokens.at("refresh_token"))).code(), "invalid_grant");
  EXPECT_FALSE(session_by_id(house, orders.session.id).ended);
}

TEST_F(Account, a_code_from_before_is_worth_nothing_once_it_is_taken_back) {
  const auto code = tab.log_in("ann", asking("third", "openid profile"));
  EXPECT_EQ(model_of<AccountPage>(change({{"change", "take_back"}, {"client", "third"}}))->notice,
            AccountPage::Notice::taken_back);
  Request request = with(code_request(house.sealed(code)), "client_id", "third");
  request.headers.authorization.clear();
  EXPECT_EQ(house.call(token, with(request, "client_secret", kSecret)).at(), "consent");
  const auto again = tab.log_in("ann", asking("third", "openid profile"));
  EXPECT_TRUE(house.call(token, with(with(request, "code", house.sealed(again)), "client_secret", kSecret)).reply);
}

TEST_F(Account, S20_a_new_password_ends_everything_else_and_turns_the_cookie) {
  tab.log_in();
  const auto other = log_in_and_redeem(house);
  const auto offline = log_in_and_redeem(house, {"openid", "offline_access"});
  const auto before = *session_of(house, tab);
  Tab thief = tab;
  house.pass(minutes(1));
  const auto answer = password(kPassword);
  EXPECT_EQ(model_of<AccountPage>(answer)->notice, AccountPage::Notice::password_changed);
  EXPECT_EQ(answer.hashes, 2);
  EXPECT_EQ(field(answer, "password_changed", "user"), "usr_ann");
  const auto after = *session_of(house, tab);
  EXPECT_EQ(after.id, before.id);
  EXPECT_NE(after.cookie_digest, before.cookie_digest);
  EXPECT_EQ(after.authenticated, house.now());
  EXPECT_TRUE(is_login_page(thief.get(account, {})));
  for (const auto* ended : {&other, &offline}) {
    EXPECT_EQ(house.call(userinfo, with_bearer(get({}), ended->tokens.at("access_token"))).code(), "invalid_token");
    EXPECT_EQ(house.call(token, refresh_request(ended->tokens.at("refresh_token"))).code(), "invalid_grant");
  }
  EXPECT_FALSE(opens("ann", kPassword));
  EXPECT_TRUE(opens("ann", kNew));
  EXPECT_TRUE(opens("bob", kPassword));
}

TEST_F(Account, a_wrong_old_password_changes_nothing_and_counts_like_a_wrong_login) {
  tab.log_in();
  const auto other = house.log_in("usr_ann");
  for (int i = 0; i < 5; ++i) {
    const auto answer = password("wrong");
    EXPECT_EQ(error(answer), OAuthErr::access_denied);
    EXPECT_EQ(answer.page().status, 403);
    EXPECT_TRUE(has_event(answer, "login_failed"));
  }
  EXPECT_EQ(house.user("usr_ann").failures, 5);
  const auto limited = password(kPassword);
  EXPECT_EQ(error(limited), OAuthErr::slow_down);
  EXPECT_EQ(limited.hashes, 0);
  EXPECT_FALSE(session_by_id(house, other.id).ended);
  house.pass(minutes(1));
  EXPECT_EQ(error(password(kPassword)), std::nullopt);
  EXPECT_EQ(house.user("usr_ann").failures, 0);
}

TEST_F(Account, a_new_password_that_will_not_do_costs_no_hash) {
  tab.log_in();
  for (const auto& [fresh, again] : {std::pair<std::string, std::string>{"7 octet", "7 octet"},
                                     {std::string(1025, 'x'), std::string(1025, 'x')},
                                     {kNew, "another one"}}) {
    const auto answer = password(kPassword, fresh, again);
    EXPECT_EQ(error(answer), OAuthErr::bad_new_password);
    EXPECT_EQ(answer.hashes, 0);
  }
  EXPECT_EQ(error(password("", kNew)), OAuthErr::access_denied);
  EXPECT_TRUE(opens("ann", kPassword));
}

TEST_F(Account, a_full_queue_of_hashes_changes_nothing) {
  tab.log_in();
  for (const auto queue : {House::Queue::full, House::Queue::full_after_one}) {
    house.hash_queue(queue);
    const auto answer = password(kPassword);
    EXPECT_EQ(error(answer), OAuthErr::temporarily_unavailable);
    EXPECT_EQ(answer.page().status, 503);
  }
  house.hash_queue(House::Queue::open);
  EXPECT_TRUE(opens("ann", kPassword));
  EXPECT_FALSE(opens("ann", kNew));
}

TEST_F(Account, an_old_hash_is_replaced_by_the_new_passwords) {
  tab.log_in();
  house.config().password_cost = {16, 1};
  EXPECT_EQ(error(password(kPassword)), std::nullopt);
  EXPECT_TRUE(opens("ann", kNew));
  EXPECT_FALSE(opens("ann", kPassword));
}

TEST_F(Account, S14_a_person_who_was_disabled_sees_and_changes_nothing) {
  tab.log_in();
  const auto form = changed(page(), {{"change", "end_other_sessions"}});
  User ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_TRUE(is_login_page(page()));
  EXPECT_EQ(tab.post(account, form).code(), "bad_interaction");
}

}  // namespace
}  // namespace tessera::issuer::test
