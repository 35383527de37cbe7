// What happens when two do the same at once, over every store.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "unit/store/houses.hpp"

namespace tessera::store::test {
namespace {

struct Race : Houses {
  static constexpr int kRounds = 25;

  // Each thread runs `work` in a transaction of its own; gives each one's answer.
  template <class F>
  auto race(int threads, F work) {
    using Answer = std::remove_cvref_t<decltype(*work(std::declval<Tx&>(), 0))>;
    std::vector<std::optional<Answer>> answers(static_cast<std::size_t>(threads));
    at_once(threads, [&](int i) {
      EXPECT_OK(store->write_now([&, i](Tx& tx) {
        auto result = work(tx, i);
        if (!result) return Outcome::roll_back;
        answers[static_cast<std::size_t>(i)] = *result;
        return Outcome::commit;
      }));
    });
    std::vector<Answer> out;
    for (auto& answer : answers) {
      EXPECT_TRUE(answer.has_value());
      if (answer) out.push_back(*answer);
    }
    return out;
  }
  // Two threads, many times; exactly one of two says yes.
  template <class F>
  void one_wins(F work) {
    for (int round = 0; round < kRounds; ++round) {
      const auto answers = race(2, [&](Tx& tx, int i) { return work(tx, i, std::to_string(round)); });
      EXPECT_EQ(std::ranges::count(answers, true), 1) << "round " << round;
    }
  }
};
EACH_STORE(Race);

TEST_P(Race, two_users_of_one_name_one_wins) {
  one_wins([](Tx& tx, int i, const std::string& n) {
    return tx.insert_user(kRealm, ann("usr_" + n + "_" + std::to_string(i), n));
  });
}

TEST_P(Race, two_users_of_one_id_one_wins) {
  one_wins([](Tx& tx, int i, const std::string& n) {
    return tx.insert_user(kRealm, ann("usr_" + n, n + "_" + std::to_string(i)));
  });
}

TEST_P(Race, two_users_who_take_the_same_new_name_one_gets_it) {
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann("usr_0", "u0")); }));
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann("usr_1", "u1")); }));
  one_wins([](Tx& tx, int i, const std::string& n) {
    return tx.update_user(kRealm, ann("usr_" + std::to_string(i), "name" + n));
  });
}

TEST_P(Race, two_password_changes_from_one_hash_one_wins) {
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann()); }));
  std::string old = ann().password_hash;
  for (int round = 0; round < kRounds; ++round) {
    const auto to = [&](int i) { return "hash " + std::to_string(round) + " " + std::to_string(i); };
    const auto answers =
        race(2, [&](Tx& tx, int i) { return tx.replace_password(kRealm, UserId("usr_ann"), old, to(i)); });
    ASSERT_EQ(std::ranges::count(answers, true), 1);
    old = (*read([](Tx& tx, auto& realm) { return tx.user(realm, UserId("usr_ann")); }))->password_hash;
    EXPECT_EQ(old, to(answers[0] ? 0 : 1));
  }
}

TEST_P(Race, no_login_failure_is_lost) {
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann()); }));
  at_once(8, [&](int) {
    for (int i = 0; i < 10; ++i)
      EXPECT_OK(store->write_now([](Tx& tx) {
        return tx.count_login_failure(kRealm, UserId("usr_ann")) ? Outcome::commit : Outcome::roll_back;
      }));
  });
  EXPECT_EQ((*read([](Tx& tx, auto& realm) { return tx.user(realm, UserId("usr_ann")); }))->failures, 80);
}

TEST_P(Race, S20_two_renewals_from_one_cookie_one_wins) {
  for (int round = 0; round < kRounds; ++round) {
    const auto id = "ses_" + std::to_string(round);
    EXPECT_OK(write([&](Tx& tx, auto& realm) { return tx.insert_session(realm, a_session(id)); }));
    const auto answers = race(2, [&](Tx& tx, int i) {
      return tx.renew_session(kRealm, SessionId(id), "digest of " + id, id + " new " + std::to_string(i), kNow);
    });
    EXPECT_EQ(std::ranges::count(answers, true), 1);
  }
}

