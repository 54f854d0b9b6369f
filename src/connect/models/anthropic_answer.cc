#include "connect/models/anthropic_answer.h"

#include <fmt/format.h>

#include "connect/models/wire.h"

namespace qd::connect::models {
namespace {

std::optional<Usage> usage_of(const Json& usage) {
  if (!usage.is_object()) return std::nullopt;
  const auto cached = count_at(usage, "cache_read_input_tokens");
  const auto written = count_at(usage, "cache_creation_input_tokens");
  return Usage{.input_total = count_at(usage, "input_tokens") + cached + written,
               .cached = cached,
               .cache_write = written,
               .output_total = count_at(usage, "output_tokens"),
               .reasoning = count_at(member_at(usage, "output_tokens_details"), "thinking_tokens")};
}

Finish finish_of(std::string_view reason, bool has_calls) {
  if (reason == "refusal") return Finish::ContentFilter;
  // A paused turn is unfinished too; it comes from hosted tools only, which are not used here.
  if (reason == "max_tokens" || reason == "model_context_window_exceeded" || reason == "pause_turn")
    return Finish::Length;
  return has_calls ? Finish::ToolCalls : Finish::Stop;
}

/// A block as the next request takes it: what we know without the answer's own extras, the rest
/// (thinking with its signature) as it was.
Json as_input(const Json& block, const ToolCall* call) {
  const auto type = text_at(block, "type");
  if (type == "text") return {{"type", "text"}, {"text", text_at(block, "text")}};
  if (!call) return block;
  const auto input =
      call->arguments.is_object() ? call->arguments : Json{{"unreadable", call->arguments}};
  return {
      {"type", "tool_use"}, {"id", call->id}, {"name", text_at(block, "name")}, {"input", input}};
}

std::string_view code_by_type(const Refusal& refusal, const http::ClientResponse& response) {
  const auto& type = refusal.type;
  if (refusal.code == "enforced_spend_limit_reached" || type == "billing_error") return kQuota;
  if (type == "rate_limit_error") {
    // Without a time to wait it is a spending cap, which waiting does not lift.
    const bool waits = response.status != 429 || !response.header("retry-after").empty() ||
                       response.header("x-should-retry") == "true";
    return waits ? kRateLimited : kQuota;
  }
  if (type == "overloaded_error") return kOverloaded;
  if (type == "api_error" || type == "conflict_error") return kServerError;
  if (type == "timeout_error") return kTimeout;
  if (type == "authentication_error" || type == "permission_error") return kAuth;
  if (type == "not_found_error") return kModelNotFound;
  if (type != "invalid_request_error") return {};
  const auto& said = refusal.message;
  return said.contains("prompt is too long") || said.contains("context window") ||
                 said.contains("context limit")
             ? kContextLength
             : kBadRequest;
}

std::string_view code_by_status(int status) {
  if (status == 401 || status == 403) return kAuth;
  if (status == 402) return kQuota;
  if (status == 429) return kRateLimited;
  if (status == 503 || status == 529) return kOverloaded;
  if (status == 408 || status == 409 || status >= 500 || status < 300) return kServerError;
  return kBadRequest;
}

}  // namespace

Result<ModelAnswer> AnthropicDialect::read(const Json& body) {
  if (text_at(body, "type") == "error") return std::unexpected(refusal({.status = 200}, body));
  if (!member_at(body, "content").is_array())
    return std::unexpected(provider_error(kServerError, "the provider's answer holds no content"));
  ModelAnswer answer{.model = text_at(body, "model")};
  JsonArray echo;
  bool has_thought = false;
  for (const auto& block : items_at(body, "content")) {
    const auto type = text_at(block, "type");
    const bool is_call = type == "tool_use";
    if (type == "text")
      answer.text += text_at(block, "text");
    else if (is_call)
      answer.tool_calls.push_back(read_call(
          text_at(block, "id"), names_.real(text_at(block, "name")), member_at(block, "input")));
    else
      has_thought = true;
    if (type != "text" || !text_at(block, "text").empty())
      echo.push_back(as_input(block, is_call ? &answer.tool_calls.back() : nullptr));
  }
  answer.finish = finish_of(text_at(body, "stop_reason"), !answer.tool_calls.empty());
  if (answer.finish != Finish::ToolCalls) answer.tool_calls.clear();
  // A cut answer's blocks can't be sent back: its calls would have no results.
  const bool is_whole = answer.finish == Finish::ToolCalls || answer.finish == Finish::Stop;
  if (has_thought && is_whole)
    answer.opaque = {
        {"format", "anthropic"}, {"model", request_.model}, {"content", std::move(echo)}};
  const auto& usage = member_at(body, "usage");
  answer.service_tier = text_at(usage, "service_tier");
  answer.usage = usage_of(usage).value_or(estimate_usage(request_, answer));
  return answer;
}

void AnthropicDialect::take(const SseEvent& event) {
  if (failure_ || is_done_) return;
  const auto data = json::parse(event.data);
  if (data) return take_event(*data);
  failure_ = provider_error(kServerError, "the provider's stream can't be read");
  failure_->internal = data.error().message;
}

void AnthropicDialect::take_event(const Json& event) {
  const auto type = text_at(event, "type");
  if (type == "message_start") {
    if (const auto* message = member_at(event, "message").if_object()) message_ = *message;
    take_usage(member_at(event, "message"));
  } else if (type == "content_block_start") {
    start_block(event);
  } else if (type == "content_block_delta") {
    take_delta(event);
  } else if (type == "message_delta") {
    message_["stop_reason"] = member_at(member_at(event, "delta"), "stop_reason");
    take_usage(event);
  } else if (type == "message_stop") {
    is_done_ = true;
  } else if (type == "error") {
    failure_ = refusal({.status = 200}, event);
  }
}

/// Usage is cumulative: what is said later replaces, what is null stays.
void AnthropicDialect::take_usage(const Json& holder) {
  if (const auto* usage = member_at(holder, "usage").if_object())
    for (const auto& [key, value] : *usage)
      if (!value.is_null()) usage_[key] = value;
}

void AnthropicDialect::start_block(const Json& event) {
  if (const auto* block = member_at(event, "content_block").if_object())
    blocks_[count_at(event, "index")] = *block;
}

void AnthropicDialect::take_delta(const Json& event) {
  const auto index = count_at(event, "index");
  const auto& delta = member_at(event, "delta");
  const auto type = text_at(delta, "type");
  auto& block = blocks_[index];
  const auto append = [&](std::string_view name) {
    auto& member = block[name];
    if (!member.is_string()) member.emplace_string();
    member.get_string().append(text_at(delta, name));
  };
  if (type == "text_delta") {
    append("text");
    if (const auto text = text_at(delta, "text"); !text.empty() && request_.on_text)
      request_.on_text(text);
  } else if (type == "input_json_delta") {
    inputs_[index] += text_at(delta, "partial_json");
  } else if (type == "thinking_delta") {
    append("thinking");
  } else if (type == "signature_delta") {
    append("signature");
  }
}

Result<ModelAnswer> AnthropicDialect::end() {
  if (failure_) return std::unexpected(*failure_);
  if (!is_done_)
    return std::unexpected(
        provider_error(kTruncated, "the provider's stream ended before the answer did"));
  JsonArray content;
  for (auto& [index, block] : blocks_) {
    // Read as any call's arguments are, faults included.
    if (const auto input = inputs_.find(index); input != inputs_.end() && !input->second.empty())
      block["input"] = input->second;
    content.push_back(std::move(block));
  }
  message_["content"] = std::move(content);
  message_["usage"] = usage_;
  return read(message_);
}

Error AnthropicDialect::refusal(const http::ClientResponse& response, const Json& body) {
  const auto& error = member_at(body, "error");
  const Refusal said{.status = response.status,
                     .type = text_at(error, "type"),
                     .code = text_at(member_at(error, "details"), "error_code"),
                     .message = text_at(error, "message")};
  auto code = code_by_type(said, response);
  if (code.empty()) code = code_by_status(response.status);
  return refused(code, said, key_);
}

}  // namespace qd::connect::models
