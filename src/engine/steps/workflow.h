// The workflow step: begins another workflow of the project, and waits for it or goes on.
#pragma once

#include "engine/catalog.h"
#include "engine/step.h"

namespace qd::engine {

class WorkflowStep final : public EffectStep {
 public:
  /// The catalog outlives it.
  explicit WorkflowStep(Catalog& catalog) : catalog_(catalog) {}
  /// Only looks up what is to be begun: beginning it is part of the commit that records the step.
  Task<StepResult> run(StepRun run) override;

 private:
  Task<Result<admission::Standing>> standing_of(const StepRun& run, const NamedWorkflow& workflow,
                                                const Json& input);

  Catalog& catalog_;
};

}  // namespace qd::engine
