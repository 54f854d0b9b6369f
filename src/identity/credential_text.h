// Secrets that we hand out, shown once and stored hashed: `qd_…` API keys, `qdr_…` refresh tokens,
// `qdi_…` invites. They are 256 random bits, so a plain SHA-256 keeps them.
#pragma once

#include <string>
#include <string_view>

#include "base/encoding.h"
#include "platform/crypto/digest.h"

namespace qd::identity {

inline constexpr std::string_view kApiKeyPrefix = "qd_";
inline constexpr std::string_view kRefreshPrefix = "qdr_";
inline constexpr std::string_view kInvitePrefix = "qdi_";

[[nodiscard]] inline std::string new_credential(std::string_view prefix) {
  return std::string(prefix) + to_base64url(crypto::random_bytes(32));
}

/// What is stored in its place.
[[nodiscard]] inline std::string hash_of(std::string_view credential) {
  return to_hex(crypto::sha256(credential));
}

}  // namespace qd::identity
