#include <gtest/gtest.h>

#include "crypto/crypto.hpp"
#include "issuer/steps/device.hpp"
#include "issuer/steps/username.hpp"
#include "unit/issuer/page_requests.hpp"

namespace tessera::issuer::test {
namespace {

struct Login : testing::Test {
  House house;
  Tab tab{house};
  std::string interaction = interaction_of(tab.ask());

  std::string error_shown(const Answer& answer) {
    const auto* page = model_of<LoginPage>(answer);
    return page && page->error ? std::string(error_row(*page->error).code) : "";
  }
  void set_password(const char* id, const std::string& hash) {
    house.write([&](Tx& tx) {
      const auto user = *tx.user(house.realm(), UserId(id));
      ASSERT_TRUE(*tx.replace_password(house.realm(), user->id, user->password_hash, hash));
    });
  }
};

TEST_F(Login, right_password_makes_a_session_whose_cookie_is_kept_as_a_digest) {
  const auto answer = tab.type(interaction, "ann");
  ASSERT_TRUE(code_of(house, answer));
  EXPECT_EQ(answer.hashes, 1);
  ASSERT_EQ(answer.reply->cookies.size(), 2u);
  const auto& cookie = answer.reply->cookies[0];
  EXPECT_EQ(cookie.which, Cookie::Which::session);
  EXPECT_EQ(cookie.value.size(), 43u);
  const auto session = session_of(house, tab);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->cookie_digest, digest_of(cookie.value));
  EXPECT_EQ(session->user.text, "usr_ann");
  EXPECT_EQ(session->authenticated, house.now());
  EXPECT_EQ(field(answer, "login", "user"), "usr_ann");
  EXPECT_EQ(field(answer, "login", "session"), session->id.text);
  for (const auto& event : answer.events)
    for (const auto& [name, value] : event.fields) {
      EXPECT_EQ(value.find(kPassword), std::string::npos) << event.name << " " << name;
      EXPECT_EQ(value.find(cookie.value), std::string::npos) << event.name << " " << name;
    }
}

TEST_F(Login, wrong_password_shows_the_page_again_with_the_name_and_no_session) {
  const auto answer = tab.type(interaction, "Ann", "wrong");
  ASSERT_TRUE(is_login_page(answer));
  EXPECT_EQ(error_shown(answer), "access_denied");
  EXPECT_EQ(answer.page().status, 403);
  EXPECT_EQ(model_of<LoginPage>(answer)->username, "Ann");
  EXPECT_EQ(answer.page().form_target, "https://orders.example.com");
  EXPECT_TRUE(answer.reply->cookies.empty());
  EXPECT_EQ(field(answer, "login_failed", "user"), "usr_ann");
  EXPECT_EQ(field(answer, "login_failed", "reason"), "password");
  // The page that came back works.
  EXPECT_TRUE(code_of(house, tab.type(interaction_of(answer), "ann")));
}

TEST_F(Login, failures_are_counted_and_cleared) {
  tab.type(interaction, "ann", "wrong");
  tab.type(interaction, "ann", "wrong too");
  EXPECT_EQ(house.user("usr_ann").failures, 2);
  EXPECT_EQ(house.user("usr_bob").failures, 0);
  tab.type(interaction, "ann");
  EXPECT_EQ(house.user("usr_ann").failures, 0);
}

TEST_F(Login, a_hash_made_with_other_parameters_is_renewed_at_login_only) {
  const auto old = *crypto::hash_password(Secret(std::string_view(kPassword)), {16, 2});
  set_password("usr_ann", old);
  tab.type(interaction, "ann", "wrong");
  EXPECT_EQ(house.user("usr_ann").password_hash, old);
  const auto answer = tab.type(interaction, "ann");
  EXPECT_TRUE(code_of(house, answer));
  EXPECT_EQ(answer.hashes, 2);
  const auto renewed = house.user("usr_ann").password_hash;
  EXPECT_NE(renewed, old);
  EXPECT_FALSE(crypto::password_needs_rehash(renewed, house.config().password_cost));
  EXPECT_EQ(tab.type(interaction, "ann").hashes, 1);
}

TEST_F(Login, S25_unknown_disabled_and_passwordless_users_look_and_cost_like_a_wrong_password) {
  User bob = house.user("usr_bob");
  bob.enabled = false;
  house.update(bob);
  house.write([&](Tx& tx) {
    User user;
    user.id = UserId("usr_eve");
    user.username = "eve";
    ASSERT_TRUE(*tx.insert_user(house.realm(), user));
  });
  const auto wrong = tab.type(interaction, "ann", "not the password");
  // The right password of a disabled user, too; and a password that happens to be the dummy's would open nothing.
  for (const char* name : {"nobody", "bob", "eve"}) {
    for (const char* password : {"not the password", kPassword, "\x01"}) {
      SCOPED_TRACE(name);
      const auto answer = Tab{house, tab.cookies, name}.type(interaction, name, password);
      ASSERT_TRUE(is_login_page(answer));
      EXPECT_EQ(answer.page().status, wrong.page().status);
      EXPECT_EQ(error_shown(answer), error_shown(wrong));
      EXPECT_EQ(answer.page().form_target, wrong.page().form_target);
      EXPECT_EQ(model_of<LoginPage>(answer)->client_name, model_of<LoginPage>(wrong)->client_name);
      EXPECT_EQ(interaction_of(answer).size(), interaction_of(wrong).size());
      EXPECT_EQ(answer.reply->cookies, wrong.reply->cookies);
      EXPECT_EQ(answer.hashes, wrong.hashes);
      EXPECT_EQ(answer.transactions, wrong.transactions);
    }
  }
  EXPECT_EQ(wrong.hashes, 1);
  EXPECT_EQ(wrong.transactions, 2);
}

TEST_F(Login, S25_the_dummy_hash_is_one_of_the_cost_that_is_set_and_nothing_matches_it) {
  house.config().password_cost = {64, 3};
  Ctx ctx(std::make_shared<Snapshot>(house.config()), house.config().facts->applied(), house.now(), house.limits(),
          house.remote_keys(), house.registered(), [](std::span<std::byte> out) { crypto::random(out); });
  Request request = post({{"interaction", interaction}, {"username", "nobody"}, {"password", "x"}});
  request.headers.cookies = {{"browser", tab.cookies["browser"]}};
  std::optional<NeedHash> asked;
  const auto done = house.store().read_now([&](Tx& tx) {
    ctx.begin(&tx, Access::read);
    auto step = login(request, ctx);
    if (Need* need = step ? nullptr : step.error().need())
      if (auto* hash = std::get_if<NeedHash>(need)) asked.emplace(std::move(*hash));
    ctx.end();
    return Outcome::roll_back;
  });
  ASSERT_TRUE(done);
  ASSERT_TRUE(asked);
  EXPECT_FALSE(crypto::password_needs_rehash(asked->hash, {64, 3})) << asked->hash;
  EXPECT_FALSE(crypto::verify_password(asked->password, asked->hash));
}

TEST_F(Login, S25_a_name_that_nobody_has_costs_the_same_write_to_one_row_of_256) {
  const auto rows = [&](const char* realm) {
    std::map<int, std::string> found;
    house.write([&](Tx& tx) {
      for (int i = -1; i <= 256; ++i)
        if (auto value = *tx.setting("login_failed_unknown " + std::string(realm) + " " + std::to_string(i)))
          found.emplace(i, *value);
    });
    return found;
  };
  tab.type(interaction, "nobody", "x");
  const auto first = rows("");
  ASSERT_EQ(first.size(), 1u);
  house.pass(seconds(1));
  tab.type(interaction, "NOBODY", "x");
  const auto again = rows("");
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again.begin()->first, first.begin()->first);
  EXPECT_NE(again.begin()->second, first.begin()->second);
  for (int i = 0; i < 100; ++i)
    Tab{house, tab.cookies, std::to_string(i)}.type(interaction, "nobody" + std::to_string(i), "x");
  EXPECT_GT(rows("").size(), 50u);
  EXPECT_EQ(rows("shop").size(), 0u);
  // Which one it is depends on a key of the realm.
  const Secret master(std::string_view("a master key for tests: 32 bytes"));
  const SealKeys other(RealmId("shop"), {SealKeys::Master{'a', &master}});
  int same = 0;
  for (int i = 0; i < 100; ++i)
    same += other.spread(std::to_string(i)) == house.config().seals->spread(std::to_string(i));
  EXPECT_LT(same, 20);
}

