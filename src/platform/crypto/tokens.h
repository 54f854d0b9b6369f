// Access tokens: JSON Web Tokens signed with HS256. Only that algorithm is ever accepted, whatever
// a token's own header claims.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"

namespace qd::crypto {

struct AccessClaims {
  /// `sub`: the user's id.
  std::string subject;
  std::string role;
  /// `jti`: the session that the token belongs to; ending the session ends the token.
  std::string session;
  Timestamp issued_at{};
  /// Whole seconds, as the format has them.
  Timestamp expires_at{};
};

/// Immutable after construction; thread-safe.
class TokenSigner {
 public:
  static constexpr std::size_t kMinKeyBytes = 32;

  /// Throws std::invalid_argument for a key under `kMinKeyBytes` bytes.
  explicit TokenSigner(Secret key);

  [[nodiscard]] std::string sign(const AccessClaims& claims) const;
  /// The claims of a token that this key signed and that has not expired at `now`; otherwise kind
  /// Unauthenticated, `auth.token_expired` or `auth.token_invalid`.
  [[nodiscard]] Result<AccessClaims> verify(std::string_view token, Timestamp now) const;

 private:
  Secret key_;
};

/// The refusal of `verify` for a token past its time; caches of verified tokens answer it too.
[[nodiscard]] std::unexpected<Error> token_expired();

}  // namespace qd::crypto
