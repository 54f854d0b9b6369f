// What may come next on a command line, out of the commands themselves.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace qd::cli {

/// The commands and options that the last of `words` may become; nothing where a value is due.
[[nodiscard]] std::vector<std::string> complete(const CLI::App& app,
                                                const std::vector<std::string>& words);
/// What to put into the shell's own configuration; empty for a shell that is not known.
[[nodiscard]] std::string completion_script(const std::string& shell);

}  // namespace qd::cli
