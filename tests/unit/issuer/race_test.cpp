// Two requests at the same moment on PostgreSQL, in the very order of steps that would go wrong.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "support/postgres.hpp"
#include "unit/issuer/page_requests.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

using namespace std::chrono_literals;
using Work = std::function<void(Tx&)>;

const UserId kAnn{"usr_ann"};
const ClientId kThird{"third"};

void wait_until(const std::function<bool()>& come) {
  while (!come()) std::this_thread::sleep_for(1ms);
}

struct Race : testing::Test {
  void SetUp() override {
    if (schema.url().empty()) GTEST_SKIP() << "no PostgreSQL";
    house.emplace(store::Options{.url = schema.url(), .threads = 4, .log = [this](std::string_view text) {
                                   const std::lock_guard lock(mutex);
                                   log += text;
                                 }});
  }

  // In one transaction `first`, and `then` when each of the others has been begun, one after the other, and has ended
  // or waits for a lock.
  void beside(const Work& first, const std::vector<std::function<void()>>& others, const Work& then = [](Tx&) {}) {
    std::atomic<std::size_t> ended = 0;
    std::vector<std::jthread> threads;
    house->write([&](Tx& tx) {
      first(tx);
      for (const auto& other : others) {
        threads.emplace_back([&] { other(), ++ended; });
        wait_until([&] { return ended + schema.waiting() >= threads.size(); });
      }
      then(tx);
    });
  }

  void allow_third(Tx& tx) {
    EXPECT_TRUE(tx.put_consent(house->realm(), {kAnn, kThird, {"openid", "profile"}, house->now()}));
  }
  std::size_t live_grants() {
    std::size_t count = 0;
    house->write([&](Tx& tx) { count = tx.grants_of(house->realm(), kAnn)->size(); });
    return count;
  }

  PostgresSchema schema;
  std::mutex mutex;
  std::string log;  // what PostgreSQL said: a deadlock, if there was one
  std::optional<House> house;
};

TEST_F(Race, S14_an_old_password_opens_no_session_beside_its_change) {
  Tab tab{*house};
  const auto interaction = interaction_of(tab.ask());
  Answer answer;
  const auto change = [&](Tx& tx) {
    EXPECT_TRUE(
        *tx.replace_password(house->realm(), kAnn, tx.user(house->realm(), kAnn)->value().password_hash, "new"));
    EXPECT_TRUE(tx.sessions_of(house->realm(), kAnn)->empty());  // that it would end
  };
  beside(change, {[&] { answer = tab.type(interaction, "ann"); }});
  EXPECT_TRUE(is_login_page(answer));
  house->write([&](Tx& tx) { EXPECT_TRUE(tx.sessions_of(house->realm(), kAnn)->empty()); });
}

TEST_F(Race, S14_a_code_that_is_redeemed_while_its_consent_is_taken_back_leaves_no_grant) {
  const auto code = house->code(house->log_in("usr_ann"), "third", {"openid", "profile"});
  house->write([&](Tx& tx) { allow_third(tx); });
  const auto form = with(code_request(house->sealed(code)), "client_id", "third").form.list();
  Answer answer;
  beside([&](Tx& tx) { EXPECT_TRUE(tx.take_back(house->realm(), kAnn, kThird)->consent); },
         {[&] { answer = house->call(token, with(post(form), "client_secret", kSecret)); }});
  EXPECT_EQ(answer.code(), "invalid_grant");
  EXPECT_EQ(live_grants(), 0u);
}

