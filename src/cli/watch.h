// Following one execution on the terminal until it is over.
#pragma once

#include "cli/session.h"

namespace qd::cli {

/// Shows the execution's events on stderr as they happen (a board on a terminal, lines otherwise;
/// nothing with --json) and, where a step waits for a person, how to decide. Ends when it is over:
/// its output goes to stdout, its error to stderr; with --json the whole execution to stdout.
/// The exit code is its outcome's.
[[nodiscard]] Result<int> watch(Session& session, Api& api, const std::string& execution);

}  // namespace qd::cli
