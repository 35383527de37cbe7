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

TEST(pages, those_of_devices_and_accounts_escape_what_they_show) {
  const std::string bad = "<b>\"&'", good = "&lt;b&gt;&quot;&amp;&#39;";
  const auto nothing_raw = [&](const std::string& page) {
    return has(page, good) && !has(page, bad) && !has(page, "<b>");
  };
  EXPECT_TRUE(nothing_raw(html(UserCodePage{.user_code = bad, .interaction = bad})));
  EXPECT_TRUE(nothing_raw(
      html(DevicePage{.client_name = bad, .user_name = bad, .user_code = bad, .scopes = {bad}, .interaction = bad})));
  EXPECT_TRUE(nothing_raw(html(DeviceDonePage{bad, true})));
  EXPECT_TRUE(nothing_raw(html(AccountPage{.username = bad,
                                           .name = bad,
                                           .sessions = {{bad, {}, {}, {bad, bad}, false}},
                                           .applications = {{bad, bad, {bad}}},
                                           .interaction = bad})));
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
  const auto native = render({.model = ErrorPage{OAuthErr::invalid_scope, "scope", "com.example.app:/cb?a=b"}},
                             Snapshot(), "", "id");
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

// Every text of every page, from a request, a registration or a person's record.
TEST(pages, S32_they_encode_all_that_they_show_and_have_nothing_inline) {
  const std::string evil = "\"><script>alert(1)</script><img src=x onerror='alert(1)'>&amp;";
  const std::string shown =
      "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;";
  Snapshot snapshot;
  snapshot.realm.name = evil;
  const auto count = [](const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  const struct {
    decltype(Page::model) model;
    std::size_t texts;  // of the model's own, beside the realm's name in the title
  } pages[] = {
      {LoginPage{.client_name = evil, .username = evil, .interaction = evil}, 3},
      {ConsentPage{.client_name = evil, .user_name = evil, .scopes = {evil, "openid"}, .interaction = evil}, 4},
      {LogoutPage{.client_name = evil, .interaction = evil}, 3},  // and once more the realm's name
      {LoggedOutPage{}, 0},
      {UserCodePage{.user_code = evil, .interaction = evil}, 2},
      {DevicePage{.client_name = evil, .user_name = evil, .user_code = evil, .scopes = {evil}, .interaction = evil}, 5},
      {DeviceDonePage{.client_name = evil}, 1},
      {FormPostPage{evil, {{evil, evil}}}, 3},
      {ErrorPage{OAuthErr::invalid_request, evil}, 2},  // and the request's number
  };
  for (const auto& [model, texts] : pages) {
    const auto page = render({.model = model}, snapshot, "", evil);
    EXPECT_EQ(count(page.html, "alert(1)"), 2 * count(page.html, shown)) << page.html;
    EXPECT_EQ(count(page.html, shown), texts + 1) << page.html;
    // our own file, and nothing that a strict policy would have to allow
    EXPECT_EQ(count(page.html, "<script"), 1u) << page.html;
    EXPECT_TRUE(has(page.html, "<script src=\"/")) << page.html;
    for (const auto* inline_thing : {"<style", " style=", "<img", "javascript:"})
      EXPECT_FALSE(has(page.html, inline_thing)) << page.html;
    EXPECT_TRUE(page.csp.starts_with("default-src 'none'; style-src 'self'; script-src 'self'; ")) << page.csp;
    EXPECT_FALSE(has(page.csp, "unsafe")) << page.csp;
  }
}

}  // namespace
}  // namespace tessera::server
