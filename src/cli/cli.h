// The command line's half that speaks to a server: every command here is a client of the HTTP API.
#pragma once

#include <CLI/CLI.hpp>

namespace qd::cli {

struct System;

/// Adds the commands to the program `qd`. When one of them ran, `exit_code` (which outlives the
/// parsing) is how it ended: see exit_code.h.
void add_commands(CLI::App& app, int& exit_code);
/// The same over a world of the caller's, which outlives the parsing: for tests.
void add_commands(CLI::App& app, int& exit_code, System& system);

}  // namespace qd::cli
