#include "issuer/steps/user_code.hpp"

#include "base/base64url.hpp"
#include "issuer/contains.hpp"

namespace tessera::issuer {

namespace {
constexpr std::string_view kLetters = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t kLength = 8, kMaxTyped = 64;

bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
}  // namespace

std::string random_user_code(Ctx& ctx) {
  std::string code;
  // 20^8 codes of 2^64 numbers: what the division leaves over shifts no code's chance by more than 2^-29.
  for (auto number = ctx.random_number(); code.size() < kLength; number /= kLetters.size())
    code += kLetters[number % kLetters.size()];
  return code;
}

std::string print_user_code(std::string_view code) {
  return std::string(code.substr(0, kLength / 2)) + '-' + std::string(code.substr(kLength / 2));
}

std::optional<std::string> parse_user_code(std::string_view typed) {
  if (typed.size() > kMaxTyped) return std::nullopt;
  std::string code;
  for (const char c : typed) {
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
    if (!is_letter(upper) && !is_digit(upper)) continue;
    if (!contains(kLetters, upper)) return std::nullopt;
    code += upper;
  }
  return code.size() == kLength ? std::optional(code) : std::nullopt;
}

std::vector<std::string> user_code_digests(std::string_view code, const Ctx& ctx) {
  std::vector<std::string> digests;
  for (const auto& mac : ctx.snapshot().seals->user_code_macs(code)) digests.push_back(base64url::encode(mac));
  return digests;
}

}  // namespace tessera::issuer
