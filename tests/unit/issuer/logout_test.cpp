#include <gtest/gtest.h>

#include "issuer/logouts.hpp"
#include "unit/issuer/page_requests.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

constexpr const char* kAfter = "https://orders.example.com/";

struct Logout : testing::Test {
  House house;
  Tab tab{house};
  std::map<std::string, std::string> tokens;

  // Logs in through the pages and redeems the code; gives the session.
  SessionId in(std::string_view user = "ann") {
    const Code code = tab.log_in(user, asking("orders", "openid"));
    tokens = house.tokens(house.call(token, code_request(house.sealed(code))));
    return code.session;
  }
  std::vector<Param> hinted() {
    return {{"id_token_hint", tokens["id_token"]}, {"post_logout_redirect_uri", kAfter}, {"state", "bye"}};
  }
  Answer look(std::vector<Param> params) { return tab.get(logout, std::move(params)); }
  Answer leave(const std::string& interaction) { return tab.post(logout, {{"interaction", interaction}}); }
  bool ended(const SessionId& id) { return session_by_id(house, id).ended; }
  bool sure(const Answer& answer) {
    const auto* page = model_of<LogoutPage>(answer);
    INVARIANT(page, "a logout page");
    return page->mode == LogoutPage::Mode::submit_itself;
  }
};

TEST_F(Logout, S21_a_get_with_a_hint_of_this_session_shows_a_page_that_posts_itself_and_ends_nothing) {
  const auto session = in();
  const auto answer = look(hinted());
  EXPECT_TRUE(sure(answer));
  EXPECT_EQ(model_of<LogoutPage>(answer)->client_name, "orders");
  EXPECT_EQ(answer.page().form_target, "https://orders.example.com");
  EXPECT_TRUE(answer.facts.empty());
  EXPECT_TRUE(answer.reply->cookies.empty());
  EXPECT_FALSE(ended(session));

  const auto done = leave(interaction_of(answer));
  EXPECT_EQ(done.location(), std::string(kAfter) + "?state=bye");
  EXPECT_TRUE(ended(session));
  ASSERT_EQ(done.facts.size(), 1u);
  EXPECT_EQ(done.facts[0].kind, FactKind::session);
  EXPECT_EQ(done.facts[0].value, session.text);
  EXPECT_FALSE(tab.cookies.contains("session"));
  EXPECT_EQ(field(done, "logout", "session"), session.text);
  EXPECT_EQ(field(done, "logout", "user"), "usr_ann");
  EXPECT_EQ(field(done, "logout", "client"), "orders");
  EXPECT_TRUE(is_login_page(tab.ask()));
  EXPECT_EQ(house.call(token, refresh_request(tokens["refresh_token"])).code(), "invalid_grant");
}

TEST_F(Logout, S21_without_a_hint_of_this_session_the_page_asks) {
  const auto session = in();
  EXPECT_FALSE(sure(look({})));
  EXPECT_EQ(model_of<LogoutPage>(look({}))->client_name, "");
  EXPECT_FALSE(sure(look({{"state", "only"}})));
  const auto named = look({{"client_id", "orders"}, {"post_logout_redirect_uri", kAfter}});
  EXPECT_FALSE(sure(named));
  // the hint of another session: of another browser, and of the one that was here before
  const auto old = hinted();
  Tab other{house};
  other.log_in("bob");
  EXPECT_FALSE(sure(other.get(logout, old)));
  EXPECT_FALSE(ended(session));
  const auto done = leave(interaction_of(look({})));
  EXPECT_TRUE(model_of<LoggedOutPage>(done));
  EXPECT_TRUE(ended(session));
}

TEST_F(Logout, S21_the_post_needs_this_browsers_page_and_our_origin) {
  const auto session = in();
  const auto interaction = interaction_of(look(hinted()));
  Tab other{house};
  other.log_in();
  EXPECT_EQ(other.post(logout, {{"interaction", interaction}}).code(), "bad_interaction");
  EXPECT_EQ((Tab{house, {{"session", tab.cookies["session"]}}}.post(logout, {{"interaction", interaction}}).code()),
            "bad_interaction");
  tab.origin = "https://orders.example.com";
  EXPECT_EQ(leave(interaction).code(), "cross_site");
  tab.origin = "null";
  EXPECT_EQ(leave(interaction).code(), "cross_site");
  tab.origin = kIssuer;
  for (std::size_t at = 0; at < interaction.size(); ++at) {
    std::string bent = interaction;
    bent[at] = bent[at] == 'A' ? 'B' : 'A';
    ASSERT_EQ(leave(bent).code(), "bad_interaction") << at;
  }
  EXPECT_EQ(leave(interaction_of(tab.ask(with(asking(), "prompt", "login")))).code(), "bad_interaction");
  EXPECT_FALSE(ended(session));
  EXPECT_FALSE(leave(interaction).location().empty());
}

