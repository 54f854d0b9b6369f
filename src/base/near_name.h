// "Did you mean ...?" for names that were not found.
#pragma once

#include <span>
#include <string_view>

namespace qd {

/// The candidate nearest to `name`, at most a third of its length (but two edits) away; or empty.
[[nodiscard]] std::string_view near_name(std::string_view name,
                                         std::span<const std::string_view> candidates);

}  // namespace qd