TEST_F(Login, what_cannot_be_a_name_or_a_password_costs_no_hash) {
  struct Case {
    std::string name, password;
  };
  for (const auto& [name, password] :
       {Case{"", "x"}, Case{"ann", ""}, Case{std::string(257, 'a'), "x"}, Case{"ann", std::string(1025, 'x')},
        Case{"a\x01nn", "x"}, Case{" ann", kPassword}, Case{"ann ", kPassword}, Case{"\xFF", "x"}}) {
    const auto answer = tab.type(interaction, name, password);
    ASSERT_TRUE(is_login_page(answer));
    EXPECT_EQ(error_shown(answer), "access_denied");
    EXPECT_EQ(answer.page().status, 403);
    EXPECT_EQ(answer.hashes, 0);
    EXPECT_EQ(answer.transactions, 0);
  }
  set_password("usr_ann", *crypto::hash_password(Secret(std::string(1024, 'x')), house.config().password_cost));
  EXPECT_TRUE(code_of(house, tab.type(interaction, "ann", std::string(1024, 'x'))));
}

TEST_F(Login, S19_an_interaction_belongs_to_its_browser_realm_and_time) {
  Tab other{house};
  other.ask();
  EXPECT_EQ(other.type(interaction, "ann").code(), "bad_interaction");
  EXPECT_EQ((Tab{house}.type(interaction, "ann").code()), "bad_interaction");  // no cookie at all
  Tab twice{house, tab.cookies};
  Request request = post({{"interaction", interaction}, {"username", "ann"}, {"password", kPassword}});
  request.headers.cookies = {{"browser", tab.cookies["browser"]}, {"browser", other.cookies["browser"]}};
  EXPECT_EQ(house.call(login, request).code(), "bad_interaction");
  EXPECT_EQ(tab.type("", "ann").code(), "bad_interaction");
  EXPECT_EQ(tab.type(std::string(13000, 'a'), "ann").code(), "bad_interaction");
  EXPECT_EQ(tab.type(interaction + "A", "ann").code(), "bad_interaction");
  for (std::size_t at = 0; at < interaction.size(); ++at) {
    std::string bent = interaction;
    bent[at] = bent[at] == 'A' ? 'B' : 'A';
    const auto answer = tab.type(bent, "ann");
    ASSERT_EQ(answer.code(), "bad_interaction") << at;
    EXPECT_EQ(answer.location(), "");
    EXPECT_EQ(answer.transactions + answer.hashes, 0);
  }
  for (std::size_t size = 0; size < interaction.size(); size += 11)
    EXPECT_EQ(tab.type(interaction.substr(0, size), "ann").code(), "bad_interaction");
  const Secret master(std::string_view("a master key for tests: 32 bytes"));
  const auto seals = house.config().seals;
  house.config().seals = std::make_shared<SealKeys>(RealmId("other"), std::vector{SealKeys::Master{'a', &master}});
  EXPECT_EQ(tab.type(interaction, "ann").code(), "bad_interaction");
  house.config().seals = seals;
  EXPECT_TRUE(code_of(house, tab.type(interaction, "ann")));
}

