#include "base/near_name.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace qd {
namespace {

/// Levenshtein distance, one row at a time.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({row[j] + 1, row[j + 1] + 1, substituted}));
    }
  }
  return row.back();
}

/// Two edits make a transposition, the commonest typing mistake.
std::size_t allowed(std::string_view candidate) {
  return candidate.size() < 4 ? 1 : std::max<std::size_t>(2, candidate.size() / 3);
}

}  // namespace

std::string_view near_name(std::string_view name, std::span<const std::string_view> candidates) {
  constexpr std::size_t longest = 64;  // longer names are no typing mistakes, and would cost
  std::string_view best;
  if (name.size() > longest) return best;
  std::size_t fewest = longest;
  for (const auto candidate : candidates) {
    if (candidate.size() > longest) continue;
    const auto distance = edits(name, candidate);
    if (distance < fewest && distance <= allowed(candidate)) {
      best = candidate;
      fewest = distance;
    }
  }
  return best;
}

}  // namespace qd
