#include "projects/limits.h"

#include <array>

#include <fmt/format.h>

#include "projects/project_store.h"

namespace qd::projects {
namespace {

constexpr std::string_view kConcurrency = "max_concurrent_executions";
constexpr std::string_view kStarts = "max_starts_per_minute";
constexpr std::int64_t kMost = 1'000'000;

/// Nothing where it is absent, or (in rows of earlier versions) no such number.
std::optional<std::int64_t> limit(const JsonObject& settings, std::string_view name) {
  const auto* value = settings.if_contains(name);
  if (!value || !value->is_int64()) return std::nullopt;
  const auto number = value->get_int64();
  return number >= 1 && number <= kMost ? std::optional(number) : std::nullopt;
}

}  // namespace

void check_limits(const JsonObject& settings, std::vector<Fault>& faults) {
  for (const auto name : {kConcurrency, kStarts})
    if (settings.contains(name) && !limit(settings, name))
      faults.push_back({fmt::format("/settings/{}", name), "out_of_range",
                        fmt::format("must be a whole number from 1 to {}", kMost)});
}

Result<ExecutionLimits> execution_limits(db::Snapshot& view, const ProjectId& id) {
  const auto project = store::find(view, id, {});
  if (!project) return fail(ErrorKind::NotFound, "project.not_found", "the project is gone");
  return ExecutionLimits{limit(project->settings, kConcurrency), limit(project->settings, kStarts)};
}

}  // namespace qd::projects
