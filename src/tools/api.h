// Routes of tools: those of every definition, and trying one.
#pragma once

#include "definitions/execution_starter.h"
#include "definitions/resource_api.h"
#include "tools/service.h"

namespace qd::tools {

struct ToolPolicy {
  using Draft = ToolDraft;
  using Resource = Tool;
  using Summary = Tool;
  using Query = ToolQuery;
  static constexpr std::string_view kName = "tool", kPlural = "tools", kTitle = "Tool";
  static std::string variant(const Query& query) {
    return query.kind ? std::string(enum_name(*query.kind)) : "";
  }
  static Summary to_summary(const definitions::Stored& stored) {
    return definitions::to_resource<Tool, ToolDraft>(stored);
  }
};

class ToolApi {
 public:
  /// All outlive it.
  ToolApi(definitions::DefinitionService& service, db::Database& database,
          definitions::ExecutionStarter& starter)
      : resources_(service), service_(service), database_(database), starter_(starter) {}
  void add_routes(api::Router& router);

 private:
  Task<Result<api::Replied<definitions::Execution>>> test(api::Request<TestRequest> request);

  definitions::ResourceApi<ToolPolicy> resources_;
  definitions::DefinitionService& service_;
  db::Database& database_;
  definitions::ExecutionStarter& starter_;
};

}  // namespace qd::tools
