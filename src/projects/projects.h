// Projects put together: what `app` makes one of, and other domains take `access()` from.
#pragma once

#include "projects/api.h"

namespace qd::projects {

class Projects {
 public:
  /// All outlive it.
  struct Needs {
    db::Database& database;
    Clock& clock;
    identity::IdentityService& users;
    const identity::AuditLog& audit;
    const Secret& master_key;
  };
  explicit Projects(const Needs& needs)
      : parts_{needs.database, needs.clock, needs.users, needs.audit, access_},
        projects_(parts_),
        members_(parts_),
        variables_(parts_),
        credentials_(parts_, needs.master_key),
        transfer_(parts_, projects_, variables_, credentials_),
        api_({projects_, transfer_, members_, variables_, credentials_}) {
    needs.users.add_delete_rule([this](db::Transaction& tx, const UserId& user) {
      return members_.before_user_delete(tx, user);
    });
  }

  void add_routes(api::Router& router) { api_.add_routes(router); }
  void add_section(const Section& section) { transfer_.add_section(section); }
  void add_delete_rule(DeleteRule rule) { projects_.add_delete_rule(std::move(rule)); }
  [[nodiscard]] const Access& access() const { return access_; }
  ProjectService& projects() { return projects_; }
  MemberService& members() { return members_; }
  VariableService& variables() { return variables_; }
  CredentialService& credentials() { return credentials_; }
  TransferService& transfer() { return transfer_; }

 private:
  Access access_;
  Parts parts_;
  ProjectService projects_;
  MemberService members_;
  VariableService variables_;
  CredentialService credentials_;
  TransferService transfer_;
  ProjectApi api_;
};

/// What expressions see as `project` and `vars`.
struct Surroundings {
  std::string name;
  JsonObject variables;
};
/// NotFound `project.not_found`.
[[nodiscard]] Result<Surroundings> surroundings(db::Snapshot& view, const ProjectId& project);

}  // namespace qd::projects
