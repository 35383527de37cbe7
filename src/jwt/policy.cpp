#include "base/try.hpp"
#include "tessera/jwt.hpp"

namespace tessera {

Result<void> Policy::check() const {
  using std::chrono::minutes;
  ENSURE(leeway >= seconds(0) && leeway <= minutes(10), bad_policy, "leeway");
  ENSURE(!max_age || *max_age >= seconds(0), bad_policy, "max_age");
  ENSURE(max_bytes > 0 && max_bytes <= std::size_t{1} << 20, bad_policy, "max_bytes");
  return {};
}

}  // namespace tessera
