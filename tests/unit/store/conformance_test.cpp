// Each method of Tx and the answers that store.hpp promises, over every store.
#include <algorithm>

#include "issuer/model/codec.hpp"
#include "unit/store/houses.hpp"

namespace tessera::store::test {
namespace {

using std::chrono::days;
using std::chrono::hours;

struct Conformance : Houses {};
EACH_STORE(Conformance);

template <class T>
concept Text = std::convertible_to<T, std::string_view>;

std::string shown(const std::vector<std::string>& list) {
  std::string out = "[";
  for (const auto& item : list) out += "<" + item + ">";
  return out + "]";
}
std::string shown(Instant t) { return std::to_string(t.time_since_epoch().count()); }
template <class... T>
std::string joined(const T&... parts) {
  std::string out;
  const auto add = [&](const auto& part) {
    if constexpr (Text<decltype(part)>)
      out += part;
    else
      out += std::to_string(part);
    out += "|";
  };
  (add(parts), ...);
  return out;
}
std::string shown(const User& u) {
  return joined(u.id.text, u.username, u.password_hash, u.enabled, u.name, u.given_name, u.family_name, u.email,
                u.email_verified, print(u.profile), shown(u.roles), shown(u.groups), u.failures, shown(u.updated));
}
std::string shown(const Session& s) {
  return joined(s.id.text, s.cookie_digest, s.user.text, shown(s.created), shown(s.authenticated), shown(s.seen), s.rev,
                s.ended);
}
std::string shown(const Grant& g) {
  return joined(g.id.text, g.session.text, g.user.text, g.client.text, shown(g.scope), g.audience, g.nonce,
                shown(g.authenticated), shown(g.created), shown(g.used), g.generation, g.rev, g.offline, g.ended,
                shown(g.claims.id_token), shown(g.claims.userinfo));
}
std::string shown(const Consent& c) { return joined(c.user.text, c.client.text, shown(c.scope), shown(c.given)); }
std::string shown(const Fact& f) { return joined(f.number, static_cast<int>(f.kind), f.value, shown(f.expires)); }
std::string shown(const SigningKey& k) {
  return joined(k.kid, alg_name(k.alg), static_cast<int>(k.state), k.sealed_jwk, shown(k.created), shown(k.changed));
}
std::string shown(const ConfigRow& row) { return joined(static_cast<int>(row.kind), row.id, row.body, row.declared); }
template <class T>
std::string shown(const Result<std::optional<T>>& found) {
  return !found ? refusal_of(found) : *found ? shown(**found) : "none";
}
template <class T>
std::vector<std::string> shown(const Result<std::vector<T>>& found) {
  std::vector<std::string> out;
  if (!found) return {refusal_of(found)};
  for (const auto& each : *found) out.push_back(shown(each));
  return out;
}
using Texts = std::vector<std::string>;

// ── people ──

TEST_P(Conformance, a_user_is_read_back_as_written_by_id_and_by_name) {
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann()); }));
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.user(realm, UserId("usr_ann")); })), shown(ann()));
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.user_by_name(realm, "ann"); })), shown(ann()));
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.user_by_name(realm, "Ann"); })), "none");
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.user(realm, UserId("usr_an%")); })), "none");
}

TEST_P(Conformance, empty_members_stay_empty) {
  User bare;
  bare.id = UserId("usr_bare");
  bare.username = "bare";
  EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.insert_user(realm, bare); }));
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.user(realm, UserId("usr_bare")); })), shown(bare));
}

TEST_P(Conformance, insert_user_is_false_when_the_name_or_the_id_is_taken_and_the_transaction_goes_on) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann()); }));
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) -> Result<bool> {
    EXPECT_FALSE(*tx.insert_user(realm, ann("usr_2", "ann")));
    EXPECT_FALSE(*tx.insert_user(realm, ann("usr_ann", "bob")));
    return tx.insert_user(realm, ann("usr_2", "bob"));
  }));
  EXPECT_EQ(read([](Tx& tx, auto& realm) { return tx.users(realm); })->size(), 2u);
}

TEST_P(Conformance, update_user_changes_all_but_id_hash_and_failures) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann()); }));
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.count_login_failure(realm, UserId("usr_ann")); }));
  User changed{.id = UserId("usr_ann"),
               .username = "anna",
               .password_hash = "not taken",
               .enabled = false,
               .name = "N",
               .given_name = "G",
               .family_name = "F",
               .email = "e",
               .email_verified = false,
               .profile = {{{"locale", "de"}}, {}, false},
               .roles = {},
               .groups = {"g"},
               .failures = 99,
               .updated = kNow + hours(1)};
  EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.update_user(realm, changed); }));
  changed.password_hash = ann().password_hash;
  changed.failures = 1;
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.user(realm, UserId("usr_ann")); })), shown(changed));
  EXPECT_FALSE(*write([](Tx& tx, auto& realm) { return tx.update_user(realm, ann("usr_nobody", "nobody")); }));
}

TEST_P(Conformance, update_user_is_false_when_another_has_the_name_and_the_transaction_goes_on) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann()); }));
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann("usr_bob", "bob")); }));
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) -> Result<bool> {
    EXPECT_FALSE(*tx.update_user(realm, ann("usr_bob", "ann")));
    return tx.update_user(realm, ann("usr_bob", "robert"));
  }));
}

TEST_P(Conformance, replace_password_compares_and_sets) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann()); }));
  const auto replace = [&](const char* from, const char* to) {
    return *write([&](Tx& tx, auto& realm) { return tx.replace_password(realm, UserId("usr_ann"), from, to); });
  };
  EXPECT_FALSE(replace("other", "new"));
  EXPECT_TRUE(replace("$argon2id$1", "new"));
  EXPECT_FALSE(replace("$argon2id$1", "newer"));
  EXPECT_EQ((*read([](Tx& tx, auto& realm) { return tx.user(realm, UserId("usr_ann")); }))->password_hash, "new");
}

TEST_P(Conformance, login_failures_are_counted_in_place_and_cleared) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann()); }));
  const auto failures = [&] {
    return (*read([](Tx& tx, auto& realm) { return tx.user(realm, UserId("usr_ann")); }))->failures;
  };
  for (int i = 0; i < 3; ++i)
    EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.count_login_failure(realm, UserId("usr_ann")); }));
  EXPECT_EQ(failures(), 3);
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.clear_login_failures(realm, UserId("usr_ann")); }));
  EXPECT_EQ(failures(), 0);
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.count_login_failure(realm, UserId("usr_nobody")); }));
}

// ── sessions ──

TEST_P(Conformance, a_session_is_read_back_as_written_by_id_and_by_cookie) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_session(realm, a_session()); }));
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.session(realm, SessionId("ses_1")); })), shown(a_session()));
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.session_by_cookie(realm, "digest of ses_1"); })),
            shown(a_session()));
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.session_by_cookie(realm, "digest of ses_"); })), "none");
}

TEST_P(Conformance, a_session_whose_id_or_cookie_is_there_already_is_a_conflict_and_changes_nothing) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_session(realm, a_session()); }));
  auto other = a_session();
  other.user = UserId("usr_eve");
  EXPECT_CODE(write([&](Tx& tx, auto& realm) { return tx.insert_session(realm, other); }), conflict);
  other.id = SessionId("ses_2");
  EXPECT_CODE(write([&](Tx& tx, auto& realm) { return tx.insert_session(realm, other); }), conflict);
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.session(realm, SessionId("ses_1")); })), shown(a_session()));
}

