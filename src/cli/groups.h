// One function a group of commands, each in the file of its name.
#pragma once

#include "cli/session.h"

namespace qd::cli {

void add_login_commands(const Commands& commands, CLI::App& app);
void add_project_commands(const Commands& commands, CLI::App& app);
void add_variable_commands(const Commands& commands, CLI::App& app);
void add_credential_commands(const Commands& commands, CLI::App& app);
void add_definition_commands(const Commands& commands, CLI::App& app);
/// `workflows lint`, into the group `workflows`.
void add_lint_command(const Commands& commands, CLI::App& workflows);
/// `agents run` and `tools test`, into their groups.
void add_agent_run(const Commands& commands, CLI::App& agents);
void add_tool_test(const Commands& commands, CLI::App& tools);
void add_run_commands(const Commands& commands, CLI::App& app);
void add_execution_commands(const Commands& commands, CLI::App& app);
void add_approval_commands(const Commands& commands, CLI::App& app);
void add_apply_command(const Commands& commands, CLI::App& app);
void add_export_command(const Commands& commands, CLI::App& app);
/// Last: it completes what is there by then.
void add_completion_commands(const Commands& commands, CLI::App& app);

}  // namespace qd::cli
