// Programs by name, as a sandbox can use them.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace qd::process {

struct Program {
  /// Absolute, without symbolic links.
  std::string path;
};

/// The first executable of this name in PATH, or the file itself where `name` is a path. Scripts
/// (shims of version managers) are passed over, and, where this process is root, files that others
/// can't reach: a sandbox does not run as root. `program.not_found` (kind Unavailable) otherwise.
[[nodiscard]] Result<Program> find_program(std::string_view name);

}  // namespace qd::process
