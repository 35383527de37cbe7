#include "cli/command.hpp"

namespace tessera::cli {

extern const Command kSdjwtIssue, kSdjwtPresent, kSdjwtVerify, kStatusIssue, kStatusShow, kStatusCheck;
extern const Command kKeyGenerate, kKeyPublic, kKeyThumbprint, kKeyConvert, kJwks, kJwksCheck;
extern const Command kJwtSign, kJwtVerify, kJwsSign, kJwsVerify, kInspect, kExplain;
extern const Command kJwtEncrypt, kJwtDecrypt, kJweEncrypt, kJweDecrypt;
extern const Command kDev, kServe, kClientList, kClientRemove, kConfigReference;
extern const Command kMan, kCompletion;

std::span<const Command* const> commands() {
  static constexpr const Command* kCommands[] = {
      &kJwtSign,    &kJwtVerify,  &kJwtEncrypt,   &kJwtDecrypt,  &kJwsSign,       &kJwsVerify,       &kJweEncrypt,
      &kJweDecrypt, &kSdjwtIssue, &kSdjwtPresent, &kSdjwtVerify, &kStatusIssue,   &kStatusShow,      &kStatusCheck,
      &kInspect,    &kExplain,    &kKeyGenerate,  &kKeyPublic,   &kKeyThumbprint, &kKeyConvert,      &kJwks,
      &kJwksCheck,  &kDev,        &kServe,        &kClientList,  &kClientRemove,  &kConfigReference, &kMan,
      &kCompletion,
  };
  return kCommands;
}

}  // namespace tessera::cli