TEST_P(Race, two_who_end_a_session_or_a_grant_one_did) {
  for (int round = 0; round < kRounds; ++round) {
    const auto id = std::to_string(round);
    EXPECT_OK(write([&](Tx& tx, auto& realm) -> Result<void> {
      EXPECT_OK(tx.insert_session(realm, a_session("ses_" + id)));
      std::vector<GrantId> ended;
      EXPECT_OK(tx.redeem_code(realm, a_grant("gr_" + id, "ses_" + id), ended));
      return {};
    }));
    const auto sessions = race(2, [&](Tx& tx, int) { return tx.end_session(kRealm, SessionId("ses_" + id)); });
    EXPECT_EQ(std::ranges::count(sessions, true), 1);
    const auto grants = race(2, [&](Tx& tx, int) { return tx.end_grant(kRealm, GrantId("gr_" + id)); });
    EXPECT_EQ(std::ranges::count(grants, true), 1);
  }
}

TEST_P(Race, S20_ending_and_renewing_a_session_leaves_it_ended) {
  for (int round = 0; round < kRounds; ++round) {
    const auto id = "ses_" + std::to_string(round);
    EXPECT_OK(write([&](Tx& tx, auto& realm) { return tx.insert_session(realm, a_session(id)); }));
    const auto answers = race(2, [&](Tx& tx, int i) {
      return i == 0 ? tx.end_session(kRealm, SessionId(id))
                    : tx.renew_session(kRealm, SessionId(id), "digest of " + id, "new " + id, kNow);
    });
    EXPECT_TRUE(answers[0]);
    EXPECT_TRUE((*read([&](Tx& tx, auto& realm) { return tx.session(realm, SessionId(id)); }))->ended);
  }
}

TEST_P(Race, of_two_nodes_one_makes_the_attempt_to_tell_of_a_logout) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_session(realm, a_session()); }));
  one_wins([](Tx& tx, int, const std::string& n) -> Result<bool> {
    const PendingLogout one{SessionId("ses_1"), ClientId("client " + n), a_session().user, 0};
    if (!tx.insert_logout(kRealm, one.session, one.client, kNow)) return fail(Err::unavailable, "insert_logout");
    return tx.begin_logout(kRealm, one, kNow + seconds(10));
  });
}

TEST_P(Race, a_logout_is_removed_by_one) {
  EXPECT_OK(write([](Tx& tx, auto& realm) -> Result<void> {
    EXPECT_OK(tx.insert_session(realm, a_session()));
    for (int i = 0; i < kRounds; ++i)
      EXPECT_OK(tx.insert_logout(realm, SessionId("ses_1"), ClientId(std::to_string(i)), kNow));
    return {};
  }));
  one_wins([](Tx& tx, int, const std::string& n) { return tx.remove_logout(kRealm, SessionId("ses_1"), ClientId(n)); });
}

// Either the one who ends the session sees the grant, and its client is told, or the one who holds it sees the end.
TEST_P(Race, no_grant_is_made_of_a_session_unseen_by_whoever_ends_it_meanwhile) {
  for (int round = 0; round < kRounds; ++round) {
    const auto id = std::to_string(round);
    const SessionId session("ses_" + id);
    EXPECT_OK(write([&](Tx& tx, auto& realm) { return tx.insert_session(realm, a_session(session.text)); }));
    const auto answers = race(2, [&](Tx& tx, int i) -> Result<bool> {
      if (i == 0) {
        EXPECT_TRUE(*tx.end_session(kRealm, session));
        return !tx.clients_of(kRealm, session)->empty();
      }
      if ((*tx.hold_session(kRealm, session))->ended) return false;
      std::vector<GrantId> ended;
      EXPECT_OK(tx.redeem_code(kRealm, a_grant("gr_" + id, session.text), ended));
      return true;
    });
    EXPECT_EQ(answers[0], answers[1]) << "round " << round;
  }
}

TEST_P(Race, S06_single_use_under_race) {
  for (int round = 0; round < 3; ++round) {
    const auto id = "gr_" + std::to_string(round);
    const auto answers = race(100, [&](Tx& tx, int) {
      std::vector<GrantId> ended;
      return tx.redeem_code(kRealm, a_grant(id), ended);
    });
    EXPECT_EQ(std::ranges::count(answers, Redeemed::first), 1);
    EXPECT_EQ(std::ranges::count(answers, Redeemed::again), 99);
  }
}

