// Identity of stored things: UUID version 7 (RFC 9562), so that ids sort by creation time and
// inserts go to the end of every index.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace qd {

/// From the kernel's generator. Thread-safe.
[[nodiscard]] std::uint64_t random_bits();
/// A new id, lower-case with dashes. Ids of one process ascend, also within a millisecond.
/// Thread-safe. Random bits come from the kernel's generator.
[[nodiscard]] std::string new_uuid(Timestamp now);
/// The same id for the same moment and digest (at least 16 bytes of one): for what must be made
/// only once, however often it is asked for.
[[nodiscard]] std::string named_uuid(Timestamp at, std::string_view digest);
/// Whether `text` is a UUID in its canonical lower-case form.
[[nodiscard]] bool is_uuid(std::string_view text);

/// An id of one kind of thing, so that a project's can't be passed for a user's.
template <class Tag>
struct Id {
  std::string value;
  auto operator<=>(const Id&) const = default;
  [[nodiscard]] bool empty() const { return value.empty(); }
  [[nodiscard]] static Id make(Timestamp now) { return {new_uuid(now)}; }
};

using UserId = Id<struct UserTag>;
using ProjectId = Id<struct ProjectTag>;
using CredentialId = Id<struct CredentialTag>;
using AgentId = Id<struct AgentTag>;
using ToolId = Id<struct ToolTag>;
using WorkflowId = Id<struct WorkflowTag>;
using ExecutionId = Id<struct ExecutionTag>;
using ApprovalId = Id<struct ApprovalTag>;
using TaskId = Id<struct TaskTag>;

}  // namespace qd

template <class Tag>
struct std::hash<qd::Id<Tag>> {
  std::size_t operator()(const qd::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
