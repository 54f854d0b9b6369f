// Named values that expressions see as `vars`.
#pragma once

#include "projects/service.h"

namespace qd::projects {

inline constexpr std::int64_t kMostVariables = 500;

/// Thread-safe.
class VariableService {
 public:
  explicit VariableService(Parts parts) : parts_(parts) {}

  Task<Result<api::Page<Variable>>> list(api::Caller caller, ProjectId project, PageQuery query);
  /// Made or changed. Names are letters, digits and `_`, no digit first, at most 64.
  Task<Result<Variable>> put(api::Caller caller, ProjectId project, std::string name,
                             VariableDraft draft, std::optional<std::int64_t> if_match);
  Task<Result<void>> remove(api::Caller caller, ProjectId project, std::string name);

  /// As `put`, within a transaction that has already asked whether the caller may.
  Result<Variable> write(db::Transaction& tx, const api::Caller& caller, const ProjectId& project,
                         const std::string& name, const VariableDraft& draft,
                         std::optional<std::int64_t> if_match) const;

 private:
  Parts parts_;
};

}  // namespace qd::projects