TEST_F(Login, S19_two_interactions_never_look_alike_and_hold_nothing_readable) {
  EXPECT_NE(interaction_of(tab.ask()), interaction);
  EXPECT_EQ(interaction.find("orders"), std::string::npos);
}

TEST_F(Login, S15_an_interaction_expires_by_its_beginning_whatever_is_tried_in_it) {
  house.pass(minutes(20));
  const auto again = interaction_of(tab.type(interaction, "ann", "wrong"));
  house.pass(minutes(10) - microseconds(1));
  EXPECT_TRUE(is_login_page(tab.type(again, "ann", "wrong")));
  house.pass(microseconds(1));
  EXPECT_EQ(tab.type(interaction, "ann").code(), "bad_interaction");
  EXPECT_EQ(tab.type(again, "ann").code(), "bad_interaction");
}

TEST_F(Login, S20_the_cookie_changes_at_each_login_and_the_old_one_is_dead) {
  tab.type(interaction, "ann");
  const auto old_cookie = tab.cookies["session"];
  const auto session = *session_of(house, tab);
  house.pass(seconds(5));
  const auto page = tab.ask(with(asking(), "prompt", "login"));
  EXPECT_EQ(code_of(house, tab.type(interaction_of(page), "ann"))->session, session.id);
  EXPECT_NE(tab.cookies["session"], old_cookie);
  EXPECT_EQ(session_of(house, tab)->authenticated, house.now());
  Tab stolen{house, {{"session", old_cookie}}};
  EXPECT_TRUE(is_login_page(stolen.ask()));
}

