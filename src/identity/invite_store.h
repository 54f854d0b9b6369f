// The SQL of invites.
#pragma once

#include <optional>
#include <string>

#include "identity/types.h"
#include "platform/db/db.h"
#include "platform/db/list_query.h"

namespace qd::identity {

class InviteStore {
 public:
  void insert(db::Transaction& tx, const Invite& invite, const std::string& token_hash) const;
  void accept(db::Transaction& tx, const InviteId& id, const UserId& by, Timestamp now) const;
  /// False when it is not pending any more.
  bool revoke(db::Transaction& tx, const InviteId& id, Timestamp now) const;

  // `now` decides which pending ones have expired.
  [[nodiscard]] std::optional<Invite> find(db::Snapshot& view, const InviteId& id,
                                           Timestamp now) const;
  [[nodiscard]] std::optional<Invite> find_by_token(db::Snapshot& view,
                                                    const std::string& token_hash,
                                                    Timestamp now) const;
  [[nodiscard]] Result<db::Rows<Invite>> list(db::Snapshot& view, const PageQuery& query,
                                              Timestamp now) const;
};

}  // namespace qd::identity
