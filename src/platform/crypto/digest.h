// Randomness, digests and keyed digests, as bytes in std::string (`to_hex`, `to_base64url` print
// them). All functions are thread-safe; a failing generator or library is a fault.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace qd::crypto {

/// Bytes nobody can predict.
[[nodiscard]] std::string random_bytes(std::size_t count);
/// 32 bytes.
[[nodiscard]] std::string sha256(std::string_view bytes);
/// 32 bytes.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// Takes as long for unequal texts as for equal ones of that length; lengths are not hidden.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);
/// A 32-byte key for one purpose out of a master key; knowing it tells nothing of the master or of
/// the keys for other purposes.
[[nodiscard]] Secret derive_key(const Secret& master, std::string_view purpose);

}  // namespace qd::crypto
