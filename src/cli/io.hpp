// Reading arguments and writing files: everything that is read has a limit, everything secret is wiped.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "cli/failure.hpp"
#include "cli/output.hpp"
#include "tessera/secret.hpp"

namespace tessera::cli {

inline constexpr std::size_t kMaxKeyFile = 1 << 20;      // as a JWKS may be
inline constexpr std::size_t kMaxTokenFile = 24u << 20;  // base64url of the largest payload
inline constexpr std::size_t kMaxPayloadFile = 16u << 20;
inline constexpr std::size_t kMaxClaimsFile = 64 << 10;
inline constexpr std::size_t kMaxSecret = 1 << 10;

// What an argument is called in errors: its file's name, "standard input" for "-". A token, or what is too long for a
// name, is not repeated.
std::string shown_source(std::string_view argument);

// A whole number in its range, or a usage error.
Outcome<std::uint32_t> parse_count(const char* flag, std::string_view text, std::uint32_t least, std::uint32_t most,
                                   std::string hint = "leave it out for the usual one");

// A file, or "-" for standard input (Args sees to it that there is one at most). `what` names the argument in errors
// ("payload").
struct Source {
  std::string_view what;
  std::size_t limit;
};
Outcome<std::string> read_text(std::string_view argument, Source source);
// The same for what holds a private key: wiped when done with.
Outcome<Secret> read_secret_text(std::string_view argument, Source source);

// A token: its text, when it starts like one ("eyJ"), else a file or "-", less one line end.
Outcome<std::string> read_token(std::string_view argument);

// A raw MAC key: a file, "-" or "env:NAME", to the last octet. No error repeats the argument: it could be the secret.
Outcome<Secret> read_mac_key(std::string_view argument);

// A password: as above, less one line end, for the option `flag`.
Outcome<Secret> read_password(std::string_view argument, const char* flag);

// The parts in a row, and no copy of them elsewhere.
Secret joined(std::initializer_list<std::string_view> parts);

// "--secret: 12 octets", for errors.
std::string octets_of(const Secret& secret);

enum class Readers { owner, everybody };  // mode 0600, 0644
enum class Existing { keep, replace };    // an existing file is refused, or replaced whole
Outcome<void> write_file(const std::string& path, std::string_view text, Readers readers, Existing existing);

// To a descriptor, whole. False when the system refuses (errno says why).
bool write_all(int descriptor, std::string_view text);

}  // namespace tessera::cli
