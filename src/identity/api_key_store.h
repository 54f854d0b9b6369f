// The SQL of API keys.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "identity/types.h"
#include "platform/db/db.h"
#include "platform/db/list_query.h"

namespace qd::identity {

/// A key with what decides whether its user may come in.
struct ApiKeyState {
  ApiKeyId id;
  UserId user;
  UserRole role = UserRole::Viewer;
  bool disabled = false;
  std::optional<std::vector<std::string>> scopes;
  std::optional<Timestamp> expires_at;
};
BOOST_DESCRIBE_STRUCT(ApiKeyState, (), (id, user, role, disabled, scopes, expires_at))

class ApiKeyStore {
 public:
  void insert(db::Transaction& tx, const ApiKey& key, const UserId& user,
              const std::string& key_hash) const;
  void erase(db::Transaction& tx, const ApiKeyId& id) const;
  void set_last_used(db::Transaction& tx, const ApiKeyId& id, Timestamp at) const;

  /// Whose key it is.
  [[nodiscard]] std::optional<UserId> owner(db::Snapshot& view, const ApiKeyId& id) const;
  [[nodiscard]] std::optional<ApiKeyId> default_key(db::Snapshot& view, const UserId& user) const;
  [[nodiscard]] std::int64_t count(db::Snapshot& view, const UserId& user) const;
  [[nodiscard]] std::optional<ApiKeyState> find_by_hash(db::Snapshot& view,
                                                        const std::string& key_hash) const;
  [[nodiscard]] Result<db::Rows<ApiKey>> list(db::Snapshot& view, const UserId& user,
                                              const PageQuery& query) const;
};

}  // namespace qd::identity