TEST_P(Race, S06_S10_an_id_is_used_once_under_race) {
  const auto use = [](Tx& tx, const std::string& id, Instant now) {
    return tx.use_once(kRealm, id, now + minutes(1), now);
  };
  one_wins([&](Tx& tx, int, const std::string& n) { return use(tx, n, kNow); });
  // and again, once it has expired
  one_wins([&](Tx& tx, int, const std::string& n) { return use(tx, n, kNow + minutes(2)); });
  EXPECT_EQ(std::ranges::count(race(100, [&](Tx& tx, int) { return use(tx, "many", kNow); }), true), 1);
}

TEST_P(Race, S14_a_registered_client_that_is_held_is_changed_by_one_at_a_time) {
  const ClientId id("reg_one");
  EXPECT_OK(write([&](Tx& tx, auto& realm) {
    RegisteredClient one;
    one.client.id = id;
    one.client.scopes = {};
    return tx.insert_registered(realm, one, 10);
  }));
  race(10, [&](Tx& tx, int i) -> Result<bool> {
    auto held = tx.hold_registered(kRealm, id);
    if (!held) return std::unexpected(held.error());
    (*held)->client.scopes.push_back(std::to_string(i));
    return tx.replace_registered(kRealm, **held);
  });
  EXPECT_EQ((*read([&](Tx& tx, auto& realm) { return tx.registered(realm, id); }))->client.scopes.size(), 10u);
}

TEST_P(Race, a_registered_client_is_removed_by_one) {
  EXPECT_OK(write([](Tx& tx, auto& realm) {
    RegisteredClient one;
    one.client.id = ClientId("reg_one");
    return tx.insert_registered(realm, one, 10);
  }));
  const auto answers = race(10, [&](Tx& tx, int) { return tx.remove_registered(kRealm, ClientId("reg_one")); });
  EXPECT_EQ(std::ranges::count(answers, true), 1);
}

TEST_P(Race, S07_parallel_refresh_gives_one_successor_and_late_reuse_is_told) {
  constexpr seconds kGrace{10};
  EXPECT_OK(write([](Tx& tx, auto& realm) {
    std::vector<GrantId> ended;
    return tx.redeem_code(realm, a_grant(), ended);
  }));
  Instant now = kNow;
  for (std::int64_t generation = 1; generation <= 5; ++generation, now += minutes(1)) {
    const auto answers = race(
        30, [&](Tx& tx, int) { return tx.rotate_refresh(kRealm, GrantId("gr_1"), {generation, {}, now, kGrace}); });
    EXPECT_EQ(std::ranges::count(answers, Rotation::Kind::rotated, &Rotation::kind), 1);
    EXPECT_EQ(std::ranges::count(answers, Rotation::Kind::retry, &Rotation::kind), 29);
    for (const auto& answer : answers) EXPECT_EQ(answer.generation, generation + 1);
  }
  const auto late = race(10, [&](Tx& tx, int) {
    return tx.rotate_refresh(kRealm, GrantId("gr_1"), {5, {}, now - minutes(1) + kGrace + microseconds(1), kGrace});
  });
  EXPECT_EQ(std::ranges::count(late, Rotation::Kind::reused, &Rotation::kind), 10);
  EXPECT_EQ((*read([](Tx& tx, auto& realm) { return tx.grant(realm, GrantId("gr_1")); }))->generation, 6);
}

