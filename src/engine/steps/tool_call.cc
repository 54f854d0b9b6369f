#include "engine/steps/tool_call.h"

#include <fmt/format.h>

#include "engine/json_schema.h"

namespace qd::engine {
namespace {

constexpr milliseconds kDefaultTimeout{30'000};

/// The config's templates see the arguments as `input`.
class ToolScope final : public expr::Scope {
 public:
  ToolScope(const Json& arguments, const expr::Scope* outer)
      : arguments_(arguments), outer_(outer) {}
  [[nodiscard]] const Json* find(std::string_view root) const override {
    if (root == "input") return &arguments_;
    const bool is_shared = root == "vars" || root == "project";
    return is_shared && outer_ ? outer_->find(root) : nullptr;
  }
  [[nodiscard]] Timestamp now() const override { return outer_ ? outer_->now() : Timestamp(); }

 private:
  const Json& arguments_;
  const expr::Scope* outer_;
};

Result<HttpToolConfig> render_config(const ToolSpec& tool, const Json& arguments,
                                     const expr::Scope* outer) {
  QD_TRY(const auto config, expr::compile_template(tool.config));
  const ToolScope scope(arguments, outer);
  QD_TRY(const auto rendered, config.render(scope));
  return json::from_json<HttpToolConfig>(rendered);
}

/// The arguments that the url does not name itself.
JsonObject unused_arguments(const ToolSpec& tool, const Json& arguments) {
  JsonObject unused = arguments.is_object() ? arguments.get_object() : JsonObject{};
  const auto* url = tool.config.if_contains("url");
  const auto compiled = url ? expr::compile_template(*url) : expr::compile_template(Json());
  if (!compiled) return unused;
  for (const auto& use : compiled->uses())
    if (use.reference.root == "input") unused.erase(use.reference.member);
  return unused;
}

bool has_query_method(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "DELETE";
}

Task<StepResult> refuse_kind(ToolKind kind) {
  co_return failure(
      "tool.kind_not_available",
      fmt::format("this version can't call tools of kind {}; http, webhook and code are",
                  enum_name(kind)));
}

std::string method_of(const ToolSpec& tool) {
  const auto* method = tool.config.if_contains("method");
  if (method && method->is_string()) return std::string(method->get_string());
  return tool.kind == ToolKind::Webhook ? "POST" : "GET";
}

}  // namespace

Effect effect_of(const ToolSpec& tool) {
  // Code has no way out of its sandbox.
  const auto by_kind =
      tool.kind == ToolKind::Code ? Effect::Idempotent : effect_of_method(method_of(tool));
  return tool.effect.value_or(by_kind);
}

Task<StepResult> ToolCaller::call(ToolCallContext context) {
  const auto& tool = *context.tool;
  const auto fits = check_schema(tool.parameters, context.arguments, "/arguments");
  if (!fits) {
    auto failed = to_failure(fits.error());
    failed.error.code = "tool.bad_arguments";
    failed.error.message =
        fmt::format("the arguments do not fit tool '{}': {}", tool.name, fits.error().message);
    co_return failed;
  }
  if (context.interrupted && effect_of(tool) == Effect::Once)
    co_return StepUncertain{
        fmt::format("tool '{}' may have been called before the server stopped", tool.name)};
  auto result = co_await call_kind(context);
  auto* done = std::get_if<StepDone>(&result);
  if (done && tool.output_schema)
    if (const auto answer_fits = check_schema(*tool.output_schema, done->output, "/output");
        !answer_fits)
      co_return failure("tool.bad_answer",
                        fmt::format("the answer of tool '{}' does not fit its output schema: {}",
                                    tool.name, answer_fits.error().message));
  co_return result;
}

Task<StepResult> ToolCaller::call_kind(const ToolCallContext& context) {
  switch (context.tool->kind) {
    case ToolKind::Http:
    case ToolKind::Webhook:
      return call_http(context);
    case ToolKind::Code:
      if (code_) return call_code(context);
      break;
    case ToolKind::Mcp:
    case ToolKind::Builtin:
      break;
  }
  return refuse_kind(context.tool->kind);
}

Task<StepResult> ToolCaller::call_http(const ToolCallContext& context) {
  const auto& tool = *context.tool;
  auto config = render_config(tool, context.arguments, context.scope);
  if (!config) co_return to_failure(config.error());
  HttpCall call{.method = method_of(tool),
                .url = config->url,
                .headers = config->headers.value_or(JsonObject{}),
                .query = config->query.value_or(JsonObject{}),
                .body = config->body.value_or(Json()),
                .credential = tool.credential,
                .effect = effect_of(tool),
                .idempotency_key = context.idempotency_key};
  if (!config->query && !config->body) {
    auto rest = unused_arguments(tool, context.arguments);
    if (has_query_method(call.method))
      call.query = std::move(rest);
    else
      call.body = std::move(rest);
  }
  const auto own = config->timeout ? parse_duration(*config->timeout).value_or(kDefaultTimeout)
                                   : kDefaultTimeout;
  const auto left = std::min<milliseconds>(own, context.deadline - clock_.now());
  auto result = co_await send(gate_, context.project, std::move(call), left);
  auto* done = std::get_if<StepDone>(&result);
  if (!done) co_return result;
  // What a tool gives is the body; status and headers are of the way there.
  Json body = std::move(done->output.as_object()["body"]);
  co_return StepDone{.output = std::move(body)};
}

Task<StepResult> ToolCaller::call_code(const ToolCallContext& context) {
  auto program =
      json::from_json<CodeProgram>(Json(context.tool->config), json::Unknown::Reject, "/config");
  if (!program) co_return to_failure(program.error());
  auto outcome = co_await code_->run(*std::move(program), context.arguments, context.deadline);
  co_return std::move(outcome.result);
}

}  // namespace qd::engine
