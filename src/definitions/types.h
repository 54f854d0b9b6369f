// What every versioned document carries beside its own fields.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/enum_names.h"
#include "base/id.h"
#include "base/time.h"
#include "json/described.h"

namespace qd::definitions {

enum class Kind { Agent, Tool, Workflow };
BOOST_DESCRIBE_ENUM(Kind, Agent, Tool, Workflow)

/// The fields that stand beside a document's own in every answer.
struct ResourceInfo {
  std::string id;
  ProjectId project_id;
  Timestamp created_at;
  Timestamp updated_at;
  UserId created_by;
  std::int64_t revision = 1;
  std::optional<std::int64_t> published_version;
  /// Whether there are edits that no version holds yet.
  bool draft = true;
};
BOOST_DESCRIBE_STRUCT(ResourceInfo, (),
                      (id, project_id, created_at, updated_at, created_by, revision,
                       published_version, draft))

/// A stored document: its info, what lists show and search, and the draft's content.
struct Stored : ResourceInfo {
  std::string name;
  std::string description;
  /// What lists filter by: a tool's kind, an agent's provider.
  std::string variant;
  bool is_global = false;
  Json content;
};
BOOST_DESCRIBE_STRUCT(Stored, (ResourceInfo), (name, description, variant, is_global, content))

/// What a domain makes of its draft for storing.
struct Document {
  std::string name;
  std::string description;
  std::string variant;
  bool is_global = false;
  Json content;
};

struct Version {
  std::int64_t version = 0;
  std::string note;
  Json content;
  Timestamp created_at;
  UserId created_by;
};
BOOST_DESCRIBE_STRUCT(Version, (), (version, note, content, created_at, created_by))

struct PublishRequest {
  std::optional<Text<0, 500>> note;
};
BOOST_DESCRIBE_STRUCT(PublishRequest, (), (note))

struct RollbackRequest {
  Whole<1, 1'000'000'000> version;
  std::optional<Text<0, 500>> note;
};
BOOST_DESCRIBE_STRUCT(RollbackRequest, (), (version, note))

/// Which two states to compare; without `from` the published version, without `to` the draft.
struct DiffQuery {
  std::optional<Whole<1, 1'000'000'000>> from;
  std::optional<Whole<1, 1'000'000'000>> to;
};
BOOST_DESCRIBE_STRUCT(DiffQuery, (), (from, to))

enum class ChangeKind { Added, Removed, Changed };
BOOST_DESCRIBE_ENUM(ChangeKind, Added, Removed, Changed)

struct Change {
  /// RFC 6901; items of a list that have an `id` or `name` are addressed by it.
  std::string path;
  ChangeKind kind = ChangeKind::Changed;
  Json before;
  Json after;
};
BOOST_DESCRIBE_STRUCT(Change, (), (path, kind, before, after))

struct Diff {
  /// Version numbers; nothing stands for the draft.
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> to;
  std::vector<Change> changes;
};
BOOST_DESCRIBE_STRUCT(Diff, (), (from, to, changes))

struct ListQuery {
  std::optional<Whole<1, 200>> limit;
  std::optional<std::string> cursor;
  std::optional<std::string> sort;
  /// Words that name or description must hold.
  std::optional<Text<1, 200>> q;
  /// Exactly this name.
  std::optional<std::string> name;
};
BOOST_DESCRIBE_STRUCT(ListQuery, (), (limit, cursor, sort, q, name))

}  // namespace qd::definitions
