#include "identity/invite_store.h"

namespace qd::identity {
namespace {

// `status` is not stored; the column holds its place in the row.
#define QD_INVITE_COLUMNS                                                                      \
  "id, email, role, 'pending', expires_at, accepted_at, accepted_by, revoked_at, created_at, " \
  "updated_at, created_by, revision"

constexpr db::Sql kInsert{"invite.insert",
                          "INSERT INTO invites (id, token_hash, email, role, expires_at, "
                          "created_at, updated_at, created_by, revision) "
                          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
constexpr db::Sql kAccept{"invite.accept",
                          "UPDATE invites SET accepted_at = $1, accepted_by = $2, updated_at = $1, "
                          "revision = revision + 1 WHERE id = $3"};
constexpr db::Sql kRevoke{"invite.revoke",
                          "UPDATE invites SET revoked_at = $1, updated_at = $1, "
                          "revision = revision + 1 "
                          "WHERE id = $2 AND accepted_at IS NULL AND revoked_at IS NULL"};
constexpr db::Sql kFind{"invite.find", "SELECT " QD_INVITE_COLUMNS " FROM invites WHERE id = $1"};
constexpr db::Sql kFindByToken{"invite.find_by_token",
                               "SELECT " QD_INVITE_COLUMNS " FROM invites WHERE token_hash = $1"};
constexpr std::string_view kColumns = QD_INVITE_COLUMNS;
#undef QD_INVITE_COLUMNS

constexpr std::array kSorts{db::SortField{"created_at", "created_at", db::SortField::Type::Time}};

InviteStatus status_of(const Invite& invite, Timestamp now) {
  if (invite.accepted_at) return InviteStatus::Accepted;
  if (invite.revoked_at) return InviteStatus::Revoked;
  return now >= invite.expires_at ? InviteStatus::Expired : InviteStatus::Pending;
}

std::optional<Invite> with_status(std::optional<Invite> invite, Timestamp now) {
  if (invite) invite->status = status_of(*invite, now);
  return invite;
}

}  // namespace

void InviteStore::insert(db::Transaction& tx, const Invite& invite,
                         const std::string& token_hash) const {
  tx.execute(kInsert, invite.id, token_hash, invite.email, invite.role, invite.expires_at,
             invite.created_at, invite.updated_at, invite.created_by, invite.revision);
}

void InviteStore::accept(db::Transaction& tx, const InviteId& id, const UserId& by,
                         Timestamp now) const {
  tx.execute(kAccept, now, by, id);
}

bool InviteStore::revoke(db::Transaction& tx, const InviteId& id, Timestamp now) const {
  return tx.execute(kRevoke, now, id) == 1;
}

std::optional<Invite> InviteStore::find(db::Snapshot& view, const InviteId& id,
                                        Timestamp now) const {
  return with_status(view.first<Invite>(kFind, id), now);
}

std::optional<Invite> InviteStore::find_by_token(db::Snapshot& view, const std::string& token_hash,
                                                 Timestamp now) const {
  return with_status(view.first<Invite>(kFindByToken, token_hash), now);
}

Result<db::Rows<Invite>> InviteStore::list(db::Snapshot& view, const PageQuery& query,
                                           Timestamp now) const {
  db::ListQuery list(kColumns, "invites", kSorts);
  QD_TRY(auto rows, list.page<Invite>(view, {.limit = query.limit.value_or(kDefaultLimit),
                                             .cursor = query.cursor}));
  for (auto& invite : rows.items) invite.status = status_of(invite, now);
  return rows;
}

}  // namespace qd::identity
