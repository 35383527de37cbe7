#include "http/response.hpp"

#include <array>
#include <ctime>

#include "base/try.hpp"

namespace tessera::http {

namespace {

struct Reason {
  int status;
  std::string_view text;
};

constexpr Reason kReasons[] = {{200, "OK"},
                               {201, "Created"},
                               {204, "No Content"},
                               {302, "Found"},
                               {303, "See Other"},
                               {304, "Not Modified"},
                               {400, "Bad Request"},
                               {401, "Unauthorized"},
                               {403, "Forbidden"},
                               {404, "Not Found"},
                               {405, "Method Not Allowed"},
                               {406, "Not Acceptable"},
                               {408, "Request Timeout"},
                               {409, "Conflict"},
                               {410, "Gone"},
                               {412, "Precondition Failed"},
                               {413, "Payload Too Large"},
                               {415, "Unsupported Media Type"},
                               {417, "Expectation Failed"},
                               {422, "Unprocessable Content"},
                               {429, "Too Many Requests"},
                               {431, "Request Header Fields Too Large"},
                               {500, "Internal Server Error"},
                               {501, "Not Implemented"},
                               {502, "Bad Gateway"},
                               {503, "Service Unavailable"},
                               {504, "Gateway Timeout"},
                               {505, "HTTP Version Not Supported"}};

// A client ignores the phrase, and it may be empty (RFC 9112 section 4).
std::string_view reason(int status) {
  for (const auto& known : kReasons)
    if (known.status == status) return known.text;
  return "";
}

// "Mon, 23 Nov 2026 18:46:00 GMT", made once a second and thread.
std::string_view date() {
  thread_local std::time_t made = 0;
  thread_local std::array<char, 40> text{};
  const std::time_t now = std::time(nullptr);
  if (now != made) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made = now;
  }
  return text.data();
}

}  // namespace

bool fits_field(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::string print_head(const Response& response, After after) {
  std::string out;
  out.reserve(512);
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason(response.status);
  out += "\r\nDate: ";
  out += date();
  for (const auto& [name, value] : response.headers) {
    INVARIANT(fits_field(name) && fits_field(value), "a header of a response holds a line break");
    out += "\r\n";
    out += name;
    out += ": ";
    out += value;
  }
  if (may_have_body(response.status)) {
    out += "\r\nContent-Length: ";
    out += std::to_string(response.body.size());
  }
  if (after == After::close) out += "\r\nConnection: close";
  if (after == After::keep_alive_1_0) out += "\r\nConnection: keep-alive";
  out += "\r\n\r\n";
  return out;
}

Response refusal(int status) {
  std::string name;
  for (const char c : reason(status)) name += c == ' ' ? '_' : static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return {
      status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, "{\"error\":\"" + name + "\"}"};
}

}  // namespace tessera::http
