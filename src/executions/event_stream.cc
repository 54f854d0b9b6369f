#include "executions/event_stream.h"

#include <fmt/format.h>

namespace qd::executions {
namespace {

/// A comment this often keeps proxies from closing a quiet stream.
constexpr std::chrono::seconds kQuiet{15};

/// What is not stored has no id, so that the client comes back for what is.
std::string to_text(const Notice& notice) {
  const auto id = notice.kind == Notice::Kind::Stored ? fmt::format("id: {}\n", notice.seq) : "";
  return fmt::format("{}event: {}\ndata: {}\n\n", id, notice.type, notice.json);
}

/// Owns what the stream needs for as long as it runs.
struct EventStream {
  Feeds& feeds;
  Clock& clock;
  Admission admission;
  Topic topic;
  std::int64_t after;

  Task<void> run(http::BodyWriter& writer) {
    const auto follower = feeds.follow(topic, after, co_await boost::asio::this_coro::executor);
    const auto opened = co_await follower->open();
    if (!opened) co_return;
    bool is_open = co_await writer.write("retry: 2000\n\n");
    while (is_open) {
      const auto batch = co_await follower->next(clock, clock.now() + kQuiet);
      if (batch.is_over) co_return;
      is_open = batch.notices.empty() ? co_await writer.write(": quiet\n\n")
                                      : co_await pass_on(writer, batch.notices);
    }
  }

  Task<bool> pass_on(http::BodyWriter& writer, const std::vector<NoticePtr>& notices) {
    const auto allowed = co_await admission.check();
    if (!allowed) co_return false;
    for (const auto& notice : notices) {
      const auto text = to_text(*notice);
      const bool written = co_await writer.write(text);
      if (!written) co_return false;
    }
    co_return true;
  }
};

Task<void> run_stream(std::shared_ptr<EventStream> stream, http::BodyWriter& writer) {
  co_await stream->run(writer);
}

}  // namespace

http::Response stream_events(Feeds& feeds, Clock& clock, Admission admission, Topic topic,
                             std::int64_t after) {
  auto stream =
      std::make_shared<EventStream>(feeds, clock, std::move(admission), std::move(topic), after);
  return {.status = 200,
          .headers = {{"Content-Type", "text/event-stream"},
                      {"Cache-Control", "no-store"},
                      {"X-Accel-Buffering", "no"}},
          .body = {},
          .stream = [stream](http::BodyWriter& writer) { return run_stream(stream, writer); }};
}

}  // namespace qd::executions
