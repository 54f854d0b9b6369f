// Routes of agents: those of every definition, and running one.
#pragma once

#include "agents/service.h"
#include "definitions/execution_starter.h"
#include "definitions/resource_api.h"

namespace qd::agents {

struct AgentPolicy {
  using Draft = AgentDraft;
  using Resource = Agent;
  using Summary = Agent;
  using Query = AgentQuery;
  static constexpr std::string_view kName = "agent", kPlural = "agents", kTitle = "Agent";
  static std::string variant(const Query& query) { return query.provider.value_or(""); }
  static Summary to_summary(const definitions::Stored& stored) {
    return definitions::to_resource<Agent, AgentDraft>(stored);
  }
};

class AgentApi {
 public:
  /// All outlive it.
  AgentApi(definitions::DefinitionService& service, db::Database& database,
           definitions::ExecutionStarter& starter)
      : resources_(service), service_(service), database_(database), starter_(starter) {}
  void add_routes(api::Router& router);

 private:
  Task<Result<api::Replied<definitions::Execution>>> run(api::Request<RunRequest> request);

  definitions::ResourceApi<AgentPolicy> resources_;
  definitions::DefinitionService& service_;
  db::Database& database_;
  definitions::ExecutionStarter& starter_;
};

}  // namespace qd::agents
