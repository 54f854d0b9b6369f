#include "identity/user_store.h"

#include "identity/text_folding.h"

namespace qd::identity {
namespace {

#define QD_USER_COLUMNS                                                                       \
  "id, email, full_name, role, disabled, last_login_at, created_at, updated_at, created_by, " \
  "revision"
constexpr db::Sql kInsert{
    "user.insert",
    "INSERT INTO users (id, email, full_name, role, disabled, last_login_at, created_at, "
    "updated_at, created_by, revision, email_folded, search_text, password_hash) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) "
    "ON CONFLICT (email_folded) DO NOTHING"};
constexpr db::Sql kUpdate{
    "user.update",
    "UPDATE users SET email = $1, full_name = $2, role = $3, disabled = $4, updated_at = $5, "
    "revision = $6, email_folded = $7, search_text = $8 WHERE id = $9"};
constexpr db::Sql kSetPassword{
    "user.set_password",
    "UPDATE users SET password_hash = $1, updated_at = $2, revision = revision + 1 WHERE id = $3"};
constexpr db::Sql kReplaceHash{"user.replace_hash",
                               "UPDATE users SET password_hash = $1 WHERE id = $2"};
constexpr db::Sql kSetLastLogin{"user.set_last_login",
                                "UPDATE users SET last_login_at = $1 WHERE id = $2"};
constexpr db::Sql kErase{"user.erase", "DELETE FROM users WHERE id = $1"};
constexpr db::Sql kFind{"user.find", "SELECT " QD_USER_COLUMNS " FROM users WHERE id = $1"};
constexpr db::Sql kFindByEmail{"user.find_by_email",
                               "SELECT " QD_USER_COLUMNS " FROM users WHERE email_folded = $1"};
constexpr db::Sql kCredentialsByEmail{
    "user.credentials_by_email", "SELECT id, password_hash FROM users WHERE email_folded = $1"};
constexpr db::Sql kCredentials{"user.credentials",
                               "SELECT id, password_hash FROM users WHERE id = $1"};
constexpr db::Sql kOtherAdministrators{
    "user.other_administrators",
    "SELECT COUNT(*) FROM users WHERE role = 'admin' AND disabled = 0 AND id <> $1"};

constexpr db::Sql kIsSetUp{"setup.find", "SELECT 1 FROM setup WHERE id = 1"};
constexpr db::Sql kWinSetup{"setup.win",
                            "INSERT INTO setup (id, administrator, completed_at) "
                            "VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING"};

#undef QD_USER_COLUMNS

std::string search_text(const User& user) {
  return fold_case(user.email) + '\n' + fold_case(user.full_name);
}

/// A list sorts by the folded e-mail, and its cursor is made of what it sorts by.
struct ListedUser {
  std::string id;
  std::string email;
  std::string email_as_typed;
  std::string full_name;
  UserRole role = UserRole::Viewer;
  bool disabled = false;
  std::optional<Timestamp> last_login_at;
  Timestamp created_at{};
  Timestamp updated_at{};
  std::string created_by;
  std::int64_t revision = 1;
};
BOOST_DESCRIBE_STRUCT(ListedUser, (),
                      (id, email, email_as_typed, full_name, role, disabled, last_login_at,
                       created_at, updated_at, created_by, revision))
constexpr std::string_view kListColumns =
    "id, email_folded, email, full_name, role, disabled, last_login_at, created_at, updated_at, "
    "created_by, revision";
constexpr std::array kSorts{
    db::SortField{"created_at", "created_at", db::SortField::Type::Time},
    db::SortField{"email", "email_folded", db::SortField::Type::Text},
};

User to_user(ListedUser row) {
  return {.id = {std::move(row.id)},
          .email = std::move(row.email_as_typed),
          .full_name = std::move(row.full_name),
          .role = row.role,
          .disabled = row.disabled,
          .last_login_at = row.last_login_at,
          .created_at = row.created_at,
          .updated_at = row.updated_at,
          .created_by = {std::move(row.created_by)},
          .revision = row.revision};
}

}  // namespace

bool UserStore::insert(db::Transaction& tx, const User& user,
                       const std::string& password_hash) const {
  return tx.execute(kInsert, user.id, user.email, user.full_name, user.role, user.disabled,
                    user.last_login_at, user.created_at, user.updated_at, user.created_by,
                    user.revision, fold_case(user.email), search_text(user), password_hash) == 1;
}

void UserStore::update(db::Transaction& tx, const User& user) const {
  tx.execute(kUpdate, user.email, user.full_name, user.role, user.disabled, user.updated_at,
             user.revision, fold_case(user.email), search_text(user), user.id);
}

void UserStore::set_password(db::Transaction& tx, const UserId& id,
                             const std::string& password_hash, Timestamp now) const {
  tx.execute(kSetPassword, password_hash, now, id);
}

void UserStore::replace_hash(db::Transaction& tx, const UserId& id,
                             const std::string& password_hash) const {
  tx.execute(kReplaceHash, password_hash, id);
}

void UserStore::set_last_login(db::Transaction& tx, const UserId& id, Timestamp now) const {
  tx.execute(kSetLastLogin, now, id);
}

void UserStore::erase(db::Transaction& tx, const UserId& id) const {
  tx.execute(kErase, id);
}

std::optional<User> UserStore::find(db::Snapshot& view, const UserId& id) const {
  return view.first<User>(kFind, id);
}

std::optional<User> UserStore::find_by_email(db::Snapshot& view,
                                             const std::string& email_folded) const {
  return view.first<User>(kFindByEmail, email_folded);
}

std::optional<Credentials> UserStore::credentials_by_email(db::Snapshot& view,
                                                           const std::string& email_folded) const {
  return view.first<Credentials>(kCredentialsByEmail, email_folded);
}

std::optional<Credentials> UserStore::credentials(db::Snapshot& view, const UserId& id) const {
  return view.first<Credentials>(kCredentials, id);
}

std::int64_t UserStore::other_administrators(db::Snapshot& view, const UserId& id) const {
  return view.value<std::int64_t>(kOtherAdministrators, id).value_or(0);
}

Result<db::Rows<User>> UserStore::list(db::Snapshot& view, const UserQuery& query) const {
  db::ListQuery list(kListColumns, "users", kSorts);
  if (query.q) list.where("search_text LIKE ? ESCAPE '\\'", containing(*query.q));
  if (query.role) list.where("role = ?", *query.role);
  if (query.disabled) list.where("disabled = ?", *query.disabled);
  QD_TRY(auto rows, list.page<ListedUser>(view, {.limit = query.limit.value_or(kDefaultLimit),
                                                 .cursor = query.cursor,
                                                 .sort = query.sort}));
  db::Rows<User> users{.next_cursor = std::move(rows.next_cursor),
                       .total = rows.total,
                       .total_capped = rows.total_capped};
  for (auto& row : rows.items) users.items.push_back(to_user(std::move(row)));
  return users;
}

bool UserStore::is_set_up(db::Snapshot& view) const {
  return view.value<std::int64_t>(kIsSetUp).has_value();
}

bool UserStore::win_setup(db::Transaction& tx, const UserId& administrator, Timestamp now) const {
  return tx.execute(kWinSetup, administrator, now) == 1;
}

}  // namespace qd::identity