TEST_F(Logout, S15_the_page_expires) {
  const auto session = in();
  const auto interaction = interaction_of(look(hinted()));
  house.pass(minutes(30));
  EXPECT_EQ(leave(interaction).code(), "bad_interaction");
  EXPECT_FALSE(ended(session));
}

TEST_F(Logout, S21_an_applications_post_comes_back_as_a_get_because_it_comes_without_the_session) {
  const auto session = in();
  tab.origin = "https://orders.example.com";  // it may come from anywhere
  auto cookies = std::move(tab.cookies);      // SameSite=Lax: not with another site's POST
  tab.cookies.clear();
  const auto answer = tab.post(logout, hinted());
  EXPECT_EQ(answer.transactions, 0);
  EXPECT_TRUE(answer.reply->cookies.empty());
  EXPECT_TRUE(answer.location().starts_with(std::string(kIssuer) + "/logout?sealed_request="));
  tab.cookies = std::move(cookies);
  tab.origin = kIssuer;
  const auto sealed = query_of(answer.location()).at("sealed_request");
  const auto page = look({{"sealed_request", sealed}});
  EXPECT_TRUE(sure(page));
  // What was sealed for the way is no page's interaction, nor the reverse.
  EXPECT_EQ(leave(sealed).code(), "bad_interaction");
  EXPECT_EQ(look({{"sealed_request", interaction_of(page)}}).code(), "bad_interaction");
  EXPECT_EQ(look({{"sealed_request", sealed + "A"}}).code(), "bad_interaction");
  EXPECT_FALSE(ended(session));
  EXPECT_EQ(leave(interaction_of(page)).location(), std::string(kAfter) + "?state=bye");
  EXPECT_TRUE(ended(session));
  // Errors show at the POST already.
  EXPECT_EQ(tab.post(logout, with(hinted(), "post_logout_redirect_uri", "https://evil.example/")).code(),
            "bad_redirect_uri");
}

TEST_F(Logout, without_a_session_it_goes_straight_to_the_end) {
  in();
  tab.cookies.clear();
  EXPECT_EQ(look(hinted()).location(), std::string(kAfter) + "?state=bye");
  EXPECT_EQ(look(with(hinted(), "state", "")).location(), kAfter);
  const auto bare = look({});
  EXPECT_TRUE(model_of<LoggedOutPage>(bare));
  EXPECT_EQ(bare.transactions, 0);
  EXPECT_TRUE(model_of<LoggedOutPage>(look({{"state", "only"}})));
  tab.cookies["session"] = std::string(43, 'x');
  EXPECT_TRUE(model_of<LoggedOutPage>(look({})));
}

// RFC 9700 section 4.11.2
TEST_F(Logout, S04_where_nobody_vouches_for_the_address_the_person_follows_a_link) {
  const auto id = house.register_like("orders").text;
  const std::vector<Param> wish{{"client_id", id}, {"post_logout_redirect_uri", kAfter}, {"state", "s"}};
  const auto answer = look(wish);
  const auto* page = model_of<LoggedOutPage>(answer);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->next, std::string(kAfter) + "?state=s");
  EXPECT_EQ(page->onward, LoggedOutPage::Onward::by_hand);
  // A person who is asked, and told by whom, has decided.
  in();
  const auto asked = look(wish);
  EXPECT_FALSE(sure(asked));
  EXPECT_EQ(leave(interaction_of(asked)).location(), std::string(kAfter) + "?state=s");
}

TEST_F(Logout, S04_it_ends_at_a_registered_address_of_the_named_client_only) {
  in();
  for (const char* uri : {"https://evil.example/", "https://orders.example.com", "https://orders.example.com/?x=1",
                          "https://orders.example.com/cb", "https://orders.example.com//", "javascript:alert(1)"}) {
    const auto answer = look(with(hinted(), "post_logout_redirect_uri", uri));
    EXPECT_EQ(answer.code(), "bad_redirect_uri") << uri;
    EXPECT_EQ(answer.location(), "");
    EXPECT_NE(answer.refusal->why.find(uri), std::string::npos);
    EXPECT_NE(answer.refusal->why.find(kAfter), std::string::npos);
    EXPECT_EQ(Tab{house}.get(logout, with(hinted(), "post_logout_redirect_uri", uri)).code(), "bad_redirect_uri");
  }
  // nobody named, another client, one that is not known
  EXPECT_EQ(look({{"post_logout_redirect_uri", kAfter}}).at(), "post_logout_redirect_uri");
  EXPECT_EQ(look({{"post_logout_redirect_uri", kAfter}, {"client_id", "spa"}}).code(), "bad_redirect_uri");
  EXPECT_EQ(look({{"client_id", "nobody"}}).code(), "unknown_client");
  EXPECT_EQ(look(with(hinted(), "client_id", "spa")).at(), "client_id");
  EXPECT_TRUE(sure(look(with(hinted(), "client_id", "orders"))));
  house.client("orders").post_logout_redirect_uris = {"http://evil.example/"};  // should never have been registered
  EXPECT_EQ(look(with(hinted(), "post_logout_redirect_uri", "http://evil.example/")).code(), "bad_redirect_uri");
}

