// JWS beyond one compact signature: the JSON serializations, several signatures, detached and plain payloads.
#include <gtest/gtest.h>

#include "forge.hpp"

using namespace tests;

namespace {

const jws::Policy kAll = allowing(kEvery);

struct Form {
  jws::Payload how;
  bool detached, plain;
};
constexpr Form kForms[] = {{jws::Payload::base64url, false, false},
                           {jws::Payload::base64url_detached, true, false},
                           {jws::Payload::plain, false, true},
                           {jws::Payload::plain_detached, true, true}};

std::optional<jws::Detached> content_of(const Form& form, std::string_view payload) {
  return form.detached ? std::optional(jws::Detached{bytes_of(payload)}) : std::nullopt;
}

PrivateKey named(Alg alg, std::string kid) { return *private_key(alg).with({.kid = std::move(kid), .alg = alg}); }

// The indices of the signatures that verified, or the refusal.
std::string verified_ones(const Result<jws::Verified>& verified) {
  if (!verified) return refusal_of(verified);
  std::string out;
  for (const auto& signature : verified->signatures()) out += std::to_string(signature.index);
  return out;
}

}  // namespace

TEST(JwsJson, every_serialization_and_payload_comes_back) {
  const auto key = *private_key(Alg::ES256).with({.kid = "k", .alg = Alg::ES256});
  const auto keys = Keys::of({key.public_key()});
  const std::string_view payload = "a plain text, so that each form can hold it";
  const jws::Signer signer(key, {.typ = "t"});
  for (const Form& form : kForms) {
    const std::string header = form.plain ? R"({"alg":"ES256","typ":"t","kid":"k","b64":false,"crit":["b64"]})"
                                          : R"({"alg":"ES256","typ":"t","kid":"k"})";
    const auto content = content_of(form, payload);
    const auto check = [&](const Result<jws::Verified>& verified) {
      ASSERT_TRUE(verified) << refusal_of(verified);
      EXPECT_EQ(text_of(verified->payload()), payload);
      ASSERT_EQ(verified->signatures().size(), 1U);
      EXPECT_EQ(verified->signatures()[0].index, 0U);
      EXPECT_EQ(verified->alg(), Alg::ES256);
      EXPECT_EQ(verified->kid(), "k");
      EXPECT_EQ(verified->typ(), "t");
      EXPECT_EQ(verified->header(), header);
      EXPECT_EQ(verified->signatures()[0].unprotected, "");
    };
    check(jws::verify(*jws::sign(bytes_of(payload), signer, form.how), keys, kAll, content));
    for (const Rule rule : {Rule::ANY, Rule::ALL}) {
      check(jws::verify_json(*jws::sign_flattened(bytes_of(payload), signer, form.how), keys, rule, kAll, content));
      check(jws::verify_json(*jws::sign_general(bytes_of(payload), {&signer, 1}, form.how), keys, rule, kAll, content));
    }
  }
}

TEST(JwsJson, the_text_is_as_section_7_2_spells_it) {
  const jws::Signer signer(secret_key(Alg::HS256), {.unprotected = R"( { "a" : [1.50, "x"] } )"});
  const std::string header = base64url::encode(R"({"alg":"HS256"})");
  const auto signature = [&](std::string_view payload) {
    const std::string token = forge(header + "." + std::string(payload), secret_key(Alg::HS256), Alg::HS256);
    return token.substr(token.rfind('.') + 1);
  };
  const std::string rest =
      R"("protected":")" + header + R"(","header":{"a":[1.50,"x"]},"signature":")" + signature("cA") + "\"}";
  EXPECT_EQ(*jws::sign_flattened(bytes_of("p"), signer), R"({"payload":"cA",)" + rest);
  EXPECT_EQ(*jws::sign_flattened(bytes_of("p"), signer, jws::Payload::base64url_detached), "{" + rest);
  EXPECT_EQ(*jws::sign_general(bytes_of("p"), {&signer, 1}), R"({"payload":"cA","signatures":[{)" + rest + "]}");
  // An empty unprotected header is none.
  const jws::Signer bare(secret_key(Alg::HS256), {.unprotected = " { } "});
  EXPECT_FALSE(jws::sign_flattened({}, bare)->contains("\"header\""));
}

