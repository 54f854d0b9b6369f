#include "identity/session_store.h"

namespace qd::identity {
namespace {

constexpr db::Sql kInsert{"session.insert",
                          "INSERT INTO sessions (id, user_id, remote_address, created_at, "
                          "expires_at) VALUES ($1, $2, $3, $4, $5)"};
constexpr db::Sql kInsertToken{"refresh_token.insert",
                               "INSERT INTO refresh_tokens (token_hash, session_id, created_at, "
                               "expires_at) VALUES ($1, $2, $3, $4)"};
constexpr db::Sql kMarkUsed{"refresh_token.mark_used",
                            "UPDATE refresh_tokens SET used_at = $1 WHERE token_hash = $2"};
constexpr db::Sql kExtend{"session.extend", "UPDATE sessions SET expires_at = $1 WHERE id = $2"};
constexpr db::Sql kEnd{"session.end",
                       "UPDATE sessions SET ended_at = $1, end_reason = $2 "
                       "WHERE id = $3 AND ended_at IS NULL"};
constexpr db::Sql kEndAll{"session.end_all",
                          "UPDATE sessions SET ended_at = $1, end_reason = $2 "
                          "WHERE user_id = $3 AND ended_at IS NULL"};
constexpr db::Sql kEndOthers{"session.end_others",
                             "UPDATE sessions SET ended_at = $1, end_reason = $2 "
                             "WHERE user_id = $3 AND id <> $4 AND ended_at IS NULL"};
constexpr db::Sql kFind{"session.find",
                        "SELECT users.id, users.role, users.disabled, sessions.expires_at, "
                        "sessions.ended_at FROM sessions JOIN users ON users.id = sessions.user_id "
                        "WHERE sessions.id = $1"};
constexpr db::Sql kFindToken{
    "refresh_token.find",
    "SELECT sessions.id, refresh_tokens.used_at, refresh_tokens.expires_at, sessions.ended_at, "
    "users.id, users.role, users.disabled FROM refresh_tokens "
    "JOIN sessions ON sessions.id = refresh_tokens.session_id "
    "JOIN users ON users.id = sessions.user_id WHERE refresh_tokens.token_hash = $1"};
constexpr db::Sql kPruneTokens{
    "refresh_token.prune",
    "DELETE FROM refresh_tokens WHERE token_hash IN (SELECT token_hash FROM refresh_tokens "
    "WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)"};
constexpr db::Sql kPruneSessions{"session.prune",
                                 "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions "
                                 "WHERE expires_at < $1 ORDER BY expires_at LIMIT 100)"};

}  // namespace

void SessionStore::insert(db::Transaction& tx, const NewSession& session) const {
  tx.execute(kInsert, session.id, session.user, session.remote_address, session.created_at,
             session.expires_at);
}

void SessionStore::insert_token(db::Transaction& tx, const SessionId& session,
                                const std::string& token_hash, Timestamp now,
                                Timestamp expires_at) const {
  tx.execute(kInsertToken, token_hash, session, now, expires_at);
}

void SessionStore::mark_used(db::Transaction& tx, const std::string& token_hash,
                             Timestamp now) const {
  tx.execute(kMarkUsed, now, token_hash);
}

void SessionStore::extend(db::Transaction& tx, const SessionId& session,
                          Timestamp expires_at) const {
  tx.execute(kExtend, expires_at, session);
}

bool SessionStore::end(db::Transaction& tx, const SessionId& session, std::string_view reason,
                       Timestamp now) const {
  return tx.execute(kEnd, now, reason, session) == 1;
}

void SessionStore::end_all(db::Transaction& tx, const UserId& user, std::string_view reason,
                           Timestamp now) const {
  tx.execute(kEndAll, now, reason, user);
}

void SessionStore::end_others(db::Transaction& tx, const UserId& user, const SessionId& kept,
                              std::string_view reason, Timestamp now) const {
  tx.execute(kEndOthers, now, reason, user, kept);
}

std::optional<SessionState> SessionStore::find(db::Snapshot& view, const SessionId& id) const {
  return view.first<SessionState>(kFind, id);
}

std::optional<RefreshState> SessionStore::find_token(db::Snapshot& view,
                                                     const std::string& token_hash) const {
  return view.first<RefreshState>(kFindToken, token_hash);
}

std::int64_t SessionStore::prune(db::Transaction& tx, Timestamp now) const {
  const auto tokens = tx.execute(kPruneTokens, now);
  return tokens + tx.execute(kPruneSessions, now);
}

}  // namespace qd::identity