TEST_P(Conformance, idle_time_is_written_at_most_once_a_minute_and_never_back) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_session(realm, a_session()); }));
  const auto seen_after_touch = [&](Instant now) {
    EXPECT_OK(write([&](Tx& tx, auto& realm) { return tx.touch_session(realm, SessionId("ses_1"), now); }));
    return (*read([](Tx& tx, auto& realm) { return tx.session(realm, SessionId("ses_1")); }))->seen;
  };
  const Instant seen = a_session().seen;
  EXPECT_EQ(seen_after_touch(seen + minutes(1) - microseconds(1)), seen);
  EXPECT_EQ(seen_after_touch(seen + minutes(1)), seen + minutes(1));
  EXPECT_EQ(seen_after_touch(seen), seen + minutes(1));
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.end_session(realm, SessionId("ses_1")); }));
  EXPECT_EQ(seen_after_touch(seen + hours(1)), seen + minutes(1));
}

TEST_P(Conformance, S20_renewing_a_session_ends_its_old_cookie) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_session(realm, a_session()); }));
  const auto renew = [&](const char* from, const char* to) {
    return *write(
        [&](Tx& tx, auto& realm) { return tx.renew_session(realm, SessionId("ses_1"), from, to, kNow + hours(1)); });
  };
  EXPECT_FALSE(renew("wrong", "new"));
  EXPECT_TRUE(renew("digest of ses_1", "new"));
  EXPECT_FALSE(renew("digest of ses_1", "newer"));
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.session_by_cookie(realm, "digest of ses_1"); })), "none");
  const auto now = *read([](Tx& tx, auto& realm) { return tx.session_by_cookie(realm, "new"); });
  ASSERT_TRUE(now);
  EXPECT_EQ(now->authenticated, kNow + hours(1));
  EXPECT_EQ(now->created, kNow);
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.end_session(realm, SessionId("ses_1")); }));
  EXPECT_FALSE(renew("new", "newest"));
}

TEST_P(Conformance, a_session_ends_once) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_session(realm, a_session()); }));
  const auto end = [&](const char* id) {
    return *write([&](Tx& tx, auto& realm) { return tx.end_session(realm, SessionId(id)); });
  };
  EXPECT_TRUE(end("ses_1"));
  EXPECT_FALSE(end("ses_1"));
  EXPECT_FALSE(end("ses_none"));
  EXPECT_TRUE((*read([](Tx& tx, auto& realm) { return tx.session(realm, SessionId("ses_1")); }))->ended);
}

// ── grants ──

Result<Redeemed> redeem(Tx& tx, const RealmId& realm, const Grant& grant) {
  std::vector<GrantId> ended;
  return tx.redeem_code(realm, grant, ended);
}

TEST_P(Conformance, S05_a_code_is_redeemed_once_and_its_grant_is_as_written) {
  EXPECT_EQ(*write([](Tx& tx, auto& realm) { return redeem(tx, realm, a_grant()); }), Redeemed::first);
  auto other = a_grant();
  other.client = ClientId("evil");
  EXPECT_EQ(*write([&](Tx& tx, auto& realm) { return redeem(tx, realm, other); }), Redeemed::again);
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.grant(realm, GrantId("gr_1")); })), shown(a_grant()));
}

TEST_P(Conformance, the_clients_of_a_persons_grants_are_told_each_once_without_those_that_ended) {
  const auto clients = [&](const char* user, const RealmId& realm = kRealm) {
    const auto ids = read([&](Tx& tx, auto& r) { return tx.clients_with_grants(r, UserId(user)); }, realm);
    std::string out;
    for (const auto& id : *ids) out += id.text + " ";
    return out;
  };
  EXPECT_EQ(clients("usr_ann"), "");
  const auto make = [&](const char* id, const char* user, const char* client) {
    auto grant = a_grant(id);
    grant.user = UserId(user);
    grant.client = ClientId(client);
    EXPECT_OK(write([&](Tx& tx, auto& realm) { return redeem(tx, realm, grant); }));
  };
  make("gr_1", "usr_ann", "orders");
  make("gr_2", "usr_ann", "orders");
  make("gr_3", "usr_ann", "reports");
  make("gr_4", "usr_bob", "others");
  EXPECT_EQ(clients("usr_ann"), "orders reports ");
  EXPECT_EQ(clients("usr_bob"), "others ");
  EXPECT_EQ(clients("usr_ann", kOther), "");
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.end_grant(realm, GrantId("gr_3")); }));
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.end_grant(realm, GrantId("gr_1")); }));
  EXPECT_EQ(clients("usr_ann"), "orders ");
}

TEST_P(Conformance, a_person_who_is_held_is_read_as_any) {
  EXPECT_EQ(shown(write([](Tx& tx, auto& realm) { return tx.hold_user(realm, UserId("usr_ann")); })), "none");
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.insert_user(realm, ann()); }));
  EXPECT_EQ(shown(write([](Tx& tx, auto& realm) { return tx.hold_user(realm, UserId("usr_ann")); })), shown(ann()));
}

// Its tokens may live for a day, and a subject fact must find it as long.
TEST_P(Conformance, S14_sweep_keeps_a_grant_until_its_last_token_has_expired) {
  const Lifetimes life{.session_max = seconds(60), .refresh_idle = seconds(60)};
  EXPECT_OK(write([](Tx& tx, auto& realm) { return redeem(tx, realm, a_grant()); }));
  const auto used = a_grant().used;
  const auto sweep = [&](Instant now) {
    return *write([&](Tx& tx, auto& realm) { return tx.sweep(realm, {now, life}, 10); });
  };
  EXPECT_EQ(sweep(used + kMaxTokenLife), 0);
  EXPECT_EQ(sweep(used + kMaxTokenLife + hours(2)), 1);
}

TEST_P(Conformance, a_code_whose_grant_has_ended_stays_redeemed) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return redeem(tx, realm, a_grant()); }));
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.end_grant(realm, GrantId("gr_1")); }));
  EXPECT_FALSE(*write([](Tx& tx, auto& realm) { return tx.end_grant(realm, GrantId("gr_1")); }));
  EXPECT_EQ(*write([](Tx& tx, auto& realm) { return redeem(tx, realm, a_grant()); }), Redeemed::again);
  EXPECT_TRUE((*read([](Tx& tx, auto& realm) { return tx.grant(realm, GrantId("gr_1")); }))->ended);
}

TEST_P(Conformance, a_session_and_client_keep_their_ten_youngest_grants) {
  std::vector<GrantId> ended;
  const auto make = [&](const std::string& id, Instant created, const char* client = "orders") {
    auto grant = a_grant(id);
    grant.created = created;
    grant.client = ClientId(client);
    ended.clear();
    EXPECT_EQ(*write([&](Tx& tx, auto& realm) { return tx.redeem_code(realm, grant, ended); }), Redeemed::first);
  };
  for (int i = 0; i < 10; ++i) make("gr_" + std::to_string(i), kNow + seconds(i));
  EXPECT_TRUE(ended.empty());
  make("gr_other", kNow, "reports");
  EXPECT_TRUE(ended.empty());
  make("gr_10", kNow + seconds(10));
  EXPECT_EQ(ended, std::vector<GrantId>{GrantId("gr_0")});
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.end_grant(realm, GrantId("gr_5")); }));
  make("gr_11", kNow + seconds(11));
  EXPECT_TRUE(ended.empty());
  // one made by a node whose clock lags is not the one that goes
  make("gr_lag", kNow - hours(1));
  EXPECT_EQ(ended, std::vector<GrantId>{GrantId("gr_1")});
  EXPECT_FALSE((*read([](Tx& tx, auto& realm) { return tx.grant(realm, GrantId("gr_lag")); }))->ended);
}

