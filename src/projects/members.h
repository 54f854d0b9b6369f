// Who belongs to a project. There is always an owner.
#pragma once

#include "projects/service.h"

namespace qd::projects {

/// Thread-safe.
class MemberService {
 public:
  explicit MemberService(Parts parts) : parts_(parts) {}

  Task<Result<api::Page<Member>>> list(api::Caller caller, ProjectId project, PageQuery query);
  /// NotFound `user.not_found`; Conflict `project.member_exists`. Takes an owner, as all changes
  /// do.
  Task<Result<Member>> add(api::Caller caller, ProjectId project, MemberDraft draft);
  /// Conflict `project.last_owner`.
  Task<Result<Member>> change(api::Caller caller, ProjectId project, UserId user, ProjectRole role,
                              std::optional<std::int64_t> if_match);
  /// Everybody may leave; others are removed by an owner.
  Task<Result<void>> remove(api::Caller caller, ProjectId project, UserId user);

  /// Why a user may not be deleted: somebody's project would be left without an owner.
  Result<void> before_user_delete(db::Transaction& tx, const UserId& user) const;

 private:
  Result<Member> insert(db::Transaction& tx, const api::Caller& caller, const ProjectId& project,
                        const MemberDraft& draft) const;
  Result<Member> set_role(db::Transaction& tx, const api::Caller& caller, const ProjectId& project,
                          const UserId& user, ProjectRole role,
                          std::optional<std::int64_t> if_match) const;
  Result<void> erase(db::Transaction& tx, const api::Caller& caller, const ProjectId& project,
                     const UserId& user) const;
  void record(db::Transaction& tx, const api::Caller& caller, const ProjectId& project,
              std::string_view user, std::string action, JsonObject details) const;

  Parts parts_;
};

}  // namespace qd::projects
