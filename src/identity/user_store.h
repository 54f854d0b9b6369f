// The SQL of users and of the first-run row.
#pragma once

#include <optional>
#include <string>

#include "identity/types.h"
#include "platform/db/db.h"
#include "platform/db/list_query.h"

namespace qd::identity {

/// What checking a password needs.
struct Credentials {
  UserId id;
  std::string password_hash;
};
BOOST_DESCRIBE_STRUCT(Credentials, (), (id, password_hash))

class UserStore {
 public:
  /// False when the e-mail is taken.
  bool insert(db::Transaction& tx, const User& user, const std::string& password_hash) const;
  /// Writes everything but the password; the caller has seen to the revision and the e-mail.
  void update(db::Transaction& tx, const User& user) const;
  void set_password(db::Transaction& tx, const UserId& id, const std::string& password_hash,
                    Timestamp now) const;
  /// The same password under another cost: no change of the user.
  void replace_hash(db::Transaction& tx, const UserId& id, const std::string& password_hash) const;
  void set_last_login(db::Transaction& tx, const UserId& id, Timestamp now) const;
  void erase(db::Transaction& tx, const UserId& id) const;

  [[nodiscard]] std::optional<User> find(db::Snapshot& view, const UserId& id) const;
  [[nodiscard]] std::optional<User> find_by_email(db::Snapshot& view,
                                                  const std::string& email_folded) const;
  [[nodiscard]] std::optional<Credentials> credentials_by_email(
      db::Snapshot& view, const std::string& email_folded) const;
  [[nodiscard]] std::optional<Credentials> credentials(db::Snapshot& view, const UserId& id) const;
  /// Administrators that are not disabled, but for `id`.
  [[nodiscard]] std::int64_t other_administrators(db::Snapshot& view, const UserId& id) const;

  /// By `created_at` or `email`; fails on a cursor or sort that is none.
  [[nodiscard]] Result<db::Rows<User>> list(db::Snapshot& view, const UserQuery& query) const;

  /// Whether the first user has registered.
  [[nodiscard]] bool is_set_up(db::Snapshot& view) const;
  /// True for exactly one caller ever, however many ask at once.
  bool win_setup(db::Transaction& tx, const UserId& administrator, Timestamp now) const;
};

}  // namespace qd::identity
