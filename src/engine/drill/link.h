// The drilled process's way to the world outside: what it says and asks goes to the drill that will
// kill it, and is there whatever becomes of the process.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/time.h"
#include "engine/boundaries.h"
#include "engine/drill/world.h"

namespace qd::engine::drill {

/// Thread-safe.
class Link {
 public:
  Link(boost::asio::io_context& io, int socket, Boundaries& boundaries);

  /// Says something that wants no answer.
  void tell(std::string_view what, JsonObject message);
  /// Suspends until the answer has come; resumes on the awaiting executor.
  Task<Json> ask(std::string_view what, JsonObject message);
  /// A call of a step; between its leaving and its answer is a boundary.
  Task<Reply> call(Call call);
  /// Hands answers to those who asked, until `close`.
  Task<void> listen();
  void close() { socket_.close(); }

 private:
  using Box = boost::asio::experimental::concurrent_channel<void(boost::system::error_code, Json)>;
  std::shared_ptr<Box> send(std::string_view what, JsonObject message,
                            const boost::asio::any_io_executor& executor);

  boost::asio::posix::stream_descriptor socket_;
  Boundaries& boundaries_;
  std::mutex mutex_;
  std::int64_t last_id_ = 0;
  std::unordered_map<std::int64_t, std::shared_ptr<Box>> boxes_;
};

}  // namespace qd::engine::drill
