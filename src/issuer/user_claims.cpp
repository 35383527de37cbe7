#include "issuer/user_claims.hpp"

#include <algorithm>

#include "base/time.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {

std::string text(std::string_view value) { return value.empty() ? "" : json::Writer().string(value).take(); }
std::string flag(bool value) { return value ? "true" : "false"; }

std::string profile_text(const User& user, std::string_view name) {
  const auto it = user.profile.texts.find(std::string(name));
  return it == user.profile.texts.end() ? "" : text(it->second);
}

std::string address(const User& user, std::string_view) {
  json::Writer w;
  w.begin_object();
  for (const auto& [name, value] : user.profile.address)
    if (!value.empty()) w.member(name, value);
  auto json = w.end_object().take();
  return json == "{}" ? "" : json;
}

// What says that something is verified is told where there is something.
std::string phone_verified(const User& user, std::string_view) {
  return profile_text(user, "phone_number").empty() ? "" : flag(user.profile.phone_number_verified);
}
std::string email_verified(const User& user, std::string_view) {
  return user.email.empty() ? "" : flag(user.email_verified);
}

constexpr UserClaim kClaims[] = {
    {"name", "profile", [](const User& user, std::string_view) { return text(user.name); }},
    {"family_name", "profile", [](const User& user, std::string_view) { return text(user.family_name); }},
    {"given_name", "profile", [](const User& user, std::string_view) { return text(user.given_name); }},
    {"middle_name", "profile", profile_text},
    {"nickname", "profile", profile_text},
    {"preferred_username", "profile", [](const User& user, std::string_view) { return text(user.username); }},
    {"profile", "profile", profile_text},
    {"picture", "profile", profile_text},
    {"website", "profile", profile_text},
    {"gender", "profile", profile_text},
    {"birthdate", "profile", profile_text},
    {"zoneinfo", "profile", profile_text},
    {"locale", "profile", profile_text},
    {"updated_at", "profile",
     [](const User& user, std::string_view) { return std::to_string(unix_seconds(user.updated)); }},
    {"email", "email", [](const User& user, std::string_view) { return text(user.email); }},
    {"email_verified", "email", email_verified},
    {"address", "address", address},
    {"phone_number", "phone", profile_text},
    {"phone_number_verified", "phone", phone_verified},
};

constexpr std::string_view kTexts[] = {"middle_name", "nickname",  "profile",  "picture", "website",
                                       "gender",      "birthdate", "zoneinfo", "locale",  "phone_number"};
constexpr std::string_view kAddress[] = {"formatted", "street_address", "locality", "region", "postal_code", "country"};

}  // namespace

std::span<const UserClaim> user_claims() { return kClaims; }

const UserClaim* find_user_claim(std::string_view name) {
  const auto it = std::ranges::find(kClaims, name, &UserClaim::name);
  return it == std::end(kClaims) ? nullptr : &*it;
}

std::span<const std::string_view> profile_texts() { return kTexts; }
std::span<const std::string_view> address_members() { return kAddress; }

}  // namespace tessera::issuer