TEST_P(Conformance, S07_refresh_rotates_retries_within_the_grace_and_tells_reuse) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return redeem(tx, realm, a_grant()); }));
  constexpr seconds kGrace{10};
  const auto rotate = [&](std::int64_t presented, Instant now, const char* id = "gr_1") {
    const auto rotation = *write(
        [&](Tx& tx, auto& realm) { return tx.rotate_refresh(realm, GrantId(id), {presented, {}, now, kGrace}); });
    return std::pair(rotation.kind, rotation.generation);
  };
  using Kind = Rotation::Kind;
  const Instant first = kNow + minutes(1);
  EXPECT_EQ(rotate(1, first), std::pair(Kind::rotated, std::int64_t{2}));
  EXPECT_EQ((*read([](Tx& tx, auto& realm) { return tx.grant(realm, GrantId("gr_1")); }))->used, first);
  EXPECT_EQ(rotate(1, first + kGrace), std::pair(Kind::retry, std::int64_t{2}));
  EXPECT_EQ(rotate(1, first + kGrace + microseconds(1)).first, Kind::reused);
  EXPECT_EQ(rotate(0, first).first, Kind::reused);
  EXPECT_EQ(rotate(2, first + seconds(1)), std::pair(Kind::rotated, std::int64_t{3}));
  EXPECT_EQ(rotate(1, first + seconds(2)).first, Kind::reused);  // its successor was used, within the grace or not
  EXPECT_EQ(rotate(9, first).first, Kind::reused);               // never issued by what this store remembers
  EXPECT_EQ(rotate(1, first, "gr_none").first, Kind::gone);
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.end_grant(realm, GrantId("gr_1")); }));
  EXPECT_EQ(rotate(3, first).first, Kind::gone);
  EXPECT_EQ(rotate(2, first).first, Kind::gone);
}

TEST_P(Conformance, S13_a_retry_tells_the_scope_of_the_first_use) {
  EXPECT_OK(write([](Tx& tx, auto& realm) { return redeem(tx, realm, a_grant()); }));
  const auto rotate = [&](std::int64_t presented, std::vector<std::string> scope) {
    return *write([&](Tx& tx, auto& realm) {
      return tx.rotate_refresh(realm, GrantId("gr_1"), {presented, scope, kNow, seconds(10)});
    });
  };
  const std::vector<std::string> narrow{"openid", "orders"}, wide{"openid", "orders", "orders.write"};
  rotate(1, narrow);
  EXPECT_EQ((*read([](Tx& tx, auto& realm) { return tx.grant(realm, GrantId("gr_1")); }))->refreshed, narrow);
  const auto retry = rotate(1, wide);
  EXPECT_EQ(retry.kind, Rotation::Kind::retry);
  EXPECT_EQ(retry.scope, narrow);
  rotate(2, wide);
  EXPECT_EQ(rotate(2, {}).scope, wide);
}

TEST_P(Conformance, S07_a_retry_tells_the_key_of_the_first_use) {
  auto grant = a_grant();
  grant.jkt = "of the code";
  EXPECT_OK(write([&](Tx& tx, auto& realm) { return redeem(tx, realm, grant); }));
  const auto jkt = [&] { return (*read([](Tx& tx, auto& realm) { return tx.grant(realm, GrantId("gr_1")); }))->jkt; };
  EXPECT_EQ(jkt(), "of the code");
  const auto rotate = [&](std::int64_t presented, std::string key) {
    return *write([&](Tx& tx, auto& realm) {
      return tx.rotate_refresh(realm, GrantId("gr_1"), {presented, {}, kNow, seconds(10), key});
    });
  };
  rotate(1, "one");
  EXPECT_EQ(jkt(), "one");
  EXPECT_EQ(rotate(1, "two").jkt, "one");
  EXPECT_EQ(jkt(), "one");
  rotate(2, "");
  EXPECT_EQ(jkt(), "");
  EXPECT_EQ(rotate(2, "two").jkt, "");
}

// ── consents ──

TEST_P(Conformance, a_consent_is_put_and_replaced) {
  const UserId user("usr_ann");
  const ClientId client("orders");
  const auto get = [&] { return shown(read([&](Tx& tx, auto& realm) { return tx.consent(realm, user, client); })); };
  const auto put = [&](Consent consent) {
    EXPECT_OK(write([&](Tx& tx, auto& realm) { return tx.put_consent(realm, consent); }));
  };
  EXPECT_EQ(get(), "none");
  put({user, client, {"openid"}, kNow});
  put({user, client, {"openid", "orders"}, kNow + seconds(1)});
  EXPECT_EQ(get(), shown(Consent{user, client, {"openid", "orders"}, kNow + seconds(1)}));
  put({user, client, {}, kNow});
  EXPECT_EQ(get(), shown(Consent{user, client, {}, kNow}));
}

TEST_P(Conformance, a_signing_key_is_sealed_anew_and_stays_the_same) {
  const SigningKey key{"kid1", Alg::ES256, KeyState::active, "old", kNow, kNow};
  EXPECT_OK(write([&](Tx& tx, auto&) -> Result<void> {
    EXPECT_TRUE(*tx.insert_signing_key(kRealm, key));
    EXPECT_TRUE(*tx.insert_signing_key(kOther, key));
    return tx.reseal_signing_key(kOther, "kid1", "new");
  }));
  const auto all = read([](Tx& tx, auto&) { return tx.every_signing_key(); });
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].first, kRealm);
  EXPECT_EQ((*all)[0].second.sealed_jwk, "old");
  EXPECT_EQ((*all)[1].first, kOther);
  EXPECT_EQ((*all)[1].second.sealed_jwk, "new");
  EXPECT_EQ((*all)[1].second.state, KeyState::active);
}

TEST_P(Conformance, consents_go_with_their_client) {
  const UserId ann("usr_ann"), ben("usr_ben");
  const ClientId orders("orders"), reports("reports");
  EXPECT_OK(write([&](Tx& tx, auto& realm) -> Result<void> {
    for (const auto& user : {ann, ben})
      for (const auto& client : {orders, reports}) EXPECT_OK(tx.put_consent(realm, {user, client, {"openid"}, kNow}));
    return tx.remove_consents(realm, orders);
  }));
  for (const auto& user : {ann, ben}) {
    EXPECT_EQ(shown(read([&](Tx& tx, auto& realm) { return tx.consent(realm, user, orders); })), "none");
    EXPECT_NE(shown(read([&](Tx& tx, auto& realm) { return tx.consent(realm, user, reports); })), "none");
  }
}

