#include "workflows/service.h"

#include "engine/validate.h"
#include "engine/yaml.h"

namespace qd::workflows {
namespace {

Result<definitions::Document> check(db::Snapshot&, const api::Caller&, const ProjectId&,
                                    const Json& content) {
  QD_TRY(const auto draft, json::from_json<WorkflowDraft>(content));
  auto faults = engine::validate(draft.definition);
  for (auto& fault : faults) fault.path.insert(0, "/definition");
  if (!faults.empty()) return invalid(std::move(faults));
  return definitions::Document{.name = draft.name,
                               .description = draft.description.value_or(""),
                               .variant = "",
                               .content = json::to_json(draft)};
}

DocumentProblem to_problem(Fault fault, const engine::YamlDocument* yaml) {
  DocumentProblem problem{
      std::move(fault.path), std::move(fault.code), std::move(fault.message), {}, {}};
  const auto place = yaml ? yaml->find(problem.path) : std::nullopt;
  if (place) {
    problem.line = place->line;
    problem.column = place->column;
  }
  return problem;
}

Validation to_validation(std::vector<Fault> faults, const engine::YamlDocument* yaml) {
  Validation validation{.valid = faults.empty(), .problems = {}};
  for (auto& fault : faults) validation.problems.push_back(to_problem(std::move(fault), yaml));
  return validation;
}

}  // namespace

definitions::DefinitionService make_service(const definitions::Parts& parts) {
  return {definitions::Kind::Workflow, parts, &check};
}

Validation validate(const ValidateRequest& request) {
  if (request.definition) return to_validation(engine::validate(*request.definition), nullptr);
  if (!request.yaml) return to_validation({{"", "required", "send a definition or yaml"}}, nullptr);
  const auto yaml = engine::yaml_to_json(*request.yaml);
  if (yaml) return to_validation(engine::validate(yaml->value), &*yaml);
  return to_validation({{"", yaml.error().code, yaml.error().message}}, nullptr);
}

Json document_of(const Json& content) {
  const auto* document = json::find(content, "definition");
  return document ? *document : Json();
}

}  // namespace qd::workflows
