#include "issuer/response_mode.hpp"

#include <algorithm>

#include "issuer/steps/redirect_uri.hpp"

namespace tessera::issuer {

Step<ResponseMode> check_response_mode(const Params& params, std::string_view redirect_uri) {
  const auto name = params.find("response_mode");
  if (!name) return ResponseMode::query;
  const auto it = std::ranges::find(kResponseModes, *name);
  REQUIRE(it != kResponseModes.end(), unsupported_response_mode, "response_mode",
          "expected query, fragment or form_post");
  const auto mode = static_cast<ResponseMode>(it - kResponseModes.begin());
  REQUIRE(mode != ResponseMode::form_post || origin_of(redirect_uri).contains("://"), unsupported_response_mode,
          "response_mode", "form_post needs an address of the web");
  return mode;
}

Reply send_back(ResponseMode mode, const std::string& redirect_uri,
                std::vector<std::pair<std::string, std::string>> params) {
  std::erase_if(params, [](const auto& param) { return param.second.empty(); });
  switch (mode) {
    case ResponseMode::query: return {Redirect{with_params(redirect_uri, params)}};
    case ResponseMode::fragment: return {Redirect{with_fragment(redirect_uri, params)}};
    case ResponseMode::form_post: break;
  }
  return {Page{.model = FormPostPage{redirect_uri, std::move(params)}, .form_target = form_source_of(redirect_uri)}};
}

bool is_sent_back(const Reply& reply) {
  const auto* page = std::get_if<Page>(&reply.body);
  return std::holds_alternative<Redirect>(reply.body) || (page && std::holds_alternative<FormPostPage>(page->model));
}

}  // namespace tessera::issuer
