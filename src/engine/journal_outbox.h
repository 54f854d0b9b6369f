// What a commit asks of others, written in its transaction: messages, events for whoever waits,
// executions that are begun, work that is handed out, outputs that are kept.
#pragma once

#include "engine/changes.h"
#include "platform/db/db.h"

namespace qd::engine::journal {

/// The executions that have something to do or to read once this is committed.
[[nodiscard]] std::vector<ExecutionId> write_outbox(db::Transaction& tx, const Execution& execution,
                                                    const Changes& changes);
/// A message for each execution of the project that waits for the event.
[[nodiscard]] std::vector<ExecutionId> publish(db::Transaction& tx, const ProjectId& project,
                                               const EventMessage& event, Timestamp now);
/// One message; its id, or nothing where the execution is over.
std::optional<std::string> send(db::Transaction& tx, const Message& message, Timestamp now);
/// Takes a message back; whether nobody had taken it.
[[nodiscard]] bool withdraw(db::Transaction& tx, const std::string& message);
/// What became of a command, once it was taken.
[[nodiscard]] std::optional<Result<std::int64_t>> answer_to(db::Snapshot& view,
                                                            const std::string& message);
/// What the execution has not taken yet, oldest first.
[[nodiscard]] std::vector<Message> messages(db::Snapshot& view, const ExecutionId& id);
/// Executions that are not over and have messages; of those, the ones after `after`.
[[nodiscard]] std::vector<std::string> with_messages(db::Snapshot& view, std::string_view after,
                                                     std::int64_t limit);
/// The output that an earlier step left under the key.
[[nodiscard]] std::optional<Json> find_cached(db::Snapshot& view, const ProjectId& project,
                                              const std::string& key, Timestamp now);

}  // namespace qd::engine::journal
