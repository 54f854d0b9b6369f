// Steering many executions with one request.
#include <fmt/format.h>

#include "executions/service.h"
#include "executions/store.h"

namespace qd::executions {
namespace {

using projects::ProjectRole;

/// How many executions one request steers.
constexpr std::size_t kAtOnce = 500;

bool is_empty(const BulkFilter& filter) {
  return !filter.project_id && !filter.workflow_id && !filter.status && !filter.from &&
         !filter.to && !filter.q;
}

Result<void> check(const BulkRequest& request) {
  if (request.filter.has_value() == request.ids.has_value())
    return invalid({{"", "bulk.target", "give one of filter and ids"}});
  if (request.filter && is_empty(*request.filter))
    return invalid({{"/filter", "bulk.filter_empty",
                     "name at least one condition; no filter would mean everything"}});
  if (request.ids && request.ids->size() > kAtOnce)
    return invalid({{"/ids", "too_many", fmt::format("at most {} ids", kAtOnce)}});
  return {};
}

}  // namespace

Task<Result<BulkAnswer>> ExecutionService::bulk(api::Caller caller, BulkRequest request) {
  QD_CO_CHECK(check(request));
  QD_CO_TRY(const auto chosen, co_await choose(caller, request));
  BulkAnswer answer{.matched = chosen.matched, .done = 0, .failed = {}, .more = chosen.more};
  if (request.dry_run.value_or(false)) co_return answer;
  for (const auto& id : chosen.ids) {
    const auto outcome = co_await steer(caller, {id}, request);
    if (outcome)
      ++answer.done;
    else
      answer.failed.push_back({id, outcome.error().code, outcome.error().message});
  }
  co_return answer;
}

Task<Result<ExecutionService::Chosen>> ExecutionService::choose(api::Caller caller,
                                                                BulkRequest request) {
  if (request.ids) {
    Chosen chosen{.ids = {request.ids->begin(), request.ids->end()}};
    chosen.matched = std::ssize(chosen.ids);
    co_return chosen;
  }
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<Chosen> {
    const auto& filter = *request.filter;
    if (filter.project_id)
      QD_CHECK(parts_.access.require(view, caller, {std::string(*filter.project_id)},
                                     ProjectRole::Operator, projects::Archived::Allowed));
    const auto user = caller.is_admin() ? std::nullopt : std::optional(caller.user);
    QD_TRY(auto rows, store::steerable(view, filter, request.action, user, kAtOnce));
    Chosen chosen{.matched = rows.total, .more = rows.next_cursor.has_value()};
    for (auto& row : rows.items) chosen.ids.push_back(std::move(row.id));
    return chosen;
  });
}

Task<Result<Execution>> ExecutionService::steer(api::Caller caller, ExecutionId id,
                                                BulkRequest request) {
  switch (request.action) {
    case BulkAction::Cancel:
      return cancel(std::move(caller), std::move(id), std::string(request.reason.value_or("")));
    case BulkAction::Pause:
      return pause(std::move(caller), std::move(id));
    case BulkAction::Resume:
      return resume(std::move(caller), std::move(id));
    case BulkAction::Retry:
      return retry(std::move(caller), std::move(id));
  }
  std::unreachable();
}

}  // namespace qd::executions
