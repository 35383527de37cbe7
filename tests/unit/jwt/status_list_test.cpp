#include "tessera/status_list.hpp"

#include <gtest/gtest.h>

#include "tokens.hpp"
#include "unit/jose/allocations.hpp"
#include "zip/zip.hpp"

using namespace tests;
using status_list::Bits;
using status_list::List;

namespace {

constexpr Bits kSizes[] = {Bits::one, Bits::two, Bits::four, Bits::eight};
constexpr const char* kUri = "https://id.example.com/statuslists/1";

std::string got(const List& list, std::uint64_t index) {
  const auto status = list.get(index);
  return status ? std::to_string(*status) : refusal_of(status);
}
std::string lst_of(std::string_view octets) {
  return base64url::encode(*zip::deflate(zip::Format::zlib, bytes_of(octets)));
}

const PrivateKey& issuer() { return private_key(Alg::ES256); }
const Members kListHeader{{"alg", R"("ES256")"}, {"typ", R"("statuslist+jwt")"}};
const Members kListClaims{{"iss", R"("https://id.example.com")"},
                          {"sub", text_json(kUri)},
                          {"iat", "1800000000"},
                          {"exp", "1800000300"},
                          {"ttl", "43200"},
                          {"status_list", R"({"bits":1,"lst":"eNrbuRgAAhcBXQ"})"}};
std::string list_token(const Members& claims = kListClaims, const Members& header = kListHeader) {
  return token_of(header.text(), issuer(), Alg::ES256, claims.text());
}
status_list::Policy list_policy() { return {.issuer = kIssuer, .algs = {Alg::ES256}}; }
Result<status_list::Verified> verified(std::string_view token, const status_list::Policy& policy = list_policy(),
                                       std::string_view uri = kUri) {
  return status_list::verify(token, Keys::of({issuer().public_key()}), policy, uri, kNow);
}
std::string list_outcome(std::string_view token, const status_list::Policy& policy = list_policy(),
                         std::string_view uri = kUri) {
  return refusal_of(verified(token, policy, uri));
}
std::string list_with(std::string_view name, std::string json) {
  return list_outcome(list_token(kListClaims.with(name, std::move(json))));
}

std::string referred(const std::string& status) {
  const auto claims = verifier().verify(with_claim("status", status), kNow);
  EXPECT_TRUE(claims);
  const auto found = status_list::reference(*claims);
  return found ? std::to_string(found->index) + " " + found->uri : refusal_of(found);
}

}  // namespace

TEST(StatusList, holds_what_was_set_whatever_the_size) {
  for (const Bits bits : kSizes) {
    auto list = List::of_size(1000, bits);
    ASSERT_TRUE(list);
    EXPECT_EQ(list->size(), 1000U);
    const unsigned values = 1U << static_cast<unsigned>(bits);
    for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_EQ(got(*list, i), "0");
    for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_OK(list->set(i, static_cast<std::uint8_t>((i * 7 + 1) % values)));
    for (std::uint64_t i = 0; i < 1000; i += 3) EXPECT_OK(list->set(i, static_cast<std::uint8_t>(values - 1)));
    const auto read = List::parse(bits, list->lst(), 1000);
    ASSERT_TRUE(read);
    for (std::uint64_t i = 0; i < 1000; ++i)
      EXPECT_EQ(got(*read, i), std::to_string(i % 3 == 0 ? values - 1 : (i * 7 + 1) % values)) << i;
  }
}

TEST(StatusList, an_index_out_of_range_is_refused) {
  for (const Bits bits : kSizes) {
    auto list = List::of_size(16, bits);
    for (const std::uint64_t index : {16UL, 17UL, 128UL, 1UL << 32, ~0UL}) {
      EXPECT_EQ(got(*list, index), "index_out_of_range idx");
      EXPECT_EQ(refusal_of(list->set(index, 0)), "index_out_of_range idx");
    }
    EXPECT_EQ(got(*list, 15), "0");
  }
  EXPECT_EQ(got(*List::of_size(0, Bits::one), 0), "index_out_of_range idx");
  // Up to the octet that is there.
  EXPECT_EQ(List::of_size(9, Bits::one)->size(), 16U);
  EXPECT_EQ(List::of_size(9, Bits::eight)->size(), 9U);
}

TEST(StatusList, only_what_is_valid_stands) {
  auto list = List::of_size(8, Bits::two);
  EXPECT_OK(list->set(1, status_list::kInvalid));
  EXPECT_OK(list->set(2, status_list::kSuspended));
  EXPECT_OK(list->set(3, 3));
  EXPECT_OK(list->check(0));
  for (const std::uint64_t index : {1, 2, 3}) EXPECT_EQ(refusal_of(list->check(index)), "status_not_valid status");
  EXPECT_EQ(refusal_of(list->check(8)), "index_out_of_range idx");
}

TEST(StatusList, a_status_that_does_not_fit_is_refused) {
  EXPECT_EQ(refusal_of(List::of_size(8, Bits::one)->set(0, 2)), "malformed status");
  EXPECT_EQ(refusal_of(List::of_size(8, Bits::two)->set(0, 4)), "malformed status");
  EXPECT_EQ(refusal_of(List::of_size(8, Bits::four)->set(0, 16)), "malformed status");
  EXPECT_OK(List::of_size(8, Bits::eight)->set(0, 255));
}

TEST(StatusList, its_size_has_a_limit) {
  EXPECT_CODE(List::of_size(status_list::kMaxOctets + 1, Bits::eight), too_large);
  EXPECT_CODE(List::of_size(status_list::kMaxOctets * 8 + 1, Bits::one), too_large);
  EXPECT_CODE(List::of_size(~std::size_t{0}, Bits::one), too_large);
  EXPECT_CODE(List::parse(Bits::one, lst_of("x"), status_list::kMaxOctets + 1), bad_policy);
}

TEST(StatusList, what_is_no_list_is_refused) {
  EXPECT_CODE(List::parse(Bits::one, "", 100), malformed);
  EXPECT_CODE(List::parse(Bits::one, "eNrbuRgAAhcBXQ==", 100), bad_base64);
  EXPECT_CODE(List::parse(Bits::one, "eNrbuRgAAhcBXR", 100), bad_base64);
  EXPECT_CODE(List::parse(Bits::one, "eNrbuRgAAhcBX", 100), bad_base64);
  EXPECT_CODE(List::parse(Bits::one, "eNrbuRgAAhcB", 100), malformed);  // checksum cut
  EXPECT_CODE(List::parse(Bits::one, "eNrbuRgAAhcBXQAA", 100), malformed);
  EXPECT_CODE(List::parse(Bits::one, base64url::encode("\xb9\xa3"), 100), malformed);
  const auto bare = zip::deflate(zip::Format::deflate, bytes_of("\xb9\xa3"));
  EXPECT_CODE(List::parse(Bits::one, base64url::encode(*bare), 100), malformed);
}

TEST(Requirements, R13_a_status_list_inflates_to_its_limit_only) {
  const std::string large = lst_of(std::string(10 << 20, '\0'));
  const std::size_t before = allocated_octets;
  EXPECT_CODE(List::parse(Bits::one, large, 1 << 20), inflate_limit);
  EXPECT_LE(allocated_octets - before, 4U << 20);
  EXPECT_EQ(list_with("status_list", R"({"bits":1,"lst":")" + large + "\"}"), "inflate_limit status_list");
  auto policy = list_policy();
  policy.max_octets = 1;
  EXPECT_EQ(list_outcome(list_token(), policy), "inflate_limit status_list");
  policy.max_octets = 2;
  EXPECT_EQ(list_outcome(list_token(), policy), "ok");
  policy.max_octets = status_list::kMaxOctets + 1;
  EXPECT_EQ(list_outcome(list_token(), policy), "bad_policy max_octets");
}

