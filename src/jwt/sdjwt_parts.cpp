#include "jwt/sdjwt_parts.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "crypto/crypto.hpp"
#include "jose/verify.hpp"

namespace tessera::sdjwt {

namespace {

// Octets of all pointers of one SD-JWT: each repeats every name above it.
constexpr std::size_t kMaxPointers = 256 << 10;

constexpr std::array<std::string_view, 3> kHashNames = {"sha-256", "sha-384", "sha-512"};

// One disclosure, decoded. `name` and `value` view the document of all disclosures.
struct Decoded {
  std::string digest;
  std::optional<std::string_view> name;  // none: an array element's
  json::Value value;
  bool used = false;
};

//= RFC9901#7.1
// If the contents of the respective Disclosure is not a JSON array of three elements (salt, claim name, claim value),
// the SD-JWT MUST be rejected. If the claim name is _sd or ..., the SD-JWT MUST be rejected.
Result<Decoded> decoded(const json::Value& disclosure, std::string digest) {
  const auto list = disclosure.array();
  ENSURE(list, bad_disclosure, "disclosures");
  const std::size_t size = list->size();
  ENSURE(size == 2 || size == 3, bad_disclosure, "disclosures");
  auto item = list->begin();
  ENSURE((*item).is(json::Kind::string), bad_disclosure, "salt");
  Decoded out{.digest = std::move(digest), .name = {}, .value = {}};
  if (size == 3) {
    out.name = (*++item).string();
    ENSURE(out.name && !is_reserved(*out.name), bad_disclosure, "name");
  }
  out.value = *++item;
  return out;
}

// All of them in one document: memory for one, however many there are.
class Disclosures {
 public:
  Result<void> read(const std::vector<std::string_view>& encoded, Hash hash) {
    std::string all = "[";
    for (const auto one : encoded) {
      const Bytes octets = TRY(jose::of_part(base64url::decode(one), "disclosures"));
      // Each is one JSON value by itself before they stand side by side.
      TRY_VOID(jose::of_part(document_.parse(text_of(octets)), "disclosures"));
      if (all.size() > 1) all += ',';
      all += text_of(octets);
    }
    const auto value = TRY(jose::of_part(document_.parse(all += ']'), "disclosures"));
    const auto list = value.array();
    auto text = encoded.begin();
    for (const json::Value one : *list) list_.push_back(TRY(decoded(one, digest_of(hash, *text++))));
    for (std::size_t i = 0; i < list_.size(); ++i) by_digest_.push_back(i);
    std::ranges::sort(by_digest_, {}, [this](std::size_t i) -> std::string_view { return list_[i].digest; });
    return {};
  }

  std::optional<std::size_t> find(std::string_view digest) const {
    const auto at = std::ranges::lower_bound(by_digest_, digest, {},
                                             [this](std::size_t i) -> std::string_view { return list_[i].digest; });
    if (at == by_digest_.end() || list_[*at].digest != digest) return std::nullopt;
    return *at;
  }

  Decoded& operator[](std::size_t index) { return list_[index]; }
  //= RFC9901#7.1
  // If any Disclosure was not referenced by digest value in the Issuer-signed JWT (directly or recursively via other
  // Disclosures), the SD-JWT MUST be rejected.
  bool all_used() const { return std::ranges::all_of(list_, &Decoded::used); }
  std::size_t size() const { return list_.size(); }

 private:
  json::Document document_;
  std::vector<Decoded> list_;
  std::vector<std::size_t> by_digest_;
};

// One walk through the payload and whatever is disclosed on the way.
class Walk {
 public:
  Walk(Disclosures& disclosures, Places places) : disclosures_(disclosures) {
    if (places == Places::wanted) placed_.resize(disclosures.size());
  }

  Result<Processed> run(const json::Object& payload) {
    TRY_VOID(object(payload));
    //= RFC9901#7.1
    // If any digest value is encountered more than once in the Issuer-signed JWT payload (directly or recursively via
    // other Disclosures), the SD-JWT MUST be rejected.
    std::ranges::sort(digests_);
    ENSURE(std::ranges::adjacent_find(digests_) == digests_.end(), digest_repeated, "_sd");
    ENSURE(disclosures_.all_used(), disclosure_unused, "disclosures");
    return Processed{out_.take(), std::move(placed_)};
  }

 private:
  Result<void> value(const json::Value& value) {
    if (const auto members = value.object()) return object(*members);
    if (const auto items = value.array()) return array(*items);
    out_.raw(value.text());
    return {};
  }

  Result<void> object(const json::Object& members) {
    ENSURE(depth_ < json::kMaxDepth, json_depth, "disclosures");
    const bool is_payload = depth_++ == 0;
    out_.begin_object();
    std::optional<json::Value> digests;
    for (const auto [name, member] : members) {
      if (name == "_sd") {
        digests = member;
      } else if (name != "_sd_alg" || !is_payload) {  // hash_of has read that one
        //= RFC9901#4.1
        // The payload MUST NOT contain the claims _sd or ... except for the purpose of conveying digests
        ENSURE(!is_reserved(name), malformed, "claims");
        TRY_VOID(at_name(name, [&] { return value(member); }));
      }
    }
    if (digests) TRY_VOID(disclosed_members(*digests));
    out_.end_object();
    --depth_;
    return {};
  }