TEST_P(Conformance, what_is_taken_back_is_one_persons_from_one_client) {
  const UserId ann("usr_ann"), ben("usr_ben");
  const ClientId orders("orders"), reports("reports");
  EXPECT_OK(write([&](Tx& tx, auto& realm) -> Result<void> {
    for (const auto& user : {ann, ben})
      for (const auto& client : {orders, reports}) {
        EXPECT_OK(tx.put_consent(realm, {user, client, {"openid"}, kNow}));
        auto grant = a_grant("gr_" + user.text + client.text);
        grant.user = user;
        grant.client = client;
        EXPECT_OK(redeem(tx, realm, grant));
      }
    EXPECT_OK(redeem(tx, realm, a_grant("gr_ended")));
    EXPECT_TRUE(*tx.end_grant(realm, GrantId("gr_ended")));
    return {};
  }));
  const auto take = [&](const UserId& user, const ClientId& client, const RealmId& in) {
    return *write([&](Tx& tx, auto& realm) { return tx.take_back(realm, user, client); }, in);
  };
  EXPECT_TRUE(take(ann, orders, kOther).grants.empty());
  const auto taken = take(ann, orders, kRealm);
  EXPECT_TRUE(taken.consent);
  EXPECT_EQ(taken.grants, std::vector{GrantId("gr_usr_annorders")});
  EXPECT_EQ(shown(read([&](Tx& tx, auto& realm) { return tx.consents_of(realm, ann); })),
            Texts{shown(Consent{ann, reports, {"openid"}, kNow})});
  EXPECT_EQ(read([&](Tx& tx, auto& realm) { return tx.consents_of(realm, ben); })->size(), 2u);
  EXPECT_EQ(read([&](Tx& tx, auto& realm) { return tx.grants_of(realm, ann); })->size(), 1u);
  EXPECT_EQ(read([&](Tx& tx, auto& realm) { return tx.grants_of(realm, ben); })->size(), 2u);
  const auto again = take(ann, orders, kRealm);
  EXPECT_FALSE(again.consent);
  EXPECT_TRUE(again.grants.empty());
}

TEST_P(Conformance, a_persons_sessions_and_grants_are_listed_until_they_end) {
  EXPECT_OK(write([&](Tx& tx, auto& realm) -> Result<void> {
    for (int i = 1; i <= 3; ++i) {
      auto session = a_session("ses_" + std::to_string(i));
      session.seen = kNow + seconds(i);
      EXPECT_OK(tx.insert_session(realm, session));
      auto grant = a_grant("gr_" + std::to_string(i), session.id.text);
      grant.created = kNow + seconds(i);
      EXPECT_OK(redeem(tx, realm, grant));
    }
    auto bens = a_session("ses_ben");
    bens.user = UserId("usr_ben");
    auto grant = a_grant("gr_ben", "ses_ben");
    grant.user = bens.user;
    EXPECT_OK(redeem(tx, realm, grant));
    return tx.insert_session(realm, bens);
  }));
  const UserId user("usr_ann");
  const auto sessions = [&] {
    Texts ids;
    const auto found = read([&](Tx& tx, auto& realm) { return tx.sessions_of(realm, user); });
    for (const auto& one : *found) ids.push_back(one.id.text);
    return ids;
  };
  const auto grants = [&] {
    Texts ids;
    const auto found = read([&](Tx& tx, auto& realm) { return tx.grants_of(realm, user); });
    for (const auto& one : *found) ids.push_back(one.id.text);
    return ids;
  };
  EXPECT_EQ(sessions(), (Texts{"ses_3", "ses_2", "ses_1"}));
  EXPECT_EQ(grants(), (Texts{"gr_3", "gr_2", "gr_1"}));
  EXPECT_TRUE(read([&](Tx& tx, auto& realm) { return tx.sessions_of(realm, user); }, kOther)->empty());
  EXPECT_TRUE(read([&](Tx& tx, auto& realm) { return tx.grants_of(realm, user); }, kOther)->empty());
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.end_session(realm, SessionId("ses_2")); }));
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.end_grant(realm, GrantId("gr_3")); }));
  EXPECT_EQ(sessions(), (Texts{"ses_3", "ses_1"}));
  EXPECT_EQ(grants(), (Texts{"gr_2", "gr_1"}));
}

// ── device codes ──

std::string shown(const DeviceCode& c) {
  return joined(c.digest, c.user_code_digest, c.client.text, shown(c.scope), c.audience, shown(c.expires),
                static_cast<int>(c.state), c.session.text, c.user.text, shown(c.authenticated));
}

TEST_P(Conformance, a_device_code_is_read_back_as_written_by_either_code) {
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.insert_device_code(realm, a_device_code()); }));
  for (const auto& find : {&Tx::device_code, &Tx::device_code_by_user_code}) {
    const bool by_device = find == &Tx::device_code;
    const auto get = [&](std::string_view digest, const RealmId& in) {
      const auto found = read([&](Tx& tx, auto& realm) { return (tx.*find)(realm, digest); }, in);
      return *found ? shown(**found) : "none";
    };
    EXPECT_EQ(get(by_device ? "dc_1" : "user code of dc_1", kRealm), shown(a_device_code()));
    EXPECT_EQ(get(by_device ? "user code of dc_1" : "dc_1", kRealm), "none");
    EXPECT_EQ(get(by_device ? "dc_1" : "user code of dc_1", kOther), "none");
  }
  // a user code belongs to one device; the transaction goes on
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) -> Result<bool> {
    auto second = a_device_code("dc_2");
    second.user_code_digest = "user code of dc_1";
    EXPECT_FALSE(*tx.insert_device_code(realm, second));
    return tx.insert_device_code(realm, a_device_code("dc_2"));
  }));
}

TEST_P(Conformance, S06_S15_a_device_code_is_decided_once_before_it_expires_and_redeemed_once) {
  const auto decide = [&](const char* digest, DeviceState state, Instant now, const RealmId& in = kRealm) {
    auto code = a_device_code(digest);
    code.state = state;
    code.session = SessionId("ses_1");
    code.user = UserId("usr_ann");
    code.authenticated = kNow;
    return *write([&](Tx& tx, auto& realm) { return tx.decide_device_code(realm, code, now); }, in);
  };
  const auto redeem = [&](const char* digest, const RealmId& in = kRealm) {
    return *write([&](Tx& tx, auto& realm) { return tx.redeem_device_code(realm, digest); }, in);
  };
  for (const char* digest : {"dc_1", "dc_2", "dc_3"})
    EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.insert_device_code(realm, a_device_code(digest)); }));
  EXPECT_FALSE(redeem("dc_1"));
  EXPECT_FALSE(decide("dc_1", DeviceState::allowed, kNow, kOther));
  EXPECT_FALSE(decide("dc_1", DeviceState::allowed, a_device_code().expires));
  EXPECT_TRUE(decide("dc_1", DeviceState::allowed, a_device_code().expires - microseconds(1)));
  EXPECT_FALSE(decide("dc_1", DeviceState::denied, kNow));
  auto allowed = a_device_code();
  allowed.state = DeviceState::allowed;
  allowed.session = SessionId("ses_1");
  allowed.user = UserId("usr_ann");
  allowed.authenticated = kNow;
  const auto get = [&](const char* digest) {
    return **read([&](Tx& tx, auto& realm) { return tx.device_code(realm, digest); });
  };
  EXPECT_EQ(shown(get("dc_1")), shown(allowed));
  EXPECT_FALSE(redeem("dc_1", kOther));
  EXPECT_TRUE(redeem("dc_1"));
  EXPECT_FALSE(redeem("dc_1"));
  EXPECT_EQ(get("dc_1").state, DeviceState::redeemed);
  EXPECT_TRUE(decide("dc_2", DeviceState::denied, kNow));
  EXPECT_FALSE(redeem("dc_2"));
  // allowed, and taken back before the device came
  EXPECT_TRUE(decide("dc_3", DeviceState::allowed, kNow));
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.take_back(realm, UserId("usr_ben"), ClientId("tv")); }));
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.take_back(realm, UserId("usr_ann"), ClientId("orders")); }));
  EXPECT_EQ(get("dc_3").state, DeviceState::allowed);
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.take_back(realm, UserId("usr_ann"), ClientId("tv")); }));
  EXPECT_FALSE(redeem("dc_3"));
}