TEST(StatusListToken, is_read) {
  const auto list = verified(list_token());
  ASSERT_TRUE(list);
  EXPECT_EQ(list->ttl, seconds(43200));
  EXPECT_EQ(list->claims.subject(), kUri);
  EXPECT_EQ(list->list.bits(), Bits::one);
  std::string statuses;
  for (std::uint64_t i = 0; i < list->list.size(); ++i) statuses += got(list->list, i);
  EXPECT_EQ(statuses, "1001110111000101");  // the draft's section 4.1
  EXPECT_FALSE(verified(list_token(kListClaims.without("ttl")))->ttl);
}

TEST(StatusListToken, is_that_of_the_uri) {
  EXPECT_EQ(list_outcome(list_token(), list_policy(), "https://id.example.com/statuslists/2"), "claim_mismatch sub");
  EXPECT_EQ(list_outcome(list_token(), list_policy(), ""), "claim_mismatch sub");
  EXPECT_EQ(list_outcome(list_token(kListClaims.without("sub")), list_policy(), ""), "claim_missing sub");
  EXPECT_EQ(list_with("sub", "1"), "claim_type sub");
}

TEST(StatusListToken, is_of_its_type_and_signed) {
  for (const char* typ : {"\"JWT\"", "\"at+jwt\"", "\"statuslist+cwt\"", "\"\""})
    EXPECT_EQ(list_outcome(list_token(kListClaims, kListHeader.with("typ", typ))), "typ_mismatch typ");
  EXPECT_EQ(list_outcome(list_token(kListClaims, kListHeader.without("typ"))), "typ_mismatch typ");
  EXPECT_EQ(list_outcome(list_token(kListClaims, kListHeader.with("alg", "\"none\""))), "alg_not_allowed alg");
  const auto other = PrivateKey::generate(Alg::ES256);
  EXPECT_EQ(list_outcome(token_of(kListHeader.text(), *other, Alg::ES256, kListClaims.text())), "bad_signature ");
  EXPECT_EQ(list_outcome(list_token() + "."), "malformed parts");
}

