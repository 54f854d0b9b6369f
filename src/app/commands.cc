#include "app/commands.h"

#include <fmt/format.h>

#include "app/settings.h"

namespace qd::app {

int complain(const Error& error) {
  fmt::print(stderr, "qd: {}\n", error.message);
  if (!error.faults.empty()) fmt::print(stderr, "{}", describe(error));
  return 1;
}

int guarded(const std::function<int()>& command) {
  try {
    return command();
  } catch (const std::exception& error) {
    fmt::print(stderr, "qd: {}\n", error.what());
    return 1;
  }
}

}  // namespace qd::app