TEST_P(Race, S07_of_parallel_refreshes_with_different_keys_one_decides_whose_the_successor_is) {
  EXPECT_OK(write([](Tx& tx, auto& realm) {
    std::vector<GrantId> ended;
    return tx.redeem_code(realm, a_grant(), ended);
  }));
  std::atomic<int> next = 0;
  std::mutex mutex;
  std::string winner;
  const auto answers = race(30, [&](Tx& tx, int) {
    const std::string key = "key " + std::to_string(next++);
    auto rotation = tx.rotate_refresh(kRealm, GrantId("gr_1"), {1, {}, kNow, seconds(10), key});
    const std::lock_guard lock(mutex);
    if (rotation && rotation->kind == Rotation::Kind::rotated) winner = key;
    return rotation;
  });
  EXPECT_EQ(std::ranges::count(answers, Rotation::Kind::rotated, &Rotation::kind), 1);
  EXPECT_EQ(std::ranges::count(answers, winner, &Rotation::jkt), 29);
  EXPECT_EQ((*read([](Tx& tx, auto& realm) { return tx.grant(realm, GrantId("gr_1")); }))->jkt, winner);
}

TEST_P(Race, S07_a_grant_that_ends_while_it_rotates_gives_nothing_afterwards) {
  for (int round = 0; round < kRounds; ++round) {
    const auto id = GrantId("gr_" + std::to_string(round));
    EXPECT_OK(write([&](Tx& tx, auto& realm) {
      std::vector<GrantId> ended;
      return tx.redeem_code(realm, a_grant(id.text), ended);
    }));
    at_once(2, [&](int i) {
      EXPECT_OK(store->write_now([&, i](Tx& tx) {
        const bool good = i == 0 ? tx.end_grant(kRealm, id).has_value()
                                 : tx.rotate_refresh(kRealm, id, {1, {}, kNow, seconds(10)}).has_value();
        return good ? Outcome::commit : Outcome::roll_back;
      }));
    });
    const auto after = *write(
        [&](Tx& tx, auto& realm) { return tx.rotate_refresh(realm, id, {2, {}, kNow + seconds(1), seconds(10)}); });
    EXPECT_EQ(after.kind, Rotation::Kind::gone);
  }
}

TEST_P(Race, S06_a_device_code_is_decided_and_redeemed_once_under_race) {
  const auto decided = [](const std::string& digest, DeviceState state) {
    auto code = a_device_code(digest);
    code.state = state;
    code.session = SessionId("ses_1");
    code.user = UserId("usr_ann");
    return code;
  };
  for (int round = 0; round < kRounds; ++round) {
    const auto id = "dc_" + std::to_string(round);
    EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.insert_device_code(realm, a_device_code(id)); }));
    const auto answers = race(2, [&](Tx& tx, int i) {
      return tx.decide_device_code(kRealm, decided(id, i == 0 ? DeviceState::allowed : DeviceState::denied), kNow);
    });
    EXPECT_EQ(std::ranges::count(answers, true), 1);
    const auto redeemed = race(2, [&](Tx& tx, int) { return tx.redeem_device_code(kRealm, id); });
    EXPECT_EQ(std::ranges::count(redeemed, true), answers[0] ? 1 : 0);
  }
  EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.insert_device_code(realm, a_device_code("many")); }));
  EXPECT_TRUE(*write(
      [&](Tx& tx, auto& realm) { return tx.decide_device_code(realm, decided("many", DeviceState::allowed), kNow); }));
  const auto many = race(100, [](Tx& tx, int) { return tx.redeem_device_code(kRealm, "many"); });
  EXPECT_EQ(std::ranges::count(many, true), 1);
}

TEST_P(Race, of_two_devices_one_gets_a_user_code_and_of_two_polls_one_is_in_time) {
  one_wins([](Tx& tx, int i, const std::string& n) {
    auto code = a_device_code(n + "_" + std::to_string(i));
    code.user_code_digest = n;
    return tx.insert_device_code(kRealm, code);
  });
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.insert_device_code(realm, a_device_code()); }));
  const auto polls = race(10, [](Tx& tx, int) { return tx.poll_device_code(kRealm, "dc_1", kNow); });
  EXPECT_EQ(std::ranges::count(polls, true), 1);
  // nine came too soon: 50 s now
  const auto poll = [&](seconds after) {
    return *write([&](Tx& tx, auto& realm) { return tx.poll_device_code(realm, "dc_1", kNow + after); });
  };
  EXPECT_FALSE(poll(seconds(49)));
  EXPECT_TRUE(poll(seconds(49 + 55)));
}

