// The code step: a program in JavaScript or Python, without a way out of its sandbox.
#pragma once

#include "engine/steps/code_runner.h"

namespace qd::engine {

class CodeStep final : public EffectStep {
 public:
  explicit CodeStep(CodeRunner& runner) : runner_(runner) {}
  /// What the program printed becomes a record `log` of the attempt, also where it fails.
  Task<StepResult> run(StepRun run) override;

 private:
  CodeRunner& runner_;
};

}  // namespace qd::engine
