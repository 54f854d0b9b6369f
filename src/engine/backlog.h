// How many executions wait for a slot, as far as this node knows: for the bounds on what is taken
// and for the metrics. Who waits is in the database.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/admission.h"

namespace qd::engine {

class Backlog {
 public:
  void add(const ProjectId& project) {
    ++by_project_[project.value];
    ++total_;
  }
  void remove(const ProjectId& project) {
    const auto found = by_project_.find(project.value);
    if (found == by_project_.end()) return;
    if (--found->second == 0) by_project_.erase(found);
    --total_;
  }
  void replace(const std::vector<admission::Waiting>& counts) {
    by_project_.clear();
    total_ = 0;
    for (const auto& [project, count] : counts) {
      by_project_[project] += static_cast<std::size_t>(count);
      total_ += static_cast<std::size_t>(count);
    }
  }
  [[nodiscard]] std::size_t total() const { return total_; }
  [[nodiscard]] std::size_t of(const ProjectId& project) const {
    const auto found = by_project_.find(project.value);
    return found == by_project_.end() ? 0 : found->second;
  }

 private:
  std::unordered_map<std::string, std::size_t> by_project_;
  std::size_t total_ = 0;
};

}  // namespace qd::engine
