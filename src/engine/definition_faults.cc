#include "engine/definition_faults.h"

#include <charconv>

namespace qd::engine {

namespace {

/// Which part of the document a path is in, and which node or edge of it.
std::pair<int, std::size_t> place_in_document(std::string_view path) {
  constexpr std::string_view kSections[] = {"/nodes/", "/edges/", "/outputs"};
  for (std::size_t i = 0; i < std::size(kSections); ++i) {
    if (!path.starts_with(kSections[i])) continue;
    path.remove_prefix(kSections[i].size());
    std::size_t index = 0;
    std::from_chars(path.data(), path.data() + path.size(), index);
    return {static_cast<int>(i) + 1, index};
  }
  return {0, 0};
}

}  // namespace

std::vector<Fault> FaultList::take() && {
  struct Ranked {
    std::pair<int, std::size_t> place;
    std::size_t found;
    auto operator<=>(const Ranked&) const = default;
  };
  std::vector<Ranked> ranks;
  for (const auto& fault : faults_) ranks.push_back({place_in_document(fault.path), ranks.size()});
  std::ranges::sort(ranks);
  std::vector<Fault> sorted;
  for (const auto& rank : ranks) sorted.push_back(std::move(faults_[rank.found]));
  return sorted;
}

}  // namespace qd::engine