TEST(JwsJson, further_parameters_are_protected_and_stay_as_they_were_written) {
  const jws::Signer signer(secret_key(Alg::HS256), {.more = R"({ "nonce": "n", "big": 1.000000000000000000001 })"});
  const auto verified = jws::verify(*jws::sign({}, signer), secret_key(Alg::HS256), kAll);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->header(), R"({"alg":"HS256","nonce":"n","big":1.000000000000000000001})");
  const auto refused = [](std::string more) {
    return code_of(jws::sign({}, {secret_key(Alg::HS256), {.more = std::move(more)}}));
  };
  for (const char* name : {"alg", "kid", "typ", "cty", "b64", "crit"})
    EXPECT_EQ(refused("{\"" + std::string(name) + "\":\"x\"}"), "malformed_header") << name;
  EXPECT_EQ(refused(R"({"\u0061lg":"none"})"), "malformed_header");
  EXPECT_EQ(refused(R"({"jku":1})"), "malformed_header");
  EXPECT_EQ(refused(R"({"a":1,"a":2})"), "duplicate_member");
  EXPECT_EQ(refused("[]"), "bad_json");
  EXPECT_EQ(refused("{"), "bad_json");
  EXPECT_EQ(refused("{\"a\":\"\xFF\"}"), "bad_json");
  EXPECT_EQ(refused(R"({"a":)" + std::string(32, '[') + std::string(32, ']') + "}"), "json_depth");
  EXPECT_EQ(refused("{}" + std::string(64 << 10, ' ')), "too_large");
}

TEST(JwsJson, an_unprotected_header_is_checked_before_it_is_written) {
  const auto refused = [](std::string unprotected) {
    return code_of(jws::sign_flattened({}, {named(Alg::ES256, "k"), {.typ = "t", .unprotected = unprotected}}));
  };
  EXPECT_EQ(refused(R"({"x":1,"jku":"u"})"), "ok");
  EXPECT_EQ(refused(R"({"kid":"k"})"), "duplicate_header");
  EXPECT_EQ(refused(R"({"typ":"t"})"), "duplicate_header");
  EXPECT_EQ(refused(R"({"alg":"ES256"})"), "duplicate_header");
  EXPECT_EQ(refused(R"({"b64":true})"), "malformed_header");
  EXPECT_EQ(refused(R"({"crit":["x"],"x":1})"), "malformed_header");
  EXPECT_EQ(refused(R"({"cty":1})"), "malformed_header");
  EXPECT_EQ(refused("[]"), "bad_json");
  EXPECT_EQ(refused("{}" + std::string(64 << 10, ' ')), "too_large");
  // A compact text has no place for it.
  EXPECT_CODE(jws::sign({}, {secret_key(Alg::HS256), {.unprotected = "{}"}}), malformed_header);
}

