// Redirect URIs: what may be registered can be read in one way only.
#include <string>
#include <vector>

#include "fuzz.hpp"
#include "issuer/steps/redirect_uri.hpp"

using namespace tessera::issuer;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto uri = as_text(data, size);
  for (const auto auth : {ClientAuth::none, ClientAuth::client_secret_basic}) {
    if (!registrable_redirect_uri(uri, auth)) {
      HOLDS(!is_registered({"https://app.example.com/cb"}, uri, auth) || uri == "https://app.example.com/cb");
      continue;
    }
    HOLDS(uri.find_first_of("@#\\;<>\" \t\r\n") == std::string_view::npos);
    HOLDS(uri.find("/../") == std::string_view::npos && !uri.ends_with("/.."));
    HOLDS(is_registered({std::string(uri)}, uri, auth));
    const auto origin = origin_of(uri);
    HOLDS(!origin.empty() && uri.starts_with(origin));
    if (uri.starts_with("http")) {
      // A second, simpler reader agrees on where the authority ends.
      const auto begin = uri.find("://") + 3;
      HOLDS(origin == uri.substr(0, std::min(uri.find_first_of("/?", begin), uri.size())));
    }
    const auto back = with_params(uri, {{"code", "a&b"}, {"state", ""}});
    HOLDS(back.starts_with(uri) && back.ends_with("code=a%26b"));
  }
  return 0;
}
