#include "platform/db/postgres.h"

#include <chrono>
#include <random>
#include <thread>

#include "base/thread_name.h"
#include "platform/db/job_queue.h"
#include "platform/db/postgres_connection.h"

namespace qd::db {
namespace {

constexpr std::size_t kGroupSize = 256;
/// More savepoints than this in one transaction make the server's snapshots slow.
constexpr std::size_t kMostSavepoints = 60;
/// Most closures are a round trip or two, so a group takes longer than in SQLite.
constexpr std::chrono::milliseconds kGroupTime{25};
constexpr std::size_t kReadBatch = 16;
/// With the pauses between them about two seconds in all.
constexpr int kAttempts = 12;

constexpr Sql kBegin{"db.begin", "BEGIN"};
constexpr Sql kSavepoint{"db.savepoint", "SAVEPOINT closure"};
constexpr Sql kRelease{"db.release", "RELEASE closure"};

using State = PostgresConnection::State;

/// Longer with each attempt, and never the same for two that collided.
void pause_before_attempt(int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int most = std::min(1 << attempt, 400);
  std::this_thread::sleep_for(
      std::chrono::milliseconds(std::uniform_int_distribution(most / 2, most)(random)));
}

/// What became of a closure, whatever it did with the exceptions of its statements.
void check(const PostgresConnection& connection) {
  if (connection.state() == State::Lost) throw ConnectionLost("the connection broke");
  if (connection.state() == State::Restart) throw MustRestart("the transaction was given up");
}

/// Whether the server could not even be reached, so that trying again at once is in vain.
bool is_refusal(const std::exception_ptr& error) {
  try {
    if (error) std::rethrow_exception(error);
  } catch (const Unavailable&) {
    return true;
  } catch (...) {
    return false;
  }
  return false;
}

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(const std::string& url, const Options& options)
      : writes_(options.queue_limit), reads_(options.queue_limit) {
    using enum PostgresConnection::Access;
    for (int i = 0; i < std::max(1, options.writers); ++i)
      writers_.push_back(std::make_unique<PostgresConnection>(url, Write));
    for (int i = 0; i < std::max(1, options.readers); ++i)
      readers_.push_back(std::make_unique<PostgresConnection>(url, Read));
    for (auto& writer : writers_)
      threads_.emplace_back([this, &connection = *writer] { write_until_stopped(connection); });
    for (auto& reader : readers_)
      threads_.emplace_back([this, &connection = *reader] { read_until_stopped(connection); });
  }
  ~PostgresDatabase() override { stop(); }

  bool is_postgres() const override { return true; }

  void stop() override {
    writes_.stop();
    reads_.stop();
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }

 protected:
  using WriteWork = std::function<Outcome(Transaction&)>;
  using ReadWork = std::function<void(Snapshot&)>;

  Task<void> write_erased(WriteWork work) override { return writes_.submit(std::move(work)); }
  Task<void> read_erased(ReadWork work) override { return reads_.submit(std::move(work)); }

 private:
  using WriteJobs = std::span<Job<WriteWork>>;
  using Errors = std::vector<std::exception_ptr>;

  void write_until_stopped(PostgresConnection& connection);
  std::size_t write_group(PostgresConnection& connection, WriteJobs jobs);
  static Errors run_group(PostgresConnection& connection, WriteJobs jobs);
  static Errors run_guarded_group(PostgresConnection& connection, WriteJobs jobs);
  static std::exception_ptr run_in_savepoint(PostgresConnection& connection, const WriteWork& work);
  static Errors write_one_by_one(PostgresConnection& connection, WriteJobs jobs);
  static std::exception_ptr write_alone(PostgresConnection& connection, const WriteWork& work);
  static std::exception_ptr attempt(PostgresConnection& connection, const WriteWork& work);
  static std::pair<Outcome, std::exception_ptr> run_closure(PostgresConnection& connection,
                                                            const WriteWork& work);
  static void commit(PostgresConnection& connection);
  void read_until_stopped(PostgresConnection& connection);
  static std::exception_ptr read_one(PostgresConnection& connection, const ReadWork& work);

