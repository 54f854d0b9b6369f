// Users: how other domains look them up, and how administrators manage them. The rules that hold at
// every moment: e-mails differ also when folded, and somebody who is not disabled administrates.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "identity/audit.h"
#include "identity/principals.h"
#include "identity/types.h"

namespace qd::identity {

/// Thread-safe once the delete rules are added.
class IdentityService {
 public:
  IdentityService(db::Database& database, Clock& clock, AuditLog& audit, PrincipalCache& principals)
      : database_(database), clock_(clock), audit_(audit), principals_(principals) {}

  // Within another service's transaction:

  [[nodiscard]] std::optional<User> find(db::Snapshot& view, const UserId& id) const;
  /// In any case of letters.
  [[nodiscard]] std::optional<User> find_by_email(db::Snapshot& view, std::string_view email) const;

  /// What another domain does, in the same transaction, when a user is deleted (end memberships),
  /// or why the user may not be. Added while the program is wired, before it serves.
  using DeleteRule = std::function<Result<void>(db::Transaction&, const UserId&)>;
  void add_delete_rule(DeleteRule rule) { delete_rules_.push_back(std::move(rule)); }

  // For administrators:

  Task<Result<api::Page<User>>> list(api::Caller caller, UserQuery query);
  Task<Result<User>> get(api::Caller caller, UserId id);
  /// Refuses `user.last_admin` when nobody would be left to administrate, `user.email_taken`, and
  /// `user.stale` when `revision` is given and is not the current one. Disabling ends all sessions.
  Task<Result<User>> update(api::Caller caller, UserId id, UserPatch patch,
                            std::optional<std::int64_t> revision);
  /// Refuses `user.last_admin`; other domains may refuse too.
  Task<Result<void>> remove(api::Caller caller, UserId id, std::optional<std::int64_t> revision);

  // For everybody:

  Task<Result<User>> me(api::Caller caller);
  Task<Result<User>> update_me(api::Caller caller, MePatch patch,
                               std::optional<std::int64_t> revision);

 private:
  Result<User> change(db::Transaction& tx, const api::Caller& caller, const UserId& id,
                      const UserPatch& patch, std::optional<std::int64_t> revision) const;
  Result<void> erase(db::Transaction& tx, const api::Caller& caller, const UserId& id,
                     std::optional<std::int64_t> revision) const;

  db::Database& database_;
  Clock& clock_;
  AuditLog& audit_;
  PrincipalCache& principals_;
  std::vector<DeleteRule> delete_rules_;
};

}  // namespace qd::identity
