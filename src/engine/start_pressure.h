// How far the journal is behind the starts: those that are not durable yet. Their callers wait,
// which slows them down; beyond a bound a start is refused before it costs anything.
#pragma once

#include <set>

#include "base/time.h"

namespace qd::engine {

class StartPressure {
 public:
  /// As long as it lives, a start is on its way to the journal.
  class Start {
   public:
    Start(StartPressure& owner, Timestamp now) : owner_(owner), place_(owner.starts_.insert(now)) {}
    Start(const Start&) = delete;
    Start& operator=(const Start&) = delete;
    ~Start() { owner_.starts_.erase(place_); }

   private:
    StartPressure& owner_;
    std::multiset<Timestamp>::iterator place_;
  };

  /// How long the first of them has been on its way; nothing while there are none.
  [[nodiscard]] milliseconds lag(Timestamp now) const {
    return starts_.empty() ? milliseconds(0) : now - *starts_.begin();
  }
  [[nodiscard]] std::size_t count() const { return starts_.size(); }

 private:
  std::multiset<Timestamp> starts_;
};

}  // namespace qd::engine