TEST_F(Logout, S14_a_disabled_client_gets_nobody_sent) {
  const auto session = in();
  const auto interaction = interaction_of(look(hinted()));
  const auto sealed = query_of(Tab{house}.post(logout, hinted()).location()).at("sealed_request");
  house.client("orders").enabled = false;
  EXPECT_EQ(look(hinted()).at(), "id_token_hint");
  EXPECT_EQ(Tab{house}.get(logout, hinted()).at(), "id_token_hint");
  EXPECT_EQ(look({{"client_id", "orders"}, {"post_logout_redirect_uri", kAfter}}).code(), "unknown_client");
  EXPECT_EQ(look({{"sealed_request", sealed}}).at(), "post_logout_redirect_uri");
  const auto refused = leave(interaction);
  EXPECT_EQ(refused.at(), "post_logout_redirect_uri");
  EXPECT_EQ(refused.location(), "");
  EXPECT_FALSE(ended(session));
  // The person can leave all the same.
  EXPECT_TRUE(model_of<LoggedOutPage>(leave(interaction_of(look({})))));
  EXPECT_TRUE(ended(session));
}

TEST_F(Logout, a_hint_whose_key_is_gone_is_no_hint) {
  const auto session = in();
  const PrivateKey newer = *PrivateKey::generate(Alg::ES256, {.kid = "newer", .alg = Alg::ES256});
  house.config().published = Keys::of({newer.public_key()});
  const auto page = look({{"id_token_hint", tokens["id_token"]}, {"state", "x"}});
  EXPECT_FALSE(sure(page));
  EXPECT_EQ(model_of<LogoutPage>(page)->client_name, "");
  EXPECT_TRUE(model_of<LoggedOutPage>(leave(interaction_of(page))));
  EXPECT_TRUE(ended(session));
  const auto refused = look(hinted());
  EXPECT_EQ(refused.code(), "invalid_request");
  EXPECT_EQ(refused.at(), "id_token_hint");
}

TEST_F(Logout, S09_the_address_is_asked_again_at_the_end) {
  const auto session = in();
  const auto interaction = interaction_of(look(hinted()));
  house.client("orders").post_logout_redirect_uris = {};
  EXPECT_EQ(leave(interaction).code(), "bad_redirect_uri");
  EXPECT_FALSE(ended(session));
  house.config().clients.erase(ClientId("orders"));
  EXPECT_EQ(leave(interaction).code(), "invalid_request");
}

TEST_F(Logout, an_expired_hint_is_good_and_an_altered_one_is_not) {
  in();
  house.pass(minutes(20));
  EXPECT_TRUE(sure(look(hinted())));
  const auto refused = [&](const std::string& hint) {
    const auto answer = look(with(hinted(), "id_token_hint", hint));
    EXPECT_EQ(answer.code(), "invalid_request") << hint;
    EXPECT_EQ(answer.at(), "id_token_hint");
    EXPECT_EQ(answer.location(), "");
  };
  const std::string hint = tokens["id_token"];
  refused("x");
  refused(hint + "A");
  refused(hint.substr(0, hint.size() - 4));
  refused(hint.substr(0, hint.rfind('.') + 1));  // no signature
  refused("eyJhbGciOiJub25lIn0" + hint.substr(hint.find('.'), hint.rfind('.') - hint.find('.') + 1));
  std::string bent = hint;
  bent[hint.find('.') + 10] = bent[hint.find('.') + 10] == 'A' ? 'B' : 'A';
  refused(bent);
  refused(std::string(17 * 1024, 'a'));
  // An access token is ours too, and names the session; it is no ID token.
  refused(tokens["access_token"]);
}

TEST_F(Logout, a_hint_of_another_issuer_or_an_unknown_client_is_refused) {
  in();
  const auto signed_by_us = [&](std::string issuer, std::string client) {
    const Draft draft{.typ = "JWT",
                      .issuer = std::move(issuer),
                      .subject = "usr_ann",
                      .audience = {std::move(client)},
                      .issued_at = whole_seconds(house.now()),
                      .expires_at = whole_seconds(house.now()) + seconds(300)};
    return *sign(draft, *house.config().signing_key(Alg::RS256));
  };
  EXPECT_EQ(look(with(hinted(), "id_token_hint", signed_by_us(kIssuer, "orders"))).code(), "");
  EXPECT_EQ(look(with(hinted(), "id_token_hint", signed_by_us("https://other.example", "orders"))).at(),
            "id_token_hint");
  EXPECT_EQ(look(with(hinted(), "id_token_hint", signed_by_us(kIssuer, "nobody"))).at(), "id_token_hint");
}

