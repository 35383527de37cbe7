// What a token must say: the key and policy options that the commands share which check one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/verifying.hpp"
#include "tessera/jwt.hpp"

namespace tessera::cli {

struct PolicyOptions {
  VerifierOptions verifier;
  std::optional<std::string> iss, typ, leeway, max_age, now;
  std::vector<std::string> aud, require;
};
// `more_checkable` are names that --unchecked takes beside iss, aud, alg and typ; `remark` says what they mean.
void declare_policy(Args& args, PolicyOptions& options, std::vector<std::string> more_checkable = {},
                    std::string_view remark = "");

// A token, a verifier of these keys and this policy, and what was said beside it.
struct Checking {
  Verifier verifier;
  VerifierKey key;
  std::vector<std::string> unchecked;
  std::string token;
  sys_seconds now;
};
// `token` is a command's argument. `more_needed` are things that must be said beside iss, aud, alg and typ.
Outcome<Checking> read_checking(const PolicyOptions& options, std::string_view token,
                                std::span<const Needed> more_needed = {});

// Why the token was refused, for whoever may see it: as explain() says of it, or the step of its trace that failed.
std::unexpected<Failure> refused_token(Error error, std::string_view token, Explanation why,
                                       const PolicyOptions& options);
Explanation failed_step(const Trace& trace);
// What was verified; `beside` is what else holds, as lines and members.
Reply accepted_token(const Claims& claims, const Checking& checking, Console& console, Report beside = {});

}  // namespace tessera::cli
