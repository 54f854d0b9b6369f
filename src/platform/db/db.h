// The database as the rest of the program sees it: SQL in straight-line closures; the database
// decides on which of its own threads they run and when they commit.
//
//   auto project = co_await db.write([&](Transaction& tx) { return store.insert(tx, draft); });
//   auto page    = co_await db.read ([&](Snapshot& view)  { return store.list(view, filter); });
//
// A closure has no outside effects: it may run again (savepoint, serialization failure, deadlock),
// so it also must not move from what it captured. Transactions are serializable on both stores.
// After a ConstraintViolation the closure must fail (throw, or return an unexpected Result): going
// on is refused with std::logic_error on both stores. Where a conflict is expected: ON CONFLICT DO
// NOTHING. A write closure that throws, or returns an unexpected Result, is rolled back whole; the
// others of its group commit are not touched. After co_await the caller is back on its own
// executor, and the write is durable.
//
// Both dialects: `$1`, `$2`, ... in order of first appearance; times are BIGINT milliseconds
// (Timestamp), booleans INTEGER 0/1 (bool), ids, enums and JSON TEXT (Id<Tag>, described enum,
// Json), no blobs.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/error.h"
#include "base/time.h"
#include "platform/db/columns.h"

namespace qd::db {

/// One statement under its name, which is its metric and log key. Where the dialects part,
/// `postgres` holds the other text. Text is never put together from values.
struct Sql {
  std::string_view name;
  std::string_view text;
  std::string_view postgres = {};
};

/// Why a statement was refused by a constraint; everything else that goes wrong is a Fault.
class ConstraintViolation : public std::runtime_error {
 public:
  enum class Kind { Unique, ForeignKey, Check, NotNull };
  ConstraintViolation(Kind what_kind, const std::string& message)
      : std::runtime_error(message), kind(what_kind) {}
  Kind kind;
};

/// The database takes no more work now (its queue is full); trying again in a moment may help.
class Overloaded : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The database can't be reached, or is stopped; nothing of the closure was written.
class Unavailable : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The connection broke while a commit was on its way: the write may have happened or not.
class OutcomeUnknown : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One open transaction on one connection; belongs to one thread.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Runs a prepared statement (cached by text), calls `on_row` for each row; the affected row
  /// count.
  virtual std::int64_t run(const Sql& sql, std::span<const Param> params,
                           const std::function<void(const Row&)>& on_row) = 0;
  /// Runs it too, when it pleases, but before anything that is run or committed later. What goes
  /// wrong is thrown by one of those.
  virtual void post(const Sql& sql, std::span<const Param> params) {
    run(sql, params, [](const Row&) {});
  }
  /// See Transaction::touches.
  virtual bool touches(const Sql& sql, std::span<const Param> params) {
    return run(sql, params, [](const Row&) {}) > 0;
  }
  [[nodiscard]] virtual bool is_postgres() const = 0;
  /// Counts that were over their cap, with the moment until which that is taken as still so.
  std::unordered_map<std::string, std::chrono::steady_clock::time_point> capped_counts;
};

/// A consistent view for reading.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection) : connection_(connection) {}

  /// Every row as a described struct: column i is its i-th described member.
  template <class T, class... Args>
  std::vector<T> all(const Sql& sql, const Args&... args) {
    std::vector<T> rows;
    const Params<sizeof...(Args)> params(args...);
    connection_.run(sql, params, [&](const Row& row) { rows.push_back(read_row<T>(row)); });
    return rows;
  }
  template <class T>
  std::vector<T> all(const Sql& sql, std::span<const Param> params) {
    std::vector<T> rows;
    connection_.run(sql, params, [&](const Row& row) { rows.push_back(read_row<T>(row)); });
    return rows;
  }
  /// The first row, or nothing.
  template <class T, class... Args>
  std::optional<T> first(const Sql& sql, const Args&... args) {
    std::optional<T> found;
    const Params<sizeof...(Args)> params(args...);
    connection_.run(sql, params, [&](const Row& row) {
      if (!found) found = read_row<T>(row);
    });
    return found;
  }
  /// The first column of the first row (T a column type: int64_t, std::string, bool, ...), or
  /// nothing.
  template <class T, class... Args>
  std::optional<T> value(const Sql& sql, const Args&... args) {
    std::optional<T> found;
    const Params<sizeof...(Args)> params(args...);
    connection_.run(sql, params, [&](const Row& row) {
      if (!found) found = read_column<T>(row, 0);
    });
    return found;
  }
  [[nodiscard]] bool is_postgres() const { return connection_.is_postgres(); }
  Connection& connection() { return connection_; }

 private:
  Connection& connection_;
};

