// One execution's events as server-sent events (WHATWG HTML, "Server-sent events"): those that are
// stored, then each new one as it happens, until the execution is over. A client that comes back
// says with `Last-Event-ID` what it has seen. What models say comes between them, as `token`.
//
// The client's own reading sets the pace: no more is taken from the feed until what was taken is
// written, and the server ends a connection that takes too little for too long.
#pragma once

#include "executions/admission.h"
#include "executions/feed.h"
#include "platform/http/server.h"

namespace qd::executions {

/// Answers 200 with the stream. Feeds and clock outlive it.
[[nodiscard]] http::Response stream_events(Feeds& feeds, Clock& clock, Admission admission,
                                           Topic topic, std::int64_t after);

}  // namespace qd::executions
