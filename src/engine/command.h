// What a person or another system asks of an execution that is not over, as a value: done at once
// where the execution is in memory, and sent to the node that has it otherwise.
#pragma once

#include "engine/machine.h"

namespace qd::engine {

enum class CommandKind { Pause, Resume, Signal, Decide, Resolve };
BOOST_DESCRIBE_ENUM(CommandKind, Pause, Resume, Signal, Decide, Resolve)

struct Command {
  CommandKind kind = CommandKind::Pause;
  /// Of Signal: `{name, data}`; of Decide: the approval with its new status; of Resolve: `{step,
  /// happened, output}`.
  Json data;
};
BOOST_DESCRIBE_STRUCT(Command, (), (kind, data))

/// How many steps took it; Engine's methods say what the errors are.
[[nodiscard]] Result<std::int64_t> perform(Machine& machine, const Command& command, Timestamp now);

[[nodiscard]] std::unexpected<Error> finished_already();
[[nodiscard]] std::unexpected<Error> decided_already();

}  // namespace qd::engine
