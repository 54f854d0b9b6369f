#include "agents/service.h"

#include <fmt/format.h>

#include "connect/models/registry.h"
#include "engine/json_schema.h"
#include "expr/template.h"

namespace qd::agents {
namespace {

constexpr std::size_t kMostTools = 128;

void append(std::vector<Fault>& faults, std::vector<Fault> more, std::string_view at) {
  for (auto& fault : more) {
    fault.path.insert(0, at);
    faults.push_back(std::move(fault));
  }
}

/// Settings that stand beside what the provider takes.
struct CommonSettings {
  std::optional<Text<1, 2'000>> base_url;
  std::optional<double> temperature;
  std::optional<Whole<1, 10'000'000>> max_output_tokens;
};
BOOST_DESCRIBE_STRUCT(CommonSettings, (), (base_url, temperature, max_output_tokens))

/// The common settings, and what is left for the provider.
Result<CommonSettings> take_common(JsonObject& settings) {
  JsonObject common;
  for (const auto name : {"base_url", "temperature", "max_output_tokens"}) {
    if (const auto* value = settings.if_contains(name)) common[name] = *value;
    settings.erase(name);
  }
  return json::from_json<CommonSettings>(common);
}

void check_settings(const AgentDraft& draft, std::vector<Fault>& faults) {
  auto settings = draft.settings.value_or(JsonObject{});
  const auto common = take_common(settings);
  if (!common) append(faults, common.error().faults, "/settings");
  // A script also serves `auto`, for as long as there is no model.
  const auto provider =
      draft.provider == "auto" ? std::string("scripted") : std::string(draft.provider);
  if (draft.provider == "auto" && !settings.contains("script")) return;
  append(faults, connect::models::validate_settings(provider, settings), "/settings");
}

void check_provider(const AgentDraft& draft, std::vector<Fault>& faults) {
  const auto names = connect::models::provider_names();
  const bool known =
      draft.provider == "auto" || std::ranges::find(names, draft.provider) != names.end();
  if (!known)
    return faults.push_back({"/provider", "not_allowed",
                             fmt::format("must be auto or one of {}", fmt::join(names, ", "))});
  if (draft.model.empty() && draft.provider != "auto" && draft.provider != "scripted")
    faults.push_back({"/model", "required", "say which of the provider's models"});
  check_settings(draft, faults);
}

void check_template(const std::optional<Text<0, 100'000>>& text, std::string_view at,
                    std::vector<Fault>& faults) {
  if (!text) return;
  const auto compiled = expr::compile_template(Json(boost::json::string_view(*text)));
  if (!compiled) append(faults, compiled.error().faults, at);
}

void check_tools(db::Snapshot& view, const ProjectId& project, const AgentDraft& draft,
                 std::vector<Fault>& faults) {
  if (!draft.tools) return;
  if (draft.tools->size() > kMostTools)
    return faults.push_back({"/tools", "too_many", fmt::format("at most {} tools", kMostTools)});
  for (std::size_t i = 0; i < draft.tools->size(); ++i)
    if (!definitions::store::resolve(view, definitions::Kind::Tool, project, (*draft.tools)[i]))
      faults.push_back(
          {fmt::format("/tools/{}", i), "tool.not_found",
           fmt::format("the project has no tool '{}'", std::string((*draft.tools)[i]))});
}

Result<definitions::Document> check(db::Snapshot& view, const api::Caller&,
                                    const ProjectId& project, const Json& content) {
  QD_TRY(const auto draft, json::from_json<AgentDraft>(content));
  std::vector<Fault> faults;
  check_provider(draft, faults);
  check_template(draft.system_prompt, "/system_prompt", faults);
  check_template(draft.instructions, "/instructions", faults);
  check_tools(view, project, draft, faults);
  if (draft.output_schema)
    append(faults, engine::schema_faults(*draft.output_schema, "/output_schema"), "");
  if (!faults.empty()) return invalid(std::move(faults));
  return definitions::Document{.name = draft.name,
                               .description = draft.description.value_or(""),
                               .variant = draft.provider,
                               .content = json::to_json(draft)};
}

AgentDraft read(const Json& content) {
  auto draft = json::from_json<AgentDraft>(content, json::Unknown::Ignore);
  if (!draft) throw std::runtime_error("stored agent does not fit: " + draft.error().message);
  return *std::move(draft);
}

}  // namespace

definitions::DefinitionService make_service(const definitions::Parts& parts) {
  return {definitions::Kind::Agent, parts, &check};
}

std::vector<std::string> tool_names(const Json& content) {
  const auto draft = read(content);
  std::vector<std::string> names;
  if (draft.tools) names.assign(draft.tools->begin(), draft.tools->end());
  return names;
}

engine::AgentSpec to_spec(const definitions::Stored& stored, const definitions::Version& version) {
  const auto draft = read(version.content);
  auto settings = draft.settings.value_or(JsonObject{});
  const auto common = take_common(settings).value_or(CommonSettings{});
  engine::AgentSpec spec{.id = {stored.id},
                         .name = draft.name,
                         .version = version.version,
                         .model = draft.model,
                         .connection = {.provider = draft.provider,
                                        .base_url = common.base_url.value_or(""),
                                        .credential = draft.connection_id.value_or(""),
                                        .settings = settings},
                         .system_prompt = draft.system_prompt.value_or(""),
                         .instructions = draft.instructions.value_or(""),
                         .tools = {},
                         .output_schema = {},
                         .limits = draft.limits.value_or(engine::AgentLimits{}),
                         .temperature = common.temperature,
                         .max_output_tokens = std::nullopt,
                         .settings = settings};
  if (draft.output_schema) spec.output_schema = *draft.output_schema;
  if (common.max_output_tokens) spec.max_output_tokens = common.max_output_tokens->value;
  return spec;
}

}  // namespace qd::agents
