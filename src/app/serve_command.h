// `qd serve`, and `qd openapi`, which prints what it would serve.
#pragma once

#include <CLI/CLI.hpp>

namespace qd::app {

void add_serve_command(CLI::App& app, int& exit_code);
void add_openapi_command(CLI::App& app, int& exit_code);

}  // namespace qd::app