  Result<void> disclosed_members(const json::Value& digests) {
    const auto list = digests.array();
    ENSURE(list, malformed, "claims");
    for (const json::Value digest : *list) {
      const auto found = TRY(look_up(digest));
      if (!found) continue;
      const auto name = disclosures_[*found].name;
      ENSURE(name, bad_disclosure, "name");
      // That no claim of this name is there already is checked by whoever reads the outcome: no member stands twice.
      TRY_VOID(at_name(*name, [&] { return disclosed(*found); }));
    }
    return {};
  }

  Result<void> array(const json::Array& items) {
    ENSURE(depth_ < json::kMaxDepth, json_depth, "disclosures");
    ++depth_;
    out_.begin_array();
    std::size_t index = 0;
    for (const json::Value item : items) {
      const auto object = item.object();
      const auto digest = object ? object->find("...") : std::nullopt;
      if (!digest) {
        TRY_VOID(at_token(std::to_string(index++), [&] { return value(item); }));
        continue;
      }
      //= RFC9901#4.2.4.2 "There MUST NOT be any other keys in the object."
      ENSURE(object->size() == 1, malformed, "claims");
      const auto found = TRY(look_up(*digest));
      if (!found) continue;
      ENSURE(!disclosures_[*found].name, bad_disclosure, "name");
      TRY_VOID(at_token(std::to_string(index++), [&] { return disclosed(*found); }));
    }
    out_.end_array();
    --depth_;
    return {};
  }

  // The disclosure that a digest stands for; none is no error.
  Result<std::optional<std::size_t>> look_up(const json::Value& digest) {
    const auto text = digest.string();
    ENSURE(text, malformed, "claims");
    digests_.push_back(*text);
    const auto found = disclosures_.find(*text);
    if (!found) return found;
    ENSURE(!std::exchange(disclosures_[*found].used, true), digest_repeated, "_sd");
    return found;
  }

  Result<void> disclosed(std::size_t found) {
    const json::Value content = disclosures_[found].value;
    if (!placed_.empty()) {
      ENSURE(pointer_.size() <= kMaxPointer && (pointed_ += pointer_.size()) <= kMaxPointers, too_large, "pointer");
      placed_[found] = {pointer_, content.text(), inside_};
    }
    const auto outer = std::exchange(inside_, found);
    TRY_VOID(value(content));
    inside_ = outer;
    return {};
  }

  Result<void> at_name(std::string_view name, const auto& go) {
    out_.key(name);
    return at_token(name, go);
  }

  Result<void> at_token(std::string_view token, const auto& go) {
    const std::size_t before = pointer_.size();
    append_token(pointer_, token);
    TRY_VOID(go());
    pointer_.resize(before);
    return {};
  }

  Disclosures& disclosures_;
  json::Writer out_;
  std::size_t depth_ = 0;
  std::string pointer_;                // to where the walk is
  std::optional<std::size_t> inside_;  // the disclosure that it is in
  std::vector<std::string_view> digests_;
  std::vector<Placed> placed_;
  std::size_t pointed_ = 0;  // octets of their pointers
};

}  // namespace

std::string_view hash_name(Hash hash) { return kHashNames[static_cast<std::size_t>(hash)]; }

std::optional<Hash> hash_from_name(std::string_view name) {
  const auto at = std::ranges::find(kHashNames, name);
  if (at == kHashNames.end()) return std::nullopt;
  return static_cast<Hash>(at - kHashNames.begin());
}

bool is_reserved(std::string_view name) { return name == "_sd" || name == "..." || name == "_sd_alg"; }

void append_token(std::string& pointer, std::string_view name) {
  pointer += '/';
  for (const char c : name) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
}

Result<Parts> split(std::string_view text, std::size_t max_bytes) {
  ENSURE(text.size() <= max_bytes, too_large, "token");
  auto end = text.find('~');
  ENSURE(end != std::string_view::npos, wrong_kind, "SD-JWT");
  Parts parts;
  parts.jwt = text.substr(0, end);
  for (;;) {
    const std::size_t begin = end + 1;
    end = text.find('~', begin);
    if (end == std::string_view::npos) {
      parts.key_binding = text.substr(begin);
      parts.bound = text.substr(0, begin);
      return parts;
    }
    ENSURE(end > begin, malformed, "disclosures");
    ENSURE(parts.disclosures.size() < kMaxDisclosures, too_large, "disclosures");
    parts.disclosures.push_back(text.substr(begin, end - begin));
  }
}

std::string digest_of(Hash hash, std::string_view text) {
  const BytesView octets = bytes_of(text);
  switch (hash) {
    case Hash::sha_256: return base64url::encode(crypto::sha256(octets));
    case Hash::sha_384: return base64url::encode(crypto::sha384(octets));
    case Hash::sha_512: break;
  }
  return base64url::encode(crypto::sha512(octets));
}

Result<Hash> hash_of(const json::Object& payload) {
  const auto claim = payload.find("_sd_alg");
  if (!claim) return Hash::sha_256;
  const auto name = claim->string();
  ENSURE(name, claim_type, "_sd_alg");
  const auto hash = hash_from_name(*name);
  ENSURE(hash, unknown_alg, "_sd_alg");
  return *hash;
}

Result<void> check_disclosure(std::string_view encoded) {
  Disclosures one;
  return one.read({encoded}, Hash::sha_256);
}

Result<Processed> process(const json::Object& payload, const std::vector<std::string_view>& disclosures, Hash hash,
                          Places places) {
  Disclosures read;
  TRY_VOID(read.read(disclosures, hash));
  return Walk(read, places).run(payload);
}

}  // namespace tessera::sdjwt
