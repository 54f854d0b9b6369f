// What the commands of this program share: how they fail.
#pragma once

#include <functional>

#include "base/error.h"

namespace qd::app {

/// Says on stderr what is wrong; the exit code of a command that failed.
int complain(const Error& error);
/// Runs a command; what it throws is said on stderr and is exit code 1.
int guarded(const std::function<int()>& command);

}  // namespace qd::app
