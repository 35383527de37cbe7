#include <gtest/gtest.h>

#include "base/base64url.hpp"
#include "issuer/digest.hpp"
#include "issuer/steps/user_code.hpp"
#include "issuer/subject.hpp"
#include "unit/issuer/page_requests.hpp"

namespace tessera::issuer::test {
namespace {

constexpr const char* kGrant = "urn:ietf:params:oauth:grant-type:device_code";

struct Device : testing::Test {
  Device() {
    for (const char* id : {"spa", "orders", "third"}) house.client(id).grant_types.push_back(GrantType::device_code);
  }

  Answer ask(std::vector<Param> form = {{"client_id", "spa"}, {"scope", "openid orders"}}) {
    Request request = post(std::move(form));
    request.network = "192.0.2.7";
    return house.call(device_authorization, request);
  }
  void start(std::vector<Param> form = {{"client_id", "spa"}, {"scope", "openid orders"}}) {
    const auto answer = ask(std::move(form));
    device_code = member(answer, "device_code");
    user_code = member(answer, "user_code");
  }
  static std::string member(const Answer& answer, std::string_view name) {
    const auto text = test::member(answer.json(), name);
    return text.starts_with('"') ? text.substr(1, text.size() - 2) : text;
  }
  Request polling(std::string_view client = "spa") {
    return post({{"grant_type", kGrant}, {"client_id", std::string(client)}, {"device_code", device_code}});
  }
  Answer poll() { return house.call(token, polling()); }
  Answer type(std::string_view code) {
    const auto page = tab.get(device, {});
    return tab.post(device, {{"interaction", interaction_of(page)}, {"user_code", std::string(code)}});
  }
  Answer decide(const std::string& interaction, std::string_view decision) {
    return tab.post(device, {{"interaction", interaction}, {"decision", std::string(decision)}});
  }
  void allow() {
    if (!tab.cookies.contains("session")) tab.log_in();
    const auto answer = decide(interaction_of(type(user_code)), "allow");
    ASSERT_TRUE(model_of<DeviceDonePage>(answer) && model_of<DeviceDonePage>(answer)->allowed);
  }
  DeviceCode row() {
    std::optional<DeviceCode> found;
    house.write([&](Tx& tx) { found = *tx.device_code(house.realm(), digest_of(device_code)); });
    return found.value_or(DeviceCode{});
  }
  std::optional<Grant> grant() { return house.grant(GrantId(digest_of(device_code))); }

