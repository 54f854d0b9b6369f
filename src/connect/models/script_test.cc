#include "connect/models/script.h"

#include <gtest/gtest.h>

#include "connect/models/errors.h"
#include "connect/models/registry.h"
#include "support/fake_http.h"
#include "support/run.h"

namespace qd::connect::models {
namespace {

JsonObject settings_of(std::string_view script) {
  return {{"script", json::parse(script).value()}};
}

ModelMessage user(std::string text) {
  return {.role = Role::User, .content = std::move(text)};
}

ModelRequest ask(std::string text) {
  ModelRequest request{.messages = {user(std::move(text))}};
  for (const auto* tool : {"find_city", "get_weather"}) request.tools.push_back({.name = tool});
  return request;
}

/// The conversation after the answer's calls were run with these results.
ModelRequest after(ModelRequest request, const ModelAnswer& answer,
                   const std::vector<std::string>& results) {
  request.messages.push_back(as_message(answer));
  for (std::size_t i = 0; i < results.size(); ++i)
    request.messages.push_back(
        {.role = Role::Tool, .content = results[i], .tool_call_id = answer.tool_calls.at(i).id});
  return request;
}

ModelAnswer answer(std::string_view script, const ModelRequest& request) {
  auto result = Script::read(settings_of(script)).value().answer(request);
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

Error refusal(std::string_view script, const ModelRequest& request) {
  const auto result = Script::read(settings_of(script)).value().answer(request);
  return result ? Error{.code = "answered " + result->text} : result.error();
}

/// `path code` of the first fault.
std::string fault(std::string_view script) {
  const auto faults = validate_script(settings_of(script));
  return faults.empty() ? "" : faults.front().path + " " + faults.front().code;
}

constexpr std::string_view kTriage = R"([
  {"match": ["crash", "/\\berrors?\\b/i", "stack trace"], "json": {"kind": "bug", "title": "{{user/title}}"}},
  {"match": ["please add", "would be nice"], "json": {"kind": "feature"}},
  {"json": {"kind": "question"}}])";

TEST(Script, ClassifiesByTheFirstRuleThatFits) {
  EXPECT_EQ(answer(kTriage, ask(R"({"title": "It CRASHes"})")).text,
            R"({"kind":"bug","title":"It CRASHes"})");
  EXPECT_EQ(answer(kTriage, ask("Dark mode would be nice")).text, R"({"kind":"feature"})");
  EXPECT_EQ(answer(kTriage, ask("How do terrors work?")).text, R"({"kind":"question"})");
}

constexpr std::string_view kWeather = R"([
  {"after_tool": "get_weather", "say": "In {{tool:find_city/name}} it is {{tool/temp_c}} degrees, {{tool/sky}}."},
  {"after_tool": "find_city", "call": [{"tool": "get_weather", "arguments": {"lat": "{{tool/lat}}", "days": 1}}]},
  {"match": "/weather in (\\w+)/i", "say": "Let me look.", "call": [{"tool": "find_city", "arguments": {"q": "{{match.1}}"}}]}])";

TEST(Script, CallsToolsAndComposesTheirResults) {
  const auto question = ask("What is the Weather in Oslo today?");

  const auto first = answer(kWeather, question);
  ASSERT_EQ(first.tool_calls.size(), 1U);
  EXPECT_EQ(first.text, "Let me look.");
  EXPECT_EQ(first.finish, Finish::ToolCalls);
  EXPECT_EQ(first.tool_calls[0].name, "find_city");
  EXPECT_EQ(json::print(first.tool_calls[0].arguments), R"({"q":"Oslo"})");

  const auto located = after(question, first, {R"({"name":"Oslo","lat":59.9})"});
  const auto second = answer(kWeather, located);
  EXPECT_EQ(json::print(second.tool_calls.at(0).arguments), R"({"lat":59.9,"days":1})");
  EXPECT_NE(second.tool_calls[0].id, first.tool_calls[0].id);

  const auto third = answer(kWeather, after(located, second, {R"({"temp_c":-3,"sky":"clear"})"}));
  EXPECT_EQ(third.text, "In Oslo it is -3 degrees, clear.");
  EXPECT_EQ(third.finish, Finish::Stop);
}

