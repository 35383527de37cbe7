// RFC 9449 (DPoP), RFC 9101 section 4 (request object), OpenID Connect Core appendix A (ID tokens).
#include <gtest/gtest.h>

#include "json/json.hpp"
#include "support/expect.hpp"
#include "support/vectors.hpp"
#include "tessera/access_token.hpp"
#include "tessera/id_token.hpp"
#include "tessera/request_object.hpp"

using namespace tessera;

namespace {

constexpr sys_seconds at(std::int64_t time) { return sys_seconds(seconds(time)); }

// ── RFC 9449 ──

class Rfc9449 : public testing::Test {
 protected:
  void SetUp() override {
    if (!tests::vectors()) GTEST_SKIP() << "no vectors";
    text_ = tests::read_file(*tests::vectors() / "dpop/rfc9449_examples.json");
    root_ = document_.parse_object(text_).value();
  }
  std::string text(const char* name) const { return std::string(*root_->find(name)->string()); }
  const json::Object& root() const { return *root_; }

 private:
  std::string text_;
  json::Document document_;
  std::optional<json::Object> root_;
};

dpop::Policy proofs(ReplayMemory& memory) {
  return {.algs = {Alg::ES256}, .nonce = Unchecked("the examples hold none"), .replay = memory};
}

}  // namespace

TEST_F(Rfc9449, proofs_verify_and_bind_to_the_thumbprint) {
  ReplayWindow memory;
  const auto list = *root().find("proofs")->array();
  std::size_t proofs_seen = 0;
  for (const json::Value item : list) {
    const auto example = *item.object();
    const std::string token(*example.find("token")->string());
    const auto claims = *example.find("claims")->object();
    const auto peeked = peek_unverified(token);
    ASSERT_TRUE(peeked);
    // What the examples say of themselves is what their octets say.
    json::Document document;
    ASSERT_TRUE(document.parse_object(peeked->payload));
    EXPECT_EQ(document.parse_object(peeked->payload)->find("iat").has_value(), claims.find("iat").has_value());
    if (!claims.find("htm")) {
      // The access token of section 6.1: it names the key, and no key of its own is published.
      const auto cnf = *claims.find("cnf")->object();
      EXPECT_EQ(*cnf.find("jkt")->string(), text("jkt"));
      continue;
    }
    ++proofs_seen;
    const bool with_token = claims.find("ath").has_value();
    const auto now = at(*claims.find("iat")->integer());
    const dpop::Request request{
        .method = std::string(*claims.find("htm")->string()),
        .uri = std::string(*claims.find("htu")->string()),
        .access_token = with_token ? Expected(text("access_token")) : Expected(Unchecked("at the token endpoint"))};
    const auto proof = dpop::verify(token, request, proofs(memory), now);
    // The second example repeats the first one's jti, half an hour later.
    ASSERT_TRUE(proof) << refusal_of(proof);
    EXPECT_EQ(proof->jkt(), text("jkt"));
    EXPECT_EQ(refusal_of(dpop::verify(token, request, proofs(memory), now)), "replayed jti");
    EXPECT_EQ(refusal_of(dpop::verify(token, request, proofs(memory), now + seconds(66))), "too_old iat");
    if (with_token) {
      EXPECT_EQ(proof->claims().get<std::string>("ath").value(), text("ath_of_access_token"));
    }
  }
  EXPECT_EQ(proofs_seen, 3U);
}

TEST_F(Rfc9449, the_hash_of_the_access_token) {
  const auto key = *PrivateKey::generate(Alg::ES256);
  const auto proof = dpop::issue({.method = "GET",
                                  .uri = "https://resource.example.org/protectedresource",
                                  .issued_at = at(1562262618),
                                  .access_token = text("access_token")},
                                 key);
  ASSERT_TRUE(proof);
  EXPECT_NE(peek_unverified(*proof)->payload.find(text("ath_of_access_token")), std::string::npos);
}

// ── RFC 9101 ──