TEST(JwsJson, any_names_those_that_verified_and_all_needs_each) {
  const auto rsa = named(Alg::RS256, "rsa"), ec = named(Alg::ES256, "ec"), ed = named(Alg::Ed25519, "ed");
  const auto mac = *secret_key(Alg::HS256).with({.kid = "mac", .alg = Alg::HS256});
  const jws::Signer signers[] = {rsa, {mac, {.typ = "of the MAC"}}, ec, {ed, {.unprotected = R"({"note":"n"})"}}};
  const std::string text = *jws::sign_general(bytes_of("payload"), signers);
  const auto verdict_of = [&](jws::KeysView keys, Rule rule) {
    return verified_ones(jws::verify_json(text, keys, rule, kAll));
  };
  const std::vector<PublicKey> all = {rsa.public_key(), ec.public_key(), ed.public_key()};
  EXPECT_EQ(verdict_of({all, {&mac, 1}}, Rule::ALL), "0123");
  EXPECT_EQ(verdict_of({all, {&mac, 1}}, Rule::ANY), "0123");
  EXPECT_EQ(verdict_of(Keys::of(all), Rule::ANY), "023");
  EXPECT_EQ(verdict_of(Keys::of(all), Rule::ALL), "key_not_found kid");
  EXPECT_EQ(verdict_of(ec.public_key(), Rule::ANY), "2");
  EXPECT_EQ(verdict_of(mac, Rule::ANY), "1");
  EXPECT_EQ(verdict_of(Keys::of({}), Rule::ANY), "no_keys keys");
  EXPECT_EQ(verdict_of(Keys::of({}), Rule::ALL), "no_keys keys");
  // The allow-list leaves some out.
  EXPECT_EQ(verified_ones(jws::verify_json(text, Keys::of(all), Rule::ANY, {.algs = {Alg::Ed25519}})), "3");
  EXPECT_EQ(verified_ones(jws::verify_json(text, Keys::of(all), Rule::ALL, {.algs = {Alg::Ed25519}})),
            "alg_not_allowed alg");
  // What is said of each is its own.
  const auto verified = jws::verify_json(text, jws::KeysView(all, {&mac, 1}), Rule::ALL, kAll);
  EXPECT_EQ(verified->signatures()[0].kid, "rsa");
  EXPECT_EQ(verified->signatures()[1].typ, "of the MAC");
  EXPECT_EQ(verified->signatures()[2].alg, Alg::ES256);
  EXPECT_EQ(verified->signatures()[3].unprotected, R"({"note":"n"})");
  EXPECT_EQ(verified->signatures()[3].header, R"({"alg":"Ed25519","kid":"ed"})");
}

TEST(JwsJson, a_bad_signature_beside_a_good_one) {
  const auto rsa = named(Alg::RS256, "rsa"), ec = named(Alg::ES256, "ec");
  const jws::Signer signers[] = {rsa, ec};
  const auto keys = Keys::of({rsa.public_key(), ec.public_key()});
  std::string text = *jws::sign_general(bytes_of("payload"), signers);
  const auto at = text.rfind("\"signature\":\"") + 15;
  text[at] = text[at] == 'A' ? 'B' : 'A';
  const auto any = jws::verify_json(text, keys, Rule::ANY, kAll);
  EXPECT_EQ(verified_ones(any), "0");
  EXPECT_EQ(any->kid(), "rsa");
  EXPECT_EQ(verified_ones(jws::verify_json(text, keys, Rule::ALL, kAll)), "bad_signature ");
  // None is good: the error of the first for which there was a key.
  EXPECT_EQ(verified_ones(jws::verify_json(text, ec.public_key(), Rule::ANY, kAll)), "bad_signature ");
  // Whatever is wrong with one header, the other signature stands under ANY; ALL refuses.
  const std::string good = text.substr(text.find('[') + 1, text.find('}') - text.find('['));
  for (const char* header : {R"({"alg":"none"})", R"({"alg":"XX"})", R"({"alg":1})", R"({"x":1})",
                             R"({"alg":"ES256","crit":["x"],"x":1})", R"({"alg":"ES256","kid":7})"}) {
    const std::string other = R"({"payload":"cGF5bG9hZA","signatures":[{"protected":")" + base64url::encode(header) +
                              R"(","signature":"AA"},)" + good + "]}";
    EXPECT_EQ(verified_ones(jws::verify_json(other, keys, Rule::ANY, kAll)), "1") << header;
    EXPECT_NE(code_of(jws::verify_json(other, keys, Rule::ALL, kAll)), "ok") << header;
  }
}

