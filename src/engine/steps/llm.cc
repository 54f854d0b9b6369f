#include "engine/steps/llm.h"

#include <fmt/format.h>

#include "engine/json_schema.h"

namespace qd::engine {
namespace {

namespace models = connect::models;

Result<std::vector<models::ModelMessage>> read_messages(const Json& list) {
  std::vector<models::ModelMessage> messages;
  if (!list.is_array())
    return invalid({{"/messages", "wrong_type", "must be a list of {role, content}"}});
  for (std::size_t i = 0; i < list.get_array().size(); ++i) {
    const auto& item = list.get_array()[i];
    const auto* role = json::find(item, "role");
    const auto* content = json::find(item, "content");
    const auto known =
        role && role->is_string() ? parse_enum<models::Role>(role->get_string()) : std::nullopt;
    if (!known || !content || !content->is_string() || *known == models::Role::Tool)
      return invalid({{fmt::format("/messages/{}", i), "wrong_type",
                       "must be {role: system|user|assistant, content: text}"}});
    messages.push_back({.role = *known, .content = std::string(content->get_string())});
  }
  return messages;
}

std::string text_field(const Json& input, std::string_view name) {
  const auto* value = json::find(input, name);
  if (!value || value->is_null()) return {};
  return value->is_string() ? std::string(value->get_string()) : json::print(*value);
}

Result<models::ModelRequest> to_request(const StepRun& run) {
  models::ModelRequest request{.model = text_field(run.input, "model"), .attempt = run.attempt};
  if (const auto system = text_field(run.input, "system"); !system.empty())
    request.messages.push_back({.role = models::Role::System, .content = system});
  if (const auto* list = json::find(run.input, "messages")) {
    QD_TRY(auto messages, read_messages(*list));
    std::ranges::move(messages, std::back_inserter(request.messages));
  } else {
    request.messages.push_back(
        {.role = models::Role::User, .content = text_field(run.input, "prompt")});
  }
  if (const auto* schema = json::find(run.input, "output_schema")) request.output_schema = *schema;
  if (const auto* heat = json::find(run.input, "temperature"); heat && heat->is_number())
    request.temperature = heat->to_number<double>();
  if (const auto* most = json::find(run.input, "max_tokens"); most && most->is_int64())
    request.max_tokens = most->get_int64();
  return request;
}

/// Models like to wrap JSON into a code fence.
std::string_view unfenced(std::string_view text) {
  const auto begin = text.find_first_of("{[");
  const auto end = text.find_last_of("}]");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return text;
  return text.substr(begin, end - begin + 1);
}

}  // namespace

Result<Json> read_structured(const std::string& text, const Json& schema) {
  auto value = json::parse(text);
  if (!value) value = json::parse(unfenced(text));
  if (!value)
    return fail(ErrorKind::Invalid, "model.no_json",
                "the model was to answer with JSON and did not");
  if (const auto fits = check_schema(schema, *value, ""); !fits) {
    auto error = fits.error();
    error.code = "model.wrong_shape";
    error.message = "the model's answer does not fit the output schema: " + error.message;
    return std::unexpected(std::move(error));
  }
  return *std::move(value);
}

StepFailed shape_failure(const Error& error, double cost_usd, std::int64_t tokens) {
  auto failed = to_failure(error);
  failed.error.retryable = true;
  failed.cost_usd = cost_usd;
  failed.tokens = tokens;
  return failed;
}

Task<StepResult> LlmStep::run(StepRun run) {
  auto request = to_request(run);
  if (!request) co_return to_failure(request.error());
  const auto name = text_field(run.input, "connection");
  auto connection = co_await catalog_.connection(run.project, name.empty() ? "auto" : name);
  if (!connection) co_return to_failure(connection.error());
  const auto schema = request->output_schema;
  request->on_text = run.on_text;
  const auto reply =
      co_await gate_.ask(run.project, *std::move(request), *std::move(connection), run.deadline);
  if (!reply) co_return to_failure(reply.error());
  const auto& answer = reply->answer;
  JsonObject output{
      {"text", answer.text}, {"model", answer.model}, {"usage", json::to_json(answer.usage)}};
  if (!schema.is_null()) {
    auto value = read_structured(answer.text, schema);
    if (!value) co_return shape_failure(value.error(), reply->cost_usd, reply->tokens());
    output["value"] = *std::move(value);
  }
  co_return StepDone{
      .output = std::move(output), .cost_usd = reply->cost_usd, .tokens = reply->tokens()};
}

}  // namespace qd::engine