TEST_F(Login, S20_a_cookie_that_an_attacker_planted_never_becomes_a_session) {
  tab.cookies["session"] = std::string(43, 'x');
  tab.type(interaction, "ann");
  EXPECT_NE(tab.cookies["session"], std::string(43, 'x'));
  EXPECT_TRUE(is_login_page(Tab{house, {{"session", std::string(43, 'x')}}}.ask()));
  // Nor does the attacker's own live session become the victim's: it is ended.
  Tab attacker{house};
  attacker.log_in("bob");
  const auto planted = attacker.cookies["session"];
  Tab victim{house, {{"session", planted}}};
  const auto answer = victim.type(interaction_of(victim.ask(with(asking(), "prompt", "login"))), "ann");
  EXPECT_TRUE(code_of(house, answer));
  EXPECT_NE(victim.cookies["session"], planted);
  EXPECT_TRUE(is_login_page(attacker.ask()));
}

TEST_F(Login, S20_anothers_session_in_this_browser_ends_with_its_fact) {
  const auto old = tab.log_in("bob").session;
  const auto answer = tab.type(interaction_of(tab.ask(with(asking(), "prompt", "login"))), "ann");
  EXPECT_NE(code_of(house, answer)->session, old);
  EXPECT_TRUE(session_by_id(house, old).ended);
  ASSERT_EQ(answer.facts.size(), 1u);
  EXPECT_EQ(answer.facts[0].kind, FactKind::session);
  EXPECT_EQ(answer.facts[0].value, old.text);
}

TEST_F(Login, S20_cancelling_prompt_login_keeps_the_user_who_was_there) {
  const Code first = tab.log_in();
  const auto cookie = tab.cookies["session"];
  const auto page = tab.ask(with(asking(), "prompt", "login"));
  EXPECT_TRUE(is_login_page(page));
  tab.type(interaction_of(page), "bob", "wrong");
  EXPECT_EQ(tab.cookies["session"], cookie);
  EXPECT_EQ(code_of(house, tab.ask())->session, first.session);
  EXPECT_EQ(code_of(house, tab.ask())->user.text, "usr_ann");
}

TEST_F(Login, S21_a_post_needs_the_interaction_and_our_origin_when_one_is_sent) {
  for (const char* origin : {"https://evil.example", "null", "https://id.example.com.evil.example",
                             "http://id.example.com", "https://id.example.com:444", "HTTPS://id.example.com"}) {
    tab.origin = origin;
    const auto answer = tab.type(interaction, "ann");
    EXPECT_EQ(answer.code(), "cross_site") << origin;
    EXPECT_EQ(answer.transactions + answer.hashes, 0);
  }
  tab.origin = kIssuer;
  EXPECT_TRUE(code_of(house, tab.type(interaction, "ann")));
  EXPECT_EQ(tab.post(login, {{"username", "ann"}, {"password", kPassword}}).code(), "bad_interaction");
}

TEST_F(Login, S21_the_origin_of_an_issuer_with_a_path_or_its_own_port_is_its_origin) {
  house.config().issuer = "https://id.example.com:443/r/acme";
  tab.origin = "https://id.example.com";
  EXPECT_TRUE(code_of(house, tab.type(interaction, "ann")));
}

TEST_F(Login, S22_repeated_and_missing_fields_fail_closed) {
  for (const char* name : {"interaction", "username", "password", "other"}) {
    std::vector<Param> form{{"interaction", interaction}, {"username", "ann"}, {"password", kPassword}};
    form.push_back({name, "x"});
    form.push_back({name, "x"});
    const auto answer = tab.post(login, form);
    EXPECT_EQ(answer.code(), "invalid_request") << name;
    EXPECT_EQ(answer.transactions + answer.hashes, 0);
  }
  EXPECT_EQ(error_shown(tab.post(login, {{"interaction", interaction}})), "access_denied");
  EXPECT_FALSE(tab.cookies.contains("session"));
}

