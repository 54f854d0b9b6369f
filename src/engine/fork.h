// A fork: a new execution of the same version that begins with what an earlier one found out. Every
// step that neither is the one it forks from nor comes after it keeps its recorded result; the rest
// runs anew. So does a step that was undone meanwhile, with what comes after it.
#pragma once

#include <string_view>

#include "engine/definition.h"
#include "engine/records.h"

namespace qd::engine {

/// The new execution's events, its start first, all at `now`: what was kept took no time in it and
/// cost nothing. What had not ended in the earlier one, or ended it, is not kept.
/// Invalid (path /from_step) `execution.step_not_found`, and `execution.fork_inside_body` for a
/// step of a map's or a loop's body, which is no place to begin.
[[nodiscard]] Result<std::vector<Event>> fork_events(const Definition& definition,
                                                     const ExecutionId& source,
                                                     const std::vector<Event>& events,
                                                     std::string_view from_step, Timestamp now);

}  // namespace qd::engine
