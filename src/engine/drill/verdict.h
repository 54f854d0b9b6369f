// What a run with kills in it left behind, held against the same run without any: nothing may be
// lost, nothing done twice that was not declared to bear it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/drill/family.h"
#include "engine/drill/world.h"

namespace qd::engine::drill {

/// One process of a run, as it found the store when it began.
struct Life {
  /// Whether the start of the execution had been acknowledged by then.
  bool is_acknowledged = false;
  Family found = {};
};

/// Everything that is known of one run.
struct Trial {
  std::vector<Life> lives;
  /// Their paths begin with the labels of their executions.
  std::vector<Seen> calls;
  /// What the engine said is durable, by what was asked of it: `decide sign_off`; how often.
  std::map<std::string, std::int64_t> acknowledged;
  /// The steps of which somebody had to say whether they happened.
  std::set<std::string> resolved;
  /// As stored at the end; empty where it has none.
  Family family;

  [[nodiscard]] const Execution& execution() const { return family.at("").execution; }
};

enum class FindingKind {
  /// An acknowledged execution is gone; a step has no end; an acknowledged wish has no effect.
  LostExecution,
  LostStep,
  LostWish,
  /// A step ended twice; a call was made more often than its contract bears.
  DoubledStep,
  DoubledCall,
  /// A keyed call was repeated under another key, or without one.
  ChangedKey,
  /// What was stored once is stored otherwise now.
  ChangedJournal,
  /// It ended otherwise than without kills.
  OtherEnd,
  /// It went on no more; the process ended by itself.
  Stuck,
  Crashed,
};
BOOST_DESCRIBE_ENUM(FindingKind, LostExecution, LostStep, LostWish, DoubledStep, DoubledCall,
                    ChangedKey, ChangedJournal, OtherEnd, Stuck, Crashed)

struct Finding {
  FindingKind kind = FindingKind::Stuck;
  /// Which step; empty: the execution as a whole.
  std::string path;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(Finding, (), (kind, path, message))

/// Everything wrong with `run`; `undisturbed` had no kill. Ids and times are not compared.
[[nodiscard]] std::vector<Finding> judge(const Trial& undisturbed, const Trial& run);

/// How often calls were repeated that may be, by their effect.
[[nodiscard]] std::map<std::string, std::int64_t> repeats(const Trial& undisturbed,
                                                          const Trial& run);

/// How many steps have an end.
[[nodiscard]] std::int64_t ended_steps(const Family& family);

}  // namespace qd::engine::drill
