// What differs between two texts, line by line, as `diff -u` shows it.
#pragma once

#include <string>
#include <string_view>

#include "cli/text.h"

namespace qd::cli {

/// Lines with `-` before those that go and `+` before those that come, with three lines around
/// them; empty when the texts are the same.
[[nodiscard]] std::string text_diff(std::string_view before, std::string_view after,
                                    const Style& style);

}  // namespace qd::cli
