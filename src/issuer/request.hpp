// What an endpoint is given: a request without HTTP.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tessera/result.hpp"

namespace tessera::issuer {

struct Param {
  std::string name, value;
};

// Parameters in the order in which they came, duplicates kept: whoever reads one says what a duplicate means.
class Params {
 public:
  Params() = default;
  explicit Params(std::vector<Param> list) : list_(std::move(list)) {}
  // The value, nothing when absent or empty (RFC 6749 section 3.1: sent without a value is omitted).
  std::optional<std::string_view> find(std::string_view name) const;
  // "" when absent.
  std::string_view get(std::string_view name) const { return find(name).value_or(""); }
  std::vector<std::string_view> all(std::string_view name) const;
  // The first name that stands twice, but for those that may repeat (resource, audience); "" if none.
  std::string_view duplicate() const;
  const std::vector<Param>& list() const { return list_; }
  bool empty() const { return list_.empty(); }

 private:
  std::vector<Param> list_;
};

enum class Method : std::uint8_t { get, post, put, delete_ };

// The headers that an endpoint may see, and no others.
struct RequestHeaders {
  std::string accept;
  std::string authorization;
  std::vector<std::string> dpop;  // each of its fields, of which one is allowed
  std::string origin;
  std::vector<Param> cookies;                            // as sent, duplicates kept
  std::string_view cookie(std::string_view name) const;  // "" when absent or sent twice
};

struct Request {
  Method method = Method::get;
  Params query;
  Params form;       // of a POST body
  std::string json;  // the body instead, of a route that takes JSON
  RequestHeaders headers;
  std::string address;  // of the client, after trusted proxies
  std::string network;  // what limits go by: the address, or the first 64 bits of an IPv6 one
  std::string site;     // the same by the first 48 bits, which is what one customer is given (RFC 6177)
  std::string id;       // the request id: in logs and on error pages

  // The parameters where OAuth puts them: the form of a POST, the query of a GET.
  const Params& params() const { return method == Method::post ? form : query; }
};

}  // namespace tessera::issuer
