#include "engine/admission.h"

#include <map>

#include <fmt/format.h>

#include "engine/change_position.h"

namespace qd::engine::admission {
namespace {

constexpr auto kMinute = std::chrono::minutes(1);

constexpr db::Sql kHeldInLane{
    "admission.held_in_lane",
    "SELECT COUNT(*) FROM executions WHERE lane = $1 AND queue IS NULL AND finished_at IS NULL"};
constexpr db::Sql kHeldInProject{
    "admission.held_in_project",
    "SELECT COUNT(*) FROM (SELECT 1 FROM executions WHERE project_id = $1 AND queue IS NULL AND "
    "finished_at IS NULL LIMIT $2) AS held"};
constexpr db::Sql kStartsSince{
    "admission.starts_since",
    "SELECT COUNT(*) FROM (SELECT 1 FROM executions WHERE project_id = $1 AND rated_at > $2 LIMIT "
    "$3) AS starts"};
constexpr db::Sql kFirstStartSince{
    "admission.first_start_since",
    "SELECT rated_at FROM executions WHERE project_id = $1 AND rated_at > $2 ORDER BY rated_at "
    "LIMIT 1"};
constexpr db::Sql kIsAnyReady{
    "admission.is_any_ready",
    "SELECT 1 FROM executions WHERE project_id = $1 AND queue = 'ready' LIMIT 1"};
constexpr db::Sql kFirstInLane{
    "admission.first_in_lane",
    "SELECT id FROM executions WHERE lane = $1 AND queue = 'lane' AND lane_limit > $2 "
    "ORDER BY priority DESC, created_at, id LIMIT 1"};
constexpr db::Sql kNextProject{
    "admission.next_project",
    "SELECT project_id FROM executions WHERE queue = 'ready' AND project_id > $1 "
    "ORDER BY project_id LIMIT 1"};
constexpr db::Sql kReady{
    "admission.ready",
    "SELECT id, created_at, lane, lane_limit FROM executions WHERE queue = 'ready' AND project_id "
    "= $1 ORDER BY priority DESC, created_at, id LIMIT $2"};
constexpr db::Sql kMove{"admission.move", "UPDATE executions SET queue = $1 WHERE id = $2"};
constexpr db::Sql kAdmit{"admission.admit",
                         "UPDATE executions SET queue = NULL, waiting_for = NULL, rated_at = $1, "
                         "lease_owner = $2, lease_until = $3 WHERE id = $4"};
constexpr db::Sql kStanding{
    "admission.standing", "SELECT lane, lane_limit, queue, rated_at FROM executions WHERE id = $1"};
#define QD_REQUEUE(changed_now)                                                                  \
  "UPDATE executions SET status = 'pending', waiting_for = $1, queue = $2, rated_at = $3, "      \
  "finished_at = NULL, updated_at = $4, wake_at = NULL, deadline_at = NULL, fence = fence + 1, " \
  "lease_owner = NULL, lease_until = NULL, changed = " changed_now                               \
  " WHERE id = $5 AND status IN ('failed', 'cancelled', 'timed_out')"
constexpr db::Sql kRequeue{"admission.requeue", QD_REQUEUE(QD_POSITION),
                           QD_REQUEUE(QD_TRANSACTION)};
constexpr db::Sql kWasUndone{
    "admission.was_undone",
    "SELECT 1 FROM execution_events WHERE execution_id = $1 AND type = 'failing' LIMIT 1"};
// The empty text keeps SQLite from an index over all executions that is in order of projects.
constexpr db::Sql kCountWaiting{
    "admission.count_waiting",
    "SELECT project_id, COUNT(*) FROM executions WHERE queue = 'ready' GROUP BY project_id UNION "
    "ALL SELECT project_id, COUNT(*) FROM executions WHERE queue = 'lane' GROUP BY project_id || "
    "'', project_id"};
constexpr db::Sql kAheadInLane{
    "admission.ahead_in_lane",
    "SELECT COUNT(*) FROM (SELECT 1 FROM executions WHERE lane = $1 AND queue = 'lane' AND "
    "(priority > $2 OR (priority = $2 AND (created_at, id) < ($3, $4))) LIMIT $5) AS ahead"};
constexpr db::Sql kAheadInProject{
    "admission.ahead_in_project",
    "SELECT COUNT(*) FROM (SELECT 1 FROM executions WHERE project_id = $1 AND queue = 'ready' AND "
    "(priority > $2 OR (priority = $2 AND (created_at, id) < ($3, $4))) LIMIT $5) AS ahead"};

struct ReadyRow {
  std::string id;
  Timestamp created_at;
  std::optional<std::string> lane;
  std::optional<std::int64_t> lane_limit;
};
BOOST_DESCRIBE_STRUCT(ReadyRow, (), (id, created_at, lane, lane_limit))

std::int64_t held_in(db::Snapshot& view, const std::string& lane) {
  return view.value<std::int64_t>(kHeldInLane, lane).value_or(0);
}

/// What a project has left.
struct Room {
  std::int64_t places = std::numeric_limits<std::int64_t>::max();
  Obstacle obstacle = Obstacle::None;
  std::int64_t used = 0;
  std::int64_t limit = 0;
  /// When a rate gives the next one.
  std::optional<Timestamp> until = {};
};

Room room_by_rate(db::Snapshot& view, const ProjectId& project, std::int64_t limit, Timestamp now) {
  const auto since = now - kMinute;
  const auto starts = view.value<std::int64_t>(kStartsSince, project, since, limit).value_or(0);
  Room room{.places = limit - starts, .obstacle = Obstacle::Rate, .used = starts, .limit = limit};
  if (room.places > 0) return room;
  const auto first = view.value<Timestamp>(kFirstStartSince, project, since);
  room.until = first.value_or(now) + kMinute;
  return room;
}

Room room_of(db::Snapshot& view, const ProjectId& project, const ProjectLimits& limits,
             Timestamp now) {
  Room room;
  if (const auto limit = limits.concurrency) {
    const auto held = view.value<std::int64_t>(kHeldInProject, project, *limit).value_or(0);
    room = {.places = *limit - held, .obstacle = Obstacle::Project, .used = held, .limit = *limit};
    if (room.places <= 0) return room;
  }
  if (!limits.starts_per_minute) return room;
  auto by_rate = room_by_rate(view, project, *limits.starts_per_minute, now);
  return by_rate.places < room.places ? by_rate : room;
}

std::optional<Timestamp> rated(const ProjectLimits& limits, Timestamp now) {
  return limits.starts_per_minute ? std::optional(now) : std::nullopt;
}

/// Who is in each lane, counted once a round.
class Lanes {
 public:
  explicit Lanes(db::Snapshot& view) : view_(view) {}
  /// False where it has no place for a row of this limit.
  bool enter(const ReadyRow& row) {
    if (!row.lane) return true;
    const auto [place, is_new] = held_.try_emplace(*row.lane, 0);
    if (is_new) place->second = held_in(view_, *row.lane);
    if (place->second >= row.lane_limit.value_or(0)) return false;
    ++place->second;
    return true;
  }

