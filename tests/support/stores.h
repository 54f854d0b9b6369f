// Store tests run on every store there is: SQLite always (a temporary file), PostgreSQL when
// QD_TEST_POSTGRES names a server (tests/support/postgres.sh starts one). Each test gets a database
// of its own, fresh and migrated, that is gone afterwards.
//
//   class ProjectStore : public test::StoreTest {};
//   QD_ON_EVERY_STORE(ProjectStore);
//   TEST_P(ProjectStore, FindsWhatItInserted) {
//     test::run(database().write([&](db::Transaction& tx) { store.insert(tx, project); }));
//   }
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <unistd.h>

#include "base/time.h"
#include "platform/db/db.h"
#include "platform/db/migrations.h"
#include "support/run.h"

namespace qd::test {

/// Which stores this run can test.
inline std::vector<std::string> store_names() {
  if (std::getenv("QD_TEST_POSTGRES") != nullptr) return {"sqlite", "postgres"};
  return {"sqlite"};
}

/// A directory that goes with its owner.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "qd-test-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A PostgreSQL database that goes with its owner.
class PostgresDatabase {
 public:
  explicit PostgresDatabase(std::string name) : name_(std::move(name)) {
    run_script(server(), "CREATE DATABASE " + name_ +
                             " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
  }
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;
  ~PostgresDatabase() {
    run_script(server(), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  }

  /// Empties it. A server takes a hundred times longer to drop a database and create another.
  void clear() const { run_script(url(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public"); }

  /// The server's URL with this database in the place of its own.
  [[nodiscard]] std::string url() const {
    const auto query = server().find('?');
    const auto path = server().find('/', server().find("://") + 3);
    return server().substr(0, std::min(path, query)) + "/" + name_ +
           (query == std::string::npos ? "" : server().substr(query));
  }

  /// One for all tests of this process.
  static const PostgresDatabase& of_process() {
    static const PostgresDatabase database("qd_test_" + std::to_string(::getpid()));
    return database;
  }

 private:
  static const std::string& server() {
    static const std::string url = std::getenv("QD_TEST_POSTGRES");
    return url;
  }
  static void run_script(const std::string& url, const std::string& sql) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()),
                                                                  PQfinish);
    PQsetNoticeReceiver(connection.get(), [](void*, const PGresult*) {}, nullptr);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection.get(), sql.c_str()), PQclear);
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
      ADD_FAILURE() << sql << ": " << PQerrorMessage(connection.get());
  }

  std::string name_;
};

/// A migrated, closed SQLite file to copy from: migrating once a process is faster than once a
/// test.
inline const std::filesystem::path& migrated_sqlite_file() {
  static const TemporaryDirectory directory;
  static const auto file = [] {
    auto path = directory.path() / "template.db";
    db::migrate_up("sqlite:" + path.string());
    return path;
  }();
  return file;
}

class StoreTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (is_postgres()) {
      PostgresDatabase::of_process().clear();
      url_ = PostgresDatabase::of_process().url();
      db::migrate_up(url_);
    } else {
      const auto file = directory_.path() / "qd.db";
      std::filesystem::copy_file(migrated_sqlite_file(), file);
      url_ = "sqlite:" + file.string();
    }
    reopen();
  }
  void TearDown() override { close(); }

  [[nodiscard]] bool is_postgres() const { return GetParam() == "postgres"; }
  [[nodiscard]] const std::string& url() const { return url_; }
  db::Database& database() { return *database_; }
  /// Closes the store (if open) and opens it again, as a restart does.
  void reopen() {
    close();
    database_ = db::open({.url = url_});
  }
  void close() {
    if (database_) database_->stop();
    database_.reset();
  }
  /// A directory of this test's own.
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
  std::string url_;
  std::unique_ptr<db::Database> database_;
};

}  // namespace qd::test

/// Runs the TEST_P cases of `Fixture` once on each store.
#define QD_ON_EVERY_STORE(Fixture)                                                      \
  INSTANTIATE_TEST_SUITE_P(On, Fixture, ::testing::ValuesIn(::qd::test::store_names()), \
                           [](const auto& store) { return store.param; })
