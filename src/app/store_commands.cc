#include "app/store_commands.h"

#include <fmt/format.h>

#include "app/commands.h"
#include "app/settings.h"
#include "platform/db/backup.h"
#include "platform/db/migrations.h"

namespace qd::app {
namespace {

/// A command on the store of its configuration.
void on_store(CLI::App& command, int& exit_code, std::function<int(const std::string& url)> work) {
  auto flags = std::make_shared<SettingFlags>(command);
  command.callback([flags, &exit_code, work = std::move(work)] {
    exit_code = guarded([&] {
      const auto config = flags->load();
      return config ? work(store_url(*config)) : 2;
    });
  });
}

int print_status(const std::string& url) {
  int pending = 0;
  for (const auto& migration : db::migration_status(url)) {
    if (!migration.applied_at) ++pending;
    fmt::print("{:04}  {:<24}  {}\n", migration.version, migration.name,
               migration.applied_at ? to_rfc3339(*migration.applied_at) : "pending");
  }
  if (pending > 0) fmt::print("{} pending; 'qd migrate up' applies them\n", pending);
  return 0;
}

int print_count(int count, std::string_view what) {
  fmt::print("{} {} {}\n", count, count == 1 ? "migration" : "migrations", what);
  return 0;
}

void add_migrate(CLI::App& app, int& exit_code) {
  auto* migrate = app.add_subcommand("migrate", "The schema of the store and its history.")
                      ->require_subcommand(1);
  on_store(*migrate->add_subcommand("status", "List the migrations and when each was applied."),
           exit_code, &print_status);
  on_store(*migrate->add_subcommand("up", "Apply what is pending; 'qd serve' does so by itself."),
           exit_code,
           [](const std::string& url) { return print_count(db::migrate_up(url), "applied"); });
  auto* down =
      migrate->add_subcommand("down", "Take back the newest migrations, with the data they hold.");
  auto count = std::make_shared<int>(1);
  down->add_option("count", *count, "How many.")->check(CLI::Range(1, 1000))->capture_default_str();
  on_store(*down, exit_code, [count](const std::string& url) {
    return print_count(db::migrate_down(url, *count), "taken back");
  });
}

void add_backup(CLI::App& app, int& exit_code) {
  auto* backup = app.add_subcommand(
      "backup", "Copy the SQLite store into one file, also while the server runs.");
  auto file = std::make_shared<std::string>();
  backup->add_option("file", *file, "The file to write; it must not exist.")->required();
  on_store(*backup, exit_code, [file](const std::string& url) {
    const auto bytes = db::back_up(url, *file);
    fmt::print(
        "{} bytes in {}\nThe keys in secrets.toml are not part of it: keep a copy of that file "
        "too.\n",
        bytes, *file);
    return 0;
  });
}

void add_restore(CLI::App& app, int& exit_code) {
  auto* restore = app.add_subcommand(
      "restore", "Put a backup in the place of the SQLite store; stop the server first.");
  auto file = std::make_shared<std::string>();
  restore->add_option("file", *file, "The backup.")->required()->check(CLI::ExistingFile);
  on_store(*restore, exit_code, [file](const std::string& url) {
    const auto kept = db::restore(url, *file);
    fmt::print("restored from {}\n", *file);
    if (!kept.empty()) fmt::print("the store that was there is kept as {}\n", kept);
    return 0;
  });
}

}  // namespace

void add_store_commands(CLI::App& app, int& exit_code) {
  add_migrate(app, exit_code);
  add_backup(app, exit_code);
  add_restore(app, exit_code);
}

}  // namespace qd::app
