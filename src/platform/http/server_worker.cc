#include "platform/http/server_worker.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/id.h"
#include "base/thread_name.h"

namespace qd::http {
namespace {

using std::chrono::duration_cast;

/// Fine enough for the shortest limit, and never so slow that the Date header lags a second.
milliseconds tick_length(const ServerOptions& options) {
  const auto shortest =
      std::min({options.header_timeout, options.body_timeout, options.idle_timeout});
  return std::clamp(shortest / 10, milliseconds(5), milliseconds(500));
}

}  // namespace

void Shared::connection_ended() {
  if (--connections > 0) return;
  const std::scoped_lock lock(mutex_);
  quiet_.notify_all();
}

bool Shared::wait_for_quiet(milliseconds length) {
  std::unique_lock lock(mutex_);
  return quiet_.wait_for(lock, length, [this] { return connections == 0; });
}

Worker::Worker(Shared& all, int index)
    : shared(all),
      guard_(boost::asio::make_work_guard(io)),
      timer_(io),
      tick_(tick_length(all.options)) {
  read_clocks();
  // The random end of a fresh id, so that ids of restarts and of other nodes differ.
  auto unique = new_uuid(clock_.now());
  std::erase(unique, '-');
  id_prefix_ = fmt::format("{}{:02x}-", unique.substr(16), index);
}

void Worker::start() {
  arm();
  thread_ = std::jthread([this] {
    name_this_thread("qd-http");
    io.run();
  });
}

void Worker::join() {
  guard_.reset();
  io.stop();
  if (thread_.joinable()) thread_.join();
}

void Worker::add(Connection& connection) {
  connections_.push_back(connection);
  if (draining_) connection.drain();
}

void Worker::remove(Connection& connection) {
  connections_.erase(connections_.iterator_to(connection));
  shared.connection_ended();
}

void Worker::drain() {
  draining_ = true;
  for (auto& connection : connections_) connection.drain();
}

void Worker::abandon() {
  for (auto& connection : connections_) connection.abandon();
}

void Worker::make_request_id(std::string& into) {
  into = id_prefix_;
  fmt::format_to(std::back_inserter(into), "{:x}", ++requests_);
}

void Worker::arm() {
  timer_.expires_after(tick_);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) tick();
  });
}

void Worker::tick() {
  read_clocks();
  for (auto& connection : connections_) {
    if (connection.deadline_ms > now_ms_) continue;
    connection.deadline_ms = Connection::kNoDeadline;
    connection.expire();
  }
  arm();
}

void Worker::read_clocks() {
  const auto steady = std::chrono::steady_clock::now().time_since_epoch();
  now_ms_ = duration_cast<milliseconds>(steady).count();
  const auto second = duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
  if (second == date_second_) return;
  date_second_ = second;
  date_ = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(second));
}

}  // namespace qd::http
