#include "executions/event_stream.h"

#include <fmt/format.h>

namespace qd::executions {
namespace {

constexpr std::int64_t kBatch = 500;
/// A comment this often keeps proxies from closing a quiet stream.
constexpr std::chrono::seconds kQuiet{15};

std::string to_text(const engine::Event& event) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.seq, enum_name(event.type),
                     json::to_text(event));
}

/// Owns what the stream needs for as long as it runs.
struct EventStream {
  ExecutionService& service;
  api::Caller caller;
  ExecutionId id;
  std::int64_t after;

  Task<void> run(http::BodyWriter& writer) {
    bool open = co_await writer.write("retry: 2000\n\n");
    while (open) {
      const auto events = co_await service.events(caller, id, after, kBatch);
      if (!events) co_return;  // deleted, or no longer the caller's to see
      open = events->empty() ? co_await idle(writer) : co_await pass_on(writer, *events);
    }
  }

  Task<bool> pass_on(http::BodyWriter& writer, const std::vector<engine::Event>& events) {
    std::string text;
    for (const auto& event : events) text += to_text(event);
    after = events.back().seq;
    const bool written = co_await writer.write(text);
    co_return written&& events.back().type != engine::EventType::Finished;
  }

  Task<bool> idle(http::BodyWriter& writer) {
    const auto execution = co_await service.glance(caller, id);
    if (!execution || (engine::is_final(execution->status) && execution->revision <= after))
      co_return false;
    const auto last = co_await service.changed(id, after, service.now() + kQuiet);
    if (last > after) co_return true;
    co_return co_await writer.write(": quiet\n\n");
  }
};

Task<void> run_stream(std::shared_ptr<EventStream> stream, http::BodyWriter& writer) {
  co_await stream->run(writer);
}

}  // namespace

http::Response stream_events(ExecutionService& service, api::Caller caller, ExecutionId id,
                             std::int64_t after) {
  auto stream = std::make_shared<EventStream>(service, std::move(caller), std::move(id), after);
  return {.status = 200,
          .headers = {{"Content-Type", "text/event-stream"},
                      {"Cache-Control", "no-store"},
                      {"X-Accel-Buffering", "no"}},
          .body = {},
          .stream = [stream](http::BodyWriter& writer) { return run_stream(stream, writer); }};
}

}  // namespace qd::executions