TEST(StatusListToken, its_times_and_issuer_are_checked) {
  EXPECT_EQ(list_with("exp", "1800000000"), "expired exp");
  EXPECT_EQ(list_with("iat", "1800000001"), "not_yet_valid iat");
  EXPECT_EQ(list_with("iss", R"("https://evil.example")"), "claim_mismatch iss");
  EXPECT_EQ(list_outcome(list_token(kListClaims.without("iss"))), "claim_missing iss");
  EXPECT_EQ(list_outcome(list_token(kListClaims.without("iat"))), "claim_missing iat");
  EXPECT_EQ(list_outcome(list_token(kListClaims.without("exp"))), "claim_missing exp");
  auto policy = list_policy();
  policy.may_lack_exp = Unchecked("a test");
  EXPECT_EQ(list_outcome(list_token(kListClaims.without("exp")), policy), "ok");
  EXPECT_EQ(list_outcome(list_token(kListClaims.with("exp", "1800000000")), policy), "expired exp");
  policy.max_age = seconds(0);
  EXPECT_EQ(list_outcome(list_token(), policy), "ok");
  EXPECT_EQ(list_outcome(list_token(kListClaims.with("iat", "1799999999")), policy), "too_old iat");
}

TEST(Requirements, R17_each_member_of_a_status_list_absent_or_another) {
  EXPECT_EQ(list_outcome(list_token(kListClaims.without("status_list"))), "claim_missing status_list");
  for (const char* value : {"null", "true", "1", "\"x\"", "[]", "{}", R"({"bits":1})", R"({"lst":"eNrbuRgAAhcBXQ"})",
                            R"({"bits":0,"lst":"eNrbuRgAAhcBXQ"})", R"({"bits":3,"lst":"eNrbuRgAAhcBXQ"})",
                            R"({"bits":16,"lst":"eNrbuRgAAhcBXQ"})", R"({"bits":-1,"lst":"eNrbuRgAAhcBXQ"})",
                            R"({"bits":257,"lst":"eNrbuRgAAhcBXQ"})", R"({"bits":"1","lst":"eNrbuRgAAhcBXQ"})",
                            R"({"bits":null,"lst":"eNrbuRgAAhcBXQ"})", R"({"bits":1.5,"lst":"eNrbuRgAAhcBXQ"})",
                            R"({"bits":1,"lst":null})", R"({"bits":1,"lst":1})", R"({"bits":1,"lst":["x"]})"})
    EXPECT_EQ(list_with("status_list", value), "claim_type status_list") << value;
  EXPECT_EQ(list_with("status_list", R"({"bits":1,"lst":""})"), "malformed status_list");
  EXPECT_EQ(list_with("status_list", R"({"bits":1,"lst":"!"})"), "bad_base64 status_list");
  for (const char* ttl : {"0", "-1", "1.5", "\"1\"", "null", "1e19"})
    EXPECT_EQ(list_with("ttl", ttl), "claim_type ttl") << ttl;
}

TEST(StatusListReference, is_read_from_a_verified_token) {
  EXPECT_EQ(referred(R"({"status_list":{"idx":0,"uri":"https://example.com/statuslists/1"}})"),
            "0 https://example.com/statuslists/1");
  EXPECT_EQ(referred(R"({"status_list":{"idx":9007199254740993,"uri":"u","x":1},"other":1})"), "9007199254740993 u");
  EXPECT_EQ(refusal_of(status_list::reference(*verifier().verify(token(), kNow))), "claim_missing status");
  EXPECT_EQ(referred(R"({"other":{}})"), "claim_missing status");
  for (const char* bad :
       {"null", "1", "\"x\"", "[]", R"({"status_list":null})", R"({"status_list":[]})", R"({"status_list":{}})",
        R"({"status_list":{"idx":1}})", R"({"status_list":{"uri":"u"}})", R"({"status_list":{"idx":-1,"uri":"u"}})",
        R"({"status_list":{"idx":"1","uri":"u"}})", R"({"status_list":{"idx":1.5,"uri":"u"}})",
        R"({"status_list":{"idx":1e19,"uri":"u"}})", R"({"status_list":{"idx":18446744073709551615,"uri":"u"}})",
        R"({"status_list":{"idx":null,"uri":"u"}})", R"({"status_list":{"idx":1,"uri":null}})",
        R"({"status_list":{"idx":1,"uri":""}})", R"({"status_list":{"idx":1,"uri":["u"]}})"})
    EXPECT_EQ(referred(bad), "claim_type status") << bad;
}

TEST(StatusListToken, can_be_looked_at_without_trust) {
  const auto list = status_list::peek_unverified(list_token());
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), 16U);
  EXPECT_EQ(refusal_of(status_list::peek_unverified(list_token(kListClaims.without("status_list")))),
            "claim_missing status_list");
  EXPECT_EQ(refusal_of(status_list::peek_unverified(token_of(kListHeader.text(), issuer(), Alg::ES256, "[]"))),
            "bad_json payload");
  EXPECT_EQ(refusal_of(status_list::peek_unverified("a.b.c.d.e")), "bad_base64 header");
}

TEST(StatusListIssue, what_is_issued_is_verified) {
  const auto key = *issuer().with({.kid = "12", .alg = Alg::ES256});
  for (const Bits bits : kSizes) {
    auto list = List::of_size(100, bits);
    EXPECT_OK(list->set(42, status_list::kInvalid));
    const auto token = status_list::issue(
        *list,
        {.uri = kUri, .issued_at = kNow, .expires_at = kNow + seconds(600), .ttl = seconds(60), .issuer = kIssuer},
        key);
    ASSERT_TRUE(token) << refusal_of(token);
    const auto read = verified(*token);
    ASSERT_TRUE(read) << refusal_of(read);
    EXPECT_EQ(read->list.bits(), bits);
    EXPECT_EQ(got(read->list, 42), "1");
    EXPECT_EQ(got(read->list, 41), "0");
    EXPECT_EQ(read->ttl, seconds(60));
    EXPECT_EQ(read->claims.typ(), "statuslist+jwt");
    EXPECT_EQ(read->claims.expires_at(), kNow + seconds(600));
  }
}

TEST(StatusListIssue, refusals) {
  const auto key = *issuer().with({.alg = Alg::ES256});
  const auto refused = [&](auto change) {
    status_list::Draft draft{.uri = kUri, .issued_at = kNow, .expires_at = kNow + seconds(1)};
    change(draft);
    return refusal_of(status_list::issue(*List::of_size(8, Bits::one), draft, key));
  };
  EXPECT_EQ(refused([](auto&) {}), "ok");
  EXPECT_EQ(refused([](auto& d) { d.uri = ""; }), "bad_policy sub");
  EXPECT_EQ(refused([](auto& d) { d.expires_at = kNow; }), "bad_policy exp");
  EXPECT_EQ(refused([](auto& d) { d.expires_at = sys_seconds(seconds(253402300800)); }), "bad_policy exp");
  EXPECT_EQ(refused([](auto& d) { d.issued_at = sys_seconds(seconds(-1)); }), "bad_policy iat");
  EXPECT_EQ(refused([](auto& d) { d.ttl = seconds(0); }), "bad_policy ttl");
  EXPECT_EQ(refused([](auto& d) { d.issuer = "\xff"; }), "bad_json claims");
  EXPECT_EQ(code_of(status_list::issue(*List::of_size(8, Bits::one),
                                       {.uri = kUri, .issued_at = kNow, .expires_at = kNow + seconds(1)}, issuer())),
            "alg_key_mismatch");
  auto noise = List::of_size(2 << 20, Bits::eight);
  std::uint64_t state = 88172645463325252U;
  for (std::uint64_t i = 0; i < noise->size(); ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    EXPECT_OK(noise->set(i, static_cast<std::uint8_t>(state)));
  }
  EXPECT_EQ(
      refusal_of(status_list::issue(*noise, {.uri = kUri, .issued_at = kNow, .expires_at = kNow + seconds(1)}, key)),
      "too_large token");
}
