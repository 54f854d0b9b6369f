#include "platform/http/server_fixture.h"

#include <charconv>

namespace qd::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Response text(std::string body) {
  return {.headers = {{"Content-Type", "text/plain"}}, .body = std::move(body)};
}

Response listing(const Request& request) {
  std::string out =
      request.remote_address + (request.tls ? " tls " : " plain ") + request.query + "\n";
  for (const auto& [name, value] : request.headers) out += name + "=" + value + "\n";
  return text(std::move(out));
}

std::size_t length_of(std::string_view head) {
  const auto at = head.find("Content-Length: ");
  std::size_t length = 0;
  if (at == head.npos) return 0;
  std::from_chars(head.data() + at + 16, head.data() + head.size(), length);
  return length;
}

}  // namespace

Task<Response> ScriptedHandler::handle(Request request) {
  if (request.path == "/hello") co_return text("hello");
  if (request.path == "/echo") co_return text(std::move(request.body));
  if (request.path == "/headers") co_return listing(request);
  if (request.path == "/throw") throw std::runtime_error("the internals");
  if (request.path == "/inject") co_return Response{.headers = {{"X-A", "b\r\nX-Evil: 1"}}};
  if (request.path == "/own-policy")
    co_return Response{.headers = {{"content-security-policy", "sandbox"}}};
  if (request.path == "/large") co_return text(std::string(8 << 20, 'x'));
  if (request.path == "/slow") {
    entered.set_value();
    co_await wait_for_release();
    co_return text("at last");
  }
  Response response;
  if (request.path == "/stream" || request.path == "/sized")
    response.stream = [this](BodyWriter& writer) { return stream_two(writer); };
  if (request.path == "/sized") response.headers = {{"Content-Length", "6"}};
  if (request.path == "/missized") {
    response.headers = {{"Content-Length", "7"}};
    response.stream = [this](BodyWriter& writer) { return stream_two(writer); };
  }
  if (request.path == "/endless")
    response.stream = [this](BodyWriter& writer) { return stream_endless(writer); };
  if (!response.stream) response.status = 404;
  co_return response;
}

Task<void> ScriptedHandler::wait_for_release() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (!release) {
    timer.expires_after(milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

Task<void> ScriptedHandler::stream_two(BodyWriter& writer) {
  co_await writer.write("one");
  co_await writer.write("two");
}

Task<void> ScriptedHandler::stream_endless(BodyWriter& writer) {
  co_await writer.write("first");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_at(asio::steady_timer::time_point::max());
  try {
    co_await timer.async_wait(asio::use_awaitable);
  } catch (const boost::system::system_error&) {
    stream_ended = true;
    throw;
  }
}

Task<void> ScriptedHandler::websocket(Request, std::shared_ptr<WebSocket> socket) {
  for (;;) {
    auto message = co_await socket->receive();
    if (!message) break;
    if (*message == "flood") {
      while (socket->send(std::string(60'000, 'x'))) {
      }
      flood_refused = true;
      continue;
    }
    if (*message == "yours") {
      handed_over.set_value(socket);
      continue;
    }
    if (*message == "bye") socket->close("done");
    if (*message == "leave") co_return;
    socket->send(std::move(*message));
  }
}

ServerOptions test_options() {
  return {.port = 0,
          .threads = 2,
          .header_timeout = milliseconds(5'000),
          .drain_timeout = milliseconds(5'000),
          .max_header_bytes = 2'000};
}

RawClient::RawClient(std::uint16_t port) {
  socket_.connect({asio::ip::address_v4::loopback(), port});
  // A hung test fails instead of hanging.
  const timeval limit{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

RawClient& RawClient::send(std::string_view bytes) {
  boost::system::error_code ignored;
  asio::write(socket_, asio::buffer(bytes), ignored);
  return *this;
}

bool RawClient::read_more() {
  std::array<char, 65536> piece;
  const auto size = ::recv(socket_.native_handle(), piece.data(), piece.size(), 0);
  if (size <= 0) return false;
  pending_.append(piece.data(), static_cast<std::size_t>(size));
  return true;
}

std::string RawClient::read_until(std::string_view end) {
  for (;;) {
    if (const auto at = pending_.find(end); at != std::string::npos) {
      auto out = pending_.substr(0, at + end.size());
      pending_.erase(0, out.size());
      return out;
    }
    if (!read_more()) return std::exchange(pending_, {});
  }
}

std::string RawClient::read_all() {
  while (read_more()) {
  }
  return std::exchange(pending_, {});
}

std::string RawClient::read_response() {
  auto head = read_until("\r\n\r\n");
  if (head.contains("Transfer-Encoding: chunked")) return head + read_until("0\r\n\r\n");
  const auto length = length_of(head);
  while (pending_.size() < length && read_more()) {
  }
  head += pending_.substr(0, length);
  pending_.erase(0, length);
  return head;
}

std::string talk(std::uint16_t port, std::string_view bytes) {
  return RawClient(port).send(bytes).read_all();
}

}  // namespace qd::http
