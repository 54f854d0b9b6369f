// What API keys may be allowed to do. Endpoints name one of these (`Endpoint::scope`); a key that
// names none may do all that its user may.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace qd::identity {

struct ScopeName {
  std::string_view name;
  std::string_view description;
};

[[nodiscard]] std::span<const ScopeName> all_scopes();

/// Refuses, with a fault for each, names that are no scope and lists that name nothing.
[[nodiscard]] Result<void> check_scopes(std::span<const std::string> scopes, std::string_view path);

}  // namespace qd::identity