class Transaction : public Snapshot {
 public:
  using Snapshot::Snapshot;
  /// Runs a statement for its effect; how many rows it touched. Throws ConstraintViolation.
  template <class... Args>
  std::int64_t execute(const Sql& sql, const Args&... args) {
    const Params<sizeof...(Args)> params(args...);
    return connection().run(sql, params, [](const Row&) {});
  }
  std::int64_t execute(const Sql& sql, std::span<const Param> params) {
    return connection().run(sql, params, [](const Row&) {});
  }
  /// The same where nobody asks how many rows it touched: on PostgreSQL it is not waited for, and
  /// the closure fails with the next statement, or at its end.
  template <class... Args>
  void post(const Sql& sql, const Args&... args) {
    const Params<sizeof...(Args)> params(args...);
    connection().post(sql, params);
  }
  /// Runs it too; whether it touches a row, or finds one. Where that is all but sure: on PostgreSQL
  /// a group of closures is told so without waiting, and runs again, each statement awaited, should
  /// one turn out not to.
  template <class... Args>
  [[nodiscard]] bool touches(const Sql& sql, const Args&... args) {
    const Params<sizeof...(Args)> params(args...);
    return connection().touches(sql, params);
  }
};

template <class T>
struct IsResult : std::false_type {};
template <class T>
struct IsResult<Result<T>> : std::true_type {};

/// A store that is open and migrated. Thread-safe.
class Database {
 public:
  virtual ~Database() = default;

  /// Runs `work(Transaction&)` in a transaction and commits it; what it returned.
  template <class Work>
  auto write(Work work) -> Task<std::invoke_result_t<Work&, Transaction&>> {
    using T = std::invoke_result_t<Work&, Transaction&>;
    if constexpr (std::is_void_v<T>) {
      co_await write_erased([&](Transaction& tx) {
        work(tx);
        return Outcome::Commit;
      });
    } else {
      std::optional<T> result;
      co_await write_erased([&](Transaction& tx) {
        result.emplace(work(tx));
        if constexpr (IsResult<T>::value) return *result ? Outcome::Commit : Outcome::RollBack;
        return Outcome::Commit;
      });
      co_return std::move(*result);
    }
  }

  /// Runs `work(Snapshot&)` on one consistent view; what it returned.
  template <class Work>
  auto read(Work work) -> Task<std::invoke_result_t<Work&, Snapshot&>> {
    using T = std::invoke_result_t<Work&, Snapshot&>;
    std::optional<T> result;
    co_await read_erased([&](Snapshot& view) { result.emplace(work(view)); });
    co_return std::move(*result);
  }

  [[nodiscard]] virtual bool is_postgres() const = 0;
  /// Stops taking work, finishes what was taken, closes. Tolerates being called twice.
  virtual void stop() = 0;

 protected:
  enum class Outcome { Commit, RollBack };
  virtual Task<void> write_erased(std::function<Outcome(Transaction&)> work) = 0;
  virtual Task<void> read_erased(std::function<void(Snapshot&)> work) = 0;
};

struct Options {
  /// `sqlite:PATH` or `postgres://...`.
  std::string url;
  int readers = 2;
  /// Connections that write, on PostgreSQL; SQLite has one writer by nature.
  int writers = 1;
  /// How many closures of a kind may wait before Overloaded is thrown.
  std::size_t queue_limit = 20'000;
};

/// Opens the store; throws std::runtime_error with what to do when it can't be.
std::unique_ptr<Database> open(const Options& options);

}  // namespace qd::db
