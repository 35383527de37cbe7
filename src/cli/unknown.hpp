// What a text names that nothing here knows: an algorithm, a hash, a kind of key or a curve. A refusal tells it,
// whatever the text is: a key, a message in any serialization, an SD-JWT.
#pragma once

#include <string>
#include <string_view>

#include "cli/failure.hpp"

namespace tessera::cli {

// The name that `error` is about: "alg XS256". "" where it is about something else, or the text does not say it.
std::string unknown_in(Error error, std::string_view text);
// "alg XS256, in key.jwk"; else the subject alone.
std::string with_unknown(std::string_view subject, Error error, std::string_view text);

// What to do about it, where the name is one that others know: "" elsewhere.
std::string hint_about_unknown(Error error, std::string_view text);
std::string hint_about_name(std::string_view name);

// The input is refused, with both of these.
std::unexpected<Failure> refused_text(Error error, std::string_view subject, std::string_view text);

}  // namespace tessera::cli
