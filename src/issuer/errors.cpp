#include "issuer/errors.hpp"

#include <cstddef>

namespace tessera::issuer {

namespace {
constexpr ErrorRow kRows[] = {
#define TESSERA_X(code, wire, status, commits, redirects, text, spec) \
  {#code, wire, status, Commits::commits, Redirects::redirects, text, spec},
    TESSERA_OAUTH_ERRORS(TESSERA_X)
#undef TESSERA_X
};
}  // namespace

const ErrorRow& error_row(OAuthErr code) { return kRows[static_cast<std::size_t>(code)]; }

}  // namespace tessera::issuer
