// The SQL of sessions and their refresh tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "identity/types.h"
#include "platform/db/db.h"

namespace qd::identity {

/// A session with what decides whether its user may come in.
struct SessionState {
  UserId user;
  UserRole role = UserRole::Viewer;
  bool disabled = false;
  Timestamp expires_at{};
  std::optional<Timestamp> ended_at;
};
BOOST_DESCRIBE_STRUCT(SessionState, (), (user, role, disabled, expires_at, ended_at))

/// A refresh token with its session and user.
struct RefreshState {
  SessionId session;
  std::optional<Timestamp> used_at;
  Timestamp expires_at{};
  std::optional<Timestamp> ended_at;
  UserId user;
  UserRole role = UserRole::Viewer;
  bool disabled = false;
};
BOOST_DESCRIBE_STRUCT(RefreshState, (),
                      (session, used_at, expires_at, ended_at, user, role, disabled))

struct NewSession {
  SessionId id;
  UserId user;
  std::string remote_address;
  Timestamp created_at;
  Timestamp expires_at;
};

class SessionStore {
 public:
  void insert(db::Transaction& tx, const NewSession& session) const;
  void insert_token(db::Transaction& tx, const SessionId& session, const std::string& token_hash,
                    Timestamp now, Timestamp expires_at) const;
  void mark_used(db::Transaction& tx, const std::string& token_hash, Timestamp now) const;
  void extend(db::Transaction& tx, const SessionId& session, Timestamp expires_at) const;

  /// False when it has ended before.
  bool end(db::Transaction& tx, const SessionId& session, std::string_view reason,
           Timestamp now) const;
  void end_all(db::Transaction& tx, const UserId& user, std::string_view reason,
               Timestamp now) const;
  void end_others(db::Transaction& tx, const UserId& user, const SessionId& kept,
                  std::string_view reason, Timestamp now) const;

  [[nodiscard]] std::optional<SessionState> find(db::Snapshot& view, const SessionId& id) const;
  [[nodiscard]] std::optional<RefreshState> find_token(db::Snapshot& view,
                                                       const std::string& token_hash) const;

  /// Removes what expired before `now`, at most a few hundred rows of each kind; how many went.
  std::int64_t prune(db::Transaction& tx, Timestamp now) const;
};

}  // namespace qd::identity
