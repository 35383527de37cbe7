// std::ranges::contains, which libstdc++ 12 lacks.
#pragma once

#include <algorithm>
#include <functional>

namespace tessera::issuer {

template <class Range, class Value, class Projection = std::identity>
bool contains(const Range& range, const Value& value, Projection projection = {}) {
  return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

}  // namespace tessera::issuer
