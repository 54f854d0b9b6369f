#include "platform/db/postgres_connection.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <boost/container/small_vector.hpp>

#include "platform/db/url.h"

namespace qd::db {
namespace {

/// Beyond this many, statements are sent whole each time: the server keeps every prepared one.
constexpr std::size_t kPreparedStatements = 1'000;
/// Their answers fit into the socket's buffer, so that neither side waits for the other to read.
constexpr std::size_t kMostPending = 1'000;

constexpr Sql kCommit{"db.commit", "COMMIT"};
constexpr Sql kRollback{"db.rollback", "ROLLBACK"};
constexpr Sql kRollbackTo{"db.rollback_to", "ROLLBACK TO closure"};

class PostgresRow final : public Row {
 public:
  PostgresRow(const PGresult* result, int row) : result_(result), row_(row) {}
  bool is_null(int column) const override { return PQgetisnull(result_, row_, column) != 0; }
  std::int64_t integer(int column) const override {
    const auto digits = text(column);
    if (digits == "t") return 1;  // a boolean expression, which is 0 or 1 in SQLite
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }
  double real(int column) const override {
    const auto digits = text(column);
    double value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }
  std::string_view text(int column) const override {
    return {PQgetvalue(result_, row_, column),
            static_cast<std::size_t>(PQgetlength(result_, row_, column))};
  }

 private:
  const PGresult* result_;
  int row_;
};

/// Parameters as libpq takes them: zero-terminated text, null for NULL.
class TextParams {
 public:
  explicit TextParams(std::span<const Param> params) {
    // All texts go into one buffer, which moves while it grows, so offsets come first.
    boost::container::small_vector<std::ptrdiff_t, 16> offsets;
    for (const auto& param : params) {
      offsets.push_back(std::holds_alternative<std::monostate>(param)
                            ? -1
                            : static_cast<std::ptrdiff_t>(texts_.size()));
      append(param);
    }
    for (const auto offset : offsets)
      values_.push_back(offset < 0 ? nullptr : texts_.data() + offset);
  }
  [[nodiscard]] int size() const { return static_cast<int>(values_.size()); }
  [[nodiscard]] const char* const* values() const { return values_.data(); }

 private:
  void append(const Param& param) {
    if (const auto* integer = std::get_if<std::int64_t>(&param))
      fmt::format_to(std::back_inserter(texts_), "{}", *integer);
    else if (const auto* real = std::get_if<double>(&param))
      fmt::format_to(std::back_inserter(texts_), "{}", *real);
    else if (const auto* view = std::get_if<std::string_view>(&param))
      append_text(*view);
    else if (const auto* text = std::get_if<std::string>(&param))
      append_text(*text);
    texts_.push_back('\0');
  }
  void append_text(std::string_view text) {
    if (text.contains('\0')) throw std::invalid_argument("text with a NUL can't be stored");
    texts_.append(text);
  }

  std::string texts_;
  boost::container::small_vector<const char*, 16> values_;
};

std::optional<ConstraintViolation::Kind> constraint_kind(std::string_view sqlstate) {
  using enum ConstraintViolation::Kind;
  if (sqlstate == "23505" || sqlstate == "23P01") return Unique;
  if (sqlstate == "23503") return ForeignKey;
  if (sqlstate == "23502") return NotNull;
  if (sqlstate == "23514") return Check;
  return std::nullopt;
}

std::string_view sqlstate_of(const PGresult* result) {
  const char* code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return code == nullptr ? std::string_view() : code;
}

/// How many rows it touched or brought.
std::int64_t touched_by(const PGresult* result) {
  const std::string_view touched = PQcmdTuples(const_cast<PGresult*>(result));
  std::int64_t count = PQntuples(result);
  std::from_chars(touched.data(), touched.data() + touched.size(), count);
  return count;
}

/// The server says farewell (shutdown, timeout, its administrator) and closes; or a prepared
/// statement no longer fits a table that was migrated meanwhile, which connecting anew cures.
bool ends_session(const PGresult* result) {
  const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity == nullptr) return false;
  return std::string_view(severity) != "ERROR" || sqlstate_of(result) == "0A000";
}

}  // namespace

PostgresConnection::PostgresConnection(std::string url, Access access)
    : url_(std::move(url)), access_(access) {
  connect();
}

