#include "engine/journal_outbox.h"

#include "engine/journal.h"

namespace qd::engine::journal {
namespace {

/// How many messages one turn takes.
constexpr std::int64_t kMessages = 200;
/// Whoever waits for an answer has read it or has given up long before.
constexpr std::chrono::minutes kAnswersLast{10};

constexpr db::Sql kSend{
    "outbox.send",
    "INSERT INTO execution_messages (id, execution_id, kind, data, created_at) SELECT "
    "CAST($1 AS TEXT), id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT) FROM executions "
    "WHERE id = $5 AND finished_at IS NULL"};
constexpr db::Sql kWaiting{
    "outbox.waiting",
    "SELECT DISTINCT execution_id FROM event_waits WHERE project_id = $1 AND name = $2"};
constexpr db::Sql kMessagesOf{"outbox.messages",
                              "SELECT id, execution_id, kind, data FROM execution_messages WHERE "
                              "execution_id = $1 ORDER BY created_at, id LIMIT $2"};
constexpr db::Sql kWithMessages{
    "outbox.with_messages",
    "SELECT id FROM executions WHERE finished_at IS NULL AND id > $1 AND EXISTS (SELECT 1 FROM "
    "execution_messages m WHERE m.execution_id = executions.id) ORDER BY id LIMIT $2"};
constexpr db::Sql kTake{"outbox.take", "DELETE FROM execution_messages WHERE id = $1"};
constexpr db::Sql kAnswer{
    "outbox.answer",
    "INSERT INTO command_answers (message_id, reached, kind, code, message, created_at) VALUES "
    "($1, $2, $3, $4, $5, $6)"};
constexpr db::Sql kAnswerTo{
    "outbox.answer_to",
    "SELECT reached, kind, code, message FROM command_answers WHERE message_id = $1"};
constexpr db::Sql kPruneAnswers{"outbox.prune_answers",
                                "DELETE FROM command_answers WHERE created_at <= $1"};
constexpr db::Sql kWait{"outbox.wait",
                        "INSERT INTO event_waits (execution_id, step, project_id, name) VALUES "
                        "($1, $2, $3, $4)"};
constexpr db::Sql kEndWait{"outbox.end_wait",
                           "DELETE FROM event_waits WHERE execution_id = $1 AND step = $2"};
constexpr db::Sql kTask{
    "outbox.task",
    "INSERT INTO tasks (id, execution_id, project_id, step, queue, payload, output_schema, status, "
    "deliveries, heartbeat_ms, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
constexpr db::Sql kEndTask{"outbox.end_task",
                           "UPDATE tasks SET status = 'cancelled', finished_at = $1 WHERE id = $2 "
                           "AND finished_at IS NULL"};
constexpr db::Sql kPruneCache{"outbox.prune_cache",
                              "DELETE FROM step_cache WHERE expires_at <= $1"};
constexpr db::Sql kCache{
    "outbox.cache",
    "INSERT INTO step_cache (project_id, cache_key, output, expires_at) VALUES ($1, $2, $3, $4) ON "
    "CONFLICT (project_id, cache_key) DO UPDATE SET output = excluded.output, expires_at = "
    "excluded.expires_at"};
constexpr db::Sql kCached{"outbox.cached",
                          "SELECT output FROM step_cache WHERE project_id = $1 AND cache_key = $2 "
                          "AND expires_at > $3"};

struct CachedRow {
  Json output;
};
BOOST_DESCRIBE_STRUCT(CachedRow, (), (output))

struct AnswerRow {
  std::optional<std::int64_t> reached;
  std::optional<ErrorKind> kind;
  std::optional<std::string> code;
  std::optional<std::string> message;
};
BOOST_DESCRIBE_STRUCT(AnswerRow, (), (reached, kind, code, message))

struct IdRow {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(IdRow, (), (id))

void write_waits(db::Transaction& tx, const Execution& execution, const Changes& changes) {
  // A step may wait again in the commit that ends its earlier wait.
  for (const auto& step : changes.ended_waits) tx.post(kEndWait, execution.id, step);
  for (const auto& wait : changes.new_waits) {
    const bool is_over =
        std::ranges::find(changes.ended_waits, wait.step) != changes.ended_waits.end();
    if (!is_over) tx.post(kWait, execution.id, wait.step, execution.project_id, wait.name);
  }
}

void write_tasks(db::Transaction& tx, const Changes& changes, Timestamp now) {
  for (const auto& task : changes.new_tasks)
    tx.post(kTask, task.id, task.execution_id, task.project_id, task.step, task.queue, task.payload,
            task.output_schema, task.status, task.deliveries, task.heartbeat_ms, task.created_at);
  for (const auto& id : changes.ended_tasks) tx.post(kEndTask, now, id);
}

void write_cache(db::Transaction& tx, const Execution& execution, const Changes& changes) {
  if (changes.cached.empty()) return;
  tx.post(kPruneCache, execution.updated_at);
  for (const auto& one : changes.cached)
    tx.post(kCache, execution.project_id, one.key, one.output, one.expires_at);
}

void write_answers(db::Transaction& tx, const std::vector<CommandAnswer>& answers, Timestamp now) {
  if (answers.empty()) return;
  tx.post(kPruneAnswers, now - kAnswersLast);
  for (const auto& [message, outcome] : answers) {
    AnswerRow row;
    if (outcome)
      row.reached = *outcome;
    else
      row = {{}, outcome.error().kind, outcome.error().code, outcome.error().message};
    tx.post(kAnswer, message, row.reached, row.kind, row.code, row.message, now);
  }
}

/// Whether it may start at once.
bool begin_child(db::Transaction& tx, const Child& child, Timestamp now) {
  auto execution = child.execution;
  Entry entry{.execution = execution, .changes = {}, .timing = {}};
  entry.standing = child.standing;
  auto obstacle = admission::Obstacle::None;
  if (entry.standing.lane) {
    const admission::Question question{.project = execution.project_id, .now = now};
    obstacle = admission::decide(tx, question, entry.standing);
  }
  const bool may_start = obstacle == admission::Obstacle::None;
  if (!may_start) execution.waiting_for = admission::word_for(obstacle);
  insert_row(tx, entry, nullptr);
  return may_start;
}

}  // namespace

std::vector<ExecutionId> write_outbox(db::Transaction& tx, const Execution& execution,
                                      const Changes& changes) {
  const auto now = execution.updated_at;
  std::vector<ExecutionId> woken;
  for (const auto& id : changes.taken) tx.post(kTake, id);
  write_waits(tx, execution, changes);
  write_tasks(tx, changes, now);
  write_cache(tx, execution, changes);
  write_answers(tx, changes.answers, now);
  for (const auto& child : changes.children)
    if (begin_child(tx, child, now)) woken.push_back(child.execution.id);
  for (const auto& message : changes.sent) {
    send(tx, message, now);
    woken.push_back(message.to);
  }
  for (const auto& event : changes.published) {
    const auto told = publish(tx, execution.project_id, event, now);
    woken.insert(woken.end(), told.begin(), told.end());
  }
  return woken;
}

std::vector<ExecutionId> publish(db::Transaction& tx, const ProjectId& project,
                                 const EventMessage& event, Timestamp now) {
  std::vector<ExecutionId> told;
  for (auto& row : tx.all<IdRow>(kWaiting, project, event.name)) {
    Message message{.to = {std::move(row.id)},
                    .kind = MessageKind::Event,
                    .data = JsonObject{{"name", event.name}, {"data", event.data}}};
    send(tx, message, now);
    told.push_back(std::move(message.to));
  }
  return told;
}

std::optional<std::string> send(db::Transaction& tx, const Message& message, Timestamp now) {
  auto id = new_uuid(now);
  const auto sent = tx.execute(kSend, id, message.kind, message.data, now, message.to);
  return sent > 0 ? std::optional(std::move(id)) : std::nullopt;
}

bool withdraw(db::Transaction& tx, const std::string& message) {
  return tx.execute(kTake, message) > 0;
}

std::optional<Result<std::int64_t>> answer_to(db::Snapshot& view, const std::string& message) {
  auto row = view.first<AnswerRow>(kAnswerTo, message);
  if (!row) return std::nullopt;
  if (row->reached) return *row->reached;
  return fail(row->kind.value_or(ErrorKind::Internal), row->code.value_or("internal"),
              row->message.value_or(""));
}

std::vector<Message> messages(db::Snapshot& view, const ExecutionId& id) {
  return view.all<Message>(kMessagesOf, id, kMessages);
}

std::vector<std::string> with_messages(db::Snapshot& view, std::string_view after,
                                       std::int64_t limit) {
  std::vector<std::string> ids;
  for (auto& row : view.all<IdRow>(kWithMessages, after, limit)) ids.push_back(std::move(row.id));
  return ids;
}

std::optional<Json> find_cached(db::Snapshot& view, const ProjectId& project,
                                const std::string& key, Timestamp now) {
  auto row = view.first<CachedRow>(kCached, project, key, now);
  return row ? std::optional(std::move(row->output)) : std::nullopt;
}

}  // namespace qd::engine::journal
