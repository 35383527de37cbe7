// What holds for whatever claims there are; see jose's properties_test.cpp.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tokens.hpp"

using namespace tests;

namespace {

// Printable, so that it stands in JSON as it is.
std::string word() {
  return *rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcXYZ019 _-:/.{}[],*")));
}

Draft draft() {
  Draft out{.typ = "at+jwt", .issuer = kIssuer, .issued_at = kNow, .expires_at = kNow + seconds(300)};
  out.subject = word();
  out.audience = {kAudience};
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) out.audience.push_back(word());
  out.id = word();
  out.claims.push_back({"text", word()});
  out.claims.push_back({"number", *rc::gen::arbitrary<std::int64_t>()});
  out.claims.push_back({"list", *rc::gen::container<std::vector<std::string>>(rc::gen::exec(word))});
  return out;
}

}  // namespace

RC_GTEST_PROP(Properties, a_token_says_what_its_draft_said, ()) {
  const Draft said = draft();
  const auto token = sign(said, mac_key());
  RC_ASSERT(token.has_value());
  const auto claims = verifier().verify(*token, kNow);
  RC_ASSERT(claims.has_value());
  RC_ASSERT(claims->subject() == said.subject);
  RC_ASSERT(claims->id() == said.id);
  RC_ASSERT(std::ranges::equal(claims->audience(), said.audience));
  for (const auto& claim : said.claims) {
    if (claim.name == "text")
      RC_ASSERT(*claims->get<std::string>("text") == std::get<std::string>(claim.value.variant()));
    if (claim.name == "number")
      RC_ASSERT(*claims->get<std::int64_t>("number") == std::get<std::int64_t>(claim.value.variant()));
    if (claim.name == "list")
      RC_ASSERT(*claims->get<std::vector<std::string>>("list") ==
                std::get<std::vector<std::string>>(claim.value.variant()));
  }
}

RC_GTEST_PROP(Properties, one_flipped_bit_of_a_token_is_refused, ()) {
  const auto token = *sign(draft(), mac_key());
  for (int i = 0; i < 50; ++i) {
    std::string other = token;
    const auto at = *rc::gen::inRange<std::size_t>(0, token.size());
    other[at] = static_cast<char>(other[at] ^ 1 << *rc::gen::inRange(0, 8));
    RC_ASSERT(!verifier().verify(other, kNow).has_value());
  }
}
