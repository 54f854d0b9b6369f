// The steps of a drilled engine: the real ones, on a network that leads to the drill's world and
// nowhere else; a stand-in of the same contract for those that need more than a network.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "engine/catalog.h"
#include "engine/drill/link.h"
#include "engine/steps/pure_steps.h"

namespace qd::engine::drill {

/// What the workflow names and is known. Agents that answer by script do so; the models of all
/// others, and tools that are not known, are played by the world.
struct Props {
  std::map<std::string, AgentSpec> agents = {};
  std::map<std::string, ToolSpec> tools = {};
  /// Documents of the workflows that it calls.
  std::map<std::string, Json> workflows = {};
  std::string project = "Drill";
  JsonObject variables = {};
};

/// Takes the place of a proper step: for tests of what the drill notices.
using Understudy = std::function<std::unique_ptr<EffectStep>(EffectStep& proper, Link& link)>;

class Stage {
 public:
  /// All outlive it.
  Stage(const Props& props, Link& link, const Clock& clock, const Understudy& understudy);

  /// Valid as long as this lives.
  [[nodiscard]] const StepKinds& kinds() const { return kinds_; }
  /// For the engine itself.
  [[nodiscard]] Catalog& catalog() { return *catalog_; }

 private:
  PureSteps pure_;
  std::unique_ptr<Catalog> catalog_;
  std::vector<std::unique_ptr<EffectStep>> effects_;
  StepKinds kinds_;
};

}  // namespace qd::engine::drill
