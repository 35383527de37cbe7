// The pages that people see: whole HTML, made here, that works without script.
#pragma once

#include <string>
#include <string_view>

#include "issuer/reply.hpp"
#include "issuer/snapshot.hpp"

namespace tessera::server {

struct RenderedPage {
  int status = 200;
  std::string html;
  std::string csp;  // the Content-Security-Policy header of this page
};

// `base_path` is the realm's path ("" or "/r/NAME"); forms post below it. Every text from outside passes one function
// that escapes it.
RenderedPage render(const issuer::Page& page, const issuer::Snapshot& snapshot, std::string_view base_path,
                    std::string_view request_id);

// What the pages load: built from web/, served under a name that holds its digest.
struct Asset {
  std::string_view path, type, body, etag;
};
const Asset* find_asset(std::string_view path);  // nullptr when there is none
namespace assets {
extern const std::string_view k_page_js, k_style_css;  // their paths
}

}  // namespace tessera::server
