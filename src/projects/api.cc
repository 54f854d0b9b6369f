#include "projects/api.h"

namespace qd::projects {
namespace {

api::Endpoint reading(std::string path, std::string id, std::string summary) {
  return {.method = "GET",
          .path = "/projects" + std::move(path),
          .id = std::move(id),
          .tag = "projects",
          .summary = std::move(summary),
          .scope = "projects:read"};
}

api::Endpoint writing(std::string method, std::string path, std::string id, std::string summary,
                      int status = 200) {
  return {.method = std::move(method),
          .path = "/projects" + std::move(path),
          .id = std::move(id),
          .tag = "projects",
          .summary = std::move(summary),
          .scope = "projects:write",
          .status = status};
}

ProjectId project_of(const api::RequestContext& request) {
  return {request.path("project_id")};
}

Result<api::Nothing> nothing(Result<void> done) {
  if (!done) return std::unexpected(std::move(done).error());
  return api::Nothing{};
}

}  // namespace

void ProjectApi::add_routes(api::Router& router) {
  add_project_routes(router);
  add_transfer_routes(router);
  add_member_routes(router);
  add_variable_routes(router);
  add_credential_routes(router);
}

void ProjectApi::add_project_routes(api::Router& router) {
  router.add(writing("POST", "", "createProject", "Make a project; you become its owner.", 201),
             *this, &ProjectApi::create);
  router.add(reading("", "listProjects", "Projects that you may see."), *this, &ProjectApi::list);
  router.add(
      reading("/search", "searchProjects", "Projects that hold these words, the best first."),
      *this, &ProjectApi::search);
  router.add(reading("/{project_id}", "getProject", "One project."), *this, &ProjectApi::get);
  router.add(writing("PUT", "/{project_id}", "replaceProject", "Replace a project."), *this,
             &ProjectApi::replace);
  router.add(writing("PATCH", "/{project_id}", "patchProject", "Change a project (RFC 7396)."),
             *this, &ProjectApi::patch);
  router.add(writing("DELETE", "/{project_id}", "deleteProject",
                     "Delete a project and everything in it.", 204),
             *this, &ProjectApi::remove);
}

void ProjectApi::add_transfer_routes(api::Router& router) {
  router.add(writing("POST", "/{project_id}/clone", "cloneProject",
                     "Make a copy; credentials arrive empty.", 201),
             *this, &ProjectApi::clone);
  router.add(reading("/{project_id}/export", "exportProject",
                     "The project as a document, without secrets."),
             *this, &ProjectApi::write_export);
  auto import = writing("POST", "/import", "importProject", "Make a project from an export.", 201);
  import.body_limit = 32 << 20;
  router.add(std::move(import), *this, &ProjectApi::read_import);
}

void ProjectApi::add_member_routes(api::Router& router) {
  router.add(reading("/{project_id}/members", "listMembers", "Who belongs to the project."), *this,
             &ProjectApi::list_members);
  router.add(writing("POST", "/{project_id}/members", "addMember", "Take a user in.", 201), *this,
             &ProjectApi::add_member);
  router.add(
      writing("PATCH", "/{project_id}/members/{user_id}", "patchMember", "Change a member's role."),
      *this, &ProjectApi::change_member);
  router.add(writing("DELETE", "/{project_id}/members/{user_id}", "removeMember",
                     "Remove a member, or leave.", 204),
             *this, &ProjectApi::remove_member);
}

void ProjectApi::add_variable_routes(api::Router& router) {
  router.add(reading("/{project_id}/variables", "listVariables", "The project's variables."), *this,
             &ProjectApi::list_variables);
  router.add(writing("PUT", "/{project_id}/variables/{name}", "putVariable", "Set a variable."),
             *this, &ProjectApi::put_variable);
  router.add(writing("DELETE", "/{project_id}/variables/{name}", "deleteVariable",
                     "Delete a variable.", 204),
             *this, &ProjectApi::remove_variable);
}

void ProjectApi::add_credential_routes(api::Router& router) {
  router.add(reading("/{project_id}/credentials", "listCredentials",
                     "The project's credentials, without their secrets."),
             *this, &ProjectApi::list_credentials);
  router.add(
      writing("POST", "/{project_id}/credentials", "createCredential", "Store a credential.", 201),
      *this, &ProjectApi::create_credential);
  router.add(writing("PUT", "/{project_id}/credentials/{credential_id}", "replaceCredential",
                     "Replace a credential."),
             *this, &ProjectApi::replace_credential);
  router.add(writing("PATCH", "/{project_id}/credentials/{credential_id}", "patchCredential",
                     "Change a credential; what of its value is absent stays."),
             *this, &ProjectApi::patch_credential);
  router.add(writing("DELETE", "/{project_id}/credentials/{credential_id}", "deleteCredential",
                     "Delete a credential.", 204),
             *this, &ProjectApi::remove_credential);
}

Task<Result<Project>> ProjectApi::create(api::Request<NewProject> request) {
  if (request.body.template_id)
    return services_.transfer.from_template(request.caller, request.body);
  return services_.projects.create(request.caller, request.body);
}
Task<Result<api::Page<Project>>> ProjectApi::list(api::Request<Nothing, ProjectQuery> request) {
  return services_.projects.list(request.caller, request.query);
}
Task<Result<api::Page<ProjectHit>>> ProjectApi::search(api::Request<Nothing, SearchQuery> request) {
  return services_.projects.search(request.caller, request.query);
}
Task<Result<Project>> ProjectApi::get(api::Request<> request) {
  return services_.projects.get(request.caller, project_of(request));
}
Task<Result<Project>> ProjectApi::replace(api::Request<ProjectDraft> request) {
  return services_.projects.replace(request.caller, project_of(request), request.body,
                                    request.if_match);
}
Task<Result<Project>> ProjectApi::patch(api::Request<JsonObject> request) {
  return services_.projects.patch(request.caller, project_of(request), request.body,
                                  request.if_match);
}
Task<Result<api::Nothing>> ProjectApi::remove(api::Request<Nothing, DeleteQuery> request) {
  co_return nothing(co_await services_.projects.remove(
      request.caller, project_of(request), request.query.force.value_or(false), request.if_match));
}
Task<Result<Project>> ProjectApi::clone(api::Request<CloneDraft> request) {
  return services_.transfer.clone(request.caller, project_of(request), request.body);
}
Task<Result<JsonObject>> ProjectApi::write_export(api::Request<> request) {
  return services_.transfer.write(request.caller, project_of(request));
}
Task<Result<Project>> ProjectApi::read_import(api::Request<JsonObject> request) {
  return services_.transfer.read(request.caller, request.body);
}

Task<Result<api::Page<Member>>> ProjectApi::list_members(api::Request<Nothing, PageQuery> request) {
  return services_.members.list(request.caller, project_of(request), request.query);
}
Task<Result<Member>> ProjectApi::add_member(api::Request<MemberDraft> request) {
  return services_.members.add(request.caller, project_of(request), request.body);
}
Task<Result<Member>> ProjectApi::change_member(api::Request<MemberPatch> request) {
  return services_.members.change(request.caller, project_of(request), {request.path("user_id")},
                                  request.body.role, request.if_match);
}
Task<Result<api::Nothing>> ProjectApi::remove_member(api::Request<> request) {
  co_return nothing(co_await services_.members.remove(request.caller, project_of(request),
                                                      {request.path("user_id")}));
}

Task<Result<api::Page<Variable>>> ProjectApi::list_variables(
    api::Request<Nothing, PageQuery> request) {
  return services_.variables.list(request.caller, project_of(request), request.query);
}
Task<Result<Variable>> ProjectApi::put_variable(api::Request<VariableDraft> request) {
  return services_.variables.put(request.caller, project_of(request), request.path("name"),
                                 request.body, request.if_match);
}
Task<Result<api::Nothing>> ProjectApi::remove_variable(api::Request<> request) {
  co_return nothing(co_await services_.variables.remove(request.caller, project_of(request),
                                                        request.path("name")));
}

Task<Result<api::Page<Credential>>> ProjectApi::list_credentials(
    api::Request<Nothing, PageQuery> request) {
  return services_.credentials.list(request.caller, project_of(request), request.query);
}
Task<Result<Credential>> ProjectApi::create_credential(api::Request<CredentialDraft> request) {
  return services_.credentials.create(request.caller, project_of(request), request.body);
}
Task<Result<Credential>> ProjectApi::replace_credential(api::Request<CredentialDraft> request) {
  return services_.credentials.replace(request.caller, project_of(request),
                                       {request.path("credential_id")}, request.body,
                                       request.if_match);
}
Task<Result<Credential>> ProjectApi::patch_credential(api::Request<JsonObject> request) {
  return services_.credentials.patch(request.caller, project_of(request),
                                     {request.path("credential_id")}, request.body,
                                     request.if_match);
}
Task<Result<api::Nothing>> ProjectApi::remove_credential(api::Request<> request) {
  co_return nothing(co_await services_.credentials.remove(request.caller, project_of(request),
                                                          {request.path("credential_id")}));
}

}  // namespace qd::projects
