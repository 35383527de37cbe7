// Resource indicators (RFC 8707): an access token is for one resource server, named where the grant begins.
#include "unit/issuer/request_objects.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

struct Resource : testing::Test {
  Resource() {
    auto& orders = house.client("orders");
    orders.access = {{kApi, {"*"}}, {kStock, {"*"}}};
    orders.scopes = {"openid", "orders", "stock"};
    tab.log_in();
  }
  std::string audience_of(const std::map<std::string, std::string>& tokens) {
    return std::string(house.access_claims(tokens.at("access_token")).audience().front());
  }
  static std::vector<Param> for_resources(std::vector<Param> params, std::initializer_list<std::string_view> all) {
    for (const auto one : all) params.push_back({"resource", std::string(one)});
    return params;
  }
  House house;
  Tab tab{house};
};

// Not the client's, unknown, with a fragment, relative, or spelled in another way.
constexpr const char* kBad[] = {"https://unknown.example",
                                "https://api.example.com#part",
                                "https://api.example.com/",
                                "https://api.example.com?x=1",
                                "https://API.example.com",
                                "/orders",
                                "api.example.com",
                                "https://api.example.com https://stock.example.com",
                                "https://api.example.com/v1/.."};

TEST_F(Resource, S13_the_one_that_authorize_names_is_the_tokens_from_code_to_refresh) {
  for (const char* resource : {kApi, kStock}) {
    const auto code = code_of(house, tab.ask(for_resources(asking("orders", "openid stock"), {resource})));
    ASSERT_TRUE(code);
    auto tokens = house.tokens(house.call(token, code_request(house.sealed(*code))));
    EXPECT_EQ(audience_of(tokens), resource);
    const auto refreshed = house.call(token, with(refresh_request(tokens["refresh_token"]), "resource", resource));
    EXPECT_EQ(audience_of(house.tokens(refreshed)), resource);
    // what a scope covers elsewhere gives nothing here
    const auto permissions = house.access_claims(tokens["access_token"]).get<std::vector<std::string>>("permissions");
    EXPECT_EQ(*permissions,
              resource == std::string(kStock) ? std::vector<std::string>{"stock:read"} : std::vector<std::string>{});
  }
  EXPECT_EQ(code_of(house, tab.ask())->audience, kApi);  // without one: the client's first
}

TEST_F(Resource, S13_no_later_request_names_another) {
  const auto code = code_of(house, tab.ask(for_resources(asking(), {kStock})));
  const auto text = house.sealed(*code);
  const auto refused = [&](const Request& request) { return house.call(token, request).code(); };
  EXPECT_EQ(refused(with(code_request(text), "resource", kApi)), "invalid_target");
  for (const char* bad : kBad) EXPECT_EQ(refused(with(code_request(text), "resource", bad)), "invalid_target") << bad;
  auto tokens = house.tokens(house.call(token, with(code_request(text), "resource", kStock)));
  EXPECT_EQ(refused(with(refresh_request(tokens["refresh_token"]), "resource", kApi)), "invalid_target");
  for (const char* bad : kBad)
    EXPECT_EQ(refused(with(refresh_request(tokens["refresh_token"]), "resource", bad)), "invalid_target") << bad;
  auto both = refresh_request(tokens["refresh_token"]);
  both.form = Params(for_resources(both.form.list(), {kStock, kApi}));
  EXPECT_EQ(refused(both), "invalid_target");
  EXPECT_TRUE(house.call(token, refresh_request(tokens["refresh_token"])).reply);
  house.client("orders").access = {{kApi, {"*"}}};
  EXPECT_EQ(refused(refresh_request(tokens["refresh_token"])), "invalid_target");
}

TEST_F(Resource, what_is_not_the_clients_is_an_invalid_target_on_every_path) {
  house.client("service").access = {{kApi, {"*"}}};
  for (const char* bad : kBad) {
    SCOPED_TRACE(bad);
    EXPECT_EQ(error_of(tab.ask(for_resources(asking(), {bad}))), "invalid_target");
    EXPECT_EQ(house.call(par, with_basic(post(for_resources(asking(), {bad})))).code(), "invalid_target");
    EXPECT_EQ(house.call(token, with(credentials_request(), "resource", bad)).code(), "invalid_target");
  }
  EXPECT_EQ(house.call(token, with(credentials_request(), "resource", kStock)).code(), "invalid_target");
}

// Section 2 lets a client ask for several, and the server refuse: a token of ours is for one.
TEST_F(Resource, several_at_once_are_refused) {
  EXPECT_EQ(error_of(tab.ask(for_resources(asking(), {kApi, kStock}))), "invalid_target");
  EXPECT_EQ(house.call(par, with_basic(post(for_resources(asking(), {kApi, kStock})))).code(), "invalid_target");
  const auto credentials = credentials_request();
  auto several = credentials;
  several.form = Params(for_resources(credentials.form.list(), {kApi, kStock}));
  EXPECT_EQ(house.call(token, several).code(), "invalid_target");
}

}  // namespace
}  // namespace tessera::issuer::test
