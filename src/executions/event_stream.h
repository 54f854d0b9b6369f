// One execution's events as server-sent events (WHATWG HTML, "Server-sent events"): those that are
// stored, then each new one as it happens, until the execution is over. A client that comes back
// says with `Last-Event-ID` what it has seen.
#pragma once

#include "executions/service.h"
#include "platform/http/server.h"

namespace qd::executions {

/// Answers 200 with the stream. The service outlives it.
[[nodiscard]] http::Response stream_events(ExecutionService& service, api::Caller caller,
                                           ExecutionId id, std::int64_t after);

}  // namespace qd::executions
