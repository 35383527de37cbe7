#include "zip/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>

#include "base/try.hpp"
#include "base/wipe.hpp"

namespace tessera::zip {

namespace {

constexpr std::size_t kFirstRoom = 4096;

// The window of 32 KiB; negative where nothing stands around the stream (zlib.h, inflateInit2).
int window_bits(Format format) { return format == Format::deflate ? -MAX_WBITS : MAX_WBITS; }

// zlib's own memory holds what went through it, so it is wiped when it is given back: its size stands before it.
constexpr std::size_t kBefore = alignof(std::max_align_t);
voidpf take(voidpf, uInt items, uInt size) {
  const std::size_t whole = std::size_t{items} * size + kBefore;
  auto* memory = static_cast<std::byte*>(std::calloc(1, whole));
  if (!memory) return nullptr;
  *reinterpret_cast<std::size_t*>(memory) = whole;
  return memory + kBefore;
}
void give_back(voidpf, voidpf taken) {
  auto* memory = static_cast<std::byte*>(taken) - kBefore;
  wipe(memory, *reinterpret_cast<std::size_t*>(memory));
  std::free(memory);
}

// zlib takes no pointer to const, and writes nothing there.
Bytef* octets_of(BytesView view) { return reinterpret_cast<Bytef*>(const_cast<std::byte*>(view.data())); }

z_stream stream_of(BytesView input) {
  z_stream stream{};
  stream.zalloc = take;
  stream.zfree = give_back;
  stream.next_in = octets_of(input);
  stream.avail_in = static_cast<uInt>(input.size());
  return stream;
}

struct Inflating {
  z_stream stream;
  ~Inflating() { inflateEnd(&stream); }
};
struct Deflating {
  z_stream stream;
  ~Deflating() { deflateEnd(&stream); }
};

void grow(Bytes& out, std::size_t size) {
  Bytes larger(size);
  std::ranges::copy(out, larger.begin());
  wipe(out.data(), out.size());
  out = std::move(larger);
}

}  // namespace

Result<Bytes> deflate(Format format, BytesView plain) {
  ENSURE(plain.size() <= kMaxInput, too_large, "plain");
  Deflating state{stream_of(plain)};
  z_stream& stream = state.stream;
  constexpr int kMemory = 8;  // zlib's default
  ENSURE(
      deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits(format), kMemory, Z_DEFAULT_STRATEGY) == Z_OK,
      unavailable, "memory");
  Bytes out(deflateBound(&stream, plain.size()));
  stream.next_out = octets_of(out);
  stream.avail_out = static_cast<uInt>(out.size());
  INVARIANT(::deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflateBound is enough");
  out.resize(stream.total_out);
  return out;
}

Result<Bytes> inflate(Format format, BytesView packed, std::size_t max_size) {
  ENSURE(packed.size() <= kMaxInput, too_large, "packed");
  INVARIANT(max_size <= kMaxInput, "a limit of zip::inflate is at most kMaxInput");
  Inflating state{stream_of(packed)};
  z_stream& stream = state.stream;
  ENSURE(inflateInit2(&stream, window_bits(format)) == Z_OK, unavailable, "memory");
  // One octet more than may come out: when it is written, the limit is passed.
  const std::size_t most = max_size + 1;
  Bytes out(std::min(most, kFirstRoom));
  for (;;) {
    stream.next_out = octets_of(out) + stream.total_out;
    stream.avail_out = static_cast<uInt>(out.size() - stream.total_out);
    const int answer = ::inflate(&stream, Z_NO_FLUSH);
    const std::size_t written = stream.total_out;
    if (written > max_size) {
      wipe(out.data(), out.size());
      return fail(Err::inflate_limit, "inflated");
    }
    if (answer == Z_STREAM_END && stream.avail_in == 0) {
      out.resize(written);
      return out;
    }
    if (answer != Z_OK || stream.avail_out > 0) {
      wipe(out.data(), out.size());
      ENSURE(answer != Z_MEM_ERROR, unavailable, "memory");
      return fail(Err::malformed, "packed");
    }
    grow(out, 2 * out.size() < max_size ? 2 * out.size() : most);  // never from the limit to one octet more
  }
}

}  // namespace tessera::zip
