// Identity put together: what `app` makes one of, and other domains take `users()` and `audit()`
// from.
#pragma once

#include "identity/api.h"
#include "identity/api_keys.h"
#include "identity/audit.h"
#include "identity/authenticator.h"
#include "identity/options.h"
#include "identity/principals.h"
#include "identity/registration.h"
#include "identity/service.h"
#include "identity/sessions.h"
#include "platform/crypto/passwords.h"
#include "platform/crypto/tokens.h"

namespace qd::identity {

class Identity {
 public:
  /// Starts the threads that hash passwords. The database and the clock outlive it.
  Identity(db::Database& database, Clock& clock, IdentityOptions options);

  void add_routes(api::Router& router) { api_.add_routes(router); }
  TokenAuthenticator& authenticator() { return authenticator_; }
  IdentityService& users() { return users_; }
  AuditLog& audit() { return audit_; }
  Registrations& registrations() { return registrations_; }
  Sessions& sessions() { return sessions_; }
  ApiKeys& api_keys() { return keys_; }

  /// Every half minute writes when API keys were last used, and removes what has expired. Runs
  /// until it is cancelled; a round that fails is logged, and the next one tries again.
  Task<void> maintain();
  /// One round of that.
  Task<void> tidy();
  /// Joins the threads that hash passwords. Tolerates being called twice.
  void stop() { hasher_.stop(); }

 private:
  IdentityOptions options_;
  Clock& clock_;
  crypto::PasswordHasher hasher_;
  crypto::TokenSigner signer_;
  PrincipalCache principals_;
  AuditLog audit_;
  Registrations registrations_;
  Sessions sessions_;
  IdentityService users_;
  ApiKeys keys_;
  TokenAuthenticator authenticator_;
  IdentityApi api_;
};

}  // namespace qd::identity
