// The moments between which a crash must do no harm, told to whoever rehearses one (engine/drill).
// In production nobody listens, and telling costs a comparison.
#pragma once

#include "base/enum_names.h"

namespace qd::engine {

enum class Boundary {
  /// What happened is decided and about to be stored; it is stored.
  BeforeCommit,
  AfterCommit,
  /// An attempt is about to run; a call of it is on its way. The latter is told by who sends it.
  BeforeDispatch,
  AfterDispatch,
  /// The outcome of an attempt, or of a turn or call inside one, is here and not recorded; it is
  /// recorded.
  BeforeAnswer,
  AfterAnswer,
};
BOOST_DESCRIBE_ENUM(Boundary, BeforeCommit, AfterCommit, BeforeDispatch, AfterDispatch,
                    BeforeAnswer, AfterAnswer)

class Boundaries {
 public:
  virtual ~Boundaries() = default;
  /// On the engine's thread; may not come back.
  virtual void reach(Boundary boundary) = 0;
};

inline void reach(Boundaries* boundaries, Boundary boundary) {
  if (boundaries) boundaries->reach(boundary);
}

}  // namespace qd::engine
