#include "engine/drill/scratch_store.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "platform/db/migrations.h"
#include "platform/db/schema_connection.h"
#include "platform/log/log.h"

namespace qd::engine::drill {
namespace {

/// Executions belong to a project.
constexpr std::string_view kProject =
    "INSERT INTO projects (id, name, slug, description, status, settings, metadata, is_public, "
    "is_template, tags, created_by, created_at, updated_at, revision) VALUES ('drill', 'Drill', "
    "'drill', '', 'active', '{}', '{}', 0, 0, '[]', 'drill', 0, 0, 1)";

std::string make_folder() {
  std::string pattern = std::filesystem::temp_directory_path() / "qd-drill-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), pattern);
  return pattern;
}

void run_script(const std::string& url, const std::string& statements) {
  const auto schema = db::open_schema(db::parse_store_url(url), db::SchemaAccess::Change);
  schema->script(statements);
  schema->commit();
}

}  // namespace

ScratchStore::ScratchStore(const std::string& database, Timestamp now) : database_(database) {
  try {
    make(database, now);
  } catch (const std::exception&) {
    remove();
    throw;
  }
}

void ScratchStore::make(const std::string& database, Timestamp now) {
  if (database.empty()) {
    folder_ = make_folder();
    url_ = "sqlite:" + folder_ + "/drill.db";
  } else {
    auto name = "qd_drill_" + new_uuid(now);
    std::ranges::replace(name, '-', '_');
    run_script(database, "CREATE SCHEMA " + name);
    schema_ = name;
    url_ = fmt::format("{}{}options=-csearch_path%3D{}", database,
                       database.contains('?') ? '&' : '?', schema_);
  }
  db::migrate_up(url_);
  run_script(url_, std::string(kProject));
}

void ScratchStore::remove() noexcept {
  try {
    if (!schema_.empty()) run_script(database_, "DROP SCHEMA " + schema_ + " CASCADE");
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  } catch (const std::exception& error) {
    log::warn("the drill's store is left behind",
              {{"store", schema_.empty() ? folder_ : schema_}, {"error", error.what()}});
  }
}

ScratchStore::~ScratchStore() {
  remove();
}

}  // namespace qd::engine::drill
