// One PostgreSQL connection in pipeline mode, with its prepared statements. What need not be waited
// for (BEGIN, SAVEPOINT, preparing, the end of a read) travels with the next statement that is, so
// that a closure costs one round trip for each of its statements, and a write one more for its
// commit.
//
// A reading connection opens no transactions of its own: the server treats everything between two
// synchronisation points as one, and the session's default makes that a read-only snapshot.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <libpq-fe.h>

#include "platform/db/db.h"

namespace qd::db {

/// The connection broke; reconnecting may help.
class ConnectionLost : public std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The server gave the transaction up (serialization failure, deadlock); running it again may help.
class MustRestart : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A statement that was taken to touch a row touched none.
class Presumptuous : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Belongs to one thread at a time.
class PostgresConnection final : public Connection {
 public:
  enum class Access { Write, Read };
  enum class State {
    Fine,
    /// A statement failed: `run` refuses until the transaction, or its savepoint, is rolled back.
    Failed,
    /// Something was presumed that is not so.
    Wrong,
    Restart,
    Lost,
  };

  /// Connects; throws Unavailable when it can't.
  PostgresConnection(std::string url, Access access);

  std::int64_t run(const Sql& sql, std::span<const Param> params,
                   const std::function<void(const Row&)>& on_row) override;
  void post(const Sql& sql, std::span<const Param> params) override;
  bool touches(const Sql& sql, std::span<const Param> params) override;
  [[nodiscard]] bool is_postgres() const override { return true; }

  [[nodiscard]] State state() const { return state_; }
  /// Sends a statement without parameters along with the next one; nobody waits for it.
  void send(const Sql& sql);
  /// From now on `touches` answers without waiting, until the end of the transaction. Whoever wants
  /// that confirms it before the commit.
  void presume() { presumes_ = true; }
  /// Waits until what was presumed is known; whether all of it is so.
  [[nodiscard]] bool confirms();
  /// Waits for what was posted; throws as `run` does, and Presumptuous.
  void settle();
  /// Ends a snapshot, or gives a transaction up, without waiting; ready for the next afterwards.
  void end();
  /// Back to the savepoint `closure`, so that the transaction can go on.
  void roll_back_to_savepoint();
  /// Waits until the transaction is durable. Throws ConnectionLost when that is not known,
  /// MustRestart or ConstraintViolation when it is not written.
  void commit();
  /// Connects anew if the connection is lost; throws Unavailable.
  void reconnect_if_lost();
  /// Runs statements without parameters or results inside the open transaction, one after the
  /// other.
  void script(const std::string& statements);

 private:
  struct CloseHandle {
    void operator()(PGconn* handle) const { PQfinish(handle); }
  };
  struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Result = std::unique_ptr<PGresult, ClearResult>;
  /// Something sent whose answer has not been read.
  struct Pending {
    enum class Kind { Prepare, Statement, Synchronisation };
    Kind kind;
    /// Of a preparation: the statement that is forgotten when it fails.
    std::string text = {};
    /// Of a statement.
    bool is_to_touch = false;
  };

  void connect();
  void check_fine(const Sql& sql) const;
  void dispatch(const Sql& sql, std::span<const Param> params);
  void synchronise();
  Result receive();
  Result read_answer(const Pending& pending);
  void forget_posted();
  void check_sent(int accepted);
  [[noreturn]] void raise(const PGresult* result);
  [[noreturn]] void lose();

  const std::string url_;
  const Access access_;
  std::unique_ptr<PGconn, CloseHandle> handle_;
  /// Finds a text without a copy of it.
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  /// Of prepared statements, by their texts.
  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> names_;
  std::deque<Pending> pending_;
  State state_ = State::Fine;
  bool presumes_ = false;
  int serial_ = 0;
};

}  // namespace qd::db