TEST(JwsJson, a_kid_that_nobody_protects_chooses_among_our_keys_and_proves_nothing) {
  const auto key = *private_key(Alg::ES256).with({.kid = "", .alg = Alg::ES256});
  const auto other = *PrivateKey::generate(Alg::ES256)->public_key().with({.kid = "other", .alg = {}});
  const auto ours = *key.public_key().with({.kid = "ours", .alg = {}});
  const std::string text = *jws::sign_flattened({}, {key, {.unprotected = R"({"kid":"ours"})"}});
  const auto verified = jws::verify_json(text, Keys::of({other, ours}), Rule::ALL, kAll);
  ASSERT_TRUE(verified) << refusal_of(verified);
  EXPECT_EQ(verified->kid(), "ours");  // the key's own
  const std::string wrong = replaced(text, R"("kid":"ours")", R"("kid":"other")");
  EXPECT_CODE(jws::verify_json(wrong, Keys::of({other, ours}), Rule::ALL, kAll), bad_signature);
  // A key without a kid takes it, and the kid is not believed.
  const auto unnamed = jws::verify_json(text, key.public_key(), Rule::ALL, kAll);
  ASSERT_TRUE(unnamed);
  EXPECT_EQ(unnamed->kid(), "");
}

TEST(JwsJson, a_payload_stands_where_it_is_expected) {
  const auto key = secret_key(Alg::HS256);
  const jws::Detached content{bytes_of("payload")};
  const std::string compact = *jws::sign(bytes_of("payload"), key);
  const std::string detached = *jws::sign(bytes_of("payload"), key, jws::Payload::base64url_detached);
  const std::string json = *jws::sign_flattened(bytes_of("payload"), key);
  const std::string json_detached = *jws::sign_flattened(bytes_of("payload"), key, jws::Payload::base64url_detached);
  EXPECT_EQ(refusal_of(jws::verify(compact, key, kAll, content)), "malformed payload");
  EXPECT_EQ(refusal_of(jws::verify(detached, key, kAll)), "bad_signature ");  // of an empty payload
  EXPECT_EQ(refusal_of(jws::verify_json(json, key, Rule::ALL, kAll, content)), "malformed payload");
  EXPECT_EQ(refusal_of(jws::verify_json(json_detached, key, Rule::ALL, kAll)), "malformed payload");
  EXPECT_EQ(
      refusal_of(jws::verify_json(replaced(json_detached, "{", R"({"payload":"",)"), key, Rule::ALL, kAll, content)),
      "malformed payload");
  EXPECT_OK(jws::verify(detached, key, kAll, content));
  EXPECT_EQ(refusal_of(jws::verify(detached, key, kAll, jws::Detached{bytes_of("payloae")})), "bad_signature ");
  EXPECT_EQ(refusal_of(jws::verify(detached, key, kAll, jws::Detached{})), "bad_signature ");
  EXPECT_OK(jws::verify(*jws::sign({}, key, jws::Payload::plain_detached), key, kAll, jws::Detached{}));
  // The octets are the caller's copy.
  std::string octets = "payload";
  const auto verified = jws::verify(detached, key, kAll, jws::Detached{bytes_of(octets)});
  octets.assign(7, 'x');
  EXPECT_EQ(text_of(verified->payload()), "payload");
}

TEST(JwsJson, plain_payloads_that_a_text_cannot_hold) {
  const auto key = secret_key(Alg::HS256);
  for (int octet = 0; octet < 256; ++octet) {
    const std::string payload(1, static_cast<char>(octet));
    const bool printable = octet >= 0x20 && octet <= 0x7E && octet != '.';
    EXPECT_EQ(code_of(jws::sign(bytes_of(payload), key, jws::Payload::plain)), printable ? "ok" : "malformed") << octet;
    const std::string forged =
        forge(base64url::encode(R"({"alg":"HS256","b64":false,"crit":["b64"]})") + "." + payload, key, Alg::HS256);
    EXPECT_EQ(code_of(jws::verify(forged, key, kAll)), printable ? "ok" : "malformed") << octet;
    const auto json = jws::sign_flattened(bytes_of(payload), key, jws::Payload::plain);
    EXPECT_EQ(code_of(json), octet < 0x80 ? "ok" : "bad_json") << octet;
    if (json) {
      EXPECT_EQ(text_of(jws::verify_json(*json, key, Rule::ALL, kAll)->payload()), payload);
    }
    const auto detached = jws::sign(bytes_of(payload), key, jws::Payload::plain_detached);
    EXPECT_OK(jws::verify(*detached, key, kAll, jws::Detached{bytes_of(payload)}));
  }
}