TEST_P(Conformance, polling_too_soon_makes_the_interval_longer) {
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.insert_device_code(realm, a_device_code()); }));
  Instant now = kNow;
  const auto poll = [&](seconds after) {
    now += after;
    return *write([&](Tx& tx, auto& realm) { return tx.poll_device_code(realm, "dc_1", now); });
  };
  EXPECT_TRUE(poll(seconds(0)));  // the first one at once
  EXPECT_TRUE(poll(seconds(5)));
  EXPECT_FALSE(poll(seconds(4)));  // 10 s from here
  EXPECT_FALSE(poll(seconds(9)));  // 15 s
  EXPECT_TRUE(poll(seconds(15)));
  EXPECT_FALSE(poll(seconds(14)));
  EXPECT_TRUE(poll(seconds(20)));
}

TEST_P(Conformance, sweep_takes_device_codes_that_have_expired) {
  for (const char* digest : {"dc_1", "dc_2"})
    EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.insert_device_code(realm, a_device_code(digest)); }));
  const auto sweep = [&](Instant now, const RealmId& in = kRealm) {
    return *write([&](Tx& tx, auto& realm) { return tx.sweep(realm, {now, {}}, 1); }, in);
  };
  EXPECT_EQ(sweep(a_device_code().expires + minutes(59)), 0);
  EXPECT_EQ(sweep(a_device_code().expires + hours(2), kOther), 0);
  EXPECT_EQ(sweep(a_device_code().expires + hours(2)), 1);
  EXPECT_EQ(sweep(a_device_code().expires + hours(2)), 1);
  EXPECT_EQ(sweep(a_device_code().expires + hours(2)), 0);
}

// ── what serves once ──

TEST_P(Conformance, S10_an_id_is_used_once_until_it_expires) {
  const auto use = [&](std::string_view id, Instant until, Instant now, const RealmId& in = kRealm) {
    return *write([&](Tx& tx, auto& realm) { return tx.use_once(realm, id, until, now); }, in);
  };
  const Instant until = kNow + minutes(1);
  EXPECT_TRUE(use("a", until, kNow));
  EXPECT_FALSE(use("a", until, kNow));
  EXPECT_FALSE(use("a", until + minutes(5), until - microseconds(1)));
  EXPECT_TRUE(use("b", until, kNow));
  EXPECT_TRUE(use("a", until, kNow, kOther));
  // Expired, and still there: as if it had been swept. From then on it is used again.
  EXPECT_TRUE(use("a", until + minutes(1), until));
  EXPECT_FALSE(use("a", until + minutes(1), until));
}

TEST_P(Conformance, a_look_at_an_id_tells_whether_it_was_used_and_uses_nothing) {
  const Instant until = kNow + minutes(1);
  const auto used = [&](const std::string& id, Instant now, const RealmId& in = kRealm) {
    return *read([&](Tx& tx, auto& realm) { return tx.was_used(realm, id, now); }, in);
  };
  EXPECT_FALSE(used("a", kNow));
  EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.use_once(realm, "a", until, kNow); }));
  EXPECT_TRUE(used("a", until - microseconds(1)));
  EXPECT_FALSE(used("a", until));  // expired, and still there
  EXPECT_FALSE(used("b", kNow));
  EXPECT_FALSE(used("a", kNow, kOther));
}

TEST_P(Conformance, an_id_whose_use_is_rolled_back_was_not_used) {
  EXPECT_OK(store->write_now([](Tx& tx) {
    EXPECT_TRUE(*tx.use_once(kRealm, "a", kNow + minutes(1), kNow));
    return Outcome::roll_back;
  }));
  EXPECT_TRUE(*write([](Tx& tx, auto& realm) { return tx.use_once(realm, "a", kNow + minutes(1), kNow); }));
}

TEST_P(Conformance, sweep_takes_used_ids_that_have_expired) {
  const Instant now = kNow + days(1);
  EXPECT_OK(write([&](Tx& tx, auto& realm) -> Result<void> {
    EXPECT_TRUE(*tx.use_once(realm, "old", now - hours(2), kNow));
    EXPECT_TRUE(*tx.use_once(realm, "older", now - hours(3), kNow));
    EXPECT_TRUE(*tx.use_once(realm, "young", now + minutes(1), kNow));
    return {};
  }));
  const auto sweep = [&](std::int64_t most, const RealmId& in) {
    return *write([&](Tx& tx, auto& realm) { return tx.sweep(realm, {now, {}}, most); }, in);
  };
  EXPECT_EQ(sweep(100, kOther), 0);
  EXPECT_EQ(sweep(1, kRealm), 1);
  EXPECT_EQ(sweep(100, kRealm), 1);
  EXPECT_FALSE(*write([&](Tx& tx, auto& realm) { return tx.use_once(realm, "young", now + hours(1), now); }));
}

// ── clients that registered themselves ──

TEST_P(Conformance, a_registered_client_is_kept_replaced_and_removed) {
  RegisteredClient one;
  one.client.id = ClientId("reg_one");
  one.client.name = "One";
  one.metadata = R"({"client_name":"One"})";
  one.token_digest = "digest";
  one.created = kNow;
  const auto kept = [&](const RealmId& in = kRealm) {
    return *read([&](Tx& tx, auto& realm) { return tx.registered(realm, one.client.id); }, in);
  };
  const auto insert = [&](const RegisteredClient& client, std::int64_t most) {
    return *write([&](Tx& tx, auto& realm) { return tx.insert_registered(realm, client, most); });
  };
  const auto any = [&](const RealmId& in) {
    return *read([&](Tx& tx, auto& realm) { return tx.has_registered(realm); }, in);
  };
  EXPECT_FALSE(kept());
  EXPECT_FALSE(any(kRealm));
  EXPECT_TRUE(insert(one, 2));
  EXPECT_TRUE(any(kRealm));
  EXPECT_FALSE(any(kOther));
  EXPECT_EQ(kept(), one);
  EXPECT_EQ(*write([&](Tx& tx, auto& realm) { return tx.hold_registered(realm, one.client.id); }), one);
  EXPECT_FALSE(kept(kOther));
  RegisteredClient two = one;
  two.client.id = ClientId("reg_two");
  EXPECT_TRUE(insert(two, 2));
  RegisteredClient three = one;
  three.client.id = ClientId("reg_three");
  EXPECT_FALSE(insert(three, 2));
  EXPECT_TRUE(insert(three, 3));

  one.client.name = "First";
  one.metadata = R"({"client_name":"First"})";
  one.token_digest = "another";
  const auto replace = [&](const RealmId& in) {
    return *write([&](Tx& tx, auto& realm) { return tx.replace_registered(realm, one); }, in);
  };
  EXPECT_FALSE(replace(kOther));
  EXPECT_TRUE(replace(kRealm));
  EXPECT_EQ(kept(), one);
  const Logo logo{"image/png", std::string("\0\x89PNG\xFF", 6)};
  const auto shown = [&] { return *read([&](Tx& tx, auto& realm) { return tx.logo(realm, one.client.id); }); };
  EXPECT_FALSE(shown());
  const auto put = [&](const std::optional<Logo>& given, const RealmId& in = kRealm) {
    EXPECT_OK(write([&](Tx& tx, auto& realm) { return tx.put_logo(realm, one.client.id, given); }, in));
  };
  put(Logo{logo.type, "old"});
  put(std::nullopt, kOther);
  EXPECT_TRUE(shown());
  put(std::nullopt);
  EXPECT_FALSE(shown());
  put(Logo{logo.type, "old"});
  put(logo);
  EXPECT_EQ(shown(), logo);
  const auto remove = [&](const RealmId& in) {
    return *write([&](Tx& tx, auto& realm) { return tx.remove_registered(realm, one.client.id); }, in);
  };
  EXPECT_FALSE(remove(kOther));
  EXPECT_TRUE(remove(kRealm));
  EXPECT_FALSE(remove(kRealm));
  EXPECT_FALSE(kept());
  EXPECT_FALSE(replace(kRealm));
  EXPECT_FALSE(shown());
}

