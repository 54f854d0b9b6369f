// Every exchange of the shared fixtures (reference/recorded): what is sent, and what is made of the
// answer; each stream whole, byte by byte, and cut after every event.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "connect/models/errors.h"
#include "connect/models/registry.h"
#include "connect/models/wire.h"
#include "support/fake_http.h"
#include "support/run.h"

namespace qd::connect::models {
namespace {

namespace fs = std::filesystem;
using Cut = test::FakeHttpClient::Cut;

fs::path recorded() {
  const auto* shared = std::getenv("QD_SHARED");
  for (const fs::path& folder :
       {fs::path(shared ? shared : "../shared"), fs::path("../shared"), fs::path("../../shared")})
    if (fs::exists(folder / "reference/recorded/expected.json"))
      return folder / "reference/recorded";
  return {};
}

std::string content(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

Json read_json(const fs::path& path) {
  return json::parse(content(path)).value();
}

std::vector<std::string> whole(const std::string& body) {
  return {body};
}

std::vector<std::string> by_bytes(const std::string& body) {
  std::vector<std::string> pieces;
  for (const char c : body) pieces.emplace_back(1, c);
  return pieces;
}

std::vector<std::string> by_events(std::string_view body) {
  std::vector<std::string> pieces;
  while (!body.empty()) {
    const auto end =
        std::min(body.find("\n\n"), body.size() - std::min<std::size_t>(2, body.size())) + 2;
    pieces.emplace_back(body.substr(0, end));
    body.remove_prefix(std::min(end, body.size()));
  }
  return pieces;
}

/// The neutral request that a fixture's request body is the wording of.
ModelRequest request_of(const Json& body) {
  ModelRequest request{.model = text_at(body, "model")};
  if (const auto system = text_at(body, "system"); !system.empty())
    request.messages.push_back({.role = Role::System, .content = system});
  for (const auto& message : items_at(body, "messages"))
    request.messages.push_back({.role = parse_enum<Role>(text_at(message, "role")).value(),
                                .content = text_at(message, "content")});
  for (const auto& tool : items_at(body, "tools")) {
    const auto& source =
        member_at(tool, "function").is_object() ? member_at(tool, "function") : tool;
    const auto& schema = member_at(source, "parameters").is_object()
                             ? member_at(source, "parameters")
                             : member_at(source, "input_schema");
    request.tools.push_back({.name = text_at(source, "name"),
                             .description = text_at(source, "description"),
                             .parameters = schema.as_object()});
  }
  request.max_tokens =
      std::max(count_at(body, "max_completion_tokens"), count_at(body, "max_tokens"));
  return request;
}

struct Outcome {
  Result<ModelAnswer> answer;
  http::ClientRequest sent;
};

Outcome ask(const std::string& provider, ModelRequest request, http::ClientResponse response,
            Cut cut) {
  test::FakeHttpClient client([&](const http::ClientRequest&) { return response; });
  client.cut_by(std::move(cut));
  const ManualClock clock(Timestamp{});
  Registry registry(client, clock);
  Connection connection{.provider = provider, .api_key = Secret("<key>")};
  auto answer = test::run(registry.complete(std::move(request), std::move(connection),
                                            Timestamp(milliseconds(60'000))));
  return {.answer = std::move(answer), .sent = client.requests().at(0)};
}

Json usage_json(const Usage& usage) {
  return {{"input_total", usage.input_total},
          {"cached_input", usage.cached},
          {"cache_write", usage.cache_write},
          {"output_total", usage.output_total},
          {"reasoning", usage.reasoning}};
}

void expect_answer(const Json& expected, const ModelAnswer& answer) {
  EXPECT_EQ(answer.text, text_at(expected, "text"));
  EXPECT_EQ(enum_name(answer.finish), text_at(expected, "finish"));
  EXPECT_EQ(usage_json(answer.usage), member_at(expected, "usage"));
  JsonArray calls;
  for (const auto& call : answer.tool_calls) {
    EXPECT_EQ(call.fault, "");
    calls.push_back({{"id", call.id}, {"name", call.name}, {"arguments", call.arguments}});
  }
  EXPECT_EQ(Json(calls), member_at(expected, "tool_calls"));
  if (items_at(expected, "echo_back").empty()) return;
  const auto& blocks = items_at(answer.opaque, "content");
  ASSERT_FALSE(blocks.empty());
  EXPECT_EQ(blocks[0], (Json{{"type", "thinking"},
                             {"thinking", "Two cities, two calls."},
                             {"signature", "RklYVFVSRQ=="}}));
}

void expect_error(const Json& expected, const Error& error) {
  const auto word = text_at(expected, "class");
  EXPECT_EQ(error.code, "provider." + (word == "truncated_stream" ? "truncated" : word))
      << error.internal;
  EXPECT_EQ(is_retryable(error.code), member_at(expected, "retryable").as_bool());
  EXPECT_EQ(error.retry_after.count(), (count_at(expected, "retry_after_ms") + 999) / 1000);
  EXPECT_FALSE((error.message + error.internal).contains("<key>"));
}

void expect_outcome(const Json& expected, const Result<ModelAnswer>& answer) {
  if (text_at(expected, "outcome") == "ok") {
    ASSERT_TRUE(answer) << answer.error().code << " " << answer.error().message << " "
                        << answer.error().internal;
    expect_answer(expected, *answer);
  } else {
    ASSERT_FALSE(answer);
    expect_error(expected, answer.error());
  }
}

void check_exchange(const fs::path& file, const std::string& provider, const Json& expected) {
  const auto fixture = read_json(file);
  const auto& request = member_at(fixture, "request");
  const auto& response = member_at(fixture, "response");
  http::ClientResponse answer{.status = static_cast<int>(count_at(response, "status")),
                              .body = json::print(member_at(response, "body"))};
  for (const auto& header : member_at(response, "headers").as_object())
    answer.headers.emplace_back(header.key(), header.value().as_string());

  const auto outcome = ask(provider, request_of(member_at(request, "body")), answer, whole);

  expect_outcome(expected, outcome.answer);
  EXPECT_EQ(outcome.sent.method + " " + outcome.sent.url, "POST " + text_at(request, "url"));
  EXPECT_EQ(json::parse(outcome.sent.body).value(), member_at(request, "body"));
  for (const auto& header : member_at(request, "headers").as_object())
    EXPECT_EQ(http::ClientResponse{.headers = outcome.sent.headers}.header(header.key()),
              header.value().as_string());
}

void check_stream(const fs::path& file, const std::string& provider, const Json& expected) {
  std::string last_text;
  for (const Cut& cut : {Cut(whole), Cut(by_bytes), Cut(by_events)}) {
    std::string text;
    ModelRequest request{.model = "m", .messages = {{.role = Role::User, .content = "Hi"}}};
    request.on_text = [&](std::string_view piece) { text += piece; };

    const auto outcome = ask(
        provider, request,
        {.status = 200, .headers = {{"Content-Type", "text/event-stream"}}, .body = content(file)},
        cut);

    expect_outcome(expected, outcome.answer);
    const auto* partial = json::find(expected, "partial_text");
    if (partial) EXPECT_EQ(text, partial->as_string());
    if (outcome.answer) EXPECT_EQ(text, outcome.answer->text);
  }
}

TEST(RecordedExchanges, AreReadAsExpected) {
  const auto folder = recorded();
  if (folder.empty()) GTEST_SKIP() << "no reference/recorded under QD_SHARED or ../shared";
  int checked = 0;
  for (const auto& [name, expected] : read_json(folder / "expected.json").as_object()) {
    const std::string file(name);
    const auto provider = file.substr(0, file.find('-'));
    if (provider != "openai" && provider != "anthropic")
      continue;  // of providers that are not spoken here
    SCOPED_TRACE(file);
    ++checked;
    if (file.ends_with(".sse"))
      check_stream(folder / file, provider, expected);
    else
      check_exchange(folder / file, provider, expected);
  }
  EXPECT_EQ(checked, 19);
}

}  // namespace
}  // namespace qd::connect::models