TEST(Script, SeesAllResultsOfParallelCalls) {
  constexpr std::string_view kBoth = R"([
    {"after_tool": "find_city", "say": "{{tool:find_city}} and {{tool:get_weather}}"},
    {"call": [{"tool": "find_city"}, {"tool": "get_weather"}]}])";
  const auto question = ask("both");
  const auto calls = answer(kBoth, question);

  EXPECT_EQ(answer(kBoth, after(question, calls, {"Oslo", "snow"})).text, "Oslo and snow");
}

TEST(Script, SummarisesByCutting) {
  const auto page = ask("First point. Second point! Third point? Rest.");

  EXPECT_EQ(answer(R"([{"say": "Summary: {{user|sentences:2}}"}])", page).text,
            "Summary: First point. Second point!");
  EXPECT_EQ(answer(R"([{"say": "{{user | words:3}} ..."}])", page).text, "First point. Second ...");
  EXPECT_EQ(answer(R"([{"say": "{{last|lines:1}}"}])", ask("one\ntwo")).text, "one");
}

TEST(Script, WritesDoubledBracesAsTheyAre) {
  EXPECT_EQ(answer(R"([{"say": "{{{{user}}"}])", ask("x")).text, "{{user}}");
}

TEST(Script, FailsAsToldAndRecoversAtALaterAttempt) {
  constexpr std::string_view kFlaky = R"([
    {"fail": {"code": "provider.rate_limited", "attempts": 2, "retry_after": 3, "message": "busy"}}, {"say": "done"}])";
  auto request = ask("go");

  const auto first = refusal(kFlaky, request);
  EXPECT_EQ(first.code, "provider.rate_limited");
  EXPECT_EQ(first.message, "busy");
  EXPECT_EQ(first.retry_after, std::chrono::seconds(3));
  request.attempt = 2;
  EXPECT_EQ(refusal(kFlaky, request).code, "provider.rate_limited");
  request.attempt = 3;
  EXPECT_EQ(answer(kFlaky, request).text, "done");
}

TEST(Script, FailsByDefaultInAWayThatCannotBeRetried) {
  EXPECT_EQ(refusal(R"([{"fail": {}}])", ask("x")).code, "provider.bad_request");
  EXPECT_EQ(refusal(R"([{"fail": {"retryable": true}}])", ask("x")).code, "provider.overloaded");
}

TEST(Script, SaysWhenNoRuleFits) {
  EXPECT_EQ(refusal(R"([{"match": "a", "say": "b"}])", ask("x")).message,
            "no rule of the script fits the message");
}

TEST(Script, SaysWhenAPlaceholderHasNoValue) {
  EXPECT_EQ(refusal(R"([{"say": "{{tool}}"}])", ask("x")).message,
            "the script asks for {{tool}}, which this conversation does not have");
  EXPECT_EQ(refusal(R"([{"say": "{{user/a}}"}])", ask("x")).message,
            "the script asks for {{user/a}}, but that text is not JSON");
  EXPECT_EQ(refusal(R"([{"say": "{{user/a}}"}])", ask("{}")).message,
            "the script asks for {{user/a}}, which that JSON does not have");
}

TEST(Script, CallsOnlyToolsThatItWasGiven) {
  EXPECT_EQ(refusal(R"([{"call": [{"tool": "rm"}]}])", ask("x")).message,
            "the script calls the tool rm, which it was not given");
}

TEST(Script, ReportsTokensAsToldOrEstimated) {
  EXPECT_EQ(answer(R"([{"say": "x", "tokens": {"input": 100, "output": 7}}])", ask("x")).usage,
            (Usage{.input_total = 100, .output_total = 7}));
  const auto estimated = answer(R"([{"say": "12345"}])", {.messages = {user("12345678")}}).usage;
  EXPECT_EQ(estimated, (Usage{.input_total = 2, .output_total = 2, .estimated = true}));
}