TEST(Rfc9101, request_object_of_section_4) {
  const auto key = PublicKey::parse(R"({"kty":"RSA","kid":"k2bdc",
"n":"x5RbkAZkmpRxia65qRQ1wwSMSxQUnS7gcpVTV_cdHmfmG2ltd2yabEO9XadD8pJNZubINPpmgHh3J1aD9WRwS05ucmFq3CfFsluLt13_7oX5yDRSKX7poXmT_5ko8k4NJZPMAO8fPToDTH7kHYbONSE2FYa5GZ60CUsFhSonI-dcMDJ0Ary9lxIw5k2z4TAdARVWcS7sD07VhlMMshrwsPHBQgTatlkxyIHXbYdtak8fqvNAwr7OlVEvM_Ipf5OfmdB8Sd-wjzaBsyP4VhJKoi_qdgSzpC694XZeYPq45Sw-q51iFUlcOlTCI7z6jltUtnR6ySn6XDGFnzH5Fe5ypw",
"e":"AQAB"})");
  ASSERT_TRUE(key);
  const std::string object =
      "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsyYmRjIn0."
      "ewogICAgImlzcyI6ICJzNkJoZFJrcXQzIiwKICAgICJhdWQiOiAiaHR0cHM6Ly9zZXJ2ZXIuZXhhbXBsZS5jb20iLAogICAgInJlc3BvbnNlX3"
      "R5cGUiOiAiY29kZSBpZF90b2tlbiIsCiAgICAiY2xpZW50X2lkIjogInM2QmhkUmtxdDMiLAogICAgInJlZGlyZWN0X3VyaSI6ICJodHRwczov"
      "L2NsaWVudC5leGFtcGxlLm9yZy9jYiIsCiAgICAic2NvcGUiOiAib3BlbmlkIiwKICAgICJzdGF0ZSI6ICJhZjBpZmpzbGRraiIsCiAgICAibm"
      "9uY2UiOiAibi0wUzZfV3pBMk1qIiwKICAgICJtYXhfYWdlIjogODY0MDAKfQ."
      "Nsxa_18VUElVaPjqW_ToI1yrEJ67BgKb5xsuZRVqzGkfKrOIX7BCx0biSxYGmjK9KJPctH1OC0iQJwXu5YVY-vnW0_PLJb1C2HG-"
      "ztVzcnKZC2gE4i0vgQcpkUOCpW3SEYXnyWnKzuKzqSb1wAZALo5f89B_p6QA6j6JwBSRvdVsDPdulW8lKxGTbH82czCaQ50rLAg3EYLYaCb4i"
      "k4I1zGXE4fvim9FIMs8OCMmzwIB5S-ujFfzwFjoyuPEV4hJnoVUmXR_W9typPf846lGwA8h9G9oNTIuX8Ft2jfpnZdFmLg3_wr3Wa5q3a-"
      "lfbgF3S9H_8nN3j1i7tLR_5Nz-g";
  request_object::Policy policy{.client_id = "s6BhdRkqt3",
                                .audience = "https://server.example.com",
                                .algs = {Alg::RS256},
                                .untyped = Untyped::accepted,
                                .expiry = request_object::Expiry::optional};
  const auto request = request_object::verify(object, *key, policy, at(1600000000));
  ASSERT_TRUE(request) << refusal_of(request);
  EXPECT_EQ(request->claims().get<std::string>("redirect_uri").value(), "https://client.example.org/cb");
  EXPECT_EQ(request->claims().get<std::int64_t>("max_age").value(), 86400);
  // The example has neither typ nor exp, so only a policy that says so takes it.
  policy.expiry = request_object::Expiry::required;
  EXPECT_EQ(refusal_of(request_object::verify(object, *key, policy, at(1600000000))), "claim_missing exp");
  policy.untyped = Untyped::refused;
  EXPECT_EQ(refusal_of(request_object::verify(object, *key, policy, at(1600000000))), "typ_mismatch typ");
}

// ── OpenID Connect Core, appendix A (as of 2014: the issuer has http there) ──

