// What this machine's stores can do at most, and what is left of it behind `db.h`. Every line is
// `name value unit`. SQLite writes to a temporary directory (TMPDIR chooses the disk); PostgreSQL
// is measured when QD_TEST_POSTGRES names a server (tests/support/postgres.sh starts one).
//
//   build/release/limits [SECONDS]      seconds a figure; 2 by default
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/id.h"
#include "base/time.h"
#include "platform/db/db.h"

namespace {

using namespace qd;
using Steady = std::chrono::steady_clock;

/// As many callers as the benchmarks have connections, and so the closures of a full group.
constexpr int kCallers = 64;

constexpr const char* kDrop = "DROP TABLE IF EXISTS bench_item";
constexpr const char* kCreate =
    "CREATE TABLE bench_item (id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, "
    "body TEXT NOT NULL, created_at BIGINT NOT NULL)";
constexpr const char* kIndex = "CREATE INDEX bench_item_owner ON bench_item (owner, created_at)";
constexpr db::Sql kInsert{
    "bench.insert",
    "INSERT INTO bench_item (id, owner, name, body, created_at) VALUES ($1, $2, $3, $4, $5)"};
constexpr db::Sql kName{"bench.name", "SELECT name FROM bench_item WHERE id = $1"};

struct Item {
  std::string id = new_uuid(SystemClock().now());
  std::string owner = "0197a1f2-0000-7000-8000-000000000001";
  std::string name = "a project of " + id;
  std::string body = std::string(200, 'x');
  std::int64_t created_at = SystemClock().now().time_since_epoch().count();
};

void report(const std::string& name, std::int64_t count, Steady::duration took) {
  const double seconds = std::chrono::duration<double>(took).count();
  fmt::print("{:<32} {:>10.0f} per second\n", name, static_cast<double>(count) / seconds);
  std::fflush(stdout);
}

/// Repeats `step`, which says how much it did, until the time is over.
template <class Step>
void measure(const std::string& name, Steady::duration length, Step step) {
  const auto start = Steady::now();
  std::int64_t count = 0;
  while (Steady::now() - start < length) count += step();
  report(name, count, Steady::now() - start);
}

struct Release {
  void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  void operator()(PGconn* handle) const { PQfinish(handle); }
  void operator()(PGresult* result) const { PQclear(result); }
};

void sqlite_script(sqlite3* handle, const char* sql) {
  if (sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(std::string(sql) + ": " + sqlite3_errmsg(handle));
}

void insert(sqlite3_stmt* statement) {
  const Item item;
  int index = 0;
  for (const auto* text : {&item.id, &item.owner, &item.name, &item.body})
    sqlite3_bind_text(statement, ++index, text->c_str(), -1, SQLITE_STATIC);
  sqlite3_bind_int64(statement, ++index, item.created_at);
  if (sqlite3_step(statement) != SQLITE_DONE) throw std::runtime_error("insert failed");
  sqlite3_reset(statement);
}

/// SQLite alone: `group` rows, then one durable commit.
void measure_raw_sqlite(const std::string& path, int group, Steady::duration length) {
  sqlite3* opened = nullptr;
  sqlite3_open(path.c_str(), &opened);
  const std::unique_ptr<sqlite3, Release> handle(opened);
  sqlite_script(opened, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  for (const auto* sql : {kDrop, kCreate, kIndex}) sqlite_script(opened, sql);
  sqlite3_stmt* prepared = nullptr;
  sqlite3_prepare_v2(opened, kInsert.text.data(), -1, &prepared, nullptr);
  const std::unique_ptr<sqlite3_stmt, Release> statement(prepared);
  measure(fmt::format("sqlite_raw_commits_of_{}", group), length, [&] {
    sqlite_script(opened, "BEGIN IMMEDIATE");
    for (int i = 0; i < group; ++i) insert(prepared);
    sqlite_script(opened, "COMMIT");
    return group;
  });
}

void postgres_command(PGconn* handle, const char* sql) {
  const std::unique_ptr<PGresult, Release> result(PQexec(handle, sql));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
    throw std::runtime_error(std::string(sql) + ": " + PQerrorMessage(handle));
}

/// PostgreSQL alone on one connection: `group` rows, each awaited, then one durable commit.
void measure_raw_postgres(const std::string& url, int group, Steady::duration length) {
  const std::unique_ptr<PGconn, Release> handle(PQconnectdb(url.c_str()));
  PQsetNoticeReceiver(handle.get(), [](void*, const PGresult*) {}, nullptr);
  for (const auto* sql : {kDrop, kCreate, kIndex}) postgres_command(handle.get(), sql);
  PQclear(PQprepare(handle.get(), "insert", kInsert.text.data(), 0, nullptr));
  measure(fmt::format("postgres_raw_commits_of_{}", group), length, [&] {
    postgres_command(handle.get(), "BEGIN");
    for (int i = 0; i < group; ++i) {
      const Item item;
      const auto created_at = std::to_string(item.created_at);
      const std::array values{item.id.c_str(), item.owner.c_str(), item.name.c_str(),
                              item.body.c_str(), created_at.c_str()};
      PQclear(PQexecPrepared(handle.get(), "insert", 5, values.data(), nullptr, nullptr, 0));
    }
    postgres_command(handle.get(), "COMMIT");
    return group;
  });
}

struct Load {
  db::Database& store;
  Steady::time_point end;
  std::int64_t count = 0;
  std::string last_id = {};
};

Task<void> keep_writing(Load& load) {
  while (Steady::now() < load.end) {
    const Item item;
    auto work = [&](db::Transaction& tx) {
      tx.execute(kInsert, item.id, item.owner, item.name, item.body, item.created_at);
    };
    co_await load.store.write(work);
    load.last_id = item.id;
    ++load.count;
  }
}

Task<void> keep_reading(Load& load) {
  const auto id = load.last_id;
  auto work = [&](db::Snapshot& view) { return view.value<std::string>(kName, id); };
  while (Steady::now() < load.end) {
    const auto name = co_await load.store.read(work);
    if (!name) throw std::runtime_error("the row is not there");
    ++load.count;
  }
}

void fail_loudly(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

/// The same behind `db.h`: 64 callers, each of which waits for its own durable row, or its own
/// read.
void measure_store(const std::string& name, const std::string& url, Steady::duration length) {
  const auto store = db::open({.url = url});
  boost::asio::io_context io;
  auto create = [](db::Transaction& tx) {
    for (const auto* sql : {kDrop, kCreate, kIndex}) tx.execute(db::Sql{"bench.create", sql});
  };
  boost::asio::co_spawn(io, store->write(create), fail_loudly);
  io.run();

  const auto run = [&](const char* kind, Task<void> (*task)(Load&), const std::string& last_id) {
    Load load{.store = *store, .end = Steady::now() + length, .last_id = last_id};
    const auto start = Steady::now();
    for (int i = 0; i < kCallers; ++i) boost::asio::co_spawn(io, task(load), fail_loudly);
    io.restart();
    io.run();
    report(fmt::format("{}_store_{}", name, kind), load.count, Steady::now() - start);
    return load.last_id;
  };
  const auto last_id = run("writes", keep_writing, "");
  run("reads", keep_reading, last_id);
}

void measure_all(Steady::duration length) {
  std::string directory = std::filesystem::temp_directory_path() / "qd-limits-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  measure_raw_sqlite(directory + "/raw.db", 1, length);
  measure_raw_sqlite(directory + "/raw.db", kCallers, length);
  measure_store("sqlite", "sqlite:" + directory + "/store.db", length);
  std::filesystem::remove_all(directory);

  if (const char* url = std::getenv("QD_TEST_POSTGRES")) {
    measure_raw_postgres(url, 1, length);
    measure_raw_postgres(url, kCallers, length);
    measure_store("postgres", url, length);
  }
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const int seconds = count > 1 ? std::atoi(arguments[1]) : 2;
    if (seconds < 1) throw std::runtime_error("usage: limits [SECONDS]");
    measure_all(std::chrono::seconds(seconds));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "limits: {}\n", error.what());
    return 1;
  }
}
