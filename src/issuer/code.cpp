#include "issuer/code.hpp"

#include "base/try.hpp"
#include "issuer/contains.hpp"
#include "issuer/user_claims.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
std::int64_t micros(Instant t) { return t.time_since_epoch().count(); }

// Reads the members in the order in which they were written. The text is our own: a wrong kind means another version's.
class Reader {
 public:
  explicit Reader(const json::Array& array) : at_(array.begin()), end_(array.end()) {}
  Result<std::string> text() { return std::string(TRY(next<std::string_view>(&json::Value::string))); }
  Result<std::int64_t> integer() { return next<std::int64_t>(&json::Value::integer); }
  Result<Instant> instant() { return Instant(microseconds(TRY(integer()))); }
  Result<std::vector<std::string>> texts() {
    const auto array = TRY(next<json::Array>(&json::Value::array));
    std::vector<std::string> values;
    for (const auto value : array) {
      const auto text = value.string();
      ENSURE(text, malformed, "code");
      values.emplace_back(*text);
    }
    return values;
  }
  bool done() const { return at_ == end_; }

 private:
  template <class T>
  Result<T> next(std::optional<T> (json::Value::*read)() const) {
    ENSURE(at_ != end_, malformed, "code");
    auto value = ((*at_).*read)();
    ENSURE(value, malformed, "code");
    ++at_;
    return *value;
  }
  json::Array::Iterator at_, end_;
};
}  // namespace

// Claims by their places in the table, which has less than 63: a code lives for a minute, and 1 KiB has no room for
// names; nor for those of an object's members.
namespace {
std::int64_t bits_of(const std::vector<std::string>& names) {
  std::int64_t bits = 0;
  for (std::size_t i = 0; i < user_claims().size(); ++i)
    if (contains(names, user_claims()[i].name)) bits |= std::int64_t{1} << i;
  return bits;
}

std::vector<std::string> names_of(std::int64_t bits) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < user_claims().size(); ++i)
    if (bits >> i & 1) names.emplace_back(user_claims()[i].name);
  return names;
}
}  // namespace

std::string seal_code(const SealKeys& keys, const Code& code) {
  json::Writer w;
  w.begin_array();
  for (const auto* text : {&code.grant.text, &code.session.text, &code.user.text, &code.client.text,
                           &code.redirect_digest, &code.audience, &code.nonce, &code.challenge, &code.jkt})
    w.string(*text);
  w.begin_array();
  for (const auto& name : code.scope) w.string(name);
  w.end_array();
  w.integer(bits_of(code.claims.id_token)).integer(bits_of(code.claims.userinfo));
  w.integer(micros(code.authenticated)).integer(micros(code.expires)).end_array();
  return keys.seal(SealKind::code, w.text());
}

Result<Code> open_code(const SealKeys& keys, std::string_view text) {
  ENSURE(text.size() <= kMaxCodeBytes, malformed, "code");
  const std::string plain = TRY(keys.open(SealKind::code, text));
  json::Document document;
  const auto array = TRY(document.parse(plain)).array();
  ENSURE(array, malformed, "code");
  Reader read(*array);
  Code code;
  code.grant = GrantId(TRY(read.text()));
  code.session = SessionId(TRY(read.text()));
  code.user = UserId(TRY(read.text()));
  code.client = ClientId(TRY(read.text()));
  code.redirect_digest = TRY(read.text());
  code.audience = TRY(read.text());
  code.nonce = TRY(read.text());
  code.challenge = TRY(read.text());
  code.jkt = TRY(read.text());
  code.scope = TRY(read.texts());
  code.claims.id_token = names_of(TRY(read.integer()));
  code.claims.userinfo = names_of(TRY(read.integer()));
  code.authenticated = TRY(read.instant());
  code.expires = TRY(read.instant());
  ENSURE(read.done(), malformed, "code");
  return code;
}

}  // namespace tessera::issuer