  std::vector<std::unique_ptr<PostgresConnection>> writers_;
  std::vector<std::unique_ptr<PostgresConnection>> readers_;
  JobQueue<WriteWork> writes_;
  JobQueue<ReadWork> reads_;
  std::vector<std::thread> threads_;
};

void PostgresDatabase::write_until_stopped(PostgresConnection& connection) {
  name_this_thread("qd-write");
  std::vector<Job<WriteWork>> jobs;
  GroupRhythm rhythm;
  while (writes_.take(jobs, kGroupSize, rhythm.next())) {
    const auto start = std::chrono::steady_clock::now();
    for (WriteJobs left(jobs); !left.empty();) left = left.subspan(write_group(connection, left));
    rhythm.finished(jobs.size(), std::chrono::steady_clock::now() - start);
    jobs.clear();
  }
}

/// Runs and commits as many of the first jobs as make a group, and completes them; how many.
std::size_t PostgresDatabase::write_group(PostgresConnection& connection, WriteJobs jobs) {
  Errors errors;
  if (jobs.size() == 1) {
    errors.push_back(write_alone(connection, jobs[0].work));
  } else {
    try {
      connection.reconnect_if_lost();
      errors = run_group(connection, jobs);
    } catch (const Unavailable&) {
      errors.assign(jobs.size(), std::current_exception());
    }
  }
  complete(jobs, errors);
  return errors.size();
}

/// One transaction around the first jobs; what went wrong with each that ran. Savepoints cost the
/// server a transaction each, so they are taken only where one is seen to fail.
PostgresDatabase::Errors PostgresDatabase::run_group(PostgresConnection& connection,
                                                     WriteJobs jobs) {
  std::size_t ran = 0;
  try {
    const auto end = std::chrono::steady_clock::now() + kGroupTime;
    connection.send(kBegin);
    connection.presume();
    bool is_well = true;
    do is_well = run_closure(connection, jobs[ran++].work).first == Outcome::Commit;
    while (is_well && ran < jobs.size() && std::chrono::steady_clock::now() < end);
    if (is_well && connection.confirms()) {
      commit(connection);
      return Errors(ran);
    }
    connection.end();
    return run_guarded_group(connection, jobs.first(std::min(ran, kMostSavepoints)));
  } catch (const OutcomeUnknown&) {
    return Errors(ran, std::current_exception());
  } catch (const MustRestart&) {
    connection.end();
    // Half as many meet half as many others.
    if (ran > 1) return run_group(connection, jobs.first(ran / 2));
    return write_one_by_one(connection, jobs.first(1));
  } catch (...) {
    connection.end();
    return write_one_by_one(connection, jobs.first(std::max<std::size_t>(ran, 1)));
  }
}

/// The same for all of the jobs, each kept from the others' faults.
PostgresDatabase::Errors PostgresDatabase::run_guarded_group(PostgresConnection& connection,
                                                             WriteJobs jobs) {
  Errors errors;
  connection.send(kBegin);
  for (const auto& job : jobs) errors.push_back(run_in_savepoint(connection, job.work));
  commit(connection);
  return errors;
}

/// What went wrong with the closure, or null; throws when the whole transaction is lost.
std::exception_ptr PostgresDatabase::run_in_savepoint(PostgresConnection& connection,
                                                      const WriteWork& work) {
  connection.send(kSavepoint);
  const auto settled = [&](Transaction& tx) {
    const auto outcome = work(tx);
    connection.settle();
    return outcome;
  };
  const auto [outcome, error] = run_closure(connection, settled);
  if (outcome == Outcome::RollBack) connection.roll_back_to_savepoint();
  connection.send(kRelease);
  return error;
}

PostgresDatabase::Errors PostgresDatabase::write_one_by_one(PostgresConnection& connection,
                                                            WriteJobs jobs) {
  Errors errors;
  for (const auto& job : jobs) {
    errors.push_back(write_alone(connection, job.work));
    if (!is_refusal(errors.back())) continue;
    errors.resize(jobs.size(), errors.back());  // the others need not wait for the same
    break;
  }
  return errors;
}

std::exception_ptr PostgresDatabase::write_alone(PostgresConnection& connection,
                                                 const WriteWork& work) {
  for (int tried = 1;; ++tried) {
    try {
      connection.reconnect_if_lost();
      return attempt(connection, work);
    } catch (const MustRestart& restart) {
      connection.end();
      if (tried == kAttempts)
        return std::make_exception_ptr(
            Overloaded("too many transactions contend: " + std::string(restart.what())));
    } catch (const ConnectionLost& lost) {
      if (tried == kAttempts) return std::make_exception_ptr(Unavailable(lost.what()));
    } catch (...) {
      connection.end();
      return std::current_exception();
    }
    pause_before_attempt(tried);
  }
}

/// A transaction for this closure; what the closure itself threw, or null.
std::exception_ptr PostgresDatabase::attempt(PostgresConnection& connection,
                                             const WriteWork& work) {
  connection.send(kBegin);
  const auto [outcome, error] = run_closure(connection, work);
  if (outcome == Outcome::Commit)
    commit(connection);
  else
    connection.end();
  return error;
}

/// What the closure wants, which is a rollback when it failed; throws when the transaction is lost.
std::pair<Database::Outcome, std::exception_ptr> PostgresDatabase::run_closure(
    PostgresConnection& connection, const WriteWork& work) {
  std::pair<Outcome, std::exception_ptr> end{Outcome::RollBack, nullptr};
  try {
    Transaction tx(connection);
    const auto outcome = work(tx);
    if (outcome == Outcome::Commit && connection.state() != State::Fine)
      throw std::logic_error("a closure succeeded although one of its statements failed");
    end.first = outcome;
  } catch (...) {
    end.second = std::current_exception();
  }
  check(connection);
  return end;
}

void PostgresDatabase::commit(PostgresConnection& connection) {
  try {
    connection.commit();
  } catch (const ConnectionLost& lost) {
    throw OutcomeUnknown("the connection broke during a commit: " + std::string(lost.what()));
  }
}

void PostgresDatabase::read_until_stopped(PostgresConnection& connection) {
  name_this_thread("qd-read");
  std::vector<Job<ReadWork>> jobs;
  while (reads_.take(jobs, kReadBatch)) {
    // They were queued before the snapshot begins, so each sees what its caller has written.
    for (auto& job : jobs) go_on(std::move(job.waiter), read_one(connection, job.work));
    connection.end();
    jobs.clear();
  }
}

/// What went wrong, or null. Reads run again freely.
std::exception_ptr PostgresDatabase::read_one(PostgresConnection& connection,
                                              const ReadWork& work) {
  for (int tried = 1;; ++tried) {
    std::exception_ptr error;
    try {
      connection.reconnect_if_lost();
      Snapshot view(connection);
      work(view);
      if (connection.state() == State::Failed)
        throw std::logic_error("a closure succeeded although one of its statements failed");
    } catch (...) {
      error = std::current_exception();
    }
    if (connection.state() == State::Fine) return error;
    const bool again =
        connection.state() != State::Failed && tried < kAttempts && !is_refusal(error);
    connection.end();
    if (!again) return error;
    pause_before_attempt(tried);
  }
}

}  // namespace

std::unique_ptr<Database> open_postgres(const std::string& url, const Options& options) {
  return std::make_unique<PostgresDatabase>(url, options);
}

}  // namespace qd::db