TEST_P(Conformance, registered_clients_are_listed_with_their_consents_and_those_that_nobody_uses) {
  const auto insert = [&](std::string_view id, Instant created, const RealmId& in = kRealm, bool vouched = false) {
    RegisteredClient one;
    one.client.id = ClientId(id);
    one.client.vouched_for = vouched;
    one.created = created;
    EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.insert_registered(realm, one, 10); }, in));
  };
  insert("reg_young", kNow);
  insert("reg_old", kNow - hours(1));
  insert("reg_older", kNow - hours(2));
  insert("reg_used", kNow - hours(3));
  insert("reg_elsewhere", kNow - hours(3), kOther);
  insert("reg_vouched", kNow - hours(4), kRealm, true);
  const auto allow = [&](const char* person, const char* client, const RealmId& in) {
    EXPECT_OK(write(
        [&](Tx& tx, auto& realm) { return tx.put_consent(realm, {UserId(person), ClientId(client), {}, kNow}); }, in));
  };
  allow("usr_ann", "reg_used", kRealm);
  allow("usr_bob", "reg_used", kRealm);
  allow("usr_ann", "reg_old", kOther);  // another's: ids of one realm mean nothing in another
  const auto unused = [&](std::int64_t most) {
    Texts ids;
    const auto found = *read([&](Tx& tx, auto& realm) { return tx.unused_registered(realm, kNow, most); });
    for (const auto& id : found) ids.push_back(id.text);
    return ids;
  };
  EXPECT_EQ(unused(10), (Texts{"reg_older", "reg_old"}));
  EXPECT_EQ(unused(1), (Texts{"reg_older"}));
  Texts all;
  const auto every = *read([](Tx& tx, auto&) { return tx.every_registered(); });
  for (const auto& one : every) all.push_back(joined(one.realm.text, one.id.text, one.consents));
  EXPECT_EQ(all, (Texts{"|reg_vouched|0|", "|reg_used|2|", "|reg_older|0|", "|reg_old|0|", "|reg_young|0|",
                        "other|reg_elsewhere|0|"}));
}

// ── facts ──

TEST_P(Conformance, facts_are_numbered_from_one_without_holes_and_read_in_order) {
  Texts expected;
  for (int i = 1; i <= 12; ++i) {
    const Fact fact{i, static_cast<FactKind>(i % 8), "v" + std::to_string(i), kNow + seconds(i)};
    EXPECT_EQ(*write([&](Tx& tx, auto& realm) { return tx.append_fact(realm, fact); }), i);
    if (i > 2) expected.push_back(shown(fact));
  }
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.facts_after(realm, 2); })), expected);
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.facts_after(realm, 12); })), Texts{});
}

TEST_P(Conformance, a_fact_that_is_rolled_back_leaves_no_hole) {
  const Fact fact{0, FactKind::session, "ses_1", kNow};
  EXPECT_OK(store->write_now([&](Tx& tx) {
    EXPECT_EQ(*tx.append_fact(kRealm, fact), 1);
    return Outcome::roll_back;
  }));
  EXPECT_EQ(*write([&](Tx& tx, auto& realm) { return tx.append_fact(realm, fact); }), 1);
}

// ── configuration ──

TEST_P(Conformance, configuration_is_put_replaced_and_removed) {
  const auto put = [&](ConfigRow row, const RealmId& realm) {
    EXPECT_OK(write([&](Tx& tx, auto& r) { return tx.put_config(r, row); }, realm));
  };
  const ConfigRow realm{ConfigKind::realm, "", R"({"name":"R"})", true};
  const ConfigRow client{ConfigKind::client, "orders", R"({"a":"\"ü\""})", false};
  put(realm, kRealm);
  put({ConfigKind::client, "orders", "{}", true}, kRealm);
  put(client, kRealm);
  put({ConfigKind::role, "orders", "{}", false}, kRealm);
  EXPECT_TRUE(*write([](Tx& tx, auto& r) { return tx.remove_config(r, ConfigKind::role, "orders"); }));
  EXPECT_FALSE(*write([](Tx& tx, auto& r) { return tx.remove_config(r, ConfigKind::role, "orders"); }));
  auto rows = shown(read([](Tx& tx, auto& r) { return tx.config(r); }));
  std::ranges::sort(rows);
  Texts expected{shown(realm), shown(client)};
  std::ranges::sort(expected);
  EXPECT_EQ(rows, expected);
  put({ConfigKind::realm, "other", "{}", false}, kOther);
  EXPECT_EQ(*read([](Tx& tx, auto&) { return tx.realms(); }), (std::vector{kRealm, kOther}));
}

TEST_P(Conformance, the_version_of_configuration_rises_by_one_and_is_no_fact_number) {
  const auto version = [&] { return *read([](Tx& tx, auto& realm) { return tx.config_version(realm); }); };
  EXPECT_EQ(version(), 0);
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.bump_config_version(realm); }));
  EXPECT_OK(write([](Tx& tx, auto& realm) { return tx.bump_config_version(realm); }));
  EXPECT_EQ(version(), 2);
  EXPECT_EQ(*write([](Tx& tx, auto& realm) { return tx.append_fact(realm, Fact{}); }), 1);
  EXPECT_EQ(version(), 2);
}

TEST_P(Conformance, settings_are_put_and_made_once) {
  const auto get = [&] { return *read([](Tx& tx, auto&) { return tx.setting("x"); }); };
  EXPECT_EQ(get(), std::nullopt);
  EXPECT_TRUE(*write([](Tx& tx, auto&) { return tx.insert_setting("x", "1"); }));
  EXPECT_FALSE(*write([](Tx& tx, auto&) { return tx.insert_setting("x", "2"); }));
  EXPECT_EQ(get(), "1");
  EXPECT_OK(write([](Tx& tx, auto&) { return tx.put_setting("x", ""); }));
  EXPECT_EQ(get(), "");
  EXPECT_OK(write([](Tx& tx, auto&) { return tx.put_setting("x", std::string(300'000, 'x')); }));
  EXPECT_EQ(get()->size(), 300'000u);
}

// ── signing keys ──

TEST_P(Conformance, a_signing_key_moves_by_compare_and_set) {
  const SigningKey key{"kid1", Alg::ES256, KeyState::next, "sealed", kNow, kNow + microseconds(1)};
  EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.insert_signing_key(realm, key); }));
  EXPECT_FALSE(*write([&](Tx& tx, auto& realm) { return tx.insert_signing_key(realm, key); }));
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.signing_keys(realm); })), Texts{shown(key)});
  const auto move = [&](KeyState from, KeyState to) {
    return *write([&](Tx& tx, auto& realm) { return tx.move_signing_key(realm, "kid1", from, to, kNow + hours(1)); });
  };
  EXPECT_FALSE(move(KeyState::active, KeyState::retired));
  EXPECT_TRUE(move(KeyState::next, KeyState::active));
  EXPECT_FALSE(move(KeyState::next, KeyState::active));
  const auto now = read([](Tx& tx, auto& realm) { return tx.signing_keys(realm); });
  EXPECT_EQ(now->front().state, KeyState::active);
  EXPECT_EQ(now->front().changed, kNow + hours(1));
  EXPECT_EQ(now->front().created, kNow);
}