// Whoever takes back waits for one session, while another begins, in which a code is redeemed.
TEST_F(Race, S14_nor_does_one_of_a_session_that_began_meanwhile) {
  const auto old = house->log_in("usr_ann");
  house->write([&](Tx& tx) { allow_third(tx); });
  std::atomic<bool> held = false, go_on = false, taken = false;
  const std::jthread holding([&] {
    house->write([&](Tx& tx) {
      EXPECT_TRUE(*tx.hold_session(house->realm(), old.id));
      held = true;
      wait_until([&] { return go_on.load(); });
    });
  });
  wait_until([&] { return held.load(); });
  const std::jthread taking([&] {
    house->write([&](Tx& tx) { EXPECT_TRUE(tx.take_back(house->realm(), kAnn, kThird)); });
    taken = true;
  });
  wait_until([&] { return taken || schema.waiting() > 0; });
  const auto young = house->log_in("usr_ann");
  house->write([&](Tx& tx) {  // the steps of a redemption
    EXPECT_TRUE(*tx.hold_user(house->realm(), kAnn));
    EXPECT_TRUE(*tx.hold_session(house->realm(), young.id));
    const bool allowed = tx.consent(house->realm(), kAnn, kThird)->has_value();
    go_on = true;
    wait_until([&] { return taken.load(); });
    Grant grant;
    grant.id = GrantId("gr_late");
    grant.session = young.id;
    grant.user = kAnn;
    grant.client = kThird;
    std::vector<GrantId> ended;
    if (allowed) EXPECT_TRUE(tx.redeem_code(house->realm(), grant, ended));
  });
  EXPECT_EQ(live_grants(), 0u);
}

// Each of the three waits for the device's code, in this order.
TEST_F(Race, S14_a_device_redeems_while_its_consent_is_taken_back_and_neither_waits_for_the_other) {
  house->client("spa").grant_types.push_back(GrantType::device_code);
  const auto asked = house->call(device_authorization, post({{"client_id", "spa"}, {"scope", "openid"}}));
  const auto device_code = house->tokens(asked).at("device_code");
  const auto session = house->log_in("usr_ann");
  house->write([&](Tx& tx) {
    auto code = **tx.device_code(house->realm(), digest_of(device_code));
    code.state = DeviceState::allowed;
    code.session = session.id;
    code.user = kAnn;
    EXPECT_TRUE(*tx.decide_device_code(house->realm(), code, house->now()));
  });
  Answer answer;
  beside([&](Tx& tx) { EXPECT_TRUE(tx.poll_device_code(house->realm(), digest_of(device_code), house->now())); },
         {[&] { house->write([&](Tx& tx) { EXPECT_TRUE(tx.take_back(house->realm(), kAnn, ClientId("spa"))); }); },
          [&] {
            answer = house->call(token, post({{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
                                              {"client_id", "spa"},
                                              {"device_code", device_code}}));
          }});
  EXPECT_EQ(answer.code(), "invalid_grant");
  EXPECT_EQ(live_grants(), 0u);
  EXPECT_EQ(log, "");
}

TEST_F(Race, S14_a_refresh_waits_for_its_session_before_it_has_its_grant) {
  const auto in = log_in_and_redeem(*house);
  house->pass(minutes(2));  // the session is to be touched
  Answer answer;
  beside([&](Tx& tx) { EXPECT_TRUE(*tx.hold_session(house->realm(), in.session.id)); },
         {[&] { answer = house->call(token, refresh_request(in.tokens.at("refresh_token"))); }},
         [&](Tx& tx) { EXPECT_TRUE(*tx.end_grant(house->realm(), in.code.grant)); });
  EXPECT_EQ(answer.code(), "invalid_grant");
  EXPECT_EQ(log, "");
}

// As a logout in one of them does: the session, and then the counter of facts.
TEST_F(Race, S14_whoever_ends_several_sessions_numbers_the_facts_when_it_has_them_all) {
  Tab tab{*house};
  tab.log_in();
  const auto page = interaction_of(tab.get(account, {}));
  house->log_in("usr_ann");
  const auto second = house->log_in("usr_ann");
  Answer answer;
  beside([&](Tx& tx) { EXPECT_TRUE(*tx.end_session(house->realm(), second.id)); },
         {[&] { answer = tab.post(account, {{"interaction", page}, {"change", "end_other_sessions"}}); }},
         [&](Tx& tx) {
           EXPECT_TRUE(tx.append_fact(house->realm(), {0, FactKind::session, second.id.text, house->now()}));
         });
  EXPECT_TRUE(model_of<AccountPage>(answer));
  EXPECT_EQ(answer.facts.size(), 1u);
  EXPECT_EQ(log, "");
}

}  // namespace
}  // namespace tessera::issuer::test
