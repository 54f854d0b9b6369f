// How people come in: the first one as administrator, the others as the configuration allows, or
// with an invite.
#pragma once

#include <optional>
#include <string>

#include "identity/audit.h"
#include "identity/options.h"
#include "identity/types.h"
#include "platform/crypto/passwords.h"

namespace qd::identity {

/// Thread-safe.
class Registrations {
 public:
  struct Parts {
    db::Database& database;
    Clock& clock;
    AuditLog& audit;
    crypto::PasswordHasher& hasher;
    /// Outlives the service.
    const IdentityOptions& options;
  };
  explicit Registrations(Parts parts) : parts_(parts) {}

  /// For everybody: the first-run page asks it.
  Task<SetupStatus> status();
  /// The first user ever becomes administrator, however many register at once. Refuses
  /// `auth.registration_closed`, `auth.invite_required`, `invite.invalid`, `invite.email_mismatch`
  /// (Forbidden) and `user.email_taken` (Conflict).
  Task<Result<User>> register_user(api::Caller caller, RegisterDraft draft);

  // For administrators:

  Task<Result<CreatedInvite>> invite(api::Caller caller, InviteDraft draft);
  Task<Result<api::Page<Invite>>> list_invites(api::Caller caller, PageQuery query);
  /// Refuses `invite.not_pending` for one that was accepted or revoked.
  Task<Result<void>> revoke_invite(api::Caller caller, InviteId id);

 private:
  /// What entitles a newcomer: nothing (the first), an open door, or an invite.
  struct Entry {
    UserRole role;
    std::optional<Invite> invite;
  };
  Result<Entry> admit(db::Snapshot& view, const RegisterDraft& draft, Timestamp now) const;
  Result<User> insert(db::Transaction& tx, const api::Caller& caller, const RegisterDraft& draft,
                      const std::string& password_hash) const;

  Parts parts_;
};

}  // namespace qd::identity
