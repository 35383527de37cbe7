// The few things about the web that both examples need.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace example {

std::string random_text();                            // 256 random bits, base64url
std::string sha256_base64url(std::string_view text);  // for PKCE
std::string url_encode(std::string_view text);
std::string html_escape(std::string_view text);

struct HttpReply {
  int status = 0;  // 0: no answer
  std::string body;
};
// `ca_file` "" trusts the system's authorities. Names under .localhost are this machine, as in browsers (RFC 6761).
HttpReply http_get(const std::string& url, const std::string& ca_file, const std::string& bearer = "");
HttpReply http_post_form(const std::string& url, const std::string& ca_file,
                         const std::vector<std::pair<std::string, std::string>>& form, const std::string& user,
                         const std::string& password, const std::string& bearer = "");

// One member of a JSON object, if it is a string, or a list of strings.
std::optional<std::string> json_string(const std::string& json, const std::string& name);
std::vector<std::string> json_strings(const std::string& json, const std::string& name);
std::int64_t json_integer(const std::string& json, const std::string& name);  // 0 if it is none

// "--name value" arguments, and NAME from the environment for secrets.
std::map<std::string, std::string> arguments(int argc, char** argv);

}  // namespace example
