// Redirect URIs: what may be registered can be read in one way only.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz.hpp"
#include "issuer/steps/redirect_uri.hpp"

using namespace tessera::issuer;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto uri = as_text(data, size);
  for (const auto auth : {ClientAuth::none, ClientAuth::client_secret_basic}) {
    if (!registrable_redirect_uri(uri, auth)) {
      // Not in the request either, even when it stands in the store.
      HOLDS(!is_registered({std::string(uri)}, uri, auth));
      continue;
    }
    HOLDS(uri.find_first_of("@#\\;<>\" \t\r\n") == std::string_view::npos);
    HOLDS(uri.find("/../") == std::string_view::npos && !uri.ends_with("/.."));
    HOLDS(uri.substr(0, uri.find('?')).find('%') == std::string_view::npos);
    HOLDS(is_registered({std::string(uri)}, uri, auth));
    HOLDS(!is_registered({std::string(uri)}, std::string(uri) + "x", auth));
    if (auth != ClientAuth::none) HOLDS(uri.starts_with("https://") || uri.starts_with("http://"));
    const auto origin = origin_of(uri);
    HOLDS(!origin.empty() && uri.starts_with(origin));
    if (uri.starts_with("http://") || uri.starts_with("https://")) {
      // A second, simpler reader agrees on where the authority ends; browsers leave a scheme's own port out.
      const auto begin = uri.find("://") + 3;
      auto simple = uri.substr(0, std::min(uri.find_first_of("/?", begin), uri.size()));
      const std::string_view port = uri.starts_with("https") ? ":443" : ":80";
      if (simple.ends_with(port)) simple.remove_suffix(port.size());
      HOLDS(origin == simple);
    }
    const auto back = with_params(uri, {{"code", "a&b"}, {"state", ""}});
    HOLDS(back.starts_with(uri) && (back.ends_with("?code=a%26b") || back.ends_with("&code=a%26b")));
  }
  return 0;
}
