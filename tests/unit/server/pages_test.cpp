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
