// Values that are too long for a row: they are stored apart, in `execution_blobs`, and leave a
// stand-in in their place, {"$large": {"size": 1234567}}. So a list or a stream of events never
// carries them, and who wants one asks for it.
//
// A stand-in proves nothing. A value is put back only where one is stored under its place, so
// somebody's own value that looks like a stand-in stays what it is.
#pragma once

#include "engine/records.h"
#include "platform/db/db.h"

namespace qd::engine::large_values {

/// Of an execution's own row.
inline constexpr std::int64_t kRow = 0;

/// The value as its row keeps it, as JSON text.
[[nodiscard]] std::string row_text(const Json& value);
/// Stores the input apart, where it is too long; the execution's row is there. Its output is stored
/// with the event that ends it.
void store_input(db::Transaction& tx, const Execution& execution);
/// The event's data as its row keeps it, as JSON text; what is too long in it is stored apart.
[[nodiscard]] std::string store(db::Transaction& tx, const ExecutionId& id, const Event& event);

[[nodiscard]] bool is_stand_in(const Json& value);
/// What is stored apart under this place.
[[nodiscard]] std::optional<Json> find(db::Snapshot& view, std::string_view execution,
                                       std::int64_t seq, std::string_view member);
/// Puts back what is stored apart.
void join(db::Snapshot& view, Execution& execution);
void join(db::Snapshot& view, const ExecutionId& id, std::vector<Event>& events);

}  // namespace qd::engine::large_values
