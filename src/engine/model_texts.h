// What models say on its way to whoever looks: gathered for a moment, so that a fast model costs
// few messages, and thrown away where nobody looks. Nothing of it is stored; the step's record has
// the whole answer.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "connect/models/model.h"
#include "engine/watchers.h"

namespace qd::engine {

/// Belongs to the engine's thread; so do its sinks, which may outlive it.
class ModelTexts {
 public:
  ModelTexts(boost::asio::io_context& io, Watchers& watchers)
      : state_(std::make_shared<State>(io, watchers)) {}

  /// Takes what is said in one attempt of the step with this path; an empty text sends what waits.
  [[nodiscard]] connect::models::TextSink sink(ExecutionId id, std::string step, int attempt) const;

 private:
  struct Stream {
    ExecutionId execution;
    ModelText piece;
    bool is_waiting = false;
  };
  struct State {
    State(boost::asio::io_context& io, Watchers& told) : timer(io), watchers(told) {}
    boost::asio::steady_timer timer;
    Watchers& watchers;
    std::vector<std::shared_ptr<Stream>> waiting;
  };
  static void take(const std::shared_ptr<State>& state, const std::shared_ptr<Stream>& stream,
                   std::string_view text);
  static void send(State& state, Stream& stream);

  std::shared_ptr<State> state_;
};

}  // namespace qd::engine