TEST(Script, RefusesFaultyRulesByPath) {
  EXPECT_EQ(validate_script({}).at(0).path, "/script");
  EXPECT_EQ(fault("[]"), "/script script.size");
  EXPECT_EQ(fault(R"([{"say": "x", "tell": 1}])"), "/script/0/tell unknown_field");
  EXPECT_EQ(fault(R"([{"match": "x"}])"), "/script/0 script.outcome");
  EXPECT_EQ(fault(R"([{"say": "x", "json": {}}])"), "/script/0 script.outcome");
  EXPECT_EQ(fault(R"([{"call": [{"tool": "t"}], "json": {}}])"), "/script/0 script.outcome");
  EXPECT_EQ(fault(R"([{"match": "/(/", "say": "x"}])"), "/script/0/match script.pattern");
  EXPECT_EQ(fault(R"([{"match": ["a", 5], "say": "x"}])"), "/script/0/match/1 script.match");
  EXPECT_EQ(fault(R"([{"say": "{{nothing}}"}])"), "/script/0/say script.placeholder");
  EXPECT_EQ(fault(R"([{"say": "{{user"}])"), "/script/0/say script.placeholder");
  EXPECT_EQ(fault(R"([{"json": {"a": ["{{user|half}}"]}}])"),
            "/script/0/json/a/0 script.placeholder");
  EXPECT_EQ(fault(R"([{"call": [{"tool": "t", "arguments": {"x": "{{y}}"}}]}])"),
            "/script/0/call/0/arguments/x script.placeholder");
  EXPECT_EQ(fault(R"([{"fail": {"code": "nope"}}])"), "/script/0/fail/code script.code");
  EXPECT_EQ(fault(R"([{"fail": {"code": "provider.quota", "retryable": true}}])"),
            "/script/0/fail/retryable script.retryable");
  EXPECT_EQ(fault(R"([{"say": "x"}, {"match": "a", "say": "y"}])"), "/script/1 script.unreachable");
  EXPECT_EQ(fault(R"([{"after_tool": "*", "say": "x"}, {"after_tool": "a", "say": "y"}])"),
            "/script/1 script.unreachable");
  EXPECT_EQ(fault(R"([{"after_tool": "a", "say": "x"}, {"say": "y"}])"), "");
}

TEST(ScriptedProvider, StreamsWhatItSays) {
  test::FakeHttpClient client([](const http::ClientRequest&) { return http::ClientResponse{}; });
  const ManualClock clock(Timestamp{});
  Registry registry(client, clock);
  auto request = ask("x");
  std::vector<std::string> pieces;
  request.on_text = [&](std::string_view piece) { pieces.emplace_back(piece); };
  Connection connection{.provider = "scripted", .settings = settings_of(R"([{"say": "one two"}])")};

  const auto result = test::run(registry.complete(request, connection, Timestamp{}));

  EXPECT_EQ(result.value().text, "one two");
  EXPECT_EQ(pieces, (std::vector<std::string>{"one ", "two"}));
}

TEST(Registry, NamesTheProvidersItHasWhenAskedForAnother) {
  test::FakeHttpClient client([](const http::ClientRequest&) { return http::ClientResponse{}; });
  const ManualClock clock(Timestamp{});
  Registry registry(client, clock);

  const auto result = test::run(registry.complete({}, {.provider = "oracle"}, Timestamp{}));

  EXPECT_EQ(result.error().code, "provider.unknown");
  for (const auto name : provider_names()) EXPECT_NE(registry.find(name), nullptr) << name;
}

TEST(ModelMessage, IsTheSameAfterTheJournal) {
  const ModelMessage message{
      .role = Role::Assistant,
      .content = "a",
      .tool_calls = {{.id = "1", .name = "t", .arguments = JsonObject{{"x", 1}}}},
      .opaque = JsonObject{{"k", "v"}}};

  const auto read = json::from_json<ModelMessage>(json::to_json(message));

  ASSERT_TRUE(read);
  EXPECT_EQ(json::to_json(*read), json::to_json(message));
}

}  // namespace
}  // namespace qd::connect::models
