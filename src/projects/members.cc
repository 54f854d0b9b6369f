#include "projects/members.h"

#include "platform/api/paging.h"
#include "projects/content_store.h"

namespace qd::projects {
namespace {

std::unexpected<Error> no_member() {
  return fail(ErrorKind::NotFound, "project.member_not_found",
              "this user is no member of the project");
}

Result<void> check_owner_remains(db::Snapshot& view, const ProjectId& project,
                                 const store::Membership& member) {
  if (member.role != ProjectRole::Owner || store::has_other_owner(view, project, member.id))
    return {};
  return fail(ErrorKind::Conflict, "project.last_owner",
              "this is the last owner; make somebody else owner first");
}

Member to_member(store::Membership row, const std::optional<identity::User>& user) {
  return {.id = row.id,
          .user_id = {row.id},
          .email = user ? user->email : "",
          .full_name = user ? user->full_name : "",
          .role = row.role,
          .created_at = row.created_at,
          .updated_at = row.updated_at,
          .created_by = row.created_by,
          .revision = row.revision};
}

}  // namespace

void MemberService::record(db::Transaction& tx, const api::Caller& caller, const ProjectId& project,
                           std::string_view user, std::string action, JsonObject details) const {
  parts_.audit.append(tx, caller,
                      {.action = "project.member_" + std::move(action),
                       .target_type = "user",
                       .target_id = std::string(user),
                       .project = project,
                       .details = std::move(details)});
}

Task<Result<api::Page<Member>>> MemberService::list(api::Caller caller, ProjectId project,
                                                    PageQuery query) {
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<api::Page<Member>> {
    QD_CHECK(parts_.access.require(view, caller, project, ProjectRole::Viewer));
    QD_TRY(auto rows, store::members(view, project, query));
    return api::to_page(std::move(rows), [&](store::Membership row) {
      const auto user = parts_.users.find(view, {row.id});
      return to_member(std::move(row), user);
    });
  });
}

Result<Member> MemberService::insert(db::Transaction& tx, const api::Caller& caller,
                                     const ProjectId& project, const MemberDraft& draft) const {
  QD_CHECK(parts_.access.require(tx, caller, project, ProjectRole::Owner));
  if (draft.email.has_value() == draft.user_id.has_value())
    return invalid({{"/email", "one_of", "say who: either email or user_id"}});
  const auto user = draft.email ? parts_.users.find_by_email(tx, *draft.email)
                                : parts_.users.find(tx, {*draft.user_id});
  if (!user)
    return fail(ErrorKind::NotFound, "user.not_found",
                "there is no such user; he has to register first");
  const auto now = parts_.clock.now();
  const store::Membership member{.id = user->id.value,
                                 .role = draft.role,
                                 .created_at = now,
                                 .updated_at = now,
                                 .created_by = caller.user};
  if (!store::insert_member(tx, project, member))
    return fail(ErrorKind::Conflict, "project.member_exists", "this user is a member already");
  record(tx, caller, project, member.id, "added", {{"role", enum_name(draft.role)}});
  return to_member(member, user);
}

Task<Result<Member>> MemberService::add(api::Caller caller, ProjectId project, MemberDraft draft) {
  co_return co_await parts_.database.write(
      [&](db::Transaction& tx) { return insert(tx, caller, project, draft); });
}

Result<Member> MemberService::set_role(db::Transaction& tx, const api::Caller& caller,
                                       const ProjectId& project, const UserId& user,
                                       ProjectRole role,
                                       std::optional<std::int64_t> if_match) const {
  QD_CHECK(parts_.access.require(tx, caller, project, ProjectRole::Owner));
  auto member = store::find_member(tx, project, user);
  if (!member) return no_member();
  QD_CHECK(check_revision("project.member", member->revision, if_match));
  if (role != ProjectRole::Owner) QD_CHECK(check_owner_remains(tx, project, *member));
  member->role = role;
  member->updated_at = parts_.clock.now();
  ++member->revision;
  store::update_member(tx, project, *member);
  record(tx, caller, project, member->id, "changed", {{"role", enum_name(role)}});
  return to_member(*std::move(member), parts_.users.find(tx, user));
}

Task<Result<Member>> MemberService::change(api::Caller caller, ProjectId project, UserId user,
                                           ProjectRole role, std::optional<std::int64_t> if_match) {
  co_return co_await parts_.database.write(
      [&](db::Transaction& tx) { return set_role(tx, caller, project, user, role, if_match); });
}

Result<void> MemberService::erase(db::Transaction& tx, const api::Caller& caller,
                                  const ProjectId& project, const UserId& user) const {
  const bool is_leaving = user == caller.user;
  QD_CHECK(parts_.access.require(tx, caller, project,
                                 is_leaving ? ProjectRole::Viewer : ProjectRole::Owner));
  const auto member = store::find_member(tx, project, user);
  if (!member) return no_member();
  QD_CHECK(check_owner_remains(tx, project, *member));
  store::remove_member(tx, project, user);
  record(tx, caller, project, member->id, "removed", {});
  return {};
}

Task<Result<void>> MemberService::remove(api::Caller caller, ProjectId project, UserId user) {
  co_return co_await parts_.database.write(
      [&](db::Transaction& tx) { return erase(tx, caller, project, user); });
}

Result<void> MemberService::before_user_delete(db::Transaction& tx, const UserId& user) const {
  if (!store::solely_owned(tx, user)) return {};
  return fail(
      ErrorKind::Conflict, "user.owns_projects",
      "the user is the only owner of projects; give them another owner, or delete them, first");
}

}  // namespace qd::projects
