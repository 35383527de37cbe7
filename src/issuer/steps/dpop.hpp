// Proofs of possession (RFC 9449): which key a request has shown to hold, and what that key is worth.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"
#include "issuer/steps/bearer.hpp"

namespace tessera::issuer {

// FAPI 2.0 section 5.4.1 has these; a key for proofs is made anew, so nobody needs an older one.
inline constexpr std::array kProofAlgs{Alg::ES256, Alg::PS256, Alg::EdDSA, Alg::Ed25519};

// The proof that came with a request to our endpoint at `path`, if one came: its key is ctx.proven_key() from here on.
// Everything is checked (section 4.3), but whether it came before, which is use_proof's. Writes nothing, so it may
// stand before it is known who is calling. `access_token` is the one that came with it. Where the realm's proofs hold
// nonces, one is offered to whoever has none or an old one. Refusals: invalid_dpop_proof, use_dpop_nonce.
Step<void> check_proof(const Request& request, std::string_view path, Ctx& ctx,
                       const Expected& access_token = Unchecked("no access token came with the request"));

// Uses the proof up, once everything else is right, and before anything is destroyed on its strength: what was
// overheard proves nothing. In the transaction that acts on it, so that both stay or neither; of two at once one is
// first. `whose` is the person or the client that the rest of the request has shown to act, who uses up only so many.
// Nothing to do where no proof came. Refusals: invalid_dpop_proof, slow_down.
Step<void> use_proof(Ctx& ctx, std::string_view whose);

// The key that the code of an authorize request is for, "" for any: `dpop_jkt` (section 10). Refusal: invalid_request.
Step<std::string> check_dpop_jkt(const Params& params);

// The same of a pushed request (section 10.1), to be kept as its `dpop_jkt`: where check_proof has seen a proof, its
// key. Refusal: invalid_request (the two differ).
Step<std::string> check_pushed_jkt(const Params& params, const Ctx& ctx);

// The thumbprint of the key that an access token of ours is bound to; nothing where it is bound to none.
std::optional<std::string> bound_key(const Claims& claims);

// An access token as it was presented at `path`: bound to no key, and as a bearer token; or bound, with a proof of its
// key. Refusals: invalid_token, and those of check_proof.
Step<void> check_presented(const PresentedToken& presented, const Claims& claims, const Request& request,
                           std::string_view path, Ctx& ctx);

}  // namespace tessera::issuer
