// tessera jwt verify: a token against keys and a policy that leaves nothing unsaid.
#include <memory>

#include "cli/policy.hpp"

namespace tessera::cli {

namespace {

struct Options {
  std::string token;
  PolicyOptions policy;
};

Outcome<Reply> verify(const Options& options, Console& console) {
  const Checking checking = TRY(read_checking(options.policy, options.token));
  const auto claims = checking.verifier.verify(checking.token, checking.now);
  if (!claims) {
    Explanation why = explain(claims.error(), checking.token, checking.verifier, checking.now);
    return refused_token(claims.error(), checking.token, std::move(why), options.policy);
  }
  return accepted_token(*claims, checking, console);
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  args.positional("TOKEN", options->token, "a file, - for standard input, or the token itself");
  declare_policy(args, options->policy);
  args.example(
      "tessera jwt verify token.txt --key public.jwk --iss https://id.example.com --aud https://api.example.com "
      "--alg ES256 --typ at+jwt");
  args.example("tessera jwt verify - --secret mac.key --alg HS256 --unchecked iss,aud,typ < token.txt");
  return [options](Console& console) { return verify(*options, console); };
}

}  // namespace

extern const Command kJwtVerify;
const Command kJwtVerify{"jwt verify", "Tokens", "Check a JWT against keys and a policy", declare};

}  // namespace tessera::cli