 private:
  db::Snapshot& view_;
  std::map<std::string, std::int64_t> held_;
};

}  // namespace

std::string_view word_for(Obstacle obstacle) {
  return obstacle == Obstacle::Rate ? "rate" : "slot";
}

Result<Standing> standing_of(const Execution& execution, const Definition& definition,
                             const ProjectScope* project) {
  if (!definition.concurrency) return Standing{};
  JsonObject roots{{"input", execution.input}, {"workflow", JsonObject{{"name", definition.name}}}};
  auto& workflow = roots["workflow"].get_object();
  workflow["id"] = execution.workflow_id ? Json(execution.workflow_id->value) : Json();
  workflow["version"] = execution.workflow_version;
  if (project) {
    roots["project"] = JsonObject{{"id", project->id.value}, {"name", project->name}};
    roots["vars"] = project->variables;
  }
  const expr::ObjectScope scope(std::move(roots), execution.created_at);
  QD_TRY(const auto key, render_key(*definition.concurrency, scope));
  // A document of its own shares its lanes with the others of its project.
  const auto& whose =
      execution.workflow_id ? execution.workflow_id->value : execution.project_id.value;
  return Standing{.lane = fmt::format("{}/{}", whose, key),
                  .lane_limit = definition.concurrency->limit};
}

Obstacle decide(db::Snapshot& view, const Question& question, Standing& standing) {
  const auto& [project, limits, has_place, now] = question;
  const auto waits = [&](Queue queue, Obstacle obstacle) {
    standing.queue = queue;
    return obstacle;
  };
  if (standing.lane) {
    const auto held = held_in(view, *standing.lane);
    const bool is_full = held >= standing.lane_limit.value_or(0);
    if (is_full || view.value<std::string>(kFirstInLane, *standing.lane, held))
      return waits(Queue::Lane, Obstacle::Lane);
  }
  if (!limits.is_none()) {
    const auto room = room_of(view, project, limits, now);
    if (room.places <= 0) return waits(Queue::Ready, room.obstacle);
    if (view.value<std::int64_t>(kIsAnyReady, project))
      return waits(Queue::Ready, Obstacle::Project);
  }
  if (!has_place) return waits(Queue::Ready, Obstacle::Node);
  standing.rated_at = rated(limits, now);
  return Obstacle::None;
}

std::vector<std::string> ready_projects(db::Snapshot& view, const std::string& after,
                                        std::size_t limit) {
  std::vector<std::string> projects;
  const auto collect = [&](std::string from, const std::optional<std::string>& until) {
    while (projects.size() < limit) {
      auto next = view.value<std::string>(kNextProject, from);
      if (!next || (until && *next > *until)) return;
      projects.push_back(*next);
      from = *std::move(next);
    }
  };
  collect(after, std::nullopt);
  if (!after.empty()) collect("", after);
  return projects;
}

Admissions admit(db::Transaction& tx, const Round& round) {
  Admissions out;
  Lanes lanes(tx);
  const auto count = std::max<std::int64_t>(1, std::ssize(round.contenders));
  const auto share = (round.places + count - 1) / count;
  for (const auto& [project, limits] : round.contenders) {
    const auto places = round.places - std::ssize(out.admitted);
    if (places <= 0) break;
    const auto room = room_of(tx, project, limits, round.now);
    if (room.until && (!out.next_by_rate || *room.until < *out.next_by_rate))
      out.next_by_rate = room.until;
    if (room.places <= 0) continue;
    const auto wanted = std::min({share, places, room.places});
    for (const auto& row : tx.all<ReadyRow>(kReady, project, wanted)) {
      out.has_moved = true;
      if (!lanes.enter(row)) {
        tx.execute(kMove, Queue::Lane, row.id);
        continue;
      }
      tx.execute(kAdmit, rated(limits, round.now), round.lease_owner, round.lease_until, row.id);
      out.admitted.push_back({row.id, project, row.created_at});
      out.last_project = project.value;
    }
  }
  return out;
}

void leave_lane(db::Transaction& tx, const ExecutionId& id) {
  const auto standing = tx.first<Standing>(kStanding, id);
  if (!standing || !standing->lane) return;
  const auto first =
      tx.value<std::string>(kFirstInLane, *standing->lane, held_in(tx, *standing->lane));
  if (first) tx.execute(kMove, Queue::Ready, *first);
}

Result<Obstacle> requeue(db::Transaction& tx, const ExecutionId& id, const Question& question) {
  auto standing = tx.first<Standing>(kStanding, id);
  if (!standing)
    return fail(ErrorKind::NotFound, "execution.not_found", "there is no execution with this id");
  if (tx.value<std::int64_t>(kWasUndone, id))
    return fail(ErrorKind::Conflict, "execution.compensated",
                "what the execution did was undone when it failed; start it anew");
  const auto obstacle = decide(tx, question, *standing);
  const auto waits_for =
      obstacle == Obstacle::None ? std::nullopt : std::optional(word_for(obstacle));
  count_change(tx);
  if (tx.execute(kRequeue, waits_for, standing->queue, standing->rated_at, question.now, id) > 0)
    return obstacle;
  return fail(ErrorKind::Conflict, "execution.not_failed",
              "only an execution that failed, was cancelled or timed out can be retried");
}

std::vector<Waiting> count_waiting(db::Snapshot& view) {
  return view.all<Waiting>(kCountWaiting);
}

std::optional<Wait> why_waiting(db::Snapshot& view, const Execution& execution,
                                const ProjectLimits& limits, Timestamp now) {
  const auto standing = view.first<Standing>(kStanding, execution.id);
  if (!standing || !standing->queue) return std::nullopt;
  if (standing->lane) {
    const auto held = held_in(view, *standing->lane);
    const auto limit = standing->lane_limit.value_or(0);
    if (held >= limit || standing->queue == Queue::Lane)
      return Wait{
          .obstacle = Obstacle::Lane,
          .running = held,
          .limit = limit,
          .key = standing->lane->substr(standing->lane->find('/') + 1),
          .ahead = view.value<std::int64_t>(kAheadInLane, *standing->lane, execution.priority,
                                            execution.created_at, execution.id, kMostAhead)
                       .value_or(0)};
  }
  const auto room = room_of(view, execution.project_id, limits, now);
  return Wait{
      .obstacle = room.places <= 0 ? room.obstacle : Obstacle::Node,
      .running = room.used,
      .limit = room.limit,
      .key = {},
      .ahead = view.value<std::int64_t>(kAheadInProject, execution.project_id, execution.priority,
                                        execution.created_at, execution.id, kMostAhead)
                   .value_or(0),
      .until = room.until};
}

}  // namespace qd::engine::admission
