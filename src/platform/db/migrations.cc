#include "platform/db/migrations.h"

#include <map>
#include <span>
#include <stdexcept>

#include <openssl/sha.h>

#include "base/encoding.h"
#include "platform/db/schema_connection.h"
#include "platform/embedded_file.h"

namespace qd::db {

std::span<const EmbeddedFile> migration_files();

namespace {

struct Applied {
  int version = 0;
  std::string name;
  std::string checksum;
  Timestamp applied_at;
};
BOOST_DESCRIBE_STRUCT(Applied, (), (version, name, checksum, applied_at))

constexpr Sql kCreate{"migrations.create",
                      "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, "
                      "name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)"};
constexpr Sql kExists{"migrations.exists",
                      "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_migrations'",
                      "SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = "
                      "to_regclass('schema_migrations')"};
constexpr Sql kApplied{"migrations.applied",
                       "SELECT version, name, checksum, applied_at FROM schema_migrations "
                       "ORDER BY version"};
constexpr Sql kRecord{"migrations.record",
                      "INSERT INTO schema_migrations (version, name, checksum, applied_at) "
                      "VALUES ($1, $2, $3, $4)"};
constexpr Sql kForget{"migrations.forget", "DELETE FROM schema_migrations WHERE version = $1"};

std::string sha256(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

/// Parts `NNNN_name[.dialect].sql` at its `-- down` line; nothing when it is the other dialect's.
std::optional<Migration> read_migration(const EmbeddedFile& file, StoreUrl::Store store) {
  auto stem = file.name.substr(0, file.name.rfind(".sql"));
  if (const auto dot = stem.find('.'); dot != std::string_view::npos) {
    const auto dialect = stem.substr(dot + 1);
    if (dialect != (store == StoreUrl::Store::Postgres ? "postgres" : "sqlite"))
      return std::nullopt;
    stem = stem.substr(0, dot);
  }
  Migration migration;
  const auto underscore = stem.find('_');
  const auto digits = stem.substr(0, underscore);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), migration.version);
  if (error != std::errc{} || end != digits.data() + digits.size() ||
      underscore == std::string_view::npos)
    throw std::logic_error("migration file is not named NNNN_name.sql: " + std::string(file.name));
  migration.name = stem.substr(underscore + 1);

  constexpr std::string_view kDown = "\n-- down\n";
  const auto cut = file.content.find(kDown);
  migration.up = file.content.substr(0, cut);
  if (cut != std::string_view::npos) migration.down = file.content.substr(cut + kDown.size());
  migration.checksum = sha256(migration.up);
  return migration;
}

std::string label(int version, std::string_view name) {
  return fmt::format("{:04} {}", version, name);
}

/// The rows of schema_migrations; none when the store is new.
std::vector<Applied> read_applied(Snapshot& view) {
  if (view.value<std::int64_t>(kExists).value_or(0) == 0) return {};
  return view.all<Applied>(kApplied);
}

/// The same beside a running program.
std::vector<Applied> look_up_applied(const StoreUrl& store) {
  const auto schema = open_schema(store, SchemaAccess::Look);
  if (!schema) return {};
  Snapshot view(schema->connection());
  return read_applied(view);
}

/// Refuses a schema that this program must not touch.
void check_history(const std::vector<Applied>& applied, const std::vector<Migration>& known) {
  for (const auto& row : applied) {
    const auto found = std::ranges::find(known, row.version, &Migration::version);
    if (found == known.end())
      throw std::runtime_error(fmt::format(
          "the database has migration {}, which this program (up to {:04}) does not know: it was "
          "used with a newer version. Run that version, or take the migration back with its "
          "`qd migrate down`",
          label(row.version, row.name), known.empty() ? 0 : known.back().version));
    if (found->checksum != row.checksum)
      throw std::runtime_error(fmt::format(
          "migration {} was applied to the database with other contents than this program has. "
          "Applied migrations must not be edited: run the program that applied it, or restore a "
          "backup made before it",
          label(row.version, row.name)));
  }
}

bool is_applied(const std::vector<Applied>& applied, int version) {
  return std::ranges::find(applied, version, &Applied::version) != applied.end();
}

void apply(SchemaConnection& schema, const std::string& script, const std::string& what) {
  try {
    schema.script(script);
  } catch (const std::exception& error) {
    throw std::runtime_error("migration " + what + " failed, nothing was changed: " + error.what());
  }
}

}  // namespace

std::vector<Migration> embedded_migrations(StoreUrl::Store store) {
  std::map<int, Migration> by_version;
  for (const auto& file : migration_files()) {
    auto migration = read_migration(file, store);
    if (!migration) continue;
    const auto version = migration->version;
    if (!by_version.emplace(version, *std::move(migration)).second)
      throw std::logic_error("two migrations have the number " + std::to_string(version));
  }
  std::vector<Migration> all;
  for (auto& [version, migration] : by_version) all.push_back(std::move(migration));
  return all;
}

std::vector<MigrationStatus> migration_status(std::string_view url) {
  const auto store = parse_store_url(url);
  std::map<int, MigrationStatus> all;
  for (const auto& migration : embedded_migrations(store.store))
    all[migration.version] = {migration.version, migration.name, std::nullopt};
  for (const auto& row : look_up_applied(store))
    all[row.version] = {row.version, row.name, row.applied_at};
  std::vector<MigrationStatus> list;
  for (auto& [version, status] : all) list.push_back(std::move(status));
  return list;
}

int migrate_up(std::string_view url) {
  return migrate_up(url, embedded_migrations(parse_store_url(url).store));
}

int migrate_up(std::string_view url, const std::vector<Migration>& known) {
  const auto schema = open_schema(parse_store_url(url), SchemaAccess::Change);
  Transaction tx(schema->connection());
  const auto applied = read_applied(tx);
  check_history(applied, known);

  int count = 0;
  for (const auto& migration : known) {
    if (is_applied(applied, migration.version)) continue;
    if (count++ == 0) tx.execute(kCreate);
    apply(*schema, migration.up, label(migration.version, migration.name));
    tx.execute(kRecord, migration.version, migration.name, migration.checksum, SystemClock().now());
  }
  schema->commit();
  return count;
}

int migrate_down(std::string_view url, int count) {
  return migrate_down(url, count, embedded_migrations(parse_store_url(url).store));
}

int migrate_down(std::string_view url, int count, const std::vector<Migration>& known) {
  const auto schema = open_schema(parse_store_url(url), SchemaAccess::Change);
  Transaction tx(schema->connection());
  auto applied = read_applied(tx);
  check_history(applied, known);

  int done = 0;
  for (; done < count && !applied.empty(); ++done, applied.pop_back()) {
    const auto& row = applied.back();
    const auto& migration = *std::ranges::find(known, row.version, &Migration::version);
    const auto what = label(row.version, row.name);
    if (migration.down.empty())
      throw std::runtime_error("migration " + what + " has no way back; restore a backup instead");
    apply(*schema, migration.down, what);
    tx.execute(kForget, row.version);
  }
  schema->commit();
  return done;
}

void check_schema_history(std::string_view url) {
  const auto store = parse_store_url(url);
  check_history(look_up_applied(store), embedded_migrations(store.store));
}

void require_current_schema(std::string_view url) {
  const auto store = parse_store_url(url);
  const auto known = embedded_migrations(store.store);
  const auto applied = look_up_applied(store);
  check_history(applied, known);
  for (const auto& migration : known)
    if (!is_applied(applied, migration.version))
      throw std::runtime_error("the database lacks migration " +
                               label(migration.version, migration.name) +
                               ": run `qd migrate up` first");
}

}  // namespace qd::db
