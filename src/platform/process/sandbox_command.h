// The command line that puts a program into its sandbox.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "platform/process/program.h"

namespace qd::process {

struct SandboxLimits;

/// Descriptors that bwrap finds open; none reaches the program.
inline constexpr int kFilterDescriptor = 4;
inline constexpr int kStatusDescriptor = 5;

/// What must be installed: bubblewrap, util-linux.
struct SandboxTools {
  Program bwrap, choom, setpriv, prlimit;
};
/// `program.not_found` names the missing one.
[[nodiscard]] Result<SandboxTools> find_sandbox_tools();

[[nodiscard]] std::vector<std::string> sandbox_command(const SandboxTools& tools,
                                                       const Program& program,
                                                       const std::vector<std::string>& arguments,
                                                       const SandboxLimits& limits);

}  // namespace qd::process
