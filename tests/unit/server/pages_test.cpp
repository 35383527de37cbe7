#include "server/pages.hpp"

#include <gtest/gtest.h>

namespace tessera::server {
namespace {

using namespace issuer;

std::string html(decltype(Page::model) model) {
  Snapshot snapshot;
  snapshot.realm.name = "Example";
  return render({.model = std::move(model)}, snapshot, "/r/shop", "id").html;
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(pages, consent_says_who_runs_a_third_partys_application_and_does_not_say_it_of_ours) {
  constexpr std::string_view kElse = "run by somebody else", kRefuse = "You can refuse";
  const auto third = html(ConsentPage{.client_name = "Partner", .party = Party::third, .user_name = "Ann"});
  const auto first = html(ConsentPage{.client_name = "Orders", .party = Party::first, .user_name = "Ann"});
  EXPECT_TRUE(has(third, kElse) && has(third, kRefuse)) << third;
  EXPECT_TRUE(!has(first, kElse) && has(first, kRefuse)) << first;
}

TEST(pages, an_account_tells_times_and_offers_an_end_for_each_other_session) {
  const Instant begun = Instant(std::chrono::seconds(1'800'000'000));
  const AccountPage::Session here{"s1", begun, begun, {}, true}, there{"s2", begun, begun, {}, false};
  const auto one = html(AccountPage{.username = "ann", .name = "", .sessions = {here}});
  EXPECT_TRUE(has(one, "<time datetime=\"2027-01-15 08:00Z\">2027-01-15 08:00 UTC</time>")) << one;
  EXPECT_TRUE(has(one, "href=\"/r/shop/logout\""));
  EXPECT_FALSE(has(one, "end_session") || has(one, "end_other_sessions"));
  const auto two = html(AccountPage{.username = "ann", .name = "", .sessions = {here, there}});
  EXPECT_TRUE(has(two, "name=\"session\" value=\"s2\"") && !has(two, "value=\"s1\""));
  EXPECT_TRUE(has(two, "action=\"/r/shop/account\""));
}

TEST(pages, logout_names_the_application_that_asks) {
  EXPECT_TRUE(has(html(LogoutPage{.client_name = "Or<d>ers"}), "<strong>Or&lt;d&gt;ers</strong> asks to sign you out"));
  EXPECT_FALSE(has(html(LogoutPage{}), "asks to sign you out"));
}

TEST(pages, logged_out_shows_frames_of_their_origins_alone_and_leads_on_without_script) {
  const auto page = render({.model = LoggedOutPage{{"https://a.example/out?iss=i&sid=\"s", "https://b.example:8443/out",
                                                    "https://a.example/out?two", "http://[::1]:1/out"},
                                                   "https://a.example/bye?state=<s>"}},
                           Snapshot(), "", "id");
  EXPECT_TRUE(has(page.html, "<iframe src=\"https://a.example/out?iss=i&amp;sid=&quot;s\"")) << page.html;
  EXPECT_TRUE(has(page.html, "<a id=\"next\" href=\"https://a.example/bye?state=&lt;s&gt;\">")) << page.html;
  EXPECT_FALSE(has(page.html, "allow-top-navigation"));
  EXPECT_TRUE(page.csp.ends_with("; frame-src http: https://a.example https://b.example:8443")) << page.csp;
  const auto bare = render({.model = LoggedOutPage{}}, Snapshot(), "", "id");
  EXPECT_FALSE(has(bare.html, "<iframe") || has(bare.html, "id=\"next\"") || has(bare.csp, "frame-src"));
}

TEST(pages, an_address_that_nobody_vouches_for_is_named_and_followed_by_hand) {
  const std::string link = "<a href=\"https://a.example/cb?state=&lt;s&gt;\" rel=\"noreferrer\">Back to a.example</a>";
  const auto error = render({.model = ErrorPage{OAuthErr::invalid_scope, "scope", "https://a.example/cb?state=<s>"}},
                            Snapshot(), "", "id");
  EXPECT_TRUE(has(error.html, link)) << error.html;
  const auto out =
      render({.model = LoggedOutPage{{}, "https://a.example/cb?state=<s>", LoggedOutPage::Onward::by_hand}}, Snapshot(),
             "", "id");
  EXPECT_TRUE(has(out.html, link)) << out.html;
  for (const auto* page : {&error, &out}) EXPECT_FALSE(has(page->html, "id=\"next\""));
  const auto native =
      render({.model = ErrorPage{OAuthErr::invalid_scope, "scope", "com.example.app:/cb?a=b"}}, Snapshot(), "", "id");
  EXPECT_TRUE(has(native.html, ">Back to the application</a>")) << native.html;
}

TEST(pages, a_form_that_posts_itself_escapes_what_it_carries_and_may_end_nowhere_else) {
  const auto page = render({.model = FormPostPage{"https://app.example/cb?a=1&b=2", {{"state", "\"><script>"}}},
                            .form_target = "https://app.example"},
                           Snapshot(), "", "id");
  EXPECT_TRUE(has(page.html, "action=\"https://app.example/cb?a=1&amp;b=2\" data-submit-itself>")) << page.html;
  EXPECT_TRUE(has(page.html, "name=\"state\" value=\"&quot;&gt;&lt;script&gt;\"")) << page.html;
  EXPECT_TRUE(has(page.html, "<button type=\"submit\""));  // without script
  EXPECT_TRUE(page.csp.ends_with("form-action 'self' https://app.example"));
}

// Every page, full of a text from a request, a registration or a person's record. `names` are of clients and people,
// `values` what goes into fields and addresses, which must come back as it is.
struct Full {
  decltype(Page::model) model;
  std::size_t texts;  // of the model's own, beside the realm's name in the title
};
std::vector<Full> every_page(const std::string& names, const std::string& values) {
  const auto& n = names;
  const auto& v = values;
  return {
      {LoginPage{.client_name = n, .username = v, .interaction = v}, 3},
      {LoginPage{n, v, v, OAuthErr::access_denied}, 3},
      {LoginPage{"", v, v, OAuthErr::slow_down, Goal::device}, 2},
      {LoginPage{"", v, v, OAuthErr::temporarily_unavailable, Goal::account}, 2},
      {ConsentPage{.client_name = n, .user_name = n, .scopes = {v, "openid"}, .interaction = v}, 4},
      {ConsentPage{n, Party::first, n, {v}, v, v, v, "/logo?client_id=" + v, v}, 8},
      {LogoutPage{.client_name = n, .interaction = v}, 3},  // and once more the realm's name
      {LoggedOutPage{}, 0},
      {LoggedOutPage{{"https://a.example/" + v}, v}, 2},
      {UserCodePage{.user_code = v, .interaction = v}, 2},
      {UserCodePage{v, v, OAuthErr::unknown_user_code}, 2},
      {DevicePage{.client_name = n, .user_name = n, .user_code = v, .scopes = {v}, .interaction = v}, 5},
      {DeviceDonePage{.client_name = n}, 1},
      {DeviceDonePage{n, true}, 1},
      // Name and, twice, user name; sessions; an application; each form's interaction.
      {AccountPage{.username = v,
                   .name = n,
                   .sessions = {{v, {}, {}, {n}, true}, {v, {}, {}, {n, n}, false}, {v, {}, {}, {}, false}},
                   .applications = {{v, n, {v}}},
                   .interaction = v,
                   .notice = AccountPage::Notice::taken_back},
       3 + 5 + 4 + 5},
      {AccountPage{.username = v, .name = "", .interaction = v, .error = OAuthErr::bad_new_password}, 3},
      {FormPostPage{v, {{v, v}}}, 3},
      {ErrorPage{OAuthErr::invalid_request, v}, 2},  // and the request's number
  };
}
std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(pages, S32_they_encode_all_that_they_show_and_have_nothing_inline) {
  const std::string evil = "\"><script>alert(1)</script><img src=x onerror='alert(1)'>&amp;";
  const std::string shown =
      "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;";
  Snapshot snapshot;
  snapshot.realm.name = evil;
  for (const auto& [model, texts] : every_page(evil, evil)) {
    const auto page = render({.model = model}, snapshot, "", evil);
    EXPECT_EQ(count(page.html, "alert(1)"), 2 * count(page.html, shown)) << page.html;
    EXPECT_EQ(count(page.html, shown), texts + 1) << page.html;
    // our own file, and nothing that a strict policy would have to allow
    EXPECT_EQ(count(page.html, "<script"), 1u) << page.html;
    EXPECT_TRUE(has(page.html, "<script src=\"/")) << page.html;
    EXPECT_EQ(count(page.html, "<img"), count(page.html, "<img class=\"logo\" alt=\"\" src=\"/logo?")) << page.html;
    for (const auto* inline_thing : {"<style", " style=", "javascript:"})
      EXPECT_FALSE(has(page.html, inline_thing)) << page.html;
    EXPECT_TRUE(page.csp.starts_with("default-src 'none'; style-src 'self'; script-src 'self'; ")) << page.csp;
    EXPECT_FALSE(has(page.csp, "unsafe")) << page.csp;
  }
}

TEST(pages, S32_a_name_does_not_turn_the_words_around_it_and_may_be_long) {
  const std::string long_name = std::string(10'000, 'W') + "\u202E\u2066\u200F\x1B" + "reverof";
  Snapshot snapshot;
  snapshot.realm.name = long_name;
  for (const auto& [model, texts] : every_page(long_name, "plain")) {
    const auto page = render({.model = model}, snapshot, "", "id").html;
    for (const auto* turning : {"\u202E", "\u2066", "\u200F", "\x1B"}) EXPECT_FALSE(has(page, turning)) << page;
    const auto names = count(page, "WWWW\\u202e\\u2066\\u200f\\u001breverof");
    EXPECT_EQ(names, count(page, "reverof")) << page;
  }
  EXPECT_EQ(count(html(DevicePage{.client_name = long_name, .user_name = long_name}), "\\u202e"), 2u);
  // what was typed stands in its field again as it was
  EXPECT_TRUE(has(html(LoginPage{"", "a\u202Eb", ""}), "value=\"a\u202Eb\""));
}

}  // namespace
}  // namespace tessera::server