void PostgresConnection::connect() {
  pending_.clear();
  names_.clear();
  presumes_ = false;
  state_ = State::Lost;
  // What comes later wins, so the URL may set any of these itself.
  const std::array keys{"connect_timeout", "tcp_user_timeout", "fallback_application_name",
                        "client_encoding", "dbname",           static_cast<const char*>(nullptr)};
  const std::array values{"5",    "15000",      "quarterdeck",
                          "UTF8", url_.c_str(), static_cast<const char*>(nullptr)};
  handle_.reset(PQconnectdbParams(keys.data(), values.data(), 1));
  const auto refuse = [&] {
    throw Unavailable("can't connect to " + without_password(url_) + ": " +
                      PQerrorMessage(handle_.get()));
  };
  if (PQstatus(handle_.get()) != CONNECTION_OK) refuse();
  // Notices would go to standard error; failures are all reported as results.
  PQsetNoticeReceiver(handle_.get(), [](void*, const PGresult*) {}, nullptr);
  const Result result(PQexec(
      handle_.get(), access_ == Access::Write
                         ? "SET default_transaction_isolation = 'serializable'; SET jit = off"
                         : "SET default_transaction_isolation = 'repeatable read'; "
                           "SET default_transaction_read_only = on; SET jit = off"));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) refuse();
  if (PQenterPipelineMode(handle_.get()) != 1) refuse();
  state_ = State::Fine;
}

void PostgresConnection::reconnect_if_lost() {
  if (state_ == State::Lost) connect();
}

void PostgresConnection::check_fine(const Sql& sql) const {
  if (state_ == State::Fine) return;
  throw std::logic_error("statement " + std::string(sql.name) +
                         " after a failed one: the closure must end with the failure");
}

std::int64_t PostgresConnection::run(const Sql& sql, std::span<const Param> params,
                                     const std::function<void(const Row&)>& on_row) {
  check_fine(sql);
  Result result;
  try {
    dispatch(sql, params);
    check_sent(PQsendFlushRequest(handle_.get()));
    result = receive();
  } catch (const ConstraintViolation&) {
    throw;
  } catch (const std::runtime_error& error) {
    if (state_ != State::Failed) throw;
    throw std::runtime_error("statement " + std::string(sql.name) + ": " + error.what());
  }
  const int rows = PQntuples(result.get());
  for (int row = 0; row < rows; ++row) on_row(PostgresRow(result.get(), row));
  return touched_by(result.get());
}

void PostgresConnection::post(const Sql& sql, std::span<const Param> params) {
  check_fine(sql);
  if (pending_.size() >= kMostPending) settle();
  dispatch(sql, params);
}

bool PostgresConnection::touches(const Sql& sql, std::span<const Param> params) {
  if (!presumes_) return Connection::touches(sql, params);
  post(sql, params);
  pending_.back().is_to_touch = true;
  return true;
}

void PostgresConnection::settle() {
  if (pending_.empty()) return;
  check_sent(PQsendFlushRequest(handle_.get()));
  receive();
}

bool PostgresConnection::confirms() {
  try {
    if (std::ranges::any_of(pending_, &Pending::is_to_touch)) settle();
    return true;
  } catch (const Presumptuous&) {
    return false;
  }
}

/// What was posted is to be taken back, so how it went is nobody's business.
void PostgresConnection::forget_posted() {
  try {
    settle();
  } catch (const ConnectionLost&) {
    throw;
  } catch (const std::runtime_error&) {
    // The pipeline is in order again.
  }
  state_ = State::Fine;
  presumes_ = false;
}

void PostgresConnection::send(const Sql& sql) {
  dispatch(sql, {});
}

void PostgresConnection::end() {
  if (state_ == State::Lost) return;
  try {
    forget_posted();
    if (access_ == Access::Write) send(kRollback);
    synchronise();
  } catch (const ConnectionLost&) {
    // The state says so; nothing was to be kept.
  }
}

void PostgresConnection::roll_back_to_savepoint() {
  forget_posted();
  send(kRollbackTo);
}

void PostgresConnection::commit() {
  presumes_ = false;
  send(kCommit);
  synchronise();
  const auto result = receive();
  // COMMIT of a transaction that failed answers ROLLBACK, and is no error to the server.
  if (std::string_view(PQcmdStatus(result.get())) != "COMMIT")
    throw std::logic_error("a transaction with a failed statement was to be committed");
}

