// Commands about the store: `qd migrate`, `qd backup`, `qd restore`.
#pragma once

#include <CLI/CLI.hpp>

namespace qd::app {

void add_store_commands(CLI::App& app, int& exit_code);

}  // namespace qd::app