TEST_F(Logout, who_logged_in_meanwhile_is_not_thought_to_be_out) {
  in();
  const auto interaction = interaction_of(look(hinted()));
  tab.log_in("bob", with(asking(), "prompt", "login"));
  EXPECT_EQ(leave(interaction).code(), "bad_interaction");
  EXPECT_EQ(code_of(house, tab.ask())->user.text, "usr_bob");
}

TEST_F(Logout, a_second_post_of_the_same_page_ends_nothing_more) {
  in();
  const auto interaction = interaction_of(look(hinted()));
  EXPECT_EQ(leave(interaction).facts.size(), 1u);
  const auto again = leave(interaction);
  EXPECT_EQ(again.location(), std::string(kAfter) + "?state=bye");
  EXPECT_TRUE(again.facts.empty());
}

TEST_F(Logout, S03_a_parameter_twice_is_refused) {
  in();
  for (const auto& param : hinted()) {
    auto list = hinted();
    list.push_back(param);
    EXPECT_EQ(look(list).code(), "invalid_request") << param.name;
    EXPECT_EQ(tab.post(logout, list).code(), "invalid_request") << param.name;
  }
  EXPECT_EQ(look(with(hinted(), "state", std::string(1025, 's'))).at(), "state");
  EXPECT_EQ(tab.post(logout, {{"interaction", "x"}, {"interaction", "x"}}).code(), "invalid_request");
}

TEST(LogoutUri, S16_is_written_plainly_and_a_frames_is_at_home) {
  Client client;
  client.redirect_uris = {"https://a.example/cb", "http://127.0.0.1:8080/cb"};
  const auto wrong = [&](const char* back, const char* front) {
    client.backchannel_logout_uri = back, client.frontchannel_logout_uri = front;
    const char* key = wrong_logout_uri(client);
    return std::string(key ? key : "");
  };
  EXPECT_EQ(wrong("", ""), "");
  EXPECT_EQ(wrong("https://elsewhere.example:8443/out?a=b", "https://a.example/out?a=b"), "");
  EXPECT_EQ(wrong("http://localhost:1/out", "http://127.0.0.1:8080/out"), "");
  for (const char* bad :
       {"http://a.example/out", "https://a.example/out#x", "https://u@a.example/out", "com.example:/out", "https://*",
        "https://a.example;sandbox/out", "https://A.example/out", "out"}) {
    EXPECT_EQ(wrong(bad, ""), "backchannel_logout_uri") << bad;
    EXPECT_EQ(wrong("", bad), "frontchannel_logout_uri") << bad;
  }
  for (const char* elsewhere :
       {"https://b.example/out", "https://a.example:8443/out", "http://127.0.0.1:8081/out", "https://x.a.example/out"})
    EXPECT_EQ(wrong("", elsewhere), "frontchannel_logout_uri") << elsewhere;
}

TEST_F(Logout, a_disabled_client_is_neither_told_nor_shown) {
  in();
  auto& orders = house.client("orders");
  orders.backchannel_logout_uri = "https://orders.example.com/told";
  orders.frontchannel_logout_uri = "https://orders.example.com/out";
  const auto page = look({});
  orders.enabled = false;
  const auto done = leave(interaction_of(page));
  EXPECT_TRUE(model_of<LoggedOutPage>(done)->frames.empty());
  house.write([&](Tx& tx) { EXPECT_TRUE(tx.due_logouts(house.realm(), house.now(), 10, 10)->empty()); });
}

TEST_F(Logout, what_is_told_and_shown_is_of_this_session_and_in_its_transaction) {
  const auto session = in();
  auto& orders = house.client("orders");
  orders.backchannel_logout_uri = "https://orders.example.com/told";
  orders.frontchannel_logout_uri = "https://orders.example.com/out";
  const auto done = leave(interaction_of(look(hinted())));
  const auto* out = model_of<LoggedOutPage>(done);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->frames,
            (std::vector{"https://orders.example.com/out?iss=https%3A%2F%2Fid.example.com&sid=" + session.text}));
  EXPECT_EQ(out->next, std::string(kAfter) + "?state=bye");
  house.write([&](Tx& tx) {
    EXPECT_EQ(tx.due_logouts(house.realm(), house.now(), 10, 10).value(),
              (std::vector<PendingLogout>{{session, ClientId("orders"), UserId("usr_ann"), 0}}));
  });
}

}  // namespace
}  // namespace tessera::issuer::test
