// Memory that holds a secret, as valgrind's memcheck sees it: octets of no known value. A branch or an address that
// depends on them is an error that memcheck reports, and so is every value computed from them.
#pragma once

#include <valgrind/memcheck.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "jose/key_data.hpp"
#include "tessera/secret.hpp"

namespace tests {

using namespace tessera;

inline void poison(BytesView octets) { VALGRIND_MAKE_MEM_UNDEFINED(octets.data(), octets.size()); }
inline void poison(std::string_view text) { poison(bytes_of(text)); }
inline void poison(const Secret& secret) { poison(secret.expose("the secret that a test follows")); }
inline void poison(const SecretKey& key) { poison(key.data().mac->octets()); }

// What a test itself wants to look at.
inline std::string known(std::string_view text) {
  std::string out(text);
  VALGRIND_MAKE_MEM_DEFINED(out.data(), out.size());
  return out;
}

}  // namespace tests
