#include "cli/api.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "cli/text.h"
#include "connect/models/sse.h"

namespace qd::cli {
namespace {

constexpr milliseconds kCallTimeout{330'000};
constexpr milliseconds kStreamTimeout{24 * 3'600'000};
constexpr std::size_t kMostBytes = 64 << 20;
/// Streams are read piece by piece and kept nowhere.
constexpr std::size_t kMostStreamBytes = std::size_t{1} << 40;
/// How often a stream may end without a single event before that is an error.
constexpr int kMostFruitless = 5;
constexpr milliseconds kReconnectPause{1'000};

template <class T>
T run_now(Task<T> task) {
  boost::asio::io_context io;
  auto result = boost::asio::co_spawn(io, std::move(task), boost::asio::use_future);
  io.run();
  return result.get();
}

ErrorKind kind_of(int status) {
  switch (status) {
    case 400:
      return ErrorKind::Malformed;
    case 401:
      return ErrorKind::Unauthenticated;
    case 403:
      return ErrorKind::Forbidden;
    case 404:
      return ErrorKind::NotFound;
    case 409:
      return ErrorKind::Conflict;
    case 412:
      return ErrorKind::Stale;
    case 413:
      return ErrorKind::TooLarge;
    case 415:
      return ErrorKind::UnsupportedMedia;
    case 422:
      return ErrorKind::Invalid;
    case 429:
      return ErrorKind::Limited;
    case 503:
      return ErrorKind::Unavailable;
    default:
      return ErrorKind::Internal;
  }
}

bool is_success(int status) {
  return status >= 200 && status < 300;
}

}  // namespace

Error error_of(const http::ClientResponse& response) {
  Error error{.kind = kind_of(response.status),
              .code = fmt::format("http.{}", response.status),
              .message = {}};
  const auto problem = json::parse(response.body);
  if (!problem || !problem->is_object()) {
    error.message = fmt::format("the server answered {} and did not say why", response.status);
    return error;
  }
  if (const auto code = text_at(*problem, "code"); !code.empty()) error.code = code;
  error.message = text_at(*problem, "detail");
  if (error.message.empty()) error.message = text_at(*problem, "title");
  if (const auto id = text_at(*problem, "request_id"); !id.empty()) error.internal = id;
  const auto* faults = json::find(*problem, "errors");
  if (faults && faults->is_array())
    for (const auto& fault : faults->get_array())
      error.faults.push_back(
          {text_at(fault, "path"), text_at(fault, "code"), text_at(fault, "message")});
  return error;
}

http::ClientRequest Api::request(std::string_view method, std::string_view path) const {
  http::ClientRequest request{.method = std::string(method),
                              .url = fmt::format("{}/api/v1{}", server_, path),
                              .headers = {{"Accept", "application/json"}},
                              .timeout = kCallTimeout,
                              .max_response_bytes = kMostBytes};
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  return request;
}

Result<http::ClientResponse> Api::send(http::ClientRequest request) {
  auto response = run_now(system_.client().send(std::move(request)));
  if (!response)
    return fail(ErrorKind::Unavailable, "server.unreachable",
                fmt::format("can't reach {}: {}", server_, response.error().message));
  return response;
}

Result<Json> Api::call(std::string_view method, std::string_view path, const Json* body,
                       std::int64_t revision) {
  auto asked = request(method, path);
  if (body) {
    asked.body = json::print(*body);
    asked.headers.emplace_back("Content-Type", "application/json");
  }
  if (revision > 0) asked.headers.emplace_back("If-Match", fmt::format("\"{}\"", revision));
  QD_TRY(const auto response, send(std::move(asked)));
  if (!is_success(response.status)) return std::unexpected(error_of(response));
  if (response.body.empty()) return Json();
  auto value = json::parse(response.body, {.depth = 128});
  if (value) return value;
  return fail(ErrorKind::Internal, "server.not_json",
              fmt::format("{} answered with something that is no JSON; is it a Quarterdeck server?",
                          server_));
}

Result<Json> Api::put(std::string_view path, const Json& body, std::int64_t revision) {
  return call("PUT", path, &body, revision);
}

Result<void> Api::remove(std::string_view path) {
  QD_TRY([[maybe_unused]] const auto nothing, call("DELETE", path, nullptr));
  return {};
}

Result<JsonArray> Api::all(std::string_view path, std::size_t most) {
  constexpr std::size_t kPage = 200;
  JsonArray items;
  std::string cursor;
  do {
    const char mark = path.find('?') == std::string_view::npos ? '?' : '&';
    auto page_path = fmt::format("{}{}limit={}", path, mark, std::min(kPage, most - items.size()));
    if (!cursor.empty()) page_path += "&cursor=" + url_part(cursor);
    QD_TRY(const auto page, get(page_path));
    const auto* list = json::find(page, "items");
    if (!list || !list->is_array())
      return fail(ErrorKind::Internal, "server.not_a_list", "the server sent no list");
    items.insert(items.end(), list->get_array().begin(), list->get_array().end());
    cursor = text_at(page, "next_cursor");
  } while (!cursor.empty() && items.size() < most);
  return items;
}

/// Where the reading of one execution's events stands.
struct Api::Stream {
  std::string execution;
  std::int64_t after = 0;
  const std::function<Next(const Json&)>& sink;
  bool has_enough = false;
  /// Connections in a row that brought nothing.
  int fruitless = 0;

  void take(const std::string& data) {
    const auto event = json::parse(data, {.depth = 128});
    if (!event || has_enough) return;
    const auto seq = number_at(*event, "seq");
    if (seq <= after) return;
    after = seq;
    fruitless = 0;
    has_enough = sink(*event) == Next::Enough;
  }
};

namespace {

/// Thrown through the client to end a transfer that goes on by itself.
struct EnoughRead {};

}  // namespace

/// One connection, to its end.
Result<void> Api::read_events(Stream& stream) {
  auto asked = request("GET", fmt::format("/executions/{}/events", url_part(stream.execution)));
  asked.headers.front().second = "text/event-stream";
  asked.headers.emplace_back("Last-Event-ID", std::to_string(stream.after));
  asked.timeout = kStreamTimeout;
  asked.max_response_bytes = kMostStreamBytes;
  connect::models::SseParser parser([&](const auto& event) { stream.take(event.data); },
                                    kMostBytes);
  asked.on_data = [&](std::string_view bytes) {
    parser.feed(bytes);
    if (stream.has_enough) throw EnoughRead{};
  };
  try {
    QD_TRY(const auto response, send(std::move(asked)));
    if (!is_success(response.status)) return std::unexpected(error_of(response));
  } catch (const EnoughRead&) {
  }
  return {};
}

/// An execution that is retried has events after one that says it was finished, so it is asked
/// itself.
Result<bool> Api::is_over(const Stream& stream) {
  QD_TRY(const auto execution, get("/executions/" + url_part(stream.execution)));
  return !text_at(execution, "finished_at").empty() &&
         number_at(execution, "revision") <= stream.after;
}

Result<void> Api::follow(const std::string& execution, std::int64_t after,
                         const std::function<Next(const Json&)>& sink) {
  Stream stream{.execution = execution, .after = after, .sink = sink};
  for (;;) {
    ++stream.fruitless;
    auto ended = read_events(stream);
    if (stream.has_enough) return {};
    // A server that says no will say it again; one that is not there may be starting anew.
    const bool may_return = ended || ended.error().kind == ErrorKind::Unavailable;
    if (!may_return || (!ended && stream.fruitless > kMostFruitless)) return ended;
    if (ended) {
      QD_TRY(const bool over, is_over(stream));
      if (over) return {};
    }
    if (stream.fruitless > 0) system_.pause(kReconnectPause);
  }
}

}  // namespace qd::cli
