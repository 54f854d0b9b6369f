#include "engine/drill/link.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/drill/wire.h"

namespace qd::engine::drill {

namespace asio = boost::asio;

Link::Link(asio::io_context& io, int socket, Boundaries& boundaries)
    : socket_(io, socket), boundaries_(boundaries) {}

void Link::tell(std::string_view what, JsonObject message) {
  message["what"] = what;
  const std::lock_guard lock(mutex_);
  if (!send_line(socket_.native_handle(), std::move(message)))
    throw std::runtime_error("the drill is gone");
}

std::shared_ptr<Link::Box> Link::send(std::string_view what, JsonObject message,
                                      const asio::any_io_executor& executor) {
  auto box = std::make_shared<Box>(executor, 1);
  {
    const std::lock_guard lock(mutex_);
    message["id"] = ++last_id_;
    boxes_[last_id_] = box;
  }
  tell(what, std::move(message));
  return box;
}

Task<Json> Link::ask(std::string_view what, JsonObject message) {
  const auto box = send(what, std::move(message), co_await asio::this_coro::executor);
  co_return co_await box->async_receive(asio::use_awaitable);
}

Task<Reply> Link::call(Call call) {
  const auto executor = co_await asio::this_coro::executor;
  const auto box = send("call", {{"call", json::to_json(call)}}, executor);
  boundaries_.reach(Boundary::AfterDispatch);
  const auto answer = co_await box->async_receive(asio::use_awaitable);
  co_return json::from_json<Reply>(answer.at("reply")).value();
}

Task<void> Link::listen() {
  std::string buffer;
  for (;;) {
    const auto [error, length] = co_await asio::async_read_until(
        socket_, asio::dynamic_buffer(buffer), '\n', asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    auto answer =
        json::parse(std::string_view(buffer).substr(0, length - 1), {.depth = 512}).value();
    buffer.erase(0, length);
    const std::lock_guard lock(mutex_);
    const auto box = boxes_.extract(answer.at("id").as_int64());
    box.mapped()->try_send(boost::system::error_code(), std::move(answer));
  }
}

}  // namespace qd::engine::drill
