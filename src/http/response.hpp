// Writing a response's head.
#pragma once

#include <string>
#include <string_view>

#include "http/server.hpp"

namespace tessera::http {

enum class After { keep_alive, keep_alive_1_0, close };

// Whether a field may hold it: no CR, LF or NUL.
bool fits_field(std::string_view text);

// Status line and fields, with Date, Content-Length and Connection. Aborts on a field that does not fit.
std::string print_head(const Response& response, After after);

// Whether a response with this status may have a body at all.
inline bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

// What the server answers by itself: {"error":"payload_too_large"}.
Response refusal(int status);

}  // namespace tessera::http
