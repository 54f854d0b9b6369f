// Who may start now, and who waits for a slot. Decided in the database from the rows alone, in the
// transaction that takes the slot, so that limits hold across nodes and crashes: an execution holds
// a slot from its admission until it is over, also while it only waits.
//
// An execution that may not start stands in one of two queues. `Lane`: its workflow's `concurrency`
// has no place; whoever leaves the lane moves the first that fits on. `Ready`: only its project or
// the node has no place; a node that has one takes from each project in turn. Both are in order of
// priority, then age. Nothing here walks a queue.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/catalog.h"
#include "engine/records.h"
#include "engine/standing.h"
#include "platform/db/db.h"

namespace qd::engine::admission {

/// What stands in the way of a start.
enum class Obstacle { None, Lane, Project, Rate, Node };
/// As `waiting_for` says it: `slot` or `rate`.
[[nodiscard]] std::string_view word_for(Obstacle obstacle);

/// What of a definition's `concurrency` a new execution begins with. Invalid `concurrency.key`
/// where the key can't be rendered or is too long.
[[nodiscard]] Result<Standing> standing_of(const Execution& execution, const Definition& definition,
                                           const ProjectScope* project);

/// What a start depends on, beside the rows.
struct Question {
  ProjectId project;
  ProjectLimits limits;
  /// The asking node has a free place, and nobody who is ready waits for it.
  bool has_place = true;
  Timestamp now;
};
/// Whether a new execution may start at once: not before those that wait already. Gives it its
/// place in `standing`.
[[nodiscard]] Obstacle decide(db::Snapshot& view, const Question& question, Standing& standing);

/// The next projects with somebody ready, at most `limit`, in order of their ids from after `after`
/// on and round once.
[[nodiscard]] std::vector<std::string> ready_projects(db::Snapshot& view, const std::string& after,
                                                      std::size_t limit);

struct Contender {
  ProjectId project;
  ProjectLimits limits;
};
/// One look at the queue on behalf of a node with free places.
struct Round {
  std::vector<Contender> contenders;
  std::int64_t places = 0;
  Timestamp now;
  std::optional<std::string> lease_owner;
  std::optional<Timestamp> lease_until;
};
struct Admitted {
  std::string id;
  ProjectId project;
  Timestamp created_at;
};
struct Admissions {
  std::vector<Admitted> admitted;
  /// Whether anybody was moved, so that looking again may find more.
  bool has_moved = false;
  /// The last project that got a place; empty: none.
  std::string last_project;
  /// When a rate lets the next one start.
  std::optional<Timestamp> next_by_rate;
};
/// Gives slots to the first of each contender, as equally as the places allow.
[[nodiscard]] Admissions admit(db::Transaction& tx, const Round& round);

/// An execution has left its lane: the first of those that fit is ready now.
void leave_lane(db::Transaction& tx, const ExecutionId& id);
/// One that failed, was cancelled or timed out is to be begun again, at once or when it has a slot.
/// NotFound `execution.not_found`; Conflict `execution.not_failed`, or `execution.compensated`
/// where what it did was undone.
[[nodiscard]] Result<Obstacle> requeue(db::Transaction& tx, const ExecutionId& id,
                                       const Question& question);

/// How many wait, by project.
struct Waiting {
  std::string project_id;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Waiting, (), (project_id, count))
[[nodiscard]] std::vector<Waiting> count_waiting(db::Snapshot& view);

/// Why an execution has not started yet, for people.
struct Wait {
  Obstacle obstacle = Obstacle::None;
  /// Who hold slots, or have started within a minute, of how many.
  std::int64_t running = 0;
  std::int64_t limit = 0;
  /// Of the lane: its rendered key; empty: the workflow has none.
  std::string key;
  /// How many are before it; at most kMostAhead are counted.
  std::int64_t ahead = 0;
  /// Of a rate.
  std::optional<Timestamp> until;
};
inline constexpr std::int64_t kMostAhead = 1'000;
/// Nothing where it waits for no slot.
[[nodiscard]] std::optional<Wait> why_waiting(db::Snapshot& view, const Execution& execution,
                                              const ProjectLimits& limits, Timestamp now);

}  // namespace qd::engine::admission
