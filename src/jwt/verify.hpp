// What verifying has in common, whatever the kind of token; and the one maker of Claims.
#pragma once

#include "jwt/scratch.hpp"

namespace tessera::detail {

// Policy, shape, header, key, typ, signature: in that order, as Verifier::verify says. The claims are read and not
// checked; they view `scratch`.
Result<json::Object> verify_signed(std::string_view token, const VerifierData& verifier, ScratchData& scratch);

struct ClaimsMaker {
  static Claims owning(std::unique_ptr<ScratchData> scratch);
  static Claims viewing(const ScratchData& scratch);
};

}  // namespace tessera::detail
