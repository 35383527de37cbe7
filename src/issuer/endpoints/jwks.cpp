#include "issuer/endpoints/endpoints.hpp"

namespace tessera::issuer {

Step<Reply> jwks(const Request&, Ctx& ctx) { return Reply{.body = Json{.body = ctx.snapshot().jwks}}; }

}  // namespace tessera::issuer
