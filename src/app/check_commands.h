// `qd config check`: every setting, its value and where it came from. `qd doctor`: whether what the
// server needs is there.
#pragma once

#include <CLI/CLI.hpp>

namespace qd::app {

void add_check_commands(CLI::App& app, int& exit_code);

}  // namespace qd::app
