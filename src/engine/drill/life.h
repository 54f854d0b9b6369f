// One process of a drilled run: it takes up the execution that an earlier one left, or begins it,
// and sees it through to its end, doing what people and time would: decides approvals, sends
// events, does tasks, says what became of uncertain calls, and moves the clock to what is due.
#pragma once

#include <set>
#include <string>

#include "engine/drill/process.h"
#include "engine/drill/stage.h"

namespace qd::engine::drill {

/// What is the same in all runs of a drill.
struct Scene {
  std::string database;
  ProjectId project;
  Json document;
  Json input;
  Props props;
  /// Nodes whose approval is rejected; nodes whose approval or event does not come in time.
  std::set<std::string> rejected = {};
  std::set<std::string> expired = {};
  /// What the clock shows when a run begins. It stands still but for being moved.
  Timestamp begins_at;
  Understudy understudy = {};
};

/// What it says to the drill: `found` and `ended` (family), `acknowledged` (wish), `stuck`
/// (message); what it asks: `call`, `happened`, `payload`. `run` names the run.
int live(const Scene& scene, const std::string& run, int socket, Boundaries& boundaries);

}  // namespace qd::engine::drill
