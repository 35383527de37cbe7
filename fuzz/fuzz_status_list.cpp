// Status lists: the input as a zlib stream, as `lst` and as a list token's claims under a good signature. What is read
// is never larger than asked for, each entry fits its bits, and print and parse are inverse.
#include <string>

#include "base/base64url.hpp"
#include "fuzz.hpp"
#include "tessera/jws.hpp"
#include "tessera/status_list.hpp"

using namespace tessera;
using status_list::Bits;
using status_list::List;

namespace {

constexpr std::size_t kLimit = 4096;
constexpr sys_seconds kNow{seconds(1'000'000)};

void check_list(const List& list) {
  const auto width = static_cast<unsigned>(list.bits());
  HOLDS(list.size() * width <= kLimit * 8);
  HOLDS(!list.get(list.size()));
  const auto again = List::parse(list.bits(), list.lst(), kLimit);
  HOLDS(again && again->size() == list.size());
  for (std::uint64_t i = 0; i < list.size(); ++i) HOLDS(*list.get(i) >> width == 0 && *again->get(i) == *list.get(i));
}

void check_text(std::string_view lst) {
  for (const Bits bits : {Bits::one, Bits::two, Bits::four, Bits::eight})
    if (const auto list = List::parse(bits, lst, kLimit)) check_list(*list);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto input = as_text(data, size);
  check_text(base64url::encode(input));
  check_text(input);
  static const PrivateKey key = *PrivateKey::generate(Alg::ES256);
  static const Keys keys = Keys::of({key.public_key()});
  static const status_list::Policy policy{
      .issuer = Unchecked("fuzzed"), .algs = {Alg::ES256}, .may_lack_exp = Unchecked("fuzzed"), .max_octets = kLimit};
  const auto token = jws::sign(bytes_of(input), {key, {.typ = "statuslist+jwt"}});
  const auto verified = status_list::verify(token ? *token : std::string(input), keys, policy, "u", kNow);
  if (verified) {
    check_list(verified->list);
    HOLDS(verified->claims.subject() == "u" && verified->claims.issued_at());
  }
  return 0;
}
