// How a command ended, for scripts.
#pragma once

#include <string_view>

namespace qd::cli {

inline constexpr int kOk = 0;
/// The command could not do what it was asked: refused, not found, not reached, not valid.
inline constexpr int kRefused = 1;
/// The execution that was followed ended in another way than `completed`.
inline constexpr int kExecutionFailed = 3;
inline constexpr int kExecutionCancelled = 4;
inline constexpr int kExecutionTimedOut = 5;

/// By the status of an execution that is over.
[[nodiscard]] constexpr int exit_code_of(std::string_view status) {
  if (status == "completed") return kOk;
  if (status == "cancelled") return kExecutionCancelled;
  if (status == "timed_out") return kExecutionTimedOut;
  return kExecutionFailed;
}

}  // namespace qd::cli