TEST_F(Login, S24_the_limit_is_by_canonical_name_and_address_before_the_hash) {
  const char* spellings[] = {"ann", "ANN", "Ann", "aNN", "anN"};
  for (const char* name : spellings) EXPECT_EQ(tab.type(interaction, name, "wrong").hashes, 1);
  const auto slow = tab.type(interaction, "AnN");
  EXPECT_EQ(error_shown(slow), "slow_down");
  EXPECT_EQ(slow.page().status, 429);
  EXPECT_EQ(model_of<LoginPage>(slow)->username, "AnN");
  EXPECT_EQ(slow.hashes + slow.transactions, 0);
  EXPECT_TRUE(has_event(slow, "login_limited"));
  EXPECT_TRUE(slow.reply->cookies.empty());
  // Others here, and she elsewhere, are not locked out; nor is she here after a while.
  EXPECT_TRUE(code_of(house, Tab{house, tab.cookies}.type(interaction, "bob")));
  EXPECT_TRUE(code_of(house, Tab{house, tab.cookies, "198.51.100.7"}.type(interaction, "ann")));
  house.pass(seconds(13));
  EXPECT_TRUE(code_of(house, tab.type(interaction, "ann")));
}

TEST_F(Login, S24_an_unknown_name_is_limited_like_a_known_one) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(error_shown(tab.type(interaction, "nobody", "x")), "access_denied");
  EXPECT_EQ(error_shown(tab.type(interaction, "nobody", "x")), "slow_down");
}

TEST_F(Login, S24_an_address_is_limited_over_all_names) {
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(error_shown(tab.type(interaction, "name" + std::to_string(i), "x")), "access_denied") << i;
  EXPECT_EQ(error_shown(tab.type(interaction, "ann")), "slow_down");
  tab.address = "198.51.100.7";
  EXPECT_TRUE(code_of(house, tab.type(interaction, "ann")));
}

TEST_F(Login, S24_an_address_that_is_out_takes_nothing_from_the_user) {
  for (int i = 0; i < 200; ++i) tab.type(interaction, "ann", "");  // no password: counts for nobody
  for (int i = 0; i < 200; ++i) tab.type(interaction, "ann", "wrong");
  int from_elsewhere = 0;
  for (int i = 0; i < 95; ++i) {
    const auto answer = Tab{house, tab.cookies, "198.51.100." + std::to_string(i)}.type(interaction, "ann", "wrong");
    from_elsewhere += error_shown(answer) == "access_denied";
  }
  EXPECT_EQ(from_elsewhere, 95);  // of the 100 that the name has everywhere, the first address took 5
  EXPECT_EQ(error_shown(Tab{house, tab.cookies, "203.0.113.1"}.type(interaction, "ann", "wrong")), "slow_down");
}

TEST_F(Login, S24_a_right_login_takes_no_try_but_twenty_at_once_are_enough) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(code_of(house, tab.type(interaction, "ann"))) << i;
  const auto slow = Tab{house, {{"browser", tab.cookies["browser"]}}, "198.51.100.7"}.type(interaction, "ANN");
  EXPECT_EQ(error_shown(slow), "slow_down");
  EXPECT_EQ(slow.hashes + slow.transactions, 0);
  EXPECT_TRUE(code_of(house, Tab{house, tab.cookies}.type(interaction, "bob")));
  house.pass(seconds(30));
  EXPECT_TRUE(code_of(house, tab.type(interaction, "ann")));
  EXPECT_EQ(error_shown(tab.type(interaction, "ann")), "slow_down");
  // Wrong ones pay nothing of it.
  house.pass(minutes(10));
  for (int i = 0; i < 100; ++i) Tab{house, tab.cookies, std::to_string(i)}.type(interaction, "bob", "wrong");
  EXPECT_TRUE(house.limits().has(LimitKind::login_right, "\nbob", house.now()));
}

