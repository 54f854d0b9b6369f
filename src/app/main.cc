// The program `qd`: a server, and a client of it.
#include "app/check_commands.h"
#include "app/drill_command.h"
#include "app/serve_command.h"
#include "app/settings.h"
#include "app/store_commands.h"
#include "cli/cli.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Quarterdeck runs AI agents durably, shows every step, and governs what they may do and "
      "spend.",
      "qd");
  app.set_version_flag("--version", std::string(qd::app::kVersion));
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
  int exit_code = 0;
  qd::app::add_serve_command(app, exit_code);
  qd::app::add_store_commands(app, exit_code);
  qd::app::add_check_commands(app, exit_code);
  qd::app::add_openapi_command(app, exit_code);
  qd::app::add_drill_command(app, exit_code);
  qd::cli::add_commands(app, exit_code);

  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
