// qd drill: is a workflow's work safe when the server is killed at the worst moments?
#pragma once

#include <CLI/CLI.hpp>

namespace qd::app {

void add_drill_command(CLI::App& app, int& exit_code);

}  // namespace qd::app
