// What this product asks of a password, and the work that an unknown account costs.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace qd::identity {

/// Refuses, with a fault at `path`, what bcrypt would cut off.
[[nodiscard]] Result<void> check_password(std::string_view password, std::string_view path);

/// A hash of the wanted cost that no password matches, to verify against where there is no account:
/// the answer then takes as long as for a real one.
[[nodiscard]] std::string unmatchable_hash(int cost);

}  // namespace qd::identity
