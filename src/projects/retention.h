// How long a project keeps its finished executions: `settings.retention`, for example
// {"max_age": "30d", "max_count": 10000}. What it leaves out is as the server is set; zero keeps
// all, whatever the server says.
#pragma once

#include "platform/db/db.h"
#include "projects/types.h"

namespace qd::projects {

struct Retention {
  std::optional<milliseconds> max_age = {};
  std::optional<std::int64_t> max_count = {};
};

/// Faults have paths below /settings/retention.
[[nodiscard]] Result<Retention> retention_of(const JsonObject& settings);

struct ProjectRetention {
  ProjectId project;
  Retention retention;
};

enum class Which { All, ThoseThatSay };
/// Of the projects after `after`, in order of their ids; at most `limit`.
[[nodiscard]] std::vector<ProjectRetention> retentions(db::Snapshot& view, Which which,
                                                       std::string_view after, std::int64_t limit);

}  // namespace qd::projects
