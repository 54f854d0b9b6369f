#include "identity/service.h"

#include "identity/permission.h"
#include "identity/session_store.h"
#include "identity/text_folding.h"
#include "identity/user_store.h"
#include "platform/api/paging.h"

namespace qd::identity {
namespace {

constexpr UserStore kUsers;
constexpr SessionStore kSessions;

std::unexpected<Error> not_found() {
  return fail(ErrorKind::NotFound, "user.not_found", "there is no such user");
}

Result<void> check_revision(const User& user, std::optional<std::int64_t> revision) {
  if (!revision || *revision == user.revision) return {};
  return fail(ErrorKind::Stale, "user.stale", "the user was changed meanwhile; read it again");
}

bool administrates(const User& user) {
  return user.role == UserRole::Admin && !user.disabled;
}

Result<void> check_someone_administrates(db::Snapshot& view, const User& before) {
  if (!administrates(before) || kUsers.other_administrators(view, before.id) > 0) return {};
  return fail(ErrorKind::Conflict, "user.last_admin",
              "this is the last administrator; make somebody else administrator first");
}

/// What differs, by name, for the audit log.
JsonObject changes(const User& before, const User& after) {
  JsonObject out;
  if (before.email != after.email) out["email"] = after.email;
  if (before.full_name != after.full_name) out["full_name"] = after.full_name;
  if (before.role != after.role) out["role"] = enum_name(after.role);
  if (before.disabled != after.disabled) out["disabled"] = after.disabled;
  return out;
}

User patched(User user, const UserPatch& patch) {
  if (patch.email) user.email = *patch.email;
  if (patch.full_name) user.full_name = *patch.full_name;
  if (patch.role) user.role = *patch.role;
  if (patch.disabled) user.disabled = *patch.disabled;
  return user;
}

}  // namespace

std::optional<User> IdentityService::find(db::Snapshot& view, const UserId& id) const {
  return kUsers.find(view, id);
}

std::optional<User> IdentityService::find_by_email(db::Snapshot& view,
                                                   std::string_view email) const {
  return kUsers.find_by_email(view, fold_case(email));
}

Task<Result<api::Page<User>>> IdentityService::list(api::Caller caller, UserQuery query) {
  QD_CO_CHECK(require_admin(caller));
  QD_CO_TRY(auto rows,
            co_await database_.read([&](db::Snapshot& view) { return kUsers.list(view, query); }));
  co_return api::to_page(std::move(rows));
}

Task<Result<User>> IdentityService::get(api::Caller caller, UserId id) {
  QD_CO_CHECK(require_admin(caller));
  auto user = co_await database_.read([&](db::Snapshot& view) { return kUsers.find(view, id); });
  if (!user) co_return not_found();
  co_return *std::move(user);
}

Task<Result<User>> IdentityService::me(api::Caller caller) {
  const auto id = caller.user;
  auto user = co_await database_.read([&](db::Snapshot& view) { return kUsers.find(view, id); });
  if (!user) co_return not_found();
  co_return *std::move(user);
}

Result<User> IdentityService::change(db::Transaction& tx, const api::Caller& caller,
                                     const UserId& id, const UserPatch& patch,
                                     std::optional<std::int64_t> revision) const {
  const auto before = kUsers.find(tx, id);
  if (!before) return not_found();
  QD_CHECK(check_revision(*before, revision));
  auto after = patched(*before, patch);
  const auto details = changes(*before, after);
  if (details.empty()) return after;

  if (!administrates(after)) QD_CHECK(check_someone_administrates(tx, *before));
  const auto holder = kUsers.find_by_email(tx, fold_case(after.email));
  if (holder && holder->id != id)
    return fail(ErrorKind::Conflict, "user.email_taken", "another user has this e-mail address");
  after.updated_at = clock_.now();
  ++after.revision;
  kUsers.update(tx, after);
  if (after.disabled) kSessions.end_all(tx, id, "disabled", after.updated_at);
  audit_.append(
      tx, caller,
      {.action = "user.updated", .target_type = "user", .target_id = id.value, .details = details});
  return after;
}

Task<Result<User>> IdentityService::update(api::Caller caller, UserId id, UserPatch patch,
                                           std::optional<std::int64_t> revision) {
  QD_CO_CHECK(require_admin(caller));
  auto updated = co_await database_.write(
      [&](db::Transaction& tx) { return change(tx, caller, id, patch, revision); });
  principals_.forget_user(id);
  co_return updated;
}

Task<Result<User>> IdentityService::update_me(api::Caller caller, MePatch patch,
                                              std::optional<std::int64_t> revision) {
  const auto id = caller.user;
  const UserPatch full{.full_name = patch.full_name};
  co_return co_await database_.write(
      [&](db::Transaction& tx) { return change(tx, caller, id, full, revision); });
}

Result<void> IdentityService::erase(db::Transaction& tx, const api::Caller& caller,
                                    const UserId& id, std::optional<std::int64_t> revision) const {
  const auto user = kUsers.find(tx, id);
  if (!user) return not_found();
  QD_CHECK(check_revision(*user, revision));
  QD_CHECK(check_someone_administrates(tx, *user));
  for (const auto& rule : delete_rules_) QD_CHECK(rule(tx, id));
  audit_.append(tx, caller,
                {.action = "user.deleted",
                 .target_type = "user",
                 .target_id = id.value,
                 .details = {{"email", user->email}}});
  kUsers.erase(tx, id);
  return {};
}

Task<Result<void>> IdentityService::remove(api::Caller caller, UserId id,
                                           std::optional<std::int64_t> revision) {
  QD_CO_CHECK(require_admin(caller));
  auto removed = co_await database_.write(
      [&](db::Transaction& tx) { return erase(tx, caller, id, revision); });
  principals_.forget_user(id);
  co_return removed;
}

}  // namespace qd::identity
