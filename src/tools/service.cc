#include "tools/service.h"

#include <fmt/format.h>

#include "engine/json_schema.h"
#include "expr/template.h"

namespace qd::tools {
namespace {

using engine::ToolKind;

constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};

bool is_function_name(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

void append(std::vector<Fault>& faults, std::vector<Fault> more) {
  std::ranges::move(more, std::back_inserter(faults));
}

void check_templates(const JsonObject& config, std::vector<Fault>& faults) {
  const auto compiled = expr::compile_template(config);
  if (compiled) return;
  for (auto fault : compiled.error().faults) {
    fault.path.insert(0, "/config");
    faults.push_back(std::move(fault));
  }
}

void check_http(const JsonObject& value, std::vector<Fault>& faults) {
  const auto config =
      json::from_json<engine::HttpToolConfig>(value, json::Unknown::Reject, "/config");
  if (!config) return append(faults, config.error().faults);
  check_templates(value, faults);
  if (config->url.empty())
    faults.push_back({"/config/url", "required", "say where the tool is reached"});
  if (config->method && std::ranges::find(kMethods, *config->method) == kMethods.end())
    faults.push_back({"/config/method", "not_allowed",
                      fmt::format("must be one of {}", fmt::join(kMethods, ", "))});
  if (config->timeout && !parse_duration(*config->timeout))
    faults.push_back({"/config/timeout", "duration", "must be a length of time like 30s"});
}

void check_parameters(const ToolDraft& draft, std::vector<Fault>& faults) {
  if (draft.parameters) {
    append(faults, engine::schema_faults(*draft.parameters, "/parameters"));
    const auto* type = draft.parameters->if_contains("type");
    if (!type || !type->is_string() || type->get_string() != "object")
      faults.push_back(
          {"/parameters/type", "not_allowed", "must be \"object\": arguments go by name"});
  }
  if (draft.output_schema)
    append(faults, engine::schema_faults(*draft.output_schema, "/output_schema"));
}

Result<definitions::Document> check(db::Snapshot&, const api::Caller& caller, const ProjectId&,
                                    const Json& content) {
  QD_TRY(const auto draft, json::from_json<ToolDraft>(content));
  std::vector<Fault> faults;
  if (!is_function_name(draft.name))
    faults.push_back(
        {"/name", "pattern", "models call it by this name: letters, digits, _ and - only"});
  if (draft.kind == ToolKind::Http || draft.kind == ToolKind::Webhook)
    check_http(draft.config, faults);
  check_parameters(draft, faults);
  if (!faults.empty()) return invalid(std::move(faults));
  const bool is_global = draft.is_global.value_or(false);
  if (is_global && !caller.is_admin())
    return fail(ErrorKind::Forbidden, "tool.global_admin_only",
                "only an administrator may make a tool global");
  return definitions::Document{.name = draft.name,
                               .description = draft.description.value_or(""),
                               .variant = std::string(enum_name(draft.kind)),
                               .is_global = is_global,
                               .content = json::to_json(draft)};
}

}  // namespace

definitions::DefinitionService make_service(const definitions::Parts& parts) {
  return {definitions::Kind::Tool, parts, &check};
}

engine::ToolSpec to_spec(const definitions::Stored& stored, const Json& content) {
  auto draft = json::from_json<ToolDraft>(content, json::Unknown::Ignore);
  if (!draft) throw std::runtime_error("stored tool does not fit: " + draft.error().message);
  return {.id = {stored.id},
          .name = draft->name,
          .description = draft->description.value_or(""),
          .kind = draft->kind,
          .parameters = draft->parameters.value_or(
              JsonObject{{"type", "object"}, {"properties", JsonObject{}}}),
          .output_schema = draft->output_schema,
          .config = draft->config,
          .credential = draft->credential_id.value_or(""),
          .effect = draft->effect};
}

}  // namespace qd::tools