  House house;
  Tab tab{house};
  std::string device_code, user_code;
};

TEST_F(Device, the_reply_names_codes_page_and_times_and_the_store_keeps_digests) {
  const auto answer = ask();
  EXPECT_EQ(member(answer, "verification_uri"), std::string(kIssuer) + "/device");
  EXPECT_EQ(member(answer, "verification_uri_complete"),
            std::string(kIssuer) + "/device?user_code=" + member(answer, "user_code"));
  EXPECT_EQ(member(answer, "expires_in"), "600");
  EXPECT_EQ(member(answer, "interval"), "5");
  EXPECT_EQ(member(answer, "device_code").size(), 43u);
  EXPECT_TRUE(has_event(answer, "device_code_issued"));
  device_code = member(answer, "device_code");
  user_code = member(answer, "user_code");
  const auto kept = row();
  const auto macs = house.config().seals->user_code_macs(*parse_user_code(user_code));
  EXPECT_EQ(kept.user_code_digest, base64url::encode(macs.front()));
  EXPECT_NE(kept.user_code_digest, digest_of(*parse_user_code(user_code)));
  EXPECT_EQ(kept.scope, (std::vector<std::string>{"openid", "orders"}));
  EXPECT_EQ(kept.audience, kApi);
  EXPECT_EQ(kept.expires, house.now() + seconds(600));
}

TEST_F(Device, a_user_code_is_eight_letters_that_no_eye_confuses_and_is_read_however_it_is_typed) {
  std::string all;
  for (int i = 0; i < 15; ++i) all += member(ask(), "user_code");
  EXPECT_EQ(all.size(), 15u * 9);
  for (const char c : all)
    EXPECT_TRUE(std::string_view("BCDFGHJKLMNPQRSTVWXZ-").find(c) != std::string_view::npos) << c;
  for (const char* typed : {"WDJB-MJHT", "wdjbmjht", " w.d j:b-m_j/h\tt ", "WDJB\xE2\x80\x93MJHT"})
    EXPECT_EQ(parse_user_code(typed), "WDJBMJHT") << typed;
  for (const char* typed : {"", "WDJB-MJH", "WDJB-MJHTT", "WDJA-MJHT", "WDJ8-MJHT", "WDJB-MJHT0"})
    EXPECT_EQ(parse_user_code(typed), std::nullopt) << typed;
  EXPECT_EQ(parse_user_code(std::string(70, '-') + "WDJBMJHT"), std::nullopt);
  EXPECT_EQ(print_user_code("WDJBMJHT"), "WDJB-MJHT");
}

TEST_F(Device, limits_count_by_network_and_by_client_and_only_what_would_be_written) {
  for (int i = 0; i < 30; ++i) EXPECT_EQ(ask({{"client_id", "spa"}, {"scope", "nothing"}}).code(), "invalid_scope");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask().code(), "") << i;
  const auto limited = ask();
  EXPECT_EQ(limited.code(), "slow_down");
  EXPECT_EQ(limited.transactions, 0);
  Request elsewhere = post({{"client_id", "spa"}});
  elsewhere.network = "192.0.2.8";
  EXPECT_EQ(house.call(device_authorization, elsewhere).code(), "");
  for (int i = 0; i < 1000; ++i) (void)house.limits().take(LimitKind::device_client, "\nspa", house.now());
  EXPECT_EQ(house.call(device_authorization, elsewhere).code(), "slow_down");
  elsewhere.form = Params();
  EXPECT_EQ(house.call(device_authorization, with_basic(elsewhere)).code(), "");
}

TEST_F(Device, the_tokens_are_those_of_a_code_for_the_person_who_said_yes) {
  start({{"client_id", "spa"}, {"scope", "openid orders roles"}});
  EXPECT_EQ(poll().code(), "authorization_pending");
  allow();
  const auto session = *session_of(house, tab);
  const auto answer = poll();
  EXPECT_EQ(field(answer, "token_issued", "grant_type"), "device_code");
  auto tokens = house.tokens(answer);
  const auto access = house.access_claims(tokens["access_token"]);
  EXPECT_EQ(access.subject(), "usr_ann");
  EXPECT_TRUE(access.contains("client_id", "spa") && access.contains("sid", session.id.text));
  const auto id = house.id_claims(tokens["id_token"], "spa");
  EXPECT_FALSE(id.has("nonce"));
  EXPECT_EQ(id.get<std::int64_t>("auth_time").value(), unix_seconds(session.authenticated));
  EXPECT_TRUE(tokens.contains("refresh_token"));
  EXPECT_EQ(grant()->session, session.id);
  EXPECT_FALSE(grant()->offline);
}

TEST_F(Device, a_code_is_found_after_the_master_key_has_changed) {
  const Secret older(std::string_view("a master key of 32 octets: older")),
      newer(std::string_view("a master key of 32 octets: newer"));
  const auto sealed_under = [&](std::vector<SealKeys::Master> masters) {
    house.config().seals = std::make_shared<SealKeys>(house.realm(), std::move(masters));
  };
  tab.log_in();
  sealed_under({{'a', &older}});
  start();
  sealed_under({{'b', &newer}, {'a', &older}});
  EXPECT_TRUE(model_of<DevicePage>(type(user_code)));
  sealed_under({{'b', &newer}});
  EXPECT_TRUE(model_of<UserCodePage>(type(user_code)));
}

TEST_F(Device, a_pairwise_client_knows_the_person_by_its_sectors_subject) {
  house.client("spa").subject_type = SubjectType::pairwise;
  const auto subject = subject_of(house.config(), house.client("spa"), UserId("usr_ann"));
  start();
  allow();
  auto tokens = house.tokens(poll());
  EXPECT_NE(subject, "usr_ann");
  EXPECT_EQ(house.access_claims(tokens["access_token"]).subject(), subject);
  EXPECT_EQ(house.id_claims(tokens["id_token"], "spa").subject(), subject);
}

TEST_F(Device, a_client_without_refresh_gets_none) {
  std::erase(house.client("spa").grant_types, GrantType::refresh_token);
  start({{"client_id", "spa"}, {"scope", "offline_access"}});
  allow();
  const auto answer = poll();
  EXPECT_FALSE(house.tokens(answer).contains("refresh_token"));
  EXPECT_FALSE(house.tokens(answer).contains("id_token"));
  EXPECT_FALSE(grant()->offline);
}

TEST_F(Device, polling_writes_for_whom_the_code_is_and_for_nobody_else) {
  start();
  const auto unknown = house.call(token, post({{"grant_type", kGrant}, {"client_id", "spa"}, {"device_code", "x"}}));
  EXPECT_EQ(unknown.code(), "invalid_grant");
  EXPECT_EQ(unknown.transactions, 1);  // a look
  Request other = with_basic(without(polling(), "client_id"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(house.call(token, other).code(), "invalid_grant");
  EXPECT_EQ(poll().code(), "authorization_pending");
  EXPECT_EQ(poll().code(), "polled_too_soon");
  house.pass(seconds(10));
  EXPECT_EQ(poll().code(), "authorization_pending");
}

TEST_F(Device, S06_a_replay_by_the_client_ends_the_grant_and_nobody_elses_does) {
  start();
  allow();
  EXPECT_TRUE(poll().reply);
  EXPECT_EQ(house.call(token, with_basic(without(polling(), "client_id"))).code(), "invalid_grant");
  EXPECT_FALSE(grant()->ended);
  house.pass(minutes(20));  // also when the code has expired meanwhile
  const auto again = poll();
  EXPECT_EQ(again.code(), "invalid_grant");
  EXPECT_EQ(again.at(), "device_code_reused");
  EXPECT_TRUE(grant()->ended);
  ASSERT_EQ(again.facts.size(), 1u);
  EXPECT_EQ(again.facts.front().kind, FactKind::grant);
}

TEST_F(Device, what_is_refused_for_another_reason_burns_no_code) {
  start();
  allow();
  EXPECT_EQ(house.call(token, with(polling(), "resource", kStock)).code(), "invalid_target");
  auto keys = house.config().signing;
  house.config().signing.clear();
  EXPECT_EQ(poll().code(), "temporarily_unavailable");
  house.config().signing = keys;
  User ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_EQ(poll().at(), "user");
  ann.enabled = true;
  house.update(ann);
  EXPECT_FALSE(grant());
  EXPECT_TRUE(poll().reply);
}

TEST_F(Device, S14_a_session_that_has_ended_gives_no_token) {
  start();
  allow();
  house.end_session(*session_of(house, tab));
  EXPECT_EQ(poll().at(), "session");
  EXPECT_FALSE(grant());
}

TEST_F(Device, S14_a_person_overtaken_by_a_fact_gives_no_token) {
  start();
  allow();
  house.apply(FactKind::subject, "usr_ann");
  EXPECT_EQ(poll().at(), "session");
}

TEST_F(Device, S15_expiry_counts_at_use_for_device_and_person) {
  start();
  allow();
  const auto allowed = device_code;
  start();
  const auto question = interaction_of(type(user_code));
  house.pass(seconds(600) - microseconds(1));
  EXPECT_EQ(poll().code(), "authorization_pending");
  house.pass(microseconds(1));
  EXPECT_EQ(poll().code(), "expired_token");
  EXPECT_EQ(decide(question, "allow").code(), "unknown_user_code");
  EXPECT_TRUE(model_of<UserCodePage>(type(user_code)));
  EXPECT_EQ(row().state, DeviceState::pending);
  device_code = allowed;
  EXPECT_EQ(poll().code(), "expired_token");
  EXPECT_FALSE(grant());
}

TEST_F(Device, S13_what_the_registration_lost_meanwhile_is_not_in_the_token) {
  start();
  allow();
  house.client("spa").scopes = {"openid"};
  EXPECT_EQ(member(poll(), "scope"), "openid");
}

TEST_F(Device, the_page_shows_who_asks_for_what_and_the_code_and_remembers_the_yes) {
  house.client("third").scopes.push_back("email");
  start({{"client_id", "third"}, {"client_secret", kSecret}, {"scope", "openid email"}});
  tab.log_in();
  const auto answer = type(user_code);
  const auto* page = model_of<DevicePage>(answer);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->client_name, "third");
  EXPECT_EQ(page->party, Party::third);
  EXPECT_EQ(page->user_name, "ann Example");
  EXPECT_EQ(page->user_code, user_code);
  EXPECT_EQ(page->scopes, (std::vector<std::string>{"openid", "email"}));
  const auto allowed = decide(page->interaction, "allow");
  EXPECT_EQ(field(allowed, "device_allowed", "client"), "third");
  house.write([&](Tx& tx) {
    const auto consent = *tx.consent(house.realm(), UserId("usr_ann"), ClientId("third"));
    ASSERT_TRUE(consent);
    EXPECT_EQ(consent->scope, (std::vector<std::string>{"openid", "email"}));
  });
}

TEST_F(Device, S21_a_link_shows_its_code_and_does_nothing) {
  start();
  tab.log_in();
  const auto page = tab.get(device, {{"user_code", user_code}, {"decision", "allow"}});
  ASSERT_TRUE(model_of<UserCodePage>(page));
  EXPECT_EQ(model_of<UserCodePage>(page)->user_code, user_code);
  EXPECT_EQ(page.transactions, 0);
  EXPECT_EQ(row().state, DeviceState::pending);
  EXPECT_EQ(model_of<UserCodePage>(tab.get(device, {{"user_code", "<script>"}}))->user_code, "");
}

TEST_F(Device, S21_S22_the_question_is_bound_to_browser_session_origin_and_device) {
  start();
  const auto typing = interaction_of(tab.get(device, {}));
  tab.log_in();
  const auto question = interaction_of(type(user_code));
  const auto cookies = tab.cookies;
  const auto refused = [&](Tab other, const std::string& interaction) {
    return other.post(device, {{"interaction", interaction}, {"decision", "allow"}}).code();
  };
  // the page that takes a code answers nothing, nor does one of another kind
  EXPECT_EQ(decide(typing, "allow").code(), "invalid_request");
  EXPECT_EQ(decide(interaction_of(tab.ask(with(asking(), "prompt", "consent"))), "allow").code(), "bad_interaction");
  EXPECT_EQ(decide(interaction_of(tab.get(account, {})), "allow").code(), "bad_interaction");
  Tab other{house};
  other.log_in();
  EXPECT_EQ(refused(other, question), "bad_interaction");
  EXPECT_EQ(refused(Tab{house, {{"browser", cookies.at("browser")}}}, question), "bad_interaction");
  EXPECT_EQ(refused(Tab{house, {{"browser", cookies.at("browser")}, {"session", other.cookies["session"]}}}, question),
            "bad_interaction");
  tab.origin = "https://evil.example";
  EXPECT_EQ(decide(question, "allow").code(), "cross_site");
  EXPECT_EQ(tab.post(device, {{"interaction", typing}, {"user_code", user_code}}).code(), "cross_site");
  tab.origin = "";
  EXPECT_EQ(decide(question, "").code(), "invalid_request");
  EXPECT_EQ(row().state, DeviceState::pending);
  EXPECT_FALSE(model_of<DeviceDonePage>(decide(question, "Allow"))->allowed);
  EXPECT_EQ(row().state, DeviceState::denied);
  EXPECT_EQ(poll().code(), "device_denied");
}

TEST_F(Device, S09_the_client_is_asked_again_at_the_end) {
  start();
  tab.log_in();
  const auto question = interaction_of(type(user_code));
  house.client("spa").enabled = false;
  EXPECT_EQ(decide(question, "allow").code(), "unknown_user_code");
  EXPECT_TRUE(model_of<UserCodePage>(type(user_code)));
  house.client("spa").enabled = true;
  std::erase(house.client("spa").grant_types, GrantType::device_code);
  EXPECT_EQ(poll().code(), "unauthorized_client");
}

TEST_F(Device, nobody_learns_of_a_code_without_a_login_and_wrong_ones_run_out) {
  start();
  const auto unknown = type("BBBB-BBBB"), known = type(user_code);
  EXPECT_TRUE(is_login_page(unknown) && is_login_page(known));
  EXPECT_EQ(model_of<LoginPage>(known)->goal, Goal::device);
  EXPECT_EQ(unknown.transactions, 0);
  tab.log_in();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(model_of<UserCodePage>(type("BBBB-BBBB"))->error, OAuthErr::unknown_user_code);
    EXPECT_TRUE(model_of<DevicePage>(type(user_code)) || i == 4);
  }
  EXPECT_EQ(model_of<UserCodePage>(type(user_code))->error, OAuthErr::slow_down);
  EXPECT_EQ(type(user_code).page().status, 429);
  // another person of the same network may; twenty wrong ones are too many for the network too
  Tab bob{house};
  bob.log_in("bob");
  std::swap(tab.cookies, bob.cookies);
  EXPECT_TRUE(model_of<DevicePage>(type(user_code)));
  for (int i = 0; i < 20; ++i) (void)house.limits().take(LimitKind::user_code_address, '\n' + tab.address, house.now());
  EXPECT_EQ(model_of<UserCodePage>(type(user_code))->error, OAuthErr::slow_down);
}

TEST_F(Device, a_login_for_a_device_leads_to_the_question) {
  start();
  const auto asked = tab.type(interaction_of(type(user_code)), "ann");
  ASSERT_TRUE(model_of<DevicePage>(asked));
  EXPECT_TRUE(tab.cookies.contains("session"));
  EXPECT_TRUE(model_of<DeviceDonePage>(decide(interaction_of(asked), "allow")));
  // with a code that is none, the login stands
  Tab other{house};
  std::swap(tab.cookies, other.cookies);
  const auto wrong = tab.type(interaction_of(type("BBBB-BBBB")), "bob");
  EXPECT_EQ(model_of<UserCodePage>(wrong)->error, OAuthErr::unknown_user_code);
  EXPECT_EQ(session_of(house, tab)->user, UserId("usr_bob"));
}

}  // namespace
}  // namespace tessera::issuer::test