TEST_F(Login, S30_limits_of_one_realm_do_not_count_in_another) {
  const auto limited = [&](const RealmId& realm) {
    auto snapshot = std::make_shared<Snapshot>(house.config());
    snapshot->realm.id = realm;
    Ctx ctx(std::move(snapshot), 0, house.now(), house.limits(), house.remote_keys(), house.registered(),
            [](std::span<std::byte>) {});
    return !ctx.limit(LimitKind::login_user_address, "ann");
  };
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limited(RealmId("one")));
  EXPECT_TRUE(limited(RealmId("one")));
  EXPECT_FALSE(limited(RealmId("two")));
}

TEST_F(Login, S24_a_known_device_is_not_locked_out_by_others_whatever_they_try) {
  ASSERT_TRUE(code_of(house, tab.type(interaction, "ann")));
  const auto attack = [&] {
    for (int i = 0; i < 300; ++i) {
      Tab other{house, {{"browser", tab.cookies["browser"]}}, "203.0.113." + std::to_string(i % 40)};
      if (i % 40 == 0) other.address = tab.address;  // from behind her own router, too
      other.type(interaction, "ann", "wrong");
    }
  };
  attack();
  Tab stranger{house, {{"browser", tab.cookies["browser"]}}, "198.51.100.7"};
  EXPECT_EQ(error_shown(stranger.type(interaction, "ann")), "slow_down");
  EXPECT_TRUE(code_of(house, tab.type(interaction, "Ann")));
  tab.cookies.erase("session");  // logged out, elsewhere, and a year later
  tab.address = "198.51.100.8";
  house.pass(std::chrono::days(399));
  interaction = interaction_of(tab.ask());
  attack();
  EXPECT_TRUE(code_of(house, tab.type(interaction, "ann")));
}

TEST_F(Login, S24_a_known_device_has_tries_of_its_own_and_no_more_than_others) {
  tab.log_in("ann");
  const auto device = tab.cookies["device"];
  for (int i = 0; i < 5; ++i) EXPECT_EQ(tab.type(interaction, "ann", "wrong").hashes, 1);
  EXPECT_EQ(error_shown(tab.type(interaction, "ann")), "slow_down");
  tab.address = "198.51.100.7";
  EXPECT_EQ(error_shown(tab.type(interaction, "ann")), "slow_down");
  // They take nothing from her elsewhere.
  EXPECT_TRUE(code_of(house, Tab{house, {{"browser", tab.cookies["browser"]}}}.type(interaction, "ann")));
  house.pass(seconds(13));
  EXPECT_TRUE(code_of(house, tab.type(interaction, "ann")));
  EXPECT_NE(tab.cookies["device"], device);
}

TEST_F(Login, S24_a_device_is_known_for_its_own_name_and_realm_only_and_for_400_days) {
  tab.log_in("ann");
  const auto device = tab.cookies["device"];
  const auto known = [&](std::string_view name, const std::string& cookie) {
    Ctx ctx(std::make_shared<Snapshot>(house.config()), 0, house.now(), house.limits(), house.remote_keys(),
            house.registered(), [](std::span<std::byte>) {});
    Request request;
    request.headers.cookies = {{"device", cookie}};
    return !known_device(request, name, ctx).empty();
  };
  EXPECT_TRUE(known("ann", device));
  EXPECT_FALSE(known("bob", device));
  EXPECT_FALSE(known("", device));
  EXPECT_FALSE(known("ann", ""));
  EXPECT_FALSE(known("ann", device + "A"));
  EXPECT_FALSE(known("ann", interaction));
  for (std::size_t at = 0; at < device.size(); ++at) {
    std::string bent = device;
    bent[at] = bent[at] == 'A' ? 'B' : 'A';
    ASSERT_FALSE(known("ann", bent)) << at;
  }
  EXPECT_EQ(device.find("ann"), std::string::npos);
  house.pass(std::chrono::days(400));
  EXPECT_FALSE(known("ann", device));
  house.pass(-std::chrono::days(400));
  const Secret master(std::string_view("a master key for tests: 32 bytes"));
  house.config().seals = std::make_shared<SealKeys>(RealmId("other"), std::vector{SealKeys::Master{'a', &master}});
  EXPECT_FALSE(known("ann", device));
}

