// The system calls that a sandboxed program has.
#pragma once

#include <string>

namespace qd::process {

/// A seccomp program (cBPF, as bwrap --seccomp reads it). Throws std::runtime_error where this
/// machine's architecture has none.
[[nodiscard]] std::string make_syscall_filter();

}  // namespace qd::process
