// Coroutines in tests that are none.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "base/time.h"

namespace qd::test {

/// Runs a coroutine to its end on an io_context of its own; throws what it threw.
void drive(Task<void> task);

/// The same; what it returned.
template <class T>
T run(Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    drive(std::move(task));
  } else {
    std::optional<T> result;
    // Small, and compiled for each T; starting a coroutine is not, and is compiled once.
    const auto keep = [](Task<T> from, std::optional<T>& to) -> Task<void> {
      to = co_await std::move(from);
    };
    drive(keep(std::move(task), result));
    return *std::move(result);
  }
}

}  // namespace qd::test
