// What `settings` of a project say of its executions: `max_concurrent_executions` (started and not
// over) and `max_starts_per_minute`. Absent: the server's default.
#pragma once

#include <optional>
#include <vector>

#include "base/error.h"
#include "base/id.h"
#include "json/json.h"
#include "platform/db/db.h"

namespace qd::projects {

struct ExecutionLimits {
  std::optional<std::int64_t> concurrency;
  std::optional<std::int64_t> starts_per_minute;
};

/// Adds a fault for each limit that is no whole number from 1 to 1,000,000.
void check_limits(const JsonObject& settings, std::vector<Fault>& faults);
/// NotFound `project.not_found`.
[[nodiscard]] Result<ExecutionLimits> execution_limits(db::Snapshot& view,
                                                       const ProjectId& project);

}  // namespace qd::projects
