#include "platform/db/sqlite.h"

#include <chrono>
#include <thread>

#include "base/thread_name.h"
#include "platform/db/job_queue.h"
#include "platform/db/sqlite_connection.h"

namespace qd::db {
namespace {

/// A group is committed when it has this many closures or has run this long, so that the first of
/// them need not wait for many others.
constexpr std::size_t kGroupSize = 512;
constexpr std::chrono::milliseconds kGroupTime{5};
/// So few that the other readers get their share.
constexpr std::size_t kReadBatch = 16;

constexpr Sql kBegin{"db.begin", "BEGIN"};
constexpr Sql kBeginImmediate{"db.begin_immediate", "BEGIN IMMEDIATE"};
constexpr Sql kCommit{"db.commit", "COMMIT"};
constexpr Sql kRollback{"db.rollback", "ROLLBACK"};
constexpr Sql kSavepoint{"db.savepoint", "SAVEPOINT closure"};
constexpr Sql kRollbackTo{"db.rollback_to", "ROLLBACK TO closure"};
constexpr Sql kRelease{"db.release", "RELEASE closure"};

void control(SqliteConnection& connection, const Sql& sql) {
  connection.run(sql, {}, [](const Row&) {});
}

/// Ends whatever transaction is open.
void abandon(SqliteConnection& connection) {
  connection.forget_failure();
  if (connection.in_transaction()) control(connection, kRollback);
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const std::string& path, const Options& options)
      : lock_(path),
        writer_(path, SqliteConnection::Access::Write),
        writes_(options.queue_limit),
        reads_(options.queue_limit) {
    for (int i = 0; i < std::max(1, options.readers); ++i)
      readers_.push_back(std::make_unique<SqliteConnection>(path, SqliteConnection::Access::Read));
    threads_.emplace_back([this] { write_until_stopped(); });
    for (auto& reader : readers_)
      threads_.emplace_back([this, &connection = *reader] { read_until_stopped(connection); });
  }
  ~SqliteDatabase() override { stop(); }

  bool is_postgres() const override { return false; }

  void stop() override {
    writes_.stop();
    reads_.stop();
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }

 protected:
  using Write = std::function<Outcome(Transaction&)>;
  using Read = std::function<void(Snapshot&)>;

  Task<void> write_erased(Write work) override { return writes_.submit(std::move(work)); }
  Task<void> read_erased(Read work) override { return reads_.submit(std::move(work)); }

 private:
  using WriteJobs = std::span<Job<Write>>;

  void write_until_stopped();
  using Errors = std::vector<std::exception_ptr>;

  std::size_t write_group(WriteJobs jobs);
  Errors run_group(WriteJobs jobs);
  Errors run_guarded_group(WriteJobs jobs);
  bool run_unguarded(const Write& work);
  std::exception_ptr run_in_savepoint(const Write& work);
  std::exception_ptr write_alone(const Write& work);
  std::pair<Outcome, std::exception_ptr> run_closure(const Write& work);
  void read_until_stopped(SqliteConnection& connection);
  void read_batch(SqliteConnection& connection, std::span<Job<Read>> jobs);

