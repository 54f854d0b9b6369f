#include "identity/api_key_store.h"

namespace qd::identity {
namespace {

constexpr db::Sql kInsert{"api_key.insert",
                          "INSERT INTO api_keys (id, user_id, name, prefix, key_hash, scopes, "
                          "is_default, expires_at, created_at, updated_at, created_by, revision) "
                          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"};
constexpr db::Sql kErase{"api_key.erase", "DELETE FROM api_keys WHERE id = $1"};
constexpr db::Sql kSetLastUsed{"api_key.set_last_used",
                               "UPDATE api_keys SET last_used_at = $1 "
                               "WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)"};
constexpr db::Sql kOwner{"api_key.owner", "SELECT user_id FROM api_keys WHERE id = $1"};
constexpr db::Sql kDefault{"api_key.default",
                           "SELECT id FROM api_keys WHERE user_id = $1 AND is_default = 1"};
constexpr db::Sql kCount{"api_key.count", "SELECT COUNT(*) FROM api_keys WHERE user_id = $1"};
constexpr db::Sql kFindByHash{
    "api_key.find_by_hash",
    "SELECT api_keys.id, users.id, users.role, users.disabled, api_keys.scopes, "
    "api_keys.expires_at FROM api_keys JOIN users ON users.id = api_keys.user_id "
    "WHERE api_keys.key_hash = $1"};
constexpr std::string_view kColumns =
    "id, name, prefix, scopes, is_default, expires_at, last_used_at, created_at, updated_at, "
    "created_by, revision";
constexpr std::array kSorts{db::SortField{"created_at", "created_at", db::SortField::Type::Time}};

}  // namespace

void ApiKeyStore::insert(db::Transaction& tx, const ApiKey& key, const UserId& user,
                         const std::string& key_hash) const {
  std::optional<std::string> scopes;
  if (key.scopes) scopes = json::to_text(*key.scopes);
  tx.execute(kInsert, key.id, user, key.name, key.prefix, key_hash, scopes, key.is_default,
             key.expires_at, key.created_at, key.updated_at, key.created_by, key.revision);
}

void ApiKeyStore::erase(db::Transaction& tx, const ApiKeyId& id) const {
  tx.execute(kErase, id);
}

void ApiKeyStore::set_last_used(db::Transaction& tx, const ApiKeyId& id, Timestamp at) const {
  tx.execute(kSetLastUsed, at, id);
}

std::optional<UserId> ApiKeyStore::owner(db::Snapshot& view, const ApiKeyId& id) const {
  return view.value<UserId>(kOwner, id);
}

std::optional<ApiKeyId> ApiKeyStore::default_key(db::Snapshot& view, const UserId& user) const {
  return view.value<ApiKeyId>(kDefault, user);
}

std::int64_t ApiKeyStore::count(db::Snapshot& view, const UserId& user) const {
  return view.value<std::int64_t>(kCount, user).value_or(0);
}

std::optional<ApiKeyState> ApiKeyStore::find_by_hash(db::Snapshot& view,
                                                     const std::string& key_hash) const {
  return view.first<ApiKeyState>(kFindByHash, key_hash);
}

Result<db::Rows<ApiKey>> ApiKeyStore::list(db::Snapshot& view, const UserId& user,
                                           const PageQuery& query) const {
  db::ListQuery list(kColumns, "api_keys", kSorts);
  list.where("user_id = ?", user);
  return list.page<ApiKey>(view,
                           {.limit = query.limit.value_or(kDefaultLimit), .cursor = query.cursor});
}

}  // namespace qd::identity