TEST_F(Login, S24_a_wrong_login_makes_no_device_known) {
  tab.type(interaction, "ann", "wrong");
  EXPECT_FALSE(tab.cookies.contains("device"));
}

TEST_F(Login, S24_an_ipv6_network_is_one_whoever_speaks_from_it) {
  for (int i = 0; i < 5; ++i) {
    Request request = post({{"interaction", interaction}, {"username", "ann"}, {"password", "wrong"}});
    request.headers.cookies = {{"browser", tab.cookies["browser"]}};
    request.address = "2001:db8::" + std::to_string(i);
    request.network = "2001:db8::";
    EXPECT_EQ(house.call(login, request).hashes, 1);
  }
  tab.address = "2001:db8::";
  EXPECT_EQ(error_shown(tab.type(interaction, "ann")), "slow_down");
}

TEST_F(Login, a_full_queue_of_hashes_shows_the_page_again_and_costs_no_try) {
  house.hash_queue(House::Queue::full);
  for (int i = 0; i < 40; ++i) {
    const auto answer = tab.type(interaction, "Ann");
    ASSERT_EQ(error_shown(answer), "temporarily_unavailable") << i;
    EXPECT_EQ(answer.page().status, 503);
    EXPECT_EQ(model_of<LoginPage>(answer)->username, "Ann");
    EXPECT_EQ(answer.hashes, 0);
    EXPECT_TRUE(answer.reply->cookies.empty());
    EXPECT_FALSE(has_event(answer, "login_failed"));
  }
  house.hash_queue(House::Queue::open);
  EXPECT_TRUE(code_of(house, tab.type(interaction, "ann")));
}

TEST_F(Login, a_queue_that_is_full_when_the_hash_should_be_renewed_costs_no_login) {
  const auto old = *crypto::hash_password(Secret(std::string_view(kPassword)), {16, 2});
  set_password("usr_ann", old);
  house.hash_queue(House::Queue::full_after_one);
  EXPECT_TRUE(code_of(house, tab.type(interaction, "ann")));
  EXPECT_EQ(house.user("usr_ann").password_hash, old);
}

TEST(LimitsTest, many_names_push_out_those_that_tried_least) {
  Limits limits({LimitRule{30, 0.5}, LimitRule{5, 1.0 / 12}, LimitRule{100, 1.0 / 3}, LimitRule{5, 1.0 / 12},
                 LimitRule{20, 1.0 / 30}, LimitRule{1, 1}, LimitRule{1, 1}});
  const Instant now(seconds(1'800'000'000));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(limits.take(LimitKind::login_user_address, "ann", now));
  for (int i = 0; i < 250'000; ++i) limits.take(LimitKind::login_address, std::to_string(i), now);
  EXPECT_FALSE(limits.has(LimitKind::login_user_address, "ann", now));
  EXPECT_FALSE(limits.take(LimitKind::login_user_address, "ann", now));
  EXPECT_TRUE(limits.has(LimitKind::login_user_address, "ann", now + seconds(12)));
}

TEST(Username, canonical_form) {
  EXPECT_EQ(canonical_username("Ann"), "ann");
  EXPECT_EQ(canonical_username("ANN@Example.COM"), "ann@example.com");
  EXPECT_EQ(canonical_username("J\xC3\xB6rg Z"), "j\xC3\xB6rg z");
  EXPECT_EQ(canonical_username("J\xC3\x96RG"), "j\xC3\x96rg");                       // beyond ASCII nothing is folded
  EXPECT_NE(canonical_username("J\xC3\xB6rg"), canonical_username("Jo\xCC\x88rg"));  // composed, and decomposed
  EXPECT_EQ(canonical_username(std::string(256, 'A')), std::string(256, 'a'));
  for (const std::string& bad :
       {std::string(), std::string(257, 'a'), std::string("a\0b", 3), std::string("a\nb"), std::string("a\x7F"),
        std::string("a\xC2\x80"), std::string("a\xC2\x9F"), std::string("\xC0\x80"), std::string("\xED\xA0\x80"),
        std::string("a\xC3"), std::string(" a"), std::string("a ")})
    EXPECT_FALSE(canonical_username(bad)) << bad;
  EXPECT_TRUE(canonical_username("a\xC2\xA0z"));
}

}  // namespace
}  // namespace tessera::issuer::test
