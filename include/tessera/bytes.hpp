// Bytes as the library takes and gives them. A view owns nothing: whoever takes one as an argument reads it during the
// call, and whoever returns one says what it lives as long as.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tessera {

using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;

// The same octets, seen as the other. A BytesView of text that is no UTF-8, or a text of any octets, is fine.
inline BytesView bytes_of(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string_view text_of(BytesView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace tessera
