// The record of who did what. Each domain appends in the very transaction that does the thing, so
// that neither stands without the other:
//
//   audit_.append(tx, caller, {.action = "project.created", .target_type = "project",
//                              .target_id = project.id.value, .project = project.id});
//
// Records are only ever added. They name no secret.
#pragma once

#include <optional>
#include <string>

#include "base/id.h"
#include "base/time.h"
#include "json/described.h"
#include "platform/api/router.h"
#include "platform/db/db.h"

namespace qd::identity {

/// What a domain has to say about one deed; who, when and from where come from the caller.
struct AuditEntry {
  /// `<thing>.<past participle>`: `project.created`.
  std::string action;
  std::string target_type;
  std::string target_id;
  std::optional<ProjectId> project = {};
  JsonObject details = {};
};

struct AuditRecord {
  std::string id;
  Timestamp at{};
  /// Nobody, where nobody was signed in.
  std::optional<UserId> actor;
  /// As it was then.
  std::optional<std::string> actor_email;
  std::string action;
  std::string target_type;
  std::string target_id;
  std::optional<ProjectId> project_id;
  JsonObject details;
  std::string remote_address;
  std::string request_id;
};
BOOST_DESCRIBE_STRUCT(AuditRecord, (),
                      (id, at, actor, actor_email, action, target_type, target_id, project_id,
                       details, remote_address, request_id))

struct AuditQuery {
  std::optional<Whole<1, 200>> limit;
  std::optional<std::string> cursor;
  /// An action, or all that begin so: `project.*`.
  std::optional<Text<1, 100>> action;
  /// A user's id.
  std::optional<Text<1, 100>> actor;
  /// A project's id.
  std::optional<Text<1, 100>> project;
  /// First and last moment, both included.
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
};
BOOST_DESCRIBE_STRUCT(AuditQuery, (), (limit, cursor, action, actor, project, from, to))

/// Thread-safe.
class AuditLog {
 public:
  AuditLog(db::Database& database, Clock& clock) : database_(database), clock_(clock) {}

  /// Adds a record, within the transaction of what it tells of. An empty `caller.user` is nobody.
  void append(db::Transaction& tx, const api::Caller& caller, const AuditEntry& entry) const;
  /// The newest first. For administrators only.
  Task<Result<api::Page<AuditRecord>>> list(api::Caller caller, AuditQuery query);

 private:
  db::Database& database_;
  Clock& clock_;
};

}  // namespace qd::identity
