// Reading what the engine wrote; nothing here changes it.
#pragma once

#include "executions/types.h"
#include "platform/db/list_query.h"

namespace qd::executions::store {

/// Its row: what is long in it is a stand-in (engine/large_values.h).
[[nodiscard]] std::optional<engine::Execution> find(db::Snapshot& view, std::string_view id);
/// Of what `user` may see; of everything where there is no user. Inputs and outputs that are longer
/// than a list should be are stand-ins.
[[nodiscard]] Result<db::Rows<engine::Execution>> list(db::Snapshot& view,
                                                       const ExecutionQuery& query,
                                                       const std::optional<UserId>& user);
struct Steerable {
  std::string id;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(Steerable, (), (id, created_at))
/// Those of a filter that the action fits and that `user` may operate, the oldest first.
[[nodiscard]] Result<db::Rows<Steerable>> steerable(db::Snapshot& view, const BulkFilter& filter,
                                                    BulkAction action,
                                                    const std::optional<UserId>& user,
                                                    std::int64_t limit);
/// The document of an execution that runs none of a workflow's versions.
[[nodiscard]] std::optional<Json> document(db::Snapshot& view, std::string_view id);
/// After `seq`, oldest first; what is long in them is {"$large": {"size", "url"}}.
[[nodiscard]] std::vector<engine::Event> events(db::Snapshot& view, std::string_view id,
                                                std::int64_t after, std::int64_t limit);
/// Events inside the bodies of maps and loops that a list of steps has at most.
inline constexpr std::int64_t kMostInside = 10'000;
struct StepEvents {
  std::vector<engine::Event> events;
  /// There are more than kMostInside inside bodies; they are left out.
  bool has_more_inside = false;
};
/// What the list of steps is told from: all events, or, for `within` (the path of one item, like
/// `each.3`), those inside it and those of the steps of the workflow itself.
[[nodiscard]] StepEvents step_events(db::Snapshot& view, const ExecutionId& id,
                                     const std::string& within);
/// One member of an event's data, whole.
[[nodiscard]] std::optional<Json> event_value(db::Snapshot& view, const ExecutionId& id,
                                              std::int64_t seq, std::string_view member);
[[nodiscard]] std::optional<engine::Approval> find_approval(db::Snapshot& view,
                                                            std::string_view id);
[[nodiscard]] Result<db::Rows<engine::Approval>> approvals(db::Snapshot& view,
                                                           const ApprovalQuery& query,
                                                           const std::optional<UserId>& user);
/// The ids of a project's executions that are not over.
[[nodiscard]] std::vector<std::string> unfinished(db::Snapshot& view, const ProjectId& project,
                                                  std::int64_t limit);

}  // namespace qd::executions::store
