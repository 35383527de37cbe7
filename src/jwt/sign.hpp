// Signing a claim set, whatever the kind of token.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "jose/key_data.hpp"
#include "jwt/claim_set.hpp"
#include "tessera/jwt.hpp"

namespace tessera::detail {

// What a token will say: a view of a draft. "" leaves a member out.
struct TokenText {
  std::string_view typ{}, issuer{}, subject{};
  std::span<const std::string> audience{};
  std::optional<sys_seconds> issued_at{}, expires_at{}, not_before{};
  std::string_view id{};
  std::span<const Claim> claims{};
  std::span<const Claim> header{};  // parameters beside alg, typ and kid, none of which it names
  Result<void> (*check)(const ClaimSet& claims) = nullptr;  // asked about the claims before they are signed
};

// Header, claims and errors as tessera::sign says; and those of `check`.
Result<std::string> sign_token(const TokenText& token, const KeyData& key);

}  // namespace tessera::detail
