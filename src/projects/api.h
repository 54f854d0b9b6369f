// The endpoints of projects.
#pragma once

#include "projects/members.h"
#include "projects/transfer.h"

namespace qd::projects {

class ProjectApi {
 public:
  /// All outlive it.
  struct Services {
    ProjectService& projects;
    TransferService& transfer;
    MemberService& members;
    VariableService& variables;
    CredentialService& credentials;
  };
  explicit ProjectApi(Services services) : services_(services) {}
  void add_routes(api::Router& router);

 private:
  template <class T>
  using Answer = Task<Result<T>>;
  using Nothing = api::Nothing;

  void add_project_routes(api::Router& router);
  void add_transfer_routes(api::Router& router);
  void add_member_routes(api::Router& router);
  void add_variable_routes(api::Router& router);
  void add_credential_routes(api::Router& router);

  Answer<Project> create(api::Request<NewProject> request);
  Answer<api::Page<Project>> list(api::Request<Nothing, ProjectQuery> request);
  Answer<api::Page<ProjectHit>> search(api::Request<Nothing, SearchQuery> request);
  Answer<Project> get(api::Request<> request);
  Answer<Project> replace(api::Request<ProjectDraft> request);
  Answer<Project> patch(api::Request<JsonObject> request);
  Answer<Nothing> remove(api::Request<Nothing, DeleteQuery> request);
  Answer<Project> clone(api::Request<CloneDraft> request);
  Answer<JsonObject> write_export(api::Request<> request);
  Answer<Project> read_import(api::Request<JsonObject> request);

  Answer<api::Page<Member>> list_members(api::Request<Nothing, PageQuery> request);
  Answer<Member> add_member(api::Request<MemberDraft> request);
  Answer<Member> change_member(api::Request<MemberPatch> request);
  Answer<Nothing> remove_member(api::Request<> request);

  Answer<api::Page<Variable>> list_variables(api::Request<Nothing, PageQuery> request);
  Answer<Variable> put_variable(api::Request<VariableDraft> request);
  Answer<Nothing> remove_variable(api::Request<> request);

  Answer<api::Page<Credential>> list_credentials(api::Request<Nothing, PageQuery> request);
  Answer<Credential> create_credential(api::Request<CredentialDraft> request);
  Answer<Credential> replace_credential(api::Request<CredentialDraft> request);
  Answer<Credential> patch_credential(api::Request<JsonObject> request);
  Answer<Nothing> remove_credential(api::Request<> request);

  Services services_;
};

}  // namespace qd::projects
