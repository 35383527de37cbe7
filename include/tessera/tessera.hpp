// The whole of libtessera.
#pragma once

#include "tessera/bytes.hpp"
#include "tessera/jwe.hpp"
#include "tessera/jws.hpp"
#include "tessera/jwt.hpp"
#include "tessera/keys.hpp"
#include "tessera/nested.hpp"
#include "tessera/policy.hpp"
#include "tessera/result.hpp"
#include "tessera/secret.hpp"
