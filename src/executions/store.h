// Reading what the engine wrote; nothing here changes it.
#pragma once

#include "executions/types.h"
#include "platform/db/list_query.h"

namespace qd::executions::store {

[[nodiscard]] std::optional<engine::Execution> find(db::Snapshot& view, std::string_view id);
/// Of what `user` may see; of everything where there is no user.
[[nodiscard]] Result<db::Rows<engine::Execution>> list(db::Snapshot& view,
                                                       const ExecutionQuery& query,
                                                       const std::optional<UserId>& user);
/// The document of an execution that runs none of a workflow's versions.
[[nodiscard]] std::optional<Json> document(db::Snapshot& view, std::string_view id);
/// After `seq`, oldest first.
[[nodiscard]] std::vector<engine::Event> events(db::Snapshot& view, std::string_view id,
                                                std::int64_t after, std::int64_t limit);
[[nodiscard]] std::optional<engine::Approval> find_approval(db::Snapshot& view,
                                                            std::string_view id);
[[nodiscard]] Result<db::Rows<engine::Approval>> approvals(db::Snapshot& view,
                                                           const ApprovalQuery& query,
                                                           const std::optional<UserId>& user);
/// The ids of a project's executions that are not over.
[[nodiscard]] std::vector<std::string> unfinished(db::Snapshot& view, const ProjectId& project,
                                                  std::int64_t limit);

}  // namespace qd::executions::store
