// Routes of workflows: those of every definition, validating and executing.
#pragma once

#include "definitions/execution_starter.h"
#include "definitions/resource_api.h"
#include "workflows/service.h"

namespace qd::workflows {

struct WorkflowPolicy {
  using Draft = WorkflowDraft;
  using Resource = Workflow;
  using Summary = WorkflowSummary;
  using Query = definitions::ListQuery;
  static constexpr std::string_view kName = "workflow", kPlural = "workflows", kTitle = "Workflow";
  static std::string variant(const Query&) { return ""; }
  static Summary to_summary(const definitions::Stored& stored) {
    return {stored, stored.name, stored.description};
  }
};

class WorkflowApi {
 public:
  /// All outlive it.
  WorkflowApi(definitions::DefinitionService& service, db::Database& database,
              definitions::ExecutionStarter& starter)
      : resources_(service), service_(service), database_(database), starter_(starter) {}
  void add_routes(api::Router& router);

 private:
  Task<Result<Validation>> validate(api::Request<ValidateRequest> request);
  Task<Result<api::Replied<definitions::Execution>>> execute(api::Request<ExecuteRequest> request);

  definitions::ResourceApi<WorkflowPolicy> resources_;
  definitions::DefinitionService& service_;
  db::Database& database_;
  definitions::ExecutionStarter& starter_;
};

}  // namespace qd::workflows
