#include "app/check_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/doctor.h"
#include "json/described.h"

namespace qd::app {
namespace {

int print_settings(const config::Config& config, bool as_json) {
  JsonArray list;
  for (const auto& setting : config::all_settings()) {
    const auto shown = config.shown(setting);
    if (as_json)
      list.push_back(JsonObject{
          {"name", setting.name}, {"value", shown}, {"origin", config.origin(setting.name)}});
    else
      fmt::print("{:<32} {:<28} {}\n{:<32} {}\n", setting.name, shown.empty() ? "-" : shown,
                 config.origin(setting.name), "", setting.sentence);
  }
  if (as_json) fmt::print("{}\n", json::print(list));
  return 0;
}

int check_config(const SettingFlags& flags, bool as_json) {
  const auto config = flags.load();
  if (!config) return 2;
  if (const auto model = default_model(*config); !model) return complain(model.error());
  const auto code = print_settings(*config, as_json);
  if (!as_json) fmt::print("\nThe configuration is valid.\n");
  return code;
}

std::string_view mark(Health health) {
  const bool has_colour = isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
  switch (health) {
    case Health::Good:
      return has_colour ? "\033[32mok  \033[0m" : "ok  ";
    case Health::Warning:
      return has_colour ? "\033[33mwarn\033[0m" : "warn";
    case Health::Bad:
      return has_colour ? "\033[31mfail\033[0m" : "fail";
  }
  std::unreachable();
}

int run_doctor(const SettingFlags& flags, bool as_json) {
  const auto config = flags.load();
  if (!config) return 2;
  const auto findings = examine(*config);
  if (as_json)
    fmt::print("{}\n", json::to_text(findings));
  else
    for (const auto& finding : findings)
      fmt::print("{}  {:<12} {}\n", mark(finding.health), finding.subject, finding.message);
  return std::ranges::any_of(findings,
                             [](const Finding& finding) { return finding.health == Health::Bad; })
             ? 1
             : 0;
}

void add_checking(CLI::App& command, int& exit_code, int (*work)(const SettingFlags&, bool)) {
  auto flags = std::make_shared<SettingFlags>(command);
  auto as_json = std::make_shared<bool>(false);
  command.add_flag("--json", *as_json, "For scripts.");
  command.callback([flags, as_json, work, &exit_code] {
    exit_code = guarded([&] { return work(*flags, *as_json); });
  });
}

}  // namespace

void add_check_commands(CLI::App& app, int& exit_code) {
  auto* config = app.add_subcommand("config", "The configuration.")->require_subcommand(1);
  add_checking(
      *config->add_subcommand("check", "Explain each setting's value and where it came from."),
      exit_code, &check_config);
  add_checking(
      *app.add_subcommand("doctor",
                          "Check what the server needs: disk, clock, database, port, providers."),
      exit_code, &run_doctor);
}

}  // namespace qd::app
