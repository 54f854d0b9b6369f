// Who waits for an execution to change. Watchers wait on their own executors, so that one may be
// cancelled there; the engine only tells.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>

#include "engine/journal.h"

namespace qd::engine {

/// What those watch who wait for tasks of a queue.
[[nodiscard]] inline ExecutionId queue_topic(const ProjectId& project, std::string_view queue) {
  return {"queue:" + project.value + "/" + std::string(queue)};
}

/// Thread-safe.
class Watchers {
 public:
  class Watch {
   public:
    Watch(Watchers& owner, ExecutionId id, const boost::asio::any_io_executor& executor);
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch();
    /// Suspends until something was told (at once, where it was since the last call) or the
    /// deadline; false when it was the deadline.
    Task<bool> wait(Clock& clock, Timestamp deadline);
    /// What was told last.
    [[nodiscard]] std::optional<journal::Head> latest() const;

   private:
    friend class Watchers;
    using Channel = boost::asio::experimental::concurrent_channel<void(boost::system::error_code)>;
    Watchers& owner_;
    ExecutionId id_;
    Channel channel_;
    std::optional<journal::Head> latest_;
  };

  void tell(const ExecutionId& id, journal::Head head);
  /// Everybody, that nothing more will come.
  void wake_all();

 private:
  mutable std::mutex mutex_;
  std::multimap<std::string, Watch*> watches_;
};

}  // namespace qd::engine