// ── ageing ──

TEST_P(Conformance, sweep_takes_only_what_is_past_every_lifetime_and_no_more_than_asked) {
  const Lifetimes life;
  const Instant now = kNow + days(365);
  EXPECT_OK(write([&](Tx& tx, auto& realm) -> Result<void> {
    const auto session = [&](const char* id, Instant seen) {
      auto made = a_session(id);
      made.created = made.seen = seen;
      EXPECT_OK(tx.insert_session(realm, made));
    };
    const auto grant = [&](const char* id, Instant used) {
      auto made = a_grant(id, "ses_x");
      made.created = made.used = used;
      EXPECT_OK(redeem(tx, realm, made));
    };
    session("ses_old1", now - life.session_max - days(1));
    session("ses_old2", now - life.session_max - days(2));
    session("ses_young", now - life.session_max + hours(1));
    grant("gr_old", now - life.refresh_max - days(1));
    grant("gr_young", now - life.refresh_idle + hours(1));
    EXPECT_OK(tx.append_fact(realm, {0, FactKind::session, "old", now - microseconds(1)}));
    EXPECT_OK(tx.append_fact(realm, {0, FactKind::session, "young", now}));
    return {};
  }));
  const auto sweep = [&](std::int64_t most, const RealmId& realm = kRealm) {
    return *write([&](Tx& tx, auto& r) { return tx.sweep(r, {now, life}, most); }, realm);
  };
  EXPECT_EQ(sweep(100, kOther), 0);
  EXPECT_EQ(sweep(1), 1);
  EXPECT_EQ(sweep(2), 2);
  EXPECT_EQ(sweep(100), 1);
  EXPECT_EQ(sweep(100), 0);
  const auto session = [&](const char* id) {
    return read([&](Tx& tx, auto& realm) { return tx.session(realm, SessionId(id)); })->has_value();
  };
  const auto grant = [&](const char* id) {
    return read([&](Tx& tx, auto& realm) { return tx.grant(realm, GrantId(id)); })->has_value();
  };
  EXPECT_FALSE(session("ses_old1") || session("ses_old2") || grant("gr_old"));
  EXPECT_TRUE(session("ses_young") && grant("gr_young"));
  EXPECT_EQ(shown(read([](Tx& tx, auto& realm) { return tx.facts_after(realm, 0); })),
            Texts{shown(Fact{2, FactKind::session, "young", now})});
  EXPECT_EQ(*write([](Tx& tx, auto& realm) { return tx.append_fact(realm, Fact{}); }),
            3);  // numbers are not used again
}

// ── logouts ──

std::string text_of(const std::vector<PendingLogout>& list) {
  std::string text;
  for (const auto& one : list)
    text += one.session.text + '/' + one.client.text + '/' + one.user.text + '/' + std::to_string(one.attempts) + ' ';
  return text;
}

TEST_P(Conformance, the_sessions_of_a_person_are_those_that_nobody_has_ended) {
  EXPECT_OK(write([](Tx& tx, auto& realm) -> Result<void> {
    for (const char* id : {"ses_1", "ses_2", "ses_3"}) EXPECT_OK(tx.insert_session(realm, a_session(id)));
    EXPECT_OK(tx.touch_session(realm, SessionId("ses_3"), kNow + hours(1)));
    EXPECT_TRUE(*tx.end_session(realm, SessionId("ses_2")));
    return {};
  }));
  const auto found = *read([](Tx& tx, auto& realm) { return tx.sessions_of(realm, a_session().user); });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id.text, "ses_3");
  EXPECT_EQ(found[1].id.text, "ses_1");
  EXPECT_TRUE(read([](Tx& tx, auto& realm) { return tx.sessions_of(realm, UserId("usr_else")); })->empty());
}

TEST_P(Conformance, the_clients_of_a_session_are_all_that_ever_had_a_grant_of_it) {
  EXPECT_OK(write([](Tx& tx, auto& realm) -> Result<void> {
    const auto grant = [&](const char* id, const char* session, const char* client) {
      auto made = a_grant(id, session);
      made.client = ClientId(client);
      EXPECT_OK(redeem(tx, realm, made));
    };
    grant("gr_1", "ses_1", "orders");
    grant("gr_2", "ses_1", "orders");
    grant("gr_3", "ses_1", "books");
    grant("gr_4", "ses_2", "reports");
    EXPECT_TRUE(*tx.end_grant(realm, GrantId("gr_3")));
    return {};
  }));
  const auto found = *read([](Tx& tx, auto& realm) { return tx.clients_of(realm, SessionId("ses_1")); });
  EXPECT_EQ(found, (std::vector{ClientId("books"), ClientId("orders")}));
}

TEST_P(Conformance, a_logout_waits_until_it_is_removed_and_each_attempt_puts_it_off) {
  const SessionId session("ses_1");
  const ClientId client("orders");
  const auto due = [&](Instant now) {
    return text_of(*read([&](Tx& tx, auto& realm) { return tx.due_logouts(realm, now, 10, 10); }));
  };
  const PendingLogout one{session, client, a_session().user, 0};
  EXPECT_OK(write([&](Tx& tx, auto& realm) -> Result<void> {
    EXPECT_OK(tx.insert_session(realm, a_session()));
    EXPECT_OK(tx.insert_logout(realm, session, client, kNow));
    EXPECT_OK(tx.insert_logout(realm, SessionId("ses_none"), client, kNow));
    return {};
  }));
  const auto shown = "ses_1/orders/" + one.user.text + "/";
  EXPECT_EQ(due(kNow - microseconds(1)), "");
  EXPECT_EQ(due(kNow), shown + "0 ");
  EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.begin_logout(realm, one, kNow + seconds(10)); }));
  EXPECT_FALSE(*write([&](Tx& tx, auto& realm) { return tx.begin_logout(realm, one, kNow + seconds(10)); }));
  EXPECT_EQ(due(kNow + seconds(9)), "");
  EXPECT_EQ(due(kNow + seconds(10)), shown + "1 ");
  // once more is nothing new, and does not bring it forward
  EXPECT_OK(write([&](Tx& tx, auto& realm) { return tx.insert_logout(realm, session, client, kNow); }));
  EXPECT_EQ(due(kNow + seconds(9)), "");
  EXPECT_FALSE(*write([&](Tx& tx, auto& realm) { return tx.remove_logout(realm, session, ClientId("books")); }));
  EXPECT_FALSE(*write([&](Tx& tx, auto& realm) { return tx.remove_logout(realm, session, client); }, kOther));
  EXPECT_EQ(due(kNow + seconds(10)), shown + "1 ");
  EXPECT_TRUE(*write([&](Tx& tx, auto& realm) { return tx.remove_logout(realm, session, client); }));
  EXPECT_FALSE(*write([&](Tx& tx, auto& realm) { return tx.remove_logout(realm, session, client); }));
  EXPECT_EQ(due(kNow + days(1)), "");
}

