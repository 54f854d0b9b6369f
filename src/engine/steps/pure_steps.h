// The steps that are computed in memory: transform, switch, fail; wait, approval and task, which
// then wait; emit and respond, whose effect is stored with their end.
#pragma once

#include "engine/step.h"

namespace qd::engine {

class TransformStep final : public PureStep {
 public:
  [[nodiscard]] StepResult evaluate(const StepRun& run) const override;
};

/// Its output says which cases held: `{cases: [...]}`.
class SwitchStep final : public PureStep {
 public:
  [[nodiscard]] StepResult evaluate(const StepRun& run) const override;
};

class FailingStep final : public PureStep {
 public:
  [[nodiscard]] StepResult evaluate(const StepRun& run) const override;
};

class WaitStep final : public PureStep {
 public:
  [[nodiscard]] StepResult evaluate(const StepRun& run) const override;
};

class ApprovalStep final : public PureStep {
 public:
  [[nodiscard]] StepResult evaluate(const StepRun& run) const override;
};

class EmitStep final : public PureStep {
 public:
  [[nodiscard]] StepResult evaluate(const StepRun& run) const override;
};

/// Its output is the answer: `{status, headers, body}`.
class RespondStep final : public PureStep {
 public:
  [[nodiscard]] StepResult evaluate(const StepRun& run) const override;
};

class TaskStep final : public PureStep {
 public:
  [[nodiscard]] StepResult evaluate(const StepRun& run) const override;
};

/// One of each.
class PureSteps {
 public:
  void add_to(StepKinds& kinds) const;

 private:
  TransformStep transform_;
  SwitchStep switch_;
  FailingStep fail_;
  WaitStep wait_;
  ApprovalStep approval_;
  EmitStep emit_;
  RespondStep respond_;
  TaskStep task_;
};

}  // namespace qd::engine
