#include "base/time.hpp"
#include "base/try.hpp"
#include "jwt/scratch.hpp"
#include "tessera/jwt.hpp"

namespace tessera {

namespace {

template <class Text>
std::optional<std::vector<Text>> texts(const json::Value& value) {
  if (const auto one = value.string()) return std::vector<Text>{Text(*one)};
  const auto list = value.array();
  if (!list) return std::nullopt;
  std::vector<Text> out;
  for (const json::Value item : *list) {
    const auto text = item.string();
    if (!text) return std::nullopt;
    out.emplace_back(*text);
  }
  return out;
}

template <class T>
std::optional<T> as(const json::Value& value) {
  if constexpr (std::same_as<T, std::string_view>)
    return value.string();
  else if constexpr (std::same_as<T, std::string>)
    return value.string() ? std::optional<std::string>(*value.string()) : std::nullopt;
  else if constexpr (std::same_as<T, bool>)
    return value.boolean();
  else if constexpr (std::same_as<T, std::int64_t>)
    return value.integer();
  else if constexpr (std::same_as<T, double>)
    return value.number();
  else
    return texts<typename T::value_type>(value);
}

}  // namespace

Claims::Claims(Claims&&) noexcept = default;
Claims& Claims::operator=(Claims&&) noexcept = default;
Claims::~Claims() = default;

std::string_view Claims::issuer() const { return data_->claims.issuer.value_or(""); }
std::string_view Claims::subject() const { return data_->claims.subject.value_or(""); }
std::string_view Claims::id() const { return data_->claims.id.value_or(""); }
sys_seconds Claims::expires_at() const { return data_->claims.expires_at.value_or(sys_seconds(seconds(kLastSecond))); }
std::optional<sys_seconds> Claims::not_before() const { return data_->claims.not_before; }
std::optional<sys_seconds> Claims::issued_at() const { return data_->claims.issued_at; }

std::vector<std::string_view> Claims::audience() const {
  if (!data_->claims.audience) return {};
  return texts<std::string_view>(*data_->claims.audience).value_or(std::vector<std::string_view>{});
}

template <class T>
Result<T> Claims::get(std::string_view name) const {
  const auto value = data_->claims.object->find(name);
  ENSURE(value, claim_missing, detail::literal_name(name, "claim"));
  auto typed = as<T>(*value);
  ENSURE(typed, claim_type, detail::literal_name(name, "claim"));
  return std::move(*typed);
}
template Result<std::string_view> Claims::get(std::string_view) const;
template Result<std::string> Claims::get(std::string_view) const;
template Result<bool> Claims::get(std::string_view) const;
template Result<std::int64_t> Claims::get(std::string_view) const;
template Result<double> Claims::get(std::string_view) const;
template Result<std::vector<std::string_view>> Claims::get(std::string_view) const;
template Result<std::vector<std::string>> Claims::get(std::string_view) const;

bool Claims::has(std::string_view name) const { return data_->claims.object->find(name).has_value(); }

bool Claims::contains(std::string_view name, std::string_view value) const {
  const auto claim = data_->claims.object->find(name);
  return claim && detail::holds(*claim, value);
}

std::string_view Claims::json() const { return text_of(data_->jws.payload); }

Result<std::string> Claims::json(std::string_view name) const {
  const auto value = data_->claims.object->find(name);
  ENSURE(value, claim_missing, detail::literal_name(name, "claim"));
  return value->text();
}

std::string_view Claims::header() const { return text_of(data_->jws.header_octets); }
std::string_view Claims::typ() const { return data_->jws.header.typ; }
std::string_view Claims::kid() const { return data_->jws.header.kid; }
Alg Claims::alg() const { return data_->jws.header.alg; }

}  // namespace tessera
