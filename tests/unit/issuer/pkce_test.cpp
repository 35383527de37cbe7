#include "issuer/steps/pkce.hpp"

#include <gtest/gtest.h>

#include "unit/issuer/harness.hpp"

namespace tessera::issuer::test {
namespace {

struct Challenge : testing::Test {
  House house;
  std::string told(std::vector<Param> params, std::string_view client = "orders") {
    const auto step = check_challenge(Params(std::move(params)), house.client(client));
    return step ? *step : std::string(step.error().refusal()->at);
  }
};

TEST_F(Challenge, S08_is_S256_and_the_base64url_of_a_hash) {
  EXPECT_EQ(told({{"code_challenge", kChallenge}, {"code_challenge_method", "S256"}}), kChallenge);
  for (const char* method : {"", "plain", "s256", "S512"})
    EXPECT_EQ(told({{"code_challenge", kChallenge}, {"code_challenge_method", method}}), "code_challenge_method")
        << method;
  for (const auto& text : {std::string(kVerifier) + "=", std::string(kChallenge).substr(1), std::string(44, 'A'),
                           std::string(42, 'A') + "B", std::string(43, '+')})
    EXPECT_EQ(told({{"code_challenge", text}, {"code_challenge_method", "S256"}}), "code_challenge") << text;
}

TEST_F(Challenge, S08_is_needed_but_by_a_confidential_client_registered_without) {
  house.client("spa").require_pkce = false;
  EXPECT_EQ(told({}), "code_challenge");
  EXPECT_EQ(told({}, "spa"), "code_challenge");
  EXPECT_EQ(told({}, "legacy"), "");
  EXPECT_EQ(told({{"code_challenge_method", "S256"}}, "legacy"), "code_challenge");
  EXPECT_EQ(told({{"code_challenge", ""}, {"code_challenge_method", "S256"}}, "legacy"), "code_challenge");
}

}  // namespace
}  // namespace tessera::issuer::test
