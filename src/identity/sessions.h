// Signing in and staying so. A sign-in starts a session; its refresh tokens rotate, each good once,
// and a second use of one ends the session, because then somebody else holds it too.
#pragma once

#include <optional>
#include <string>

#include "identity/audit.h"
#include "identity/lockout.h"
#include "identity/options.h"
#include "identity/principals.h"
#include "identity/types.h"
#include "platform/crypto/passwords.h"
#include "platform/crypto/tokens.h"

namespace qd::identity {

/// Thread-safe.
class Sessions {
 public:
  struct Parts {
    db::Database& database;
    Clock& clock;
    AuditLog& audit;
    crypto::PasswordHasher& hasher;
    const crypto::TokenSigner& signer;
    PrincipalCache& principals;
    /// Outlives the service.
    const IdentityOptions& options;
  };
  explicit Sessions(Parts parts);

  /// Unauthenticated `auth.credentials` alike for a wrong password and an unknown e-mail, Limited
  /// `auth.locked` or `auth.busy`, Forbidden `auth.disabled` with the right password only.
  Task<Result<TokenPair>> login(api::Caller caller, LoginDraft draft);
  /// Unauthenticated `auth.refresh_invalid`, or `auth.refresh_reused` after which the session is
  /// over.
  Task<Result<TokenPair>> refresh(api::Caller caller, RefreshDraft draft);
  /// Ends the caller's session, or that of the given refresh token if it is the caller's.
  Task<Result<void>> logout(api::Caller caller, LogoutDraft draft);
  /// Ends every session of the caller but this one; API keys stay.
  Task<Result<void>> change_password(api::Caller caller, PasswordDraft draft);
  /// Removes what has expired, some at a time; how many rows went.
  Task<std::int64_t> prune();

 private:
  struct Checked;
  struct Issued;
  struct Verdict;

  Task<Result<Checked>> check_login(Attempt attempt, std::string password);
  Verdict decide_login(db::Transaction& tx, const api::Caller& caller, const Attempt& attempt,
                       const Checked& checked) const;
  Verdict refuse_password(db::Transaction& tx, const api::Caller& caller, const Attempt& attempt,
                          const UserId& user) const;
  Verdict decide_refresh(db::Transaction& tx, const api::Caller& caller,
                         const std::string& token_hash) const;
  Issued start(db::Transaction& tx, const api::Caller& caller, const User& user) const;
  std::string issue_refresh_token(db::Transaction& tx, const SessionId& session,
                                  Timestamp now) const;
  [[nodiscard]] TokenPair token_pair(const Issued& issued) const;
  Task<std::optional<std::string>> rehash(const Checked& checked, std::string password);
  Task<Result<User>> verify_own_password(api::Caller caller, std::string password);

  Parts parts_;
  Lockouts lockouts_;
  std::string unmatchable_hash_;
};

}  // namespace qd::identity