namespace {

PublicKey openid_key() {
  return *PublicKey::parse(R"({"kty":"RSA","kid":"1e9gdk7",
"n":"w7Zdfmece8iaB0kiTY8pCtiBtzbptJmP28nSWwtdjRu0f2GFpajvWE4VhfJAjEsOcwYzay7XGN0b-X84BfC8hmCTOj2b2eHT7NsZegFPKRUQzJ9wW8ipn_aDJWMGDuB1XyqT1E7DYqjUCEOD1b4FLpy_xPn6oV_TYOfQ9fZdbE5HGxJUzekuGcOKqOQ8M7wfYHhHHLxGpQVgL0apWuP2gDDOdTtpuld4D2LK1MZK99s9gaSjRHE8JDb1Z4IGhEcEyzkxswVdPndUWzfvWBBWXWxtSUvQGBRkuy1BHOa4sP6FKjWEeeF7gm7UMs2Nm2QUgNZw6xvEDGaLk4KASdIxRQ",
"e":"AQAB"})");
}

std::string opened(std::string_view token, id_token::Companion access_token, id_token::Companion code) {
  const id_token::Policy policy{.issuer = "http://server.example.com",
                                .client_id = "s6BhdRkqt3",
                                .algs = {Alg::RS256},
                                .nonce = "n-0S6_WzA2Mj",
                                .access_token = std::move(access_token),
                                .code = std::move(code)};
  const auto who = id_token::verify(token, openid_key(), policy, at(1311281000));
  return who ? std::string(who->subject()) : refusal_of(who);
}

using id_token::Companion;

}  // namespace

TEST(OpenIdConnectCore, A2_an_id_token_alone) {
  const std::string token =
      "eyJraWQiOiIxZTlnZGs3IiwiYWxnIjoiUlMyNTYifQ."
      "ewogImlzcyI6ICJodHRwOi8vc2VydmVyLmV4YW1wbGUuY29tIiwKICJzdWIiOiAiMjQ4Mjg5NzYxMDAxIiwKICJhdWQiOiAiczZCaGRSa3F0My"
      "IsCiAibm9uY2UiOiAibi0wUzZfV3pBMk1qIiwKICJleHAiOiAxMzExMjgxOTcwLAogImlhdCI6IDEzMTEyODA5NzAsCiAibmFtZSI6ICJKYW5l"
      "IERvZSIsCiAiZ2l2ZW5fbmFtZSI6ICJKYW5lIiwKICJmYW1pbHlfbmFtZSI6ICJEb2UiLAogImdlbmRlciI6ICJmZW1hbGUiLAogImJpcnRoZG"
      "F0ZSI6ICIwMDAwLTEwLTMxIiwKICJlbWFpbCI6ICJqYW5lZG9lQGV4YW1wbGUuY29tIiwKICJwaWN0dXJlIjogImh0dHA6Ly9leGFtcGxlLmNv"
      "bS9qYW5lZG9lL21lLmpwZyIKfQ."
      "rHQjEmBqn9Jre0OLykYNnspA10Qql2rvx4FsD00jwlB0Sym4NzpgvPKsDjn_wMkHxcp6CilPcoKrWHcipR2iAjzLvDNAReF97zoJqq880ZD1bw"
      "Y82JDauCXELVR9O6_B0w3K-E7yM2macAAgNCUwtik6SjoSUZRcf-O5lygIyLENx882p6MtmwaL1hd6qn5RZOQ0TLrOYu0532g9Exxcm-"
      "ChymrB4xLykpDj3lUivJt63eEGGN6DH5K6o33TcxkIjNrCD4XB1CKKumZvCedgHHF3IAK4dVEDSUoGlH9z4pP_eWYNXvqQOjGs-"
      "rDaQzUHl6cQQWNiDpWOl_lxXjQEvQ";
  EXPECT_EQ(opened(token, Companion::none(), Companion::none()), "248289761001");
  EXPECT_EQ(opened(token, Companion::of_authorization_endpoint("x"), Companion::none()), "claim_missing at_hash");
}