TEST_P(Race, S14_what_is_taken_back_while_a_device_redeems_leaves_no_grant) {
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann()); }));
  for (int round = 0; round < kRounds; ++round) {
    const auto id = "dc_" + std::to_string(round);
    auto code = a_device_code(id);
    EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.insert_device_code(realm, code); }));
    code.state = DeviceState::allowed;
    code.session = SessionId("ses_" + id);
    code.user = UserId("usr_ann");
    EXPECT_OK(write([&](Tx& tx, auto& realm) { return tx.insert_session(realm, a_session("ses_" + id)); }));
    EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.decide_device_code(realm, code, kNow); }));
    auto grant = a_grant(id, "ses_" + id);
    grant.client = ClientId("tv");
    const auto answers = race(2, [&](Tx& tx, int i) -> Result<std::size_t> {
      if (i == 0) {
        const auto taken = tx.take_back(kRealm, UserId("usr_ann"), ClientId("tv"));
        if (!taken) return std::unexpected(taken.error());
        return taken->grants.size();
      }
      EXPECT_TRUE(*tx.hold_user(kRealm, UserId("usr_ann")));
      const auto redeemed = tx.redeem_device_code(kRealm, id);
      if (!redeemed) return std::unexpected(redeemed.error());
      std::vector<GrantId> ended;
      if (*redeemed)
        if (const auto made = tx.redeem_code(kRealm, grant, ended); !made) return std::unexpected(made.error());
      return std::size_t{*redeemed};
    });
    // Either it came before, and its grant was ended, or it came after, and got none.
    EXPECT_EQ(answers[0], answers[1]);
    EXPECT_TRUE(read([](Tx& tx, auto& realm) { return tx.grants_of(realm, UserId("usr_ann")); })->empty());
  }
}

// Either the grant was made of the person as it was, and whoever changes the person sees it; or of the changed one.
TEST_P(Race, S14_no_grant_is_made_of_a_person_unseen_by_whoever_changes_it_meanwhile) {
  for (int round = 0; round < kRounds; ++round) {
    const auto id = std::to_string(round);
    auto person = ann("usr_" + id, "ann" + id);
    EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.insert_user(realm, person); }));
    std::atomic<bool> made = false, seen = false;
    at_once(2, [&](int i) {
      EXPECT_OK(store->write_now([&](Tx& tx) {
        if (i == 0) {
          const auto held = tx.hold_user(kRealm, person.id);
          if (!held || !(*held)->enabled) return Outcome::roll_back;
          auto grant = a_grant("gr_" + id);
          grant.user = person.id;
          std::vector<GrantId> ended;
          made = tx.redeem_code(kRealm, grant, ended).has_value();
        } else {
          auto disabled = person;
          disabled.enabled = false;
          EXPECT_TRUE(tx.update_user(kRealm, disabled));
          seen = !tx.clients_with_grants(kRealm, person.id)->empty();
        }
        return Outcome::commit;
      }));
    });
    EXPECT_EQ(made, seen) << "round " << round;
  }
}

TEST_P(Race, ten_youngest_grants_hold_when_many_are_made_at_once) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_session(realm, a_session()); }));
  std::atomic<int> ended_in_all{0};
  race(40, [&](Tx& tx, int i) -> Result<bool> {
    std::vector<GrantId> ended;
    auto grant = a_grant("gr_" + std::to_string(i));
    if (auto redeemed = tx.redeem_code(kRealm, grant, ended); !redeemed) return std::unexpected(redeemed.error());
    ended_in_all += static_cast<int>(ended.size());
    return true;
  });
  int live = 0;
  for (int i = 0; i < 40; ++i)
    live += !(*read([&](Tx& tx, auto& realm) { return tx.grant(realm, GrantId("gr_" + std::to_string(i))); }))->ended;
  EXPECT_EQ(live, 10);
  EXPECT_EQ(ended_in_all, 30);
}

