// Calling a tool, for the tool step and for agents.
#pragma once

#include "engine/steps/code_runner.h"
#include "engine/steps/http.h"

namespace qd::engine {

/// Everything one call needs; it outlives the call.
struct ToolCallContext {
  ProjectId project;
  const ToolSpec* tool = nullptr;
  Json arguments;
  /// What the config's templates see beside `input`: `vars`, `project`.
  const expr::Scope* scope = nullptr;
  std::string idempotency_key;
  /// Sent before by a process that did not record its end.
  bool interrupted = false;
  Timestamp deadline;
};

/// What the tool does outside, as its author said or by its kind.
[[nodiscard]] Effect effect_of(const ToolSpec& tool);

class ToolCaller {
 public:
  /// Without `code` tools of that kind can't be called.
  ToolCaller(Gate& gate, CodeRunner* code, const Clock& clock)
      : gate_(gate), code_(code), clock_(clock) {}
  /// The output of a completed call is the body of the answer, or what main returned.
  /// `tool.bad_arguments` where they do not fit its schema, `tool.bad_answer` where its answer does
  /// not fit its own, `tool.kind_not_available` for kinds that this version can't call.
  Task<StepResult> call(ToolCallContext context);

 private:
  Task<StepResult> call_kind(const ToolCallContext& context);
  Task<StepResult> call_http(const ToolCallContext& context);
  Task<StepResult> call_code(const ToolCallContext& context);

  Gate& gate_;
  CodeRunner* code_;
  const Clock& clock_;
};

}  // namespace qd::engine
