// The two questions that every service here asks of a caller.
#pragma once

#include "base/error.h"
#include "platform/api/router.h"

namespace qd::identity {

/// Forbidden `auth.admin_only` for everybody else.
[[nodiscard]] inline Result<void> require_admin(const api::Caller& caller) {
  if (caller.is_admin()) return {};
  return fail(ErrorKind::Forbidden, "auth.admin_only", "only an administrator may do this");
}

/// Forbidden `auth.session_required` for an API key: a key can't make what outlives it.
[[nodiscard]] inline Result<void> require_session(const api::Caller& caller) {
  if (caller.api_key_id.empty()) return {};
  return fail(ErrorKind::Forbidden, "auth.session_required",
              "sign in to do this; an API key can't hand out access");
}

}  // namespace qd::identity
