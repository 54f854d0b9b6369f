// Starting executions for the routes that do: `execute` of workflows, `run` of agents, `test` of
// tools.
#pragma once

#include "engine/engine.h"
#include "json/described.h"
#include "platform/api/router.h"

namespace qd::definitions {

/// An execution as it is answered.
struct Execution : engine::Execution {
  /// From its start to its end, once it is over.
  std::optional<std::int64_t> duration_ms = {};
  /// Of a single one: in words, why nothing moves at the moment.
  std::optional<std::string> explanation = {};
};
BOOST_DESCRIBE_STRUCT(Execution, (engine::Execution), (duration_ms, explanation))

[[nodiscard]] Execution to_answer(engine::Execution execution);

/// The id of what a request starts: the same for each repetition with its `Idempotency-Key`.
[[nodiscard]] inline std::optional<ExecutionId> start_id(const api::RequestContext& request) {
  if (request.repeat_id.empty()) return std::nullopt;
  return ExecutionId{request.repeat_id};
}

/// Waits at most this long for an execution's end before it answers.
inline constexpr std::int64_t kLongestWaitMs = 300'000;

class ExecutionStarter {
 public:
  /// All outlive it.
  ExecutionStarter(engine::Engine& engine, db::Database& database, Clock& clock)
      : engine_(engine), database_(database), clock_(clock) {}

  /// 202 with the execution once it is durable; 200 with the finished one where it is over within
  /// `wait`. The caller's right to run it was asked before.
  Task<Result<api::Replied<Execution>>> start(engine::StartRequest request, milliseconds wait);

 private:
  engine::Engine& engine_;
  db::Database& database_;
  Clock& clock_;
};

}  // namespace qd::definitions