TEST(OpenIdConnectCore, A3_at_hash) {
  const std::string token =
      "eyJraWQiOiIxZTlnZGs3IiwiYWxnIjoiUlMyNTYifQ."
      "ewogImlzcyI6ICJodHRwOi8vc2VydmVyLmV4YW1wbGUuY29tIiwKICJzdWIiOiAiMjQ4Mjg5NzYxMDAxIiwKICJhdWQiOiAiczZCaGRSa3F0My"
      "IsCiAibm9uY2UiOiAibi0wUzZfV3pBMk1qIiwKICJleHAiOiAxMzExMjgxOTcwLAogImlhdCI6IDEzMTEyODA5NzAsCiAiYXRfaGFzaCI6ICI3"
      "N1FtVVB0alBmeld0RjJBbnBLOVJRIgp9."
      "F9gRev0Dt2tKcrBkHy72cmRqnLdzw9FLCCSebV7mWs7o_sv2O5s6zMky2kmhHTVx9HmdvNnx9GaZ8XMYRFeYk8L5NZ7aYlA5W56nsG1iWOou_-"
      "gji0ibWIuuf4Owaho3YSoi7EvsTuLFz6tq-dLyz0dKABMDsiCmJ5wqkPUDTE3QTXjzbUmOzUDli-"
      "gCh5QPuZAq0cNW3pf_2n4zpvTYtbmj12cVcxGIMZby7TMWESRjQ9_o3jvhVNcCGcE0KAQXejhA1ocJhNEvQNqMFGlBb6_0RxxKjDZ-"
      "Oa329eGDidOvvp0h5hoES4a8IuGKS7NOcpp-aFwp0qVMDLI-Xnm-Pg";
  const std::string access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
  EXPECT_EQ(opened(token, Companion::of_authorization_endpoint(access_token), Companion::none()), "248289761001");
  EXPECT_EQ(opened(token, Companion::of_token_endpoint(access_token + "x"), Companion::none()),
            "at_hash_failed at_hash");
}

TEST(OpenIdConnectCore, A4_c_hash) {
  const std::string token =
      "eyJraWQiOiIxZTlnZGs3IiwiYWxnIjoiUlMyNTYifQ."
      "ewogImlzcyI6ICJodHRwOi8vc2VydmVyLmV4YW1wbGUuY29tIiwKICJzdWIiOiAiMjQ4Mjg5NzYxMDAxIiwKICJhdWQiOiAiczZCaGRSa3F0My"
      "IsCiAibm9uY2UiOiAibi0wUzZfV3pBMk1qIiwKICJleHAiOiAxMzExMjgxOTcwLAogImlhdCI6IDEzMTEyODA5NzAsCiAiY19oYXNoIjogIkxE"
      "a3RLZG9RYWszUGswY25YeENsdEEiCn0."
      "XW6uhdrkBgcGx6zVIrCiROpWURs-"
      "4goO1sKA4m9jhJIImiGg5muPUcNegx6sSv43c5DSn37sxCRrDZZm4ZPBKKgtYASMcE20SDgvYJdJS0cyuFw7Ijp_"
      "7WnIjcrl6B5cmoM6ylCvsLMwkoQAxVublMwH10oAxjzD6NEFsu9nipkszWhsPePf_rM4eMpkmCbTzume-"
      "fzZIi5VjdWGGEmzTg32h3jiex-r5WTHbj-u5HL7u_KP3rmbdYNzlzd1xWRYTUs4E8nOTgzAUwvwXkIQhOh5TPcSMBYy6X3E7-_"
      "gr9Ue6n4ND7hTFhtjYs3cjNKIA08qm5cpVYFMFMG6PkhzLQ";
  const std::string code = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk";
  EXPECT_EQ(opened(token, Companion::none(), Companion::of_authorization_endpoint(code)), "248289761001");
  EXPECT_EQ(opened(token, Companion::none(), Companion::of_authorization_endpoint(code + "x")),
            "at_hash_failed c_hash");
}
