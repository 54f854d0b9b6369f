// A drilled execution with those that it began, as they are stored, each under a label that is the
// same in every run: nothing for the first, `order>` for what its step `order` began.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/records.h"
#include "platform/db/db.h"

namespace qd::engine::drill {

struct Member {
  Execution execution;
  std::vector<Event> journal;
};
BOOST_DESCRIBE_STRUCT(Member, (), (execution, journal))

using Family = std::map<std::string, Member>;

/// The first of the family is found by its name. Empty where it is not stored.
[[nodiscard]] Family read_family(db::Snapshot& view, const ProjectId& project,
                                 const std::string& name);

/// The label of an execution of the family; `?>` of any other.
[[nodiscard]] std::string label_of(const Family& family, const ExecutionId& id);

}  // namespace qd::engine::drill
