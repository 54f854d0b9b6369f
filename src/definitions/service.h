// Drafts and versions of one kind of document. Creating publishes version 1; editing makes a draft;
// publishing makes the next version; rolling back publishes an old one's content again. Versions
// never change.
#pragma once

#include <functional>
#include <memory>

#include "definitions/store.h"
#include "identity/audit.h"
#include "projects/access.h"

namespace qd::definitions {

/// What the services of the three kinds are made of; all outlive them.
struct Parts {
  db::Database& database;
  Clock& clock;
  const projects::Access& access;
  const identity::AuditLog& audit;
};

/// What a kind makes of content that somebody wants to store: checked (Invalid, with every fault),
/// with what lists show taken out.
using Check = std::function<Result<Document>(db::Snapshot&, const api::Caller&, const ProjectId&,
                                             const Json& content)>;

/// Thread-safe. Codes begin with the kind's name: `tool.not_found`, `tool.name_taken`,
/// `tool.stale`.
class DefinitionService {
 public:
  DefinitionService(Kind kind, Parts parts, Check check)
      : kind_(kind), parts_(parts), check_(std::move(check)) {}

  Task<Result<Stored>> create(api::Caller caller, ProjectId project, Json content);
  Task<Result<db::Rows<Stored>>> list(api::Caller caller, ProjectId project, std::string variant,
                                      ListQuery query);
  Task<Result<Stored>> get(api::Caller caller, std::string id);
  /// The draft's whole content anew.
  Task<Result<Stored>> replace(api::Caller caller, std::string id, Json content,
                               std::optional<std::int64_t> if_match);
  /// RFC 7396 over the draft's content.
  Task<Result<Stored>> patch(api::Caller caller, std::string id, Json patch,
                             std::optional<std::int64_t> if_match);
  Task<Result<void>> remove(api::Caller caller, std::string id,
                            std::optional<std::int64_t> if_match);

  /// Conflict `tool.no_draft` where nothing was edited since the last version.
  Task<Result<Stored>> publish(api::Caller caller, std::string id, std::string note);
  Task<Result<Stored>> rollback(api::Caller caller, std::string id, std::int64_t version,
                                std::string note);
  Task<Result<std::vector<Version>>> versions(api::Caller caller, std::string id);
  Task<Result<Version>> version(api::Caller caller, std::string id, std::int64_t version);
  Task<Result<Diff>> diff(api::Caller caller, std::string id, DiffQuery query);

  /// One that the caller may see, within another service's transaction.
  [[nodiscard]] Result<Stored> find(db::Snapshot& view, const api::Caller& caller,
                                    std::string_view id, projects::ProjectRole least) const;
  /// The same without its content.
  [[nodiscard]] Result<Stored> find_head(db::Snapshot& view, const api::Caller& caller,
                                         std::string_view id, projects::ProjectRole least) const;
  /// As `create`, within a transaction that has already asked whether the caller may.
  Result<Stored> insert(db::Transaction& tx, const api::Caller& caller, const ProjectId& project,
                        const Json& content, std::string note) const;
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::string code(std::string_view what) const;

 private:
  [[nodiscard]] Result<Stored> permitted(db::Snapshot& view, const api::Caller& caller,
                                         std::optional<Stored> stored,
                                         projects::ProjectRole least) const;
  Result<Stored> edit(db::Transaction& tx, const api::Caller& caller, std::string_view id,
                      std::optional<std::int64_t> if_match,
                      const std::function<Json(const Json&)>& change) const;
  Result<Stored> add_version(db::Transaction& tx, const api::Caller& caller, Stored stored,
                             Json content, std::string note, std::string_view action) const;
  [[nodiscard]] Result<Version> require_version(db::Snapshot& view, std::string_view id,
                                                std::int64_t version) const;
  [[nodiscard]] Result<Json> content_of(db::Snapshot& view, const Stored& stored,
                                        std::optional<std::int64_t> version) const;
  void record(db::Transaction& tx, const api::Caller& caller, const Stored& stored,
              std::string_view action) const;
  Result<void> check_revision(const Stored& stored, std::optional<std::int64_t> if_match) const;

  Kind kind_;
  Parts parts_;
  Check check_;
};

}  // namespace qd::definitions
