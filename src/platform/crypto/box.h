// Secrets at rest. Each value is encrypted under a data key of its own, and the data key under the
// master key (envelope encryption, XChaCha20-Poly1305). The context, such as the record's id, is
// authenticated with it: a sealed value copied into another record does not open there.
//
//   const auto stored = box.seal(value, "credential:" + id);   // v1.<base64url>
//   QD_TRY(const auto value, box.open(stored, "credential:" + id));
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/secret.h"

namespace qd::crypto {

/// Immutable after construction; thread-safe.
class Box {
 public:
  static constexpr std::size_t kKeyBytes = 32;

  /// Throws std::invalid_argument unless the key has exactly `kKeyBytes` bytes.
  explicit Box(const Secret& master_key);

  /// Text that only this key and this context open. Two calls never give the same text.
  [[nodiscard]] std::string seal(std::string_view plain, std::string_view context) const;
  /// The value; kind Internal, code `secret.unreadable`, for anything that was changed, belongs to
  /// another context or was sealed under another key. Never a part of a value.
  [[nodiscard]] Result<Secret> open(std::string_view sealed, std::string_view context) const;

 private:
  Secret wrapping_key_;
};

}  // namespace qd::crypto