  SqliteFileLock lock_;  // first: it is let go after the connections are closed
  SqliteConnection writer_;
  std::vector<std::unique_ptr<SqliteConnection>> readers_;
  JobQueue<Write> writes_;
  JobQueue<Read> reads_;
  std::vector<std::thread> threads_;
};

void SqliteDatabase::write_until_stopped() {
  name_this_thread("qd-write");
  std::vector<Job<Write>> jobs;
  GroupRhythm rhythm;
  while (writes_.take(jobs, kGroupSize, rhythm.next())) {
    const auto start = std::chrono::steady_clock::now();
    for (WriteJobs left(jobs); !left.empty();) left = left.subspan(write_group(left));
    rhythm.finished(jobs.size(), std::chrono::steady_clock::now() - start);
    jobs.clear();
  }
}

/// Runs and commits as many of the first jobs as make a group, and completes them; how many.
std::size_t SqliteDatabase::write_group(WriteJobs jobs) {
  Errors errors;
  if (jobs.size() == 1)
    errors.push_back(write_alone(jobs[0].work));
  else
    errors = run_group(jobs);
  complete(jobs, errors);
  return errors.size();
}

/// One transaction around the first jobs; what went wrong with each that ran. Savepoints cost each
/// of them copies of the pages that it changes, so they are taken only where one is seen to fail.
SqliteDatabase::Errors SqliteDatabase::run_group(WriteJobs jobs) {
  std::size_t ran = 0;
  try {
    const auto end = std::chrono::steady_clock::now() + kGroupTime;
    control(writer_, kBeginImmediate);
    bool is_well = true;
    do is_well = run_unguarded(jobs[ran++].work);
    while (is_well && ran < jobs.size() && std::chrono::steady_clock::now() < end);
    if (is_well) {
      control(writer_, kCommit);
      return Errors(ran);
    }
  } catch (const std::runtime_error&) {
    // Each in its savepoint, or alone, shows whose fault it is.
  }
  abandon(writer_);
  return run_guarded_group(jobs.first(std::max<std::size_t>(ran, 1)));
}

/// False where the whole transaction has to be taken back for it.
bool SqliteDatabase::run_unguarded(const Write& work) {
  return run_closure(work).first == Outcome::Commit && writer_.in_transaction();
}

/// The same for all of the jobs, each kept from the others' faults.
SqliteDatabase::Errors SqliteDatabase::run_guarded_group(WriteJobs jobs) {
  Errors errors;
  try {
    control(writer_, kBeginImmediate);
    for (const auto& job : jobs) {
      errors.push_back(run_in_savepoint(job.work));
      if (!writer_.in_transaction())
        throw std::runtime_error("the database rolled the transaction back");
    }
    control(writer_, kCommit);
  } catch (const ConstraintViolation&) {
    // A deferred constraint, seen only at the commit; each alone shows whose it is.
    abandon(writer_);
    errors.clear();
    for (const auto& job : jobs) errors.push_back(write_alone(job.work));
  } catch (...) {
    abandon(writer_);
    errors.assign(jobs.size(), std::current_exception());
  }
  return errors;
}

/// What went wrong, or null.
std::exception_ptr SqliteDatabase::run_in_savepoint(const Write& work) {
  control(writer_, kSavepoint);
  const auto [outcome, error] = run_closure(work);
  if (!writer_.in_transaction()) return error;
  if (outcome == Outcome::RollBack) control(writer_, kRollbackTo);
  control(writer_, kRelease);
  return error;
}

std::exception_ptr SqliteDatabase::write_alone(const Write& work) {
  try {
    control(writer_, kBeginImmediate);
    const auto [outcome, error] = run_closure(work);
    if (outcome == Outcome::Commit) control(writer_, kCommit);
    abandon(writer_);
    return error;
  } catch (...) {
    const auto error = std::current_exception();
    abandon(writer_);
    return error;
  }
}

/// What the closure wants, which is a rollback when it failed.
std::pair<Database::Outcome, std::exception_ptr> SqliteDatabase::run_closure(const Write& work) {
  std::pair<Outcome, std::exception_ptr> end{Outcome::RollBack, nullptr};
  try {
    Transaction tx(writer_);
    const auto outcome = work(tx);
    if (outcome == Outcome::Commit && writer_.has_failed())
      throw std::logic_error("a closure succeeded although one of its statements failed");
    end.first = outcome;
  } catch (...) {
    end.second = std::current_exception();
  }
  writer_.forget_failure();
  return end;
}

void SqliteDatabase::read_until_stopped(SqliteConnection& connection) {
  name_this_thread("qd-read");
  std::vector<Job<Read>> jobs;
  while (reads_.take(jobs, kReadBatch)) {
    read_batch(connection, jobs);
    jobs.clear();
  }
}

/// The jobs were queued before the snapshot begins, so each sees what its caller has written.
void SqliteDatabase::read_batch(SqliteConnection& connection, std::span<Job<Read>> jobs) {
  for (auto& job : jobs) {
    std::exception_ptr error;
    try {
      if (!connection.in_transaction()) control(connection, kBegin);
      Snapshot view(connection);
      job.work(view);
      if (connection.has_failed())
        throw std::logic_error("a closure succeeded although one of its statements failed");
    } catch (...) {
      error = std::current_exception();
      abandon(connection);
    }
    go_on(std::move(job.waiter), error);
  }
  abandon(connection);
}

}  // namespace

std::unique_ptr<Database> open_sqlite(const std::string& path, const Options& options) {
  if (path == ":memory:")
    throw std::runtime_error("SQLite in memory has no durable commits; name a file: sqlite:PATH");
  return std::make_unique<SqliteDatabase>(path, options);
}

}  // namespace qd::db
