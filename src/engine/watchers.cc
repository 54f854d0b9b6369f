#include "engine/watchers.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qd::engine {

Watchers::Watch::Watch(Watchers& owner, ExecutionId id,
                       const boost::asio::any_io_executor& executor)
    : owner_(owner), id_(std::move(id)), channel_(executor, 1) {
  const std::lock_guard lock(owner_.mutex_);
  owner_.watches_.emplace(id_.value, this);
}

Watchers::Watch::~Watch() {
  const std::lock_guard lock(owner_.mutex_);
  const auto [first, last] = owner_.watches_.equal_range(id_.value);
  for (auto one = first; one != last; ++one)
    if (one->second == this) {
      owner_.watches_.erase(one);
      return;
    }
}

Task<bool> Watchers::Watch::wait(Clock& clock, Timestamp deadline) {
  using namespace boost::asio::experimental::awaitable_operators;
  const auto first =
      co_await (channel_.async_receive(boost::asio::use_awaitable) || clock.sleep_until(deadline));
  co_return first.index() == 0;
}

std::optional<journal::Head> Watchers::Watch::latest() const {
  const std::lock_guard lock(owner_.mutex_);
  return latest_;
}

void Watchers::tell(const ExecutionId& id, journal::Head head) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = watches_.equal_range(id.value);
  for (auto one = first; one != last; ++one) {
    one->second->latest_ = head;
    one->second->channel_.try_send(boost::system::error_code());
  }
}

void Watchers::wake_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, watch] : watches_) watch->channel_.try_send(boost::system::error_code());
}

}  // namespace qd::engine
