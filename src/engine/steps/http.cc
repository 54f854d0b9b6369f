#include "engine/steps/http.h"

#include <array>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>

#include "base/encoding.h"
#include "connect/models/errors.h"

namespace qd::engine {
namespace {

constexpr std::array<int, 4> kRetryable{408, 425, 429, 500};
constexpr std::size_t kMaxAnswer = 16 << 20;
/// Of an answer that failed, kept for people to see.
constexpr std::size_t kShownBody = 4'096;

std::string text_of(const Json& value) {
  return value.is_string() ? std::string(value.get_string()) : json::print(value);
}

std::string encoded(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

void append_query(std::string& url, const JsonObject& query) {
  const auto add = [&](std::string_view name, const Json& value) {
    url += (url.contains('?') ? "&" : "?") + encoded(name) + "=" + encoded(text_of(value));
  };
  for (const auto& member : query) {
    if (member.value().is_null()) continue;
    if (!member.value().is_array()) {
      add(member.key(), member.value());
      continue;
    }
    for (const auto& item : member.value().get_array()) add(member.key(), item);
  }
}

bool has_header(const http::Headers& headers, std::string_view name) {
  return !http::ClientResponse{.headers = headers}.header(name).empty();
}

http::ClientRequest to_request(const HttpCall& call, milliseconds timeout) {
  http::ClientRequest request{
      .method = call.method, .url = call.url, .timeout = timeout, .max_response_bytes = kMaxAnswer};
  append_query(request.url, call.query);
  for (const auto& member : call.headers)
    if (!member.value().is_null())
      request.headers.emplace_back(member.key(), text_of(member.value()));
  if (!call.body.is_null()) {
    request.body = text_of(call.body);
    if (!call.body.is_string() && !has_header(request.headers, "Content-Type"))
      request.headers.emplace_back("Content-Type", "application/json");
  }
  if (call.effect == Effect::Keyed)
    request.headers.emplace_back("Idempotency-Key", call.idempotency_key);
  return request;
}

bool is_json(std::string_view type) {
  const auto media = type.substr(0, type.find(';'));
  return media.contains("application/json") || media.ends_with("+json");
}

Json read_body(const http::ClientResponse& response) {
  if (response.body.empty()) return nullptr;
  if (is_json(response.header("Content-Type")))
    if (auto value = json::parse(response.body)) return *std::move(value);
  if (is_utf8(response.body) && !response.body.contains('\0'))
    return Json(boost::json::string_view(response.body));
  return JsonObject{{"base64", to_base64(response.body)}};
}

StepFailed status_failure(const http::ClientResponse& response) {
  auto shown = response;
  if (shown.body.size() > kShownBody) {
    shown.body.resize(kShownBody);
    while (!is_utf8(shown.body)) shown.body.pop_back();
  }
  const bool is_retryable =
      std::ranges::find(kRetryable, response.status) != kRetryable.end() || response.status > 500;
  StepFailed failed{.error = {.code = "http.status",
                              .message = fmt::format("the server answered {}", response.status),
                              .retryable = is_retryable,
                              .details = to_output(shown)}};
  if (const auto wait = connect::models::retry_after(response); wait.count() > 0)
    failed.retry_after = wait;
  return failed;
}

std::string text_field(const Json& input, std::string_view name, std::string_view otherwise = {}) {
  const auto* value = json::find(input, name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string(otherwise);
}

JsonObject object_field(const Json& input, std::string_view name) {
  const auto* value = json::find(input, name);
  return value && value->is_object() ? value->get_object() : JsonObject{};
}

}  // namespace

Effect effect_of_method(std::string_view method) {
  if (method == "GET" || method == "HEAD" || method == "OPTIONS") return Effect::Read;
  if (method == "PUT" || method == "DELETE") return Effect::Idempotent;
  return Effect::Once;
}

Json to_output(const http::ClientResponse& response) {
  JsonObject headers;
  headers.reserve(response.headers.size());
  for (const auto& [name, value] : response.headers) {
    std::string lower = name;
    for (auto& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
    if (is_utf8(value)) headers[lower] = value;
  }
  return JsonObject{
      {"status", response.status}, {"headers", std::move(headers)}, {"body", read_body(response)}};
}

Task<StepResult> send(Gate& gate, ProjectId project, HttpCall call, milliseconds timeout) {
  if (timeout <= milliseconds(0))
    co_return StepFailed{.error = {.code = "timeout",
                                   .message = "no time is left for the request",
                                   .retryable = true,
                                   .details = {}}};
  auto request = to_request(call, timeout);
  const auto response = co_await gate.send(std::move(project), std::move(request), call.credential);
  if (!response) {
    if (call.effect == Effect::Once && may_have_arrived(response.error()))
      co_return StepUncertain{
          fmt::format("{} {} was sent and no answer came ({}); whether it happened is not known",
                      call.method, call.url, response.error().message)};
    co_return to_failure(response.error());
  }
  if (response->status >= 400) {
    auto failed = status_failure(*response);
    // The server has answered: it did not do it, or says that it can't tell.
    if (call.effect == Effect::Once && response->status >= 500) failed.error.retryable = false;
    co_return failed;
  }
  co_return StepDone{.output = to_output(*response)};
}

Task<StepResult> HttpStep::run(StepRun run) {
  HttpCall call{.method = text_field(run.input, "method", "GET"),
                .url = text_field(run.input, "url"),
                .headers = object_field(run.input, "headers"),
                .query = object_field(run.input, "query"),
                .body = nullptr,
                .credential = text_field(run.input, "credential"),
                .idempotency_key = run.idempotency_key};
  if (const auto* body = json::find(run.input, "body")) call.body = *body;
  call.effect = run.node->effect.value_or(effect_of_method(call.method));
  if (run.interrupted && call.effect == Effect::Once)
    co_return StepUncertain{
        fmt::format("{} {} may have been sent before the server stopped", call.method, call.url)};
  co_return co_await send(gate_, run.project, std::move(call), run.deadline - clock_.now());
}

}  // namespace qd::engine
