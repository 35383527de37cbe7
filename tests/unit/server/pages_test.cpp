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

TEST(pages, a_form_that_posts_itself_escapes_what_it_carries_and_may_end_nowhere_else) {
  const auto page = render({.model = FormPostPage{"https://app.example/cb?a=1&b=2", {{"state", "\"><script>"}}},
                            .form_target = "https://app.example"},
                           Snapshot(), "", "id");
  EXPECT_TRUE(has(page.html, "action=\"https://app.example/cb?a=1&amp;b=2\" data-submit-itself>")) << page.html;
  EXPECT_TRUE(has(page.html, "name=\"state\" value=\"&quot;&gt;&lt;script&gt;\"")) << page.html;
  EXPECT_TRUE(has(page.html, "<button type=\"submit\""));  // without script
  EXPECT_TRUE(page.csp.ends_with("form-action 'self' https://app.example"));
}

}  // namespace
}  // namespace tessera::server
