#include "connect/models/openai_answer.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "connect/models/wire.h"

namespace qd::connect::models {
namespace {

constexpr std::array<std::string_view, 4> kQuotaCodes{
    "insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached",
    "billing_not_active"};

/// A text, or the text parts of a list.
std::string content_of(const Json& content) {
  if (content.is_string()) return std::string(content.get_string());
  std::string text;
  if (const auto* parts = content.if_array())
    for (const auto& part : *parts) text += text_at(part, "text");
  return text;
}

std::optional<Usage> usage_of(const Json& usage) {
  if (!usage.is_object()) return std::nullopt;
  const auto& input = member_at(usage, "prompt_tokens_details");
  const auto& output = member_at(usage, "completion_tokens_details");
  const auto cached =
      std::max(count_at(input, "cached_tokens"), count_at(usage, "prompt_cache_hit_tokens"));
  return Usage{.input_total = count_at(usage, "prompt_tokens"),
               .cached = cached,
               .cache_write = count_at(input, "cache_write_tokens"),
               .output_total = count_at(usage, "completion_tokens"),
               .reasoning = count_at(output, "reasoning_tokens")};
}

Finish finish_of(std::string_view reason, bool has_calls, bool is_refused) {
  if (reason == "length") return Finish::Length;
  if (reason == "content_filter" || is_refused) return Finish::ContentFilter;
  // Calls are the signal: with a forced tool some servers say `stop`.
  return has_calls ? Finish::ToolCalls : Finish::Stop;
}

/// The refusal in a body of any known shape: `{error: {...}}`, `{error: "..."}`, `[{error: ...}]`,
/// or its members at the top.
Refusal read_refusal(int status, const Json& body) {
  const auto* list = body.if_array();
  if (list && !list->empty()) return read_refusal(status, list->front());
  const auto& error = member_at(body, "error");
  if (error.is_string()) return {.status = status, .message = std::string(error.get_string())};
  const auto& source = error.is_object() ? error : body;
  const auto& code = member_at(source, "code");
  // Gateways pass the status of the server behind them on as the code.
  if (code.is_int64() && code.get_int64() >= 400 && code.get_int64() < 600)
    status = static_cast<int>(code.get_int64());
  return {.status = status,
          .type = text_at(source, "type"),
          .code = text_at(source, "code"),
          .message = text_at(source, "message")};
}

bool mentions_context(std::string_view message) {
  return message.contains("context length") || message.contains("context window") ||
         message.contains("maximum context");
}

std::string_view code_by_words(const Refusal& refusal) {
  const auto& code = refusal.code;
  const auto& type = refusal.type;
  if (std::ranges::find(kQuotaCodes, code) != kQuotaCodes.end() || type == "insufficient_quota")
    return kQuota;
  if (code == "context_length_exceeded") return kContextLength;
  if (code == "content_filter" || code == "content_policy_violation") return kContentFilter;
  if (code == "model_not_found") return kModelNotFound;
  if (code == "server_is_overloaded" || type == "service_unavailable_error") return kOverloaded;
  return {};
}

std::string_view code_by_status(const Refusal& refusal, bool is_json) {
  const auto status = refusal.status;
  if (status == 402) return kQuota;
  if (status == 429) return kRateLimited;
  if (status < 500 && mentions_context(refusal.message)) return kContextLength;
  if (status == 401 || status == 403) return kAuth;
  if (status == 404 && is_json) return kModelNotFound;
  if (status == 498 || status == 503 || status == 529) return kOverloaded;
  if (status == 408 || status == 409 || status >= 500) return kServerError;
  if (status >= 300) return kBadRequest;
  // In the middle of a stream there is no status but success.
  if (refusal.type.starts_with("rate_limit")) return kRateLimited;
  if (refusal.type == "invalid_request_error") return kBadRequest;
  return kServerError;
}

}  // namespace

std::vector<ToolCall> OpenAiDialect::calls_of(const Json& message) const {
  std::vector<ToolCall> calls;
  for (const auto& call : items_at(message, "tool_calls")) {
    const auto& function = member_at(call, "function");
    auto id = text_at(call, "id");
    if (id.empty()) id = fmt::format("call_{}_{}", request_.messages.size(), calls.size() + 1);
    calls.push_back(read_call(std::move(id), names_.real(text_at(function, "name")),
                              member_at(function, "arguments")));
  }
  return calls;
}

Result<ModelAnswer> OpenAiDialect::read(const Json& body) {
  if (!member_at(body, "error").is_null()) return std::unexpected(refusal({.status = 200}, body));
  const auto& choices = items_at(body, "choices");
  if (choices.empty())
    return std::unexpected(provider_error(kServerError, "the provider's answer holds no choice"));
  const auto& message = member_at(choices.front(), "message");
  const auto reason = text_at(choices.front(), "finish_reason");
  if (reason == "insufficient_system_resource")
    return std::unexpected(provider_error(kOverloaded, "the provider is overloaded"));
  if (reason == "error")
    return std::unexpected(provider_error(kServerError, "the provider failed while it answered"));

  ModelAnswer answer{.text = content_of(member_at(message, "content")),
                     .tool_calls = calls_of(message),
                     .model = text_at(body, "model")};
  const auto refused_text = text_at(message, "refusal");
  if (answer.text.empty()) answer.text = refused_text;
  answer.finish = finish_of(reason, !answer.tool_calls.empty(), !refused_text.empty());
  if (answer.finish != Finish::ToolCalls) answer.tool_calls.clear();
  answer.service_tier = text_at(body, "service_tier");
  if (const auto thought = text_at(message, "reasoning_content"); !thought.empty())
    answer.opaque = {
        {"format", "openai"}, {"model", request_.model}, {"reasoning_content", thought}};
  answer.usage = usage_of(member_at(body, "usage")).value_or(estimate_usage(request_, answer));
  return answer;
}

void OpenAiDialect::take(const SseEvent& event) {
  if (failure_ || is_done_) return;
  if (event.data == "[DONE]") {
    is_done_ = true;
    return;
  }
  const auto chunk = json::parse(event.data);
  if (!chunk) {
    failure_ = provider_error(kServerError, "the provider's stream can't be read");
    failure_->internal = chunk.error().message;
  } else if (event.name == "error" || !member_at(*chunk, "error").is_null()) {
    failure_ = refusal({.status = 200}, *chunk);
  } else {
    take_chunk(*chunk);
  }
}

void OpenAiDialect::take_chunk(const Json& chunk) {
  if (auto model = text_at(chunk, "model"); !model.empty()) model_ = std::move(model);
  if (auto tier = text_at(chunk, "service_tier"); !tier.empty()) tier_ = std::move(tier);
  if (const auto& usage = member_at(chunk, "usage"); usage.is_object()) usage_ = usage;
  for (const auto& choice : items_at(chunk, "choices")) {
    if (count_at(choice, "index") != 0) continue;
    take_delta(member_at(choice, "delta"));
    if (auto finish = text_at(choice, "finish_reason"); !finish.empty())
      finish_ = std::move(finish);
  }
}

void OpenAiDialect::take_delta(const Json& delta) {
  const auto text = content_of(member_at(delta, "content"));
  text_ += text;
  refused_text_ += text_at(delta, "refusal");
  thought_ += text_at(delta, "reasoning_content");
  std::size_t position = 0;
  for (const auto& fragment : items_at(delta, "tool_calls")) take_call(fragment, position++);
  if (!text.empty() && request_.on_text) request_.on_text(text);
}

void OpenAiDialect::take_call(const Json& fragment, std::size_t position) {
  auto& call = calls_[index_of(fragment, position)];
  const auto& function = member_at(fragment, "function");
  if (call.id.empty()) call.id = text_at(fragment, "id");
  if (call.name.empty()) call.name = text_at(function, "name");
  const auto& arguments = member_at(function, "arguments");
  if (arguments.is_string())
    call.arguments += std::string_view(arguments.get_string());
  else if (!arguments.is_null())
    call.arguments = json::print(arguments);
}

/// Servers that leave the index out give each call whole, or name it by its id.
std::size_t OpenAiDialect::index_of(const Json& fragment, std::size_t position) const {
  const auto& index = member_at(fragment, "index");
  if (index.is_int64() && index.get_int64() >= 0)
    return static_cast<std::size_t>(index.get_int64());
  const auto id = text_at(fragment, "id");
  if (id.empty()) return position;
  for (const auto& [key, call] : calls_)
    if (call.id == id) return key;
  return calls_.empty() ? 0 : calls_.rbegin()->first + 1;
}

Result<ModelAnswer> OpenAiDialect::end() {
  if (failure_) return std::unexpected(*failure_);
  if (finish_.empty() && !is_done_)
    return std::unexpected(
        provider_error(kTruncated, "the provider's stream ended before the answer did"));
  JsonArray calls;
  for (const auto& [index, call] : calls_)
    calls.push_back(
        {{"id", call.id}, {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  JsonObject message{{"content", text_},
                     {"refusal", refused_text_},
                     {"reasoning_content", thought_},
                     {"tool_calls", std::move(calls)}};
  JsonObject choice{{"message", std::move(message)}, {"finish_reason", finish_}};
  return read(JsonObject{{"model", model_},
                         {"service_tier", tier_},
                         {"usage", usage_},
                         {"choices", JsonArray{std::move(choice)}}});
}

Error OpenAiDialect::refusal(const http::ClientResponse& response, const Json& body) {
  const auto said = read_refusal(response.status, body);
  auto code = code_by_words(said);
  if (code.empty()) code = code_by_status(said, body.is_object());
  if (code == kRateLimited && response.header("x-should-retry") == "false") code = kQuota;
  return refused(code, said, key_);
}

}  // namespace qd::connect::models
