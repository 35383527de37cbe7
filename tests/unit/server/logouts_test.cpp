// Clients are told of logouts by a node whose clock a test moves.
#include "server/logouts.hpp"

#include <gtest/gtest.h>

#include "house.hpp"
#include "support/served.hpp"

namespace tessera::server::test {
namespace {

using issuer::ClientId;
using issuer::RealmId;
using issuer::SessionId;

struct Telling : testing::Test {
  std::mutex mutex;
  int status = 200, requests = 0;
  Served site{[this](http::Request, http::Respond respond) {
    const std::lock_guard lock(mutex);
    ++requests;
    respond({status, {{"Location", "http://127.0.0.1:1/"}}, ""});
  }};
  House house{[this](Config& config) {
    config.settings.outbound.reachable.add("127.0.0.0/8");
    for (auto& declared : config.declaration.realms[0].clients) {
      declared.client.id_token_alg = Alg::ES256;  // is there from the start
      declared.client.backchannel_logout_uri = "http://127.0.0.1:" + std::to_string(site.port()) + "/out";
    }
  }};

  // As many sessions of the first client as are asked for have ended.
  void ended(int sessions = 1, const std::string& client = "") {
    const auto id = client.empty() ? house.dev.config.declaration.realms[0].clients[0].client.id.text : client;
    ASSERT_TRUE(house.node->store().write_now([&](issuer::Tx& tx) {
      for (int i = 0; i < sessions; ++i) {
        issuer::Session session;
        session.id = SessionId("ses_" + std::to_string(i));
        session.cookie_digest = session.id.text;
        session.user = issuer::UserId("usr_ann");
        EXPECT_TRUE(tx.insert_session(RealmId(""), session));
        EXPECT_TRUE(tx.insert_logout(RealmId(""), session.id, ClientId(id), house.now));
      }
      return issuer::Outcome::commit;
    }));
  }
  std::size_t waiting() {
    std::size_t count = 0;
    EXPECT_TRUE(house.node->store().read_now([&](issuer::Tx& tx) {
      count = tx.due_logouts(RealmId(""), house.now.load() + std::chrono::hours(1000), 1000, 1000)->size();
      return issuer::Outcome::roll_back;
    }));
    return count;
  }
  int asked() {
    const std::lock_guard lock(mutex);
    return requests;
  }
  bool logged(std::string_view event) {
    return house.lines.text().find("\"event\":\"" + std::string(event) + '"') != std::string::npos;
  }
};

TEST_F(Telling, either_answer_that_says_so_is_the_end) {
  for (const int good : {200, 204}) {
    status = good;
    house.now = house.now.load() + seconds(1);
    ASSERT_TRUE(house.node->store().write_now([&](issuer::Tx& tx) {
      issuer::Session session;
      session.id = SessionId("good " + std::to_string(good));
      session.cookie_digest = session.id.text;
      EXPECT_TRUE(tx.insert_session(RealmId(""), session));
      EXPECT_TRUE(tx.insert_logout(RealmId(""), session.id, house.dev.config.declaration.realms[0].clients[0].client.id,
                                   house.now));
      return issuer::Outcome::commit;
    }));
    house.node->keep();
    EXPECT_EQ(waiting(), 0u) << good;
  }
  EXPECT_TRUE(logged("logout_told"));
  EXPECT_EQ(asked(), 2);
}

TEST_F(Telling, a_refusal_is_the_end_and_stands_in_the_log) {
  status = 400;
  ended();
  house.node->keep();
  EXPECT_EQ(waiting(), 0u);
  EXPECT_TRUE(logged("logout_refused"));
}

TEST_F(Telling, what_fails_is_tried_for_a_day_ever_less_often_and_then_given_up) {
  status = 302;  // nor is a redirect followed
  ended();
  for (const int minute : {0, 1, 2, 10}) {
    house.now = house.now.load() + minutes(minute);
    house.node->keep();
  }
  EXPECT_EQ(asked(), 4);
  house.node->keep();
  EXPECT_EQ(asked(), 4);
  for (int hour = 0; hour < 30; ++hour) {
    house.now = house.now.load() + std::chrono::hours(1);
    house.node->keep();
  }
  EXPECT_EQ(asked(), 10);
  EXPECT_EQ(waiting(), 0u);
  EXPECT_TRUE(logged("logout_not_yet_told"));
  EXPECT_TRUE(logged("logout_given_up"));
}

TEST_F(Telling, a_client_that_is_gone_is_not_told) {
  ended(1, "nobody");
  house.node->keep();
  EXPECT_EQ(waiting(), 0u);
  EXPECT_EQ(asked(), 0);
}

TEST_F(Telling, many_of_one_client_go_two_at_a_time) {
  ended(7);
  for (const int told : {2, 4, 6, 7}) {
    house.node->keep();
    EXPECT_EQ(asked(), told);
  }
  EXPECT_EQ(waiting(), 0u);
}

}  // namespace
}  // namespace tessera::server::test
