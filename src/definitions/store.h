// The SQL of versioned documents and nothing else.
#pragma once

#include <optional>

#include "definitions/types.h"
#include "platform/db/list_query.h"

namespace qd::definitions::store {

void insert(db::Transaction& tx, Kind kind, const Stored& stored);
[[nodiscard]] std::optional<Stored> find(db::Snapshot& view, Kind kind, std::string_view id);
/// Without its content, which may be large.
[[nodiscard]] std::optional<Stored> find_head(db::Snapshot& view, Kind kind, std::string_view id);
/// The project's own, else a global one, by id or name.
[[nodiscard]] std::optional<Stored> resolve(db::Snapshot& view, Kind kind, const ProjectId& project,
                                            std::string_view name_or_id);
/// The project's own by exactly this name.
[[nodiscard]] std::optional<Stored> find_named(db::Snapshot& view, Kind kind,
                                               const ProjectId& project, std::string_view name);
/// All of a project, by name.
[[nodiscard]] std::vector<Stored> all(db::Snapshot& view, Kind kind, const ProjectId& project);
/// Writes everything but what never changes; false when the stored revision is no longer
/// `expected`.
bool update(db::Transaction& tx, const Stored& stored, std::int64_t expected);
bool remove(db::Transaction& tx, Kind kind, std::string_view id);

/// Filters of a list; `variant` empty means all.
struct Filter {
  Kind kind;
  ProjectId project;
  std::string variant;
  ListQuery query;
};
[[nodiscard]] Result<db::Rows<Stored>> list(db::Snapshot& view, const Filter& filter);

void insert_version(db::Transaction& tx, std::string_view id, const Version& version);
[[nodiscard]] std::optional<Version> find_version(db::Snapshot& view, std::string_view id,
                                                  std::int64_t version);
/// Newest first.
[[nodiscard]] std::vector<Version> versions(db::Snapshot& view, std::string_view id,
                                            std::int64_t limit);
[[nodiscard]] std::int64_t last_version(db::Snapshot& view, std::string_view id);

}  // namespace qd::definitions::store
