#include "platform/db/sqlite_connection.h"

#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include "platform/db/sqlite_log_file.h"

namespace qd::db {
namespace {

constexpr std::size_t kCachedStatements = 400;

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_, column);
  }
  double real(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    const auto* bytes = sqlite3_column_text(statement_, column);
    if (bytes == nullptr) return {};
    return {reinterpret_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3_stmt* statement_;
};

/// Puts a statement back: rewound, and without views of the caller's values.
class Rewind {
 public:
  explicit Rewind(sqlite3_stmt* statement) : statement_(statement) {}
  Rewind(const Rewind&) = delete;
  Rewind& operator=(const Rewind&) = delete;
  ~Rewind() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

int bind(sqlite3_stmt* statement, int index, const Param& param) {
  const auto bind_text = [&](std::string_view text) {
    return sqlite3_bind_text64(statement, index, text.data() == nullptr ? "" : text.data(),
                               text.size(), SQLITE_STATIC, SQLITE_UTF8);
  };
  if (const auto* integer = std::get_if<std::int64_t>(&param))
    return sqlite3_bind_int64(statement, index, *integer);
  if (const auto* real = std::get_if<double>(&param))
    return sqlite3_bind_double(statement, index, *real);
  if (const auto* view = std::get_if<std::string_view>(&param)) return bind_text(*view);
  if (const auto* text = std::get_if<std::string>(&param)) return bind_text(*text);
  return sqlite3_bind_null(statement, index);
}

std::optional<ConstraintViolation::Kind> constraint_kind(int extended_code) {
  using enum ConstraintViolation::Kind;
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return Unique;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return ForeignKey;
    case SQLITE_CONSTRAINT_NOTNULL:
      return NotNull;
    default:
      if ((extended_code & 0xff) == SQLITE_CONSTRAINT) return Check;
      return std::nullopt;
  }
}

void create_private_file(const std::string& path) {
  const auto directory = std::filesystem::path(path).parent_path();
  if (!directory.empty()) std::filesystem::create_directories(directory);
  if (const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600); file >= 0)
    ::close(file);  // when it can't be made, SQLite's own message says why
}

}  // namespace

SqliteConnection::SqliteConnection(const std::string& path, Access access) {
  // SQLite's count of its memory, which nobody asks for, takes a lock at each allocation. It can be
  // said only before the first connection; later it is refused, and nothing is lost.
  static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(uncounted);
  if (access == Access::Write) create_private_file(path);
  sqlite3* handle = nullptr;
  // A read-only handle can't recover the log that a killed process left, so readers open for
  // writing too and are held to reading by query_only.
  const int code = sqlite3_open_v2(
      path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      gathering_vfs());
  handle_.reset(handle);
  if (code != SQLITE_OK)
    throw std::runtime_error("can't open the database " + path + ": " + sqlite3_errmsg(handle));
  // "text" in double quotes is an error, as in PostgreSQL.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_busy_timeout(handle, 5'000);
  // No mmap: a page costs under a microsecond to read, and mapped pages count as resident memory
  // once for every connection. LIKE is case-sensitive, as in PostgreSQL.
  script(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
      "PRAGMA case_sensitive_like = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
      "PRAGMA journal_size_limit = 67108864;");
  script(access == Access::Write ? "PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 4000;"
                                 : "PRAGMA cache_size = -4000; PRAGMA query_only = ON;");
}

SqliteConnection::~SqliteConnection() {
  by_text_.clear();
  statements_.clear();
}

void SqliteConnection::script(const std::string& statements) {
  if (sqlite3_exec(handle_.get(), statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    raise(statements.substr(0, 60));
}

std::int64_t SqliteConnection::run(const Sql& sql, std::span<const Param> params,
                                   const std::function<void(const Row&)>& on_row) {
  if (failed_)
    throw std::logic_error("statement " + std::string(sql.name) +
                           " after a failed one: the closure must end with the failure");
  try {
    if (sqlite3_stmt* statement = cached(sql.text)) return execute(statement, params, on_row);
    const auto once = prepare(sql.text);
    return execute(once.get(), params, on_row);
  } catch (const ConstraintViolation&) {
    throw;
  } catch (const std::runtime_error& error) {
    if (!failed_) throw;
    throw std::runtime_error("statement " + std::string(sql.name) + ": " + error.what());
  }
}

std::int64_t SqliteConnection::execute(sqlite3_stmt* statement, std::span<const Param> params,
                                       const std::function<void(const Row&)>& on_row) {
  const Rewind rewind(statement);
  if (static_cast<int>(params.size()) != sqlite3_bind_parameter_count(statement))
    throw std::logic_error(std::string("wrong number of parameters for ") + sqlite3_sql(statement));
  for (std::size_t i = 0; i < params.size(); ++i)
    if (bind(statement, static_cast<int>(i) + 1, params[i]) != SQLITE_OK) raise("parameter");

  std::int64_t rows = 0;
  const SqliteRow row(statement);
  for (;;) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) break;
    if (code != SQLITE_ROW) raise("");
    ++rows;
    on_row(row);
  }
  return sqlite3_stmt_readonly(statement) != 0 ? rows : sqlite3_changes64(handle_.get());
}

SqliteConnection::Statement SqliteConnection::prepare(std::string_view text) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), text.data(), static_cast<int>(text.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, &rest) != SQLITE_OK)
    raise("");
  Statement prepared(statement);
  const auto used = static_cast<std::size_t>(rest - text.data());
  if (text.find_first_not_of("; \t\r\n", used) != std::string_view::npos)
    throw std::logic_error("more than one statement in: " + std::string(text));
  return prepared;
}

sqlite3_stmt* SqliteConnection::cached(std::string_view text) {
  if (const auto found = by_text_.find(text); found != by_text_.end()) {
    statements_.splice(statements_.begin(), statements_, found->second);
    sqlite3_stmt* statement = found->second->statement.get();
    return sqlite3_stmt_busy(statement) != 0 ? nullptr : statement;
  }
  if (statements_.size() >= kCachedStatements &&
      sqlite3_stmt_busy(statements_.back().statement.get()) == 0) {
    by_text_.erase(statements_.back().text);
    statements_.pop_back();
  }
  statements_.push_front({std::string(text), prepare(text)});
  by_text_.emplace(statements_.front().text, statements_.begin());
  return statements_.front().statement.get();
}

void SqliteConnection::raise(std::string_view what) {
  failed_ = true;
  const int code = sqlite3_extended_errcode(handle_.get());
  const std::string message =
      std::string(what) + (what.empty() ? "" : ": ") + sqlite3_errmsg(handle_.get());
  if (const auto kind = constraint_kind(code)) throw ConstraintViolation(*kind, message);
  throw std::runtime_error(message + " (SQLite code " + std::to_string(code) + ")");
}

}  // namespace qd::db
