#include "definitions/execution_starter.h"

#include "engine/journal.h"

namespace qd::definitions {
Execution to_answer(engine::Execution execution) {
  Execution answer{std::move(execution)};
  if (answer.started_at && answer.finished_at)
    answer.duration_ms = (*answer.finished_at - *answer.started_at).count();
  return answer;
}

Task<Result<api::Replied<Execution>>> ExecutionStarter::start(engine::StartRequest request,
                                                              milliseconds wait) {
  QD_CO_TRY(auto execution, co_await engine_.begin(std::move(request)));
  if (wait.count() == 0 || engine::is_final(execution.status)) {
    const int status = wait.count() > 0 ? 200 : 202;
    co_return api::Replied<Execution>{status, to_answer(std::move(execution))};
  }
  const auto deadline = clock_.now() + wait;
  co_await engine_.finished(execution.id, deadline);
  auto now = co_await database_.read(
      [&](db::Snapshot& view) { return engine::journal::find(view, execution.id); });
  if (now) execution = *std::move(now);
  const int status = engine::is_final(execution.status) ? 200 : 202;
  co_return api::Replied<Execution>{status, to_answer(std::move(execution))};
}

}  // namespace qd::definitions
