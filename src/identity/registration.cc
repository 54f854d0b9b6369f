#include "identity/registration.h"

#include "identity/credential_text.h"
#include "identity/invite_store.h"
#include "identity/passwords.h"
#include "identity/permission.h"
#include "identity/text_folding.h"
#include "identity/user_store.h"
#include "platform/api/paging.h"

namespace qd::identity {
namespace {

constexpr UserStore kUsers;
constexpr InviteStore kInvites;
constexpr auto kInviteLifetime = std::chrono::days(7);

std::unexpected<Error> email_taken() {
  return fail(ErrorKind::Conflict, "user.email_taken", "a user with this e-mail address exists");
}

Result<Invite> usable_invite(db::Snapshot& view, const RegisterDraft& draft, Timestamp now) {
  auto invite = kInvites.find_by_token(view, hash_of(*draft.invite), now);
  if (!invite || invite->status != InviteStatus::Pending)
    return fail(ErrorKind::Forbidden, "invite.invalid",
                "the invite is not valid: it was used, revoked or has expired");
  if (invite->email && fold_case(*invite->email) != fold_case(draft.email))
    return fail(ErrorKind::Forbidden, "invite.email_mismatch",
                "the invite is for another e-mail address");
  return *std::move(invite);
}

}  // namespace

Task<SetupStatus> Registrations::status() {
  const bool ready =
      co_await parts_.database.read([](db::Snapshot& view) { return kUsers.is_set_up(view); });
  co_return SetupStatus{.needs_setup = !ready, .registration = parts_.options.registration};
}

Task<Result<User>> Registrations::register_user(api::Caller caller, RegisterDraft draft) {
  QD_CO_CHECK(check_password(draft.password, "/password"));
  const auto now = parts_.clock.now();
  // Asked before the expensive hash, and again with it in hand.
  QD_CO_CHECK(co_await parts_.database.read([&](db::Snapshot& view) -> Result<void> {
    QD_CHECK(admit(view, draft, now));
    if (kUsers.find_by_email(view, fold_case(draft.email))) return email_taken();
    return {};
  }));
  QD_CO_TRY(const auto hash, co_await parts_.hasher.hash(Secret(draft.password)));
  co_return co_await parts_.database.write(
      [&](db::Transaction& tx) { return insert(tx, caller, draft, hash); });
}

Result<Registrations::Entry> Registrations::admit(db::Snapshot& view, const RegisterDraft& draft,
                                                  Timestamp now) const {
  if (!kUsers.is_set_up(view)) return Entry{.role = UserRole::Admin};
  if (draft.invite) {
    QD_TRY(auto invite, usable_invite(view, draft, now));
    return Entry{.role = invite.role, .invite = std::move(invite)};
  }
  switch (parts_.options.registration) {
    case Registration::Open:
      return Entry{.role = parts_.options.default_role};
    case Registration::Invite:
      return fail(ErrorKind::Forbidden, "auth.invite_required",
                  "registration needs an invite; ask an administrator for one");
    case Registration::Closed:
      break;
  }
  return fail(ErrorKind::Forbidden, "auth.registration_closed",
              "registration is closed; ask an administrator for an invite");
}

Result<User> Registrations::insert(db::Transaction& tx, const api::Caller& caller,
                                   const RegisterDraft& draft,
                                   const std::string& password_hash) const {
  const auto now = parts_.clock.now();
  QD_TRY(const auto entry, admit(tx, draft, now));
  const auto id = UserId::make(now);
  const bool is_first = kUsers.win_setup(tx, id, now);
  const User user{.id = id,
                  .email = draft.email,
                  .full_name = draft.full_name.value_or(Text<0, 200>()),
                  .role = is_first ? UserRole::Admin : entry.role,
                  .created_at = now,
                  .updated_at = now,
                  .created_by = entry.invite ? entry.invite->created_by : id};
  if (!kUsers.insert(tx, user, password_hash)) return email_taken();
  if (entry.invite) kInvites.accept(tx, entry.invite->id, id, now);

  auto newcomer = caller;
  newcomer.user = id;
  JsonObject details{{"role", enum_name(user.role)}};
  if (entry.invite) details["invite"] = entry.invite->id.value;
  parts_.audit.append(tx, newcomer,
                      {.action = "user.registered",
                       .target_type = "user",
                       .target_id = id.value,
                       .details = std::move(details)});
  return user;
}

Task<Result<CreatedInvite>> Registrations::invite(api::Caller caller, InviteDraft draft) {
  QD_CO_CHECK(require_admin(caller));
  QD_CO_CHECK(require_session(caller));
  const auto now = parts_.clock.now();
  const std::chrono::seconds lifetime(
      draft.expires_in ? draft.expires_in->value : std::chrono::seconds(kInviteLifetime).count());
  CreatedInvite made;
  made.id = InviteId::make(now);
  if (draft.email) made.email = *draft.email;
  made.role = draft.role.value_or(UserRole::Developer);
  made.expires_at = now + lifetime;
  made.created_at = made.updated_at = now;
  made.created_by = caller.user;
  made.token = new_credential(kInvitePrefix);
  co_await parts_.database.write([&](db::Transaction& tx) {
    kInvites.insert(tx, made, hash_of(made.token));
    JsonObject details{{"role", enum_name(made.role)}};
    if (made.email) details["email"] = *made.email;
    parts_.audit.append(tx, caller,
                        {.action = "invite.created",
                         .target_type = "invite",
                         .target_id = made.id.value,
                         .details = std::move(details)});
  });
  co_return made;
}

Task<Result<api::Page<Invite>>> Registrations::list_invites(api::Caller caller, PageQuery query) {
  QD_CO_CHECK(require_admin(caller));
  const auto now = parts_.clock.now();
  QD_CO_TRY(auto rows, co_await parts_.database.read(
                           [&](db::Snapshot& view) { return kInvites.list(view, query, now); }));
  co_return api::to_page(std::move(rows));
}

Task<Result<void>> Registrations::revoke_invite(api::Caller caller, InviteId id) {
  QD_CO_CHECK(require_admin(caller));
  const auto now = parts_.clock.now();
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<void> {
    if (!kInvites.find(tx, id, now))
      return fail(ErrorKind::NotFound, "invite.not_found", "there is no such invite");
    if (!kInvites.revoke(tx, id, now))
      return fail(ErrorKind::Conflict, "invite.not_pending",
                  "the invite was accepted or revoked before");
    parts_.audit.append(
        tx, caller, {.action = "invite.revoked", .target_type = "invite", .target_id = id.value});
    return {};
  });
}

}  // namespace qd::identity
