#include "cli/cli.h"

#include "cli/groups.h"

namespace qd::cli {
namespace {

void add_all(const Commands& commands, CLI::App& app) {
  add_login_commands(commands, app);
  add_run_commands(commands, app);
  add_execution_commands(commands, app);
  add_approval_commands(commands, app);
  add_apply_command(commands, app);
  add_export_command(commands, app);
  add_project_commands(commands, app);
  add_variable_commands(commands, app);
  add_credential_commands(commands, app);
  add_definition_commands(commands, app);
  add_completion_commands(commands, app);
}

}  // namespace

void add_commands(CLI::App& app, int& exit_code) {
  add_all(Commands(make_system(), exit_code), app);
}

void add_commands(CLI::App& app, int& exit_code, System& system) {
  // The caller owns it.
  add_all(Commands(std::shared_ptr<System>(std::shared_ptr<System>(), &system), exit_code), app);
}

}  // namespace qd::cli
