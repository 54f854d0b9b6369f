#include "executions/admission.h"

namespace qd::executions {
namespace {

/// As stale as the authenticator's own memory.
constexpr std::chrono::seconds kLasts{10};

}  // namespace

Task<Result<void>> Admission::check() {
  const auto now = service_.now();
  if (good_until_ && now < *good_until_) co_return Result<void>();
  auto allowed = co_await ask();
  if (allowed) good_until_ = now + kLasts;
  co_return allowed;
}

Task<Result<void>> Admission::ask() {
  QD_CO_TRY(const auto caller, co_await router_.authenticate(token_()));
  QD_CO_CHECK(api::require_scope(caller, "executions:read"));
  co_return co_await service_.may_follow(caller, topic_);
}

}  // namespace qd::executions