TEST_P(Conformance, the_logouts_of_one_client_do_not_hide_those_of_another) {
  EXPECT_OK(write([](Tx& tx, auto& realm) -> Result<void> {
    for (int i = 0; i < 9; ++i) {
      const auto id = "ses_" + std::to_string(i);
      EXPECT_OK(tx.insert_session(realm, a_session(id)));
      EXPECT_OK(tx.insert_logout(realm, SessionId(id), ClientId("slow"), kNow + seconds(i)));
    }
    EXPECT_OK(tx.insert_logout(realm, SessionId("ses_5"), ClientId("late"), kNow + seconds(50)));
    return {};
  }));
  const auto due = [&](std::int64_t most, std::int64_t most_of_one) {
    std::string text;
    const auto found =
        *read([&](Tx& tx, auto& realm) { return tx.due_logouts(realm, kNow + hours(1), most, most_of_one); });
    for (const auto& one : found) text += one.session.text + '/' + one.client.text + ' ';
    return text;
  };
  EXPECT_EQ(due(10, 2), "ses_0/slow ses_5/late ses_1/slow ");
  EXPECT_EQ(due(2, 2), "ses_0/slow ses_5/late ");
  EXPECT_TRUE(
      read([&](Tx& tx, auto& realm) { return tx.due_logouts(realm, kNow + hours(1), 10, 2); }, kOther)->empty());
}

// ── realms ──

TEST_P(Conformance, S30_cross_realm_ids_of_one_realm_mean_nothing_in_another) {
  const UserId user("usr_ann");
  const SessionId session("ses_1");
  const GrantId grant("gr_1");
  const ClientId client("orders");
  EXPECT_OK(write([&](Tx& tx, auto& realm) -> Result<void> {
    EXPECT_OK(tx.insert_user(realm, ann()));
    EXPECT_OK(tx.insert_session(realm, a_session()));
    EXPECT_OK(redeem(tx, realm, a_grant()));
    EXPECT_OK(tx.put_consent(realm, {user, client, {"openid"}, kNow}));
    EXPECT_OK(tx.append_fact(realm, {0, FactKind::jti, "j", kNow}));
    EXPECT_OK(tx.put_config(realm, {ConfigKind::client, "orders", "{}", false}));
    EXPECT_OK(tx.bump_config_version(realm));
    EXPECT_OK(tx.insert_signing_key(realm, {"kid1", Alg::ES256, KeyState::next, "sealed", kNow, kNow}));
    return {};
  }));
  const auto before = [&] {
    return read([&](Tx& tx, auto& realm) {
      Texts all{shown(tx.user(realm, user)), shown(tx.session(realm, session)), shown(tx.grant(realm, grant)),
                shown(tx.consent(realm, user, client)), std::to_string(*tx.config_version(realm))};
      for (const auto& list : {shown(tx.facts_after(realm, 0)), shown(tx.config(realm)), shown(tx.signing_keys(realm))})
        all.insert(all.end(), list.begin(), list.end());
      return all;
    });
  };
  const auto was = before();
  ASSERT_EQ(was.size(), 8u);
  const auto other = [&](Tx& tx, const RealmId& realm) -> Result<void> {
    // nothing is there to be seen
    EXPECT_EQ(shown(tx.user(realm, user)), "none");
    EXPECT_EQ(shown(tx.user_by_name(realm, "ann")), "none");
    EXPECT_TRUE(tx.users(realm)->empty());
    EXPECT_EQ(shown(tx.session(realm, session)), "none");
    EXPECT_EQ(shown(tx.session_by_cookie(realm, "digest of ses_1")), "none");
    EXPECT_EQ(shown(tx.grant(realm, grant)), "none");
    EXPECT_EQ(shown(tx.consent(realm, user, client)), "none");
    EXPECT_TRUE(tx.facts_after(realm, 0)->empty());
    EXPECT_TRUE(tx.config(realm)->empty());
    EXPECT_EQ(*tx.config_version(realm), 0);
    EXPECT_TRUE(tx.signing_keys(realm)->empty());
    // nor to be changed
    EXPECT_FALSE(*tx.update_user(realm, ann("usr_ann", "taken")));
    EXPECT_FALSE(*tx.replace_password(realm, user, "$argon2id$1", "new"));
    EXPECT_OK(tx.count_login_failure(realm, user));
    EXPECT_OK(tx.touch_session(realm, session, kNow + hours(5)));
    EXPECT_FALSE(*tx.renew_session(realm, session, "digest of ses_1", "new", kNow));
    EXPECT_FALSE(*tx.end_session(realm, session));
    EXPECT_EQ(shown(tx.hold_session(realm, session)), "none");
    EXPECT_TRUE(tx.sessions_of(realm, user)->empty());
    EXPECT_TRUE(tx.clients_of(realm, session)->empty());
    EXPECT_OK(tx.insert_logout(realm, session, client, kNow));
    EXPECT_TRUE(tx.due_logouts(realm, kNow, 10, 10)->empty());
    EXPECT_EQ(tx.rotate_refresh(realm, grant, {1, {}, kNow, seconds(10)})->kind, Rotation::Kind::gone);
    EXPECT_FALSE(*tx.end_grant(realm, grant));
    EXPECT_OK(tx.remove_consents(realm, client));
    EXPECT_FALSE(*tx.remove_config(realm, ConfigKind::client, "orders"));
    EXPECT_FALSE(*tx.move_signing_key(realm, "kid1", KeyState::next, KeyState::active, kNow));
    EXPECT_EQ(*tx.sweep(realm, {kNow + days(9999), {}}, 100), 0);
    // and the same ids are free there
    EXPECT_TRUE(*tx.insert_user(realm, ann()));
    EXPECT_OK(tx.insert_session(realm, a_session()));
    EXPECT_EQ(*redeem(tx, realm, a_grant()), Redeemed::first);
    EXPECT_EQ(*tx.append_fact(realm, Fact{}), 1);
    EXPECT_TRUE(*tx.insert_signing_key(realm, {"kid1", Alg::ES256, KeyState::next, "sealed", kNow, kNow}));
    EXPECT_TRUE(*tx.end_session(realm, session));
    EXPECT_TRUE(*tx.end_grant(realm, grant));
    EXPECT_OK(tx.put_consent(realm, {user, client, {"other"}, kNow}));
    EXPECT_OK(tx.put_config(realm, {ConfigKind::client, "orders", "[]", true}));
    EXPECT_OK(tx.bump_config_version(realm));
    return {};
  };
  EXPECT_OK(write(other, kOther));
  EXPECT_EQ(before(), was);
}

TEST_P(Conformance, realms_with_like_names_and_a_grant_limit_of_their_own_do_not_touch) {
  for (const auto& realm : {kRealm, kOther, RealmId("othe"), RealmId("OTHER")})
    for (int i = 0; i < 10; ++i) {
      std::vector<GrantId> ended;
      EXPECT_OK(
          write([&](Tx& tx, auto& r) { return tx.redeem_code(r, a_grant("gr_" + std::to_string(i)), ended); }, realm));
      EXPECT_TRUE(ended.empty());
    }
}

}  // namespace
}  // namespace tessera::store::test
