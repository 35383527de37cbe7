// JSON text that a Document has parsed already, taken apart as text: every number and escape stays as it was written,
// which no double and no 64-bit integer could promise.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tessera::json {

// Takes one token off the front: a string with its quotes, one of {}[],: or a run of anything else; white space is
// skipped. Empty at the end.
std::string_view next_token(std::string_view& json);

// Without white space.
std::string compact(std::string_view json);

// The values of an object's members, compact, in their order.
std::vector<std::string> member_texts(std::string_view object);

}  // namespace tessera::json