TEST_P(Race, of_two_consents_at_once_one_stays_whole) {
  const UserId user("usr_ann");
  for (int round = 0; round < kRounds; ++round) {
    const ClientId client("c" + std::to_string(round));
    at_once(2, [&](int i) {
      const Consent consent{user, client, {"s" + std::to_string(i)}, kNow + seconds(i)};
      EXPECT_OK(store->write_now(
          [&](Tx& tx) { return tx.put_consent(kRealm, consent) ? Outcome::commit : Outcome::roll_back; }));
    });
    const auto left = *read([&](Tx& tx, auto& realm) { return tx.consent(realm, user, client); });
    ASSERT_TRUE(left);
    EXPECT_EQ(left->scope.front(), left->given == kNow ? "s0" : "s1");
  }
}

TEST_P(Race, fact_numbers_become_visible_in_order_and_without_holes) {
  constexpr std::int64_t kFacts = 200;
  std::atomic<bool> writing{true};
  std::jthread reader([&] {
    std::int64_t applied = 0;
    while (writing || applied < kFacts) {
      std::vector<Fact> facts;
      EXPECT_OK(store->read_now([&](Tx& tx) {
        facts = *tx.facts_after(kRealm, applied);
        return Outcome::commit;
      }));
      for (const auto& fact : facts) {
        EXPECT_EQ(fact.number, ++applied);
        if (fact.number != applied) return;
      }
    }
  });
  std::atomic<int> rolled_back{0};
  at_once(8, [&](int i) {
    for (int k = 0; k < kFacts / 8; ++k)
      for (const auto outcome : {Outcome::roll_back, Outcome::commit})
        EXPECT_OK(store->write_now([&, outcome](Tx& tx) {
          EXPECT_OK(tx.append_fact(kRealm, {0, FactKind::jti, std::to_string(i), kNow}));
          if (outcome == Outcome::roll_back) ++rolled_back;
          return outcome;
        }));
  });
  writing = false;
  reader.join();
  EXPECT_GE(rolled_back, kFacts);
}

TEST_P(Race, no_rise_of_the_configuration_version_is_lost) {
  race(40, [](Tx& tx, int) -> Result<bool> {
    if (auto bumped = tx.bump_config_version(kRealm); !bumped) return std::unexpected(bumped.error());
    return true;
  });
  EXPECT_EQ(*read([](Tx& tx, auto& realm) { return tx.config_version(realm); }), 40);
}

TEST_P(Race, two_who_make_what_is_made_once_one_did) {
  one_wins([](Tx& tx, int i, const std::string& n) { return tx.insert_setting("s" + n, std::to_string(i)); });
  one_wins([](Tx& tx, int, const std::string& n) {
    return tx.insert_signing_key(kRealm, {"kid" + n, Alg::ES256, KeyState::next, "", kNow, kNow});
  });
  one_wins([](Tx& tx, int, const std::string& n) {
    return tx.move_signing_key(kRealm, "kid" + n, KeyState::next, KeyState::active, kNow);
  });
}

TEST_P(Race, two_of_the_same_configuration_row_or_setting_both_succeed) {
  for (int round = 0; round < kRounds; ++round) {
    const auto id = "c" + std::to_string(round);
    at_once(2, [&](int i) {
      EXPECT_OK(store->write_now([&](Tx& tx) {
        const bool good = tx.put_config(kRealm, {ConfigKind::client, id, std::to_string(i), false}) &&
                          tx.put_setting(id, std::to_string(i));
        return good ? Outcome::commit : Outcome::roll_back;
      }));
    });
    const auto body = read([](Tx& tx, auto& realm) { return tx.config(realm); })->back().body;
    EXPECT_TRUE(body == "0" || body == "1");
    const auto removed = race(2, [&](Tx& tx, int) { return tx.remove_config(kRealm, ConfigKind::client, id); });
    EXPECT_EQ(std::ranges::count(removed, true), 1);
  }
}

TEST_P(Race, two_sweeps_at_once_take_each_row_once) {
  EXPECT_OK(write([](Tx& tx, auto& realm) -> Result<void> {
    for (int i = 0; i < 50; ++i) EXPECT_OK(tx.append_fact(realm, {0, FactKind::jti, std::to_string(i), kNow}));
    return {};
  }));
  const auto gone = race(2, [](Tx& tx, int) { return tx.sweep(kRealm, {kNow + seconds(1), {}}, 1000); });
  EXPECT_EQ(gone[0] + gone[1], 50);
}

}  // namespace
}  // namespace tessera::store::test
