// What identity takes from the configuration.
#pragma once

#include <chrono>

#include "base/secret.h"
#include "identity/lockout.h"
#include "identity/principals.h"
#include "identity/types.h"
#include "platform/crypto/passwords.h"

namespace qd::identity {

struct IdentityOptions {
  /// Signs access tokens; at least 32 bytes. Changing it ends every access token.
  Secret token_key;
  Registration registration = Registration::Open;
  /// The role of those who register without an invite, but for the first.
  UserRole default_role = UserRole::Developer;
  std::chrono::seconds access_lifetime = std::chrono::minutes(15);
  std::chrono::seconds refresh_lifetime = std::chrono::days(30);
  crypto::PasswordOptions passwords = {};
  LockoutOptions lockout = {};
  PrincipalCacheOptions principals = {};
};

}  // namespace qd::identity