TEST(JwsJson, one_flipped_bit_anywhere_is_refused) {
  const auto mac = secret_key(Alg::HS256);
  const auto ed = named(Alg::Ed25519, "ed");
  const auto public_half = ed.public_key();
  const jws::Signer signers[] = {mac, ed};
  for (const jws::Payload how : {jws::Payload::base64url, jws::Payload::plain}) {
    const std::string text = *jws::sign_general(bytes_of("payload"), signers, how);
    for (std::size_t place = 0; place < text.size(); ++place)
      for (int bit = 0; bit < 8; ++bit) {
        std::string other = text;
        other[place] = static_cast<char>(other[place] ^ (1 << bit));
        ASSERT_NE(code_of(jws::verify_json(other, {{&public_half, 1}, {&mac, 1}}, Rule::ALL, kAll)), "ok") << other;
      }
  }
}

TEST(JwsJson, limits) {
  const auto key = secret_key(Alg::HS256);
  EXPECT_EQ(refusal_of(jws::sign_general({}, {})), "no_keys signatures");
  const std::vector<jws::Signer> many(16, jws::Signer(key)), more(17, jws::Signer(key)), four(4, jws::Signer(key));
  EXPECT_EQ(refusal_of(jws::sign_general({}, more)), "too_large signatures");
  const std::string most = *jws::sign_general({}, many), text = *jws::sign_general({}, four);
  const auto with_one_more = [](const std::string& json) {
    return replaced(json, "[", "[" + json.substr(json.find('[') + 1, json.find('}') - json.find('[')) + ",");
  };
  // One key works four times for a message, whoever says how often it should.
  EXPECT_EQ(jws::verify_json(text, key, Rule::ALL, kAll)->signatures().size(), 4U);
  EXPECT_EQ(refusal_of(jws::verify_json(with_one_more(text), key, Rule::ALL, kAll)), "too_large signatures");
  EXPECT_EQ(jws::verify_json(most, key, Rule::ANY, kAll)->signatures().size(), 4U);
  EXPECT_EQ(refusal_of(jws::verify_json(with_one_more(most), key, Rule::ANY, kAll)), "too_large signatures");
  EXPECT_OK(jws::verify_json(text, key, Rule::ALL, allowing(kEvery, text.size())));
  EXPECT_EQ(refusal_of(jws::verify_json(text, key, Rule::ALL, allowing(kEvery, text.size() - 1))), "too_large token");
  const Bytes octets(2000);
  const std::string detached = *jws::sign(octets, key, jws::Payload::plain_detached);
  EXPECT_OK(jws::verify(detached, key, allowing(kEvery, 2000), jws::Detached{octets}));
  EXPECT_EQ(refusal_of(jws::verify(detached, key, allowing(kEvery, 1999), jws::Detached{octets})), "too_large payload");
  EXPECT_EQ(refusal_of(jws::verify_json(detached, key, Rule::ANY, allowing(kEvery, 1999), jws::Detached{octets})),
            "too_large payload");
  const Bytes too_many((16 << 20) + 1);
  EXPECT_EQ(refusal_of(jws::sign_flattened(too_many, key)), "too_large payload");
  EXPECT_EQ(refusal_of(jws::sign_general(too_many, many)), "too_large payload");
  const auto with_members = [&](int count) {
    std::string header = "{";
    for (int i = 0; i < count; ++i) header += (i ? ",\"a" : "\"a") + std::to_string(i) + "\":0";
    return header + "}";
  };
  EXPECT_OK(jws::sign_flattened({}, {key, {.unprotected = with_members(64)}}));
  EXPECT_EQ(refusal_of(jws::sign_flattened({}, {key, {.unprotected = with_members(65)}})), "too_large header");
}