void PostgresConnection::script(const std::string& statements) {
  synchronise();
  receive();
  PQexitPipelineMode(handle_.get());
  const Result result(PQexec(handle_.get(), statements.c_str()));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK &&
      PQresultStatus(result.get()) != PGRES_TUPLES_OK)
    raise(result.get());
  PQenterPipelineMode(handle_.get());
}

/// Puts a statement, prepared if it is new, into the pipeline.
void PostgresConnection::dispatch(const Sql& sql, std::span<const Param> params) {
  const TextParams values(params);
  const auto text = sql.postgres.empty() ? sql.text : sql.postgres;
  auto found = names_.find(text);
  if (found == names_.end() && names_.size() < kPreparedStatements) {
    found = names_.emplace(text, "s" + std::to_string(++serial_)).first;
    check_sent(
        PQsendPrepare(handle_.get(), found->second.c_str(), found->first.c_str(), 0, nullptr));
    pending_.push_back({Pending::Kind::Prepare, std::string(text)});
  }
  if (found != names_.end())
    check_sent(PQsendQueryPrepared(handle_.get(), found->second.c_str(), values.size(),
                                   values.values(), nullptr, nullptr, 0));
  else
    check_sent(PQsendQueryParams(handle_.get(), std::string(text).c_str(), values.size(), nullptr,
                                 values.values(), nullptr, nullptr, 0));
  pending_.push_back({Pending::Kind::Statement});
}

void PostgresConnection::synchronise() {
  check_sent(PQpipelineSync(handle_.get()));
  pending_.push_back({Pending::Kind::Synchronisation});
}

/// Reads all that is pending; the answer of the last statement. Throws the first failure, after
/// which the pipeline is in order again.
PostgresConnection::Result PostgresConnection::receive() {
  if (PQflush(handle_.get()) < 0) lose();
  Result last;
  Result failure;
  bool skipping = false;  // the server skips everything until the next synchronisation
  while (!pending_.empty()) {
    const auto pending = std::move(pending_.front());
    pending_.pop_front();
    auto answer = read_answer(pending);
    const auto status = PQresultStatus(answer.get());
    if (pending.kind == Pending::Kind::Synchronisation) {
      skipping = false;
    } else if (status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED) {
      if (pending.kind == Pending::Kind::Prepare) names_.erase(pending.text);
      if (!failure) failure = std::move(answer);
      skipping = true;
    } else if (pending.kind == Pending::Kind::Statement) {
      if (pending.is_to_touch && touched_by(answer.get()) == 0) state_ = State::Wrong;
      last = std::move(answer);
    }
  }
  if (!failure && state_ == State::Wrong) throw Presumptuous("a statement touched no row");
  if (!failure) return last;
  if (skipping) {
    synchronise();
    const auto synchronisation = pending_.front();
    pending_.clear();
    read_answer(synchronisation);
  }
  raise(failure.get());
}

PostgresConnection::Result PostgresConnection::read_answer(const Pending& pending) {
  Result answer(PQgetResult(handle_.get()));
  if (!answer || PQstatus(handle_.get()) == CONNECTION_BAD) lose();
  if (ends_session(answer.get())) lose();
  if (pending.kind != Pending::Kind::Synchronisation)
    while (const Result rest{PQgetResult(handle_.get())}) {
      // A null result ends the answer of each statement.
    }
  return answer;
}

void PostgresConnection::check_sent(int accepted) {
  if (accepted != 1) lose();
}

void PostgresConnection::lose() {
  state_ = State::Lost;
  pending_.clear();
  throw ConnectionLost(std::string("the connection to PostgreSQL broke: ") +
                       PQerrorMessage(handle_.get()));
}

void PostgresConnection::raise(const PGresult* result) {
  const auto sqlstate = sqlstate_of(result);
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string message = primary == nullptr ? PQresultErrorMessage(result) : primary;
  if (sqlstate == "40001" || sqlstate == "40P01") {
    state_ = State::Restart;
    throw MustRestart(message);
  }
  state_ = State::Failed;
  if (const auto kind = constraint_kind(sqlstate)) throw ConstraintViolation(*kind, message);
  throw std::runtime_error(message + " (SQLSTATE " + std::string(sqlstate) + ")");
}

}  // namespace qd::db
