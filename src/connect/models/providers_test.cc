// What the recorded exchanges do not show: settings, imitators, tool turns, refusals, bad answers.
#include <gtest/gtest.h>

#include "connect/models/errors.h"
#include "connect/models/registry.h"
#include "connect/models/tool_names.h"
#include "connect/models/wire.h"
#include "support/fake_http.h"
#include "support/run.h"

namespace qd::connect::models {
namespace {

/// A registry whose HTTP peer gives one answer to everything.
class Peer {
 public:
  explicit Peer(Result<http::ClientResponse> answer)
      : client_([answer](const http::ClientRequest&) { return answer; }),
        registry_(client_, clock_) {}
  explicit Peer(std::string_view body, int status = 200, http::Headers headers = {})
      : Peer(http::ClientResponse{
            .status = status, .headers = std::move(headers), .body = std::string(body)}) {}

  Result<ModelAnswer> ask(ModelRequest request, Connection connection) {
    return test::run(registry_.complete(std::move(request), std::move(connection),
                                        Timestamp(milliseconds(5000))));
  }
  [[nodiscard]] const http::ClientRequest& sent() const { return client_.requests().back(); }
  [[nodiscard]] Json sent_body() const { return json::parse(sent().body).value(); }
  [[nodiscard]] bool was_asked() const { return !client_.requests().empty(); }

 private:
  ManualClock clock_{Timestamp(milliseconds(1000))};
  test::FakeHttpClient client_;
  Registry registry_;
};

constexpr std::string_view kOpenAiHello =
    R"({"model":"m","choices":[{"message":{"content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}})";
constexpr std::string_view kAnthropicHello =
    R"({"type":"message","model":"m","content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":1}})";

ModelRequest hello() {
  return {.model = "m", .messages = {{.role = Role::User, .content = "Hi"}}};
}

Connection to(std::string provider, JsonObject settings = {}) {
  return {.provider = std::move(provider),
          .api_key = Secret("sk-secret"),
          .settings = std::move(settings)};
}

std::string code_of(const Result<ModelAnswer>& answer) {
  return answer ? "answered" : answer.error().code;
}

std::string header(const http::ClientRequest& request, std::string_view name) {
  return std::string(http::ClientResponse{.headers = request.headers}.header(name));
}

/// A turn with two calls, their results, and a remark.
ModelRequest tool_turn() {
  auto request = hello();
  request.tools = {{.name = "weather", .parameters = {{"type", "object"}}}};
  request.messages.push_back(
      {.role = Role::Assistant,
       .tool_calls = {{.id = "a", .name = "weather", .arguments = JsonObject{{"q", 1}}},
                      {.id = "b", .name = "weather", .arguments = "{bad", .fault = "not JSON"}}});
  request.messages.push_back({.role = Role::Tool, .content = "1", .tool_call_id = "a"});
  request.messages.push_back({.role = Role::Tool, .content = "2", .tool_call_id = "b"});
  request.messages.push_back({.role = Role::User, .content = "Go on"});
  return request;
}

TEST(OpenAi, SendsToolTurnsInItsWords) {
  Peer peer(kOpenAiHello);

  ASSERT_TRUE(peer.ask(tool_turn(), to("openai")));

  EXPECT_EQ(peer.sent_body().at("messages"), json::parse(R"([
    {"role":"user","content":"Hi"},
    {"role":"assistant","content":null,"tool_calls":[
      {"id":"a","type":"function","function":{"name":"weather","arguments":"{\"q\":1}"}},
      {"id":"b","type":"function","function":{"name":"weather","arguments":"{bad"}}]},
    {"role":"tool","tool_call_id":"a","content":"1"},
    {"role":"tool","tool_call_id":"b","content":"2"},
    {"role":"user","content":"Go on"}])")
                                                 .value());
  EXPECT_EQ(peer.sent().timeout, milliseconds(4000));
}

TEST(Anthropic, SendsToolTurnsInItsWords) {
  Peer peer(kAnthropicHello);

  ASSERT_TRUE(peer.ask(tool_turn(), to("anthropic")));

  EXPECT_EQ(peer.sent_body().at("messages"), json::parse(R"([
    {"role":"user","content":"Hi"},
    {"role":"assistant","content":[
      {"type":"tool_use","id":"a","name":"weather","input":{"q":1}},
      {"type":"tool_use","id":"b","name":"weather","input":{"unreadable":"{bad"}}]},
    {"role":"user","content":[
      {"type":"tool_result","tool_use_id":"a","content":"1"},
      {"type":"tool_result","tool_use_id":"b","content":"2"},
      {"type":"text","text":"Go on"}]}])")
                                                 .value());
  EXPECT_EQ(peer.sent_body().at("max_tokens"), 8192);
}

TEST(Anthropic, SendsThinkingBackUnchangedToTheSameModelOnly) {
  Peer peer(
      R"({"type":"message","model":"m-1","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"","citations":null},
    {"type":"tool_use","id":"a","name":"weather","input":{"q":1},"caller":{"type":"direct"}}],"stop_reason":"tool_use","usage":{}})");
  auto request = hello();
  request.tools = {{.name = "weather"}};
  const auto answer = peer.ask(request, to("anthropic"));
  ASSERT_TRUE(answer);
  request.messages.push_back(as_message(*answer));
  request.messages.push_back({.role = Role::Tool, .content = "1", .tool_call_id = "a"});

  ASSERT_TRUE(peer.ask(request, to("anthropic")));
  EXPECT_EQ(
      peer.sent_body().at("messages").at(1).at("content"),
      json::parse(
          R"([{"type":"thinking","thinking":"hm","signature":"s"},{"type":"tool_use","id":"a","name":"weather","input":{"q":1}}])")
          .value());

  request.model = "another";
  ASSERT_TRUE(peer.ask(request, to("anthropic")));
  EXPECT_EQ(
      peer.sent_body().at("messages").at(1).at("content"),
      json::parse(R"([{"type":"tool_use","id":"a","name":"weather","input":{"q":1}}])").value());
}

TEST(OpenAi, SendsReasoningBackWithToolCalls) {
  Peer peer(
      R"({"model":"m","choices":[{"message":{"content":"","reasoning_content":"hm","tool_calls":[{"id":"a","function":{"name":"t","arguments":{}}}]},"finish_reason":"stop"}]})");
  auto request = hello();
  const auto answer = peer.ask(request, to("openai"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->finish, Finish::ToolCalls);
  EXPECT_TRUE(answer->usage.estimated);
  request.messages.push_back(as_message(*answer));

  ASSERT_TRUE(peer.ask(request, to("openai")));

  EXPECT_EQ(peer.sent_body().at("messages").at(1).at("reasoning_content"), "hm");
}

TEST(OpenAi, SpeaksToImitatorsAsTheirSettingsSay) {
  Peer peer(kOpenAiHello);
  auto request = hello();
  request.max_tokens = 5;
  request.stop = {"END"};
  request.messages.insert(request.messages.begin(), {.role = Role::System, .content = "s"});
  auto connection = to("openai_compatible",
                       {{"system_role", "developer"}, {"extra", {{"seed", 7}, {"model", "no"}}}});
  connection.base_url = "http://localhost:11434/v1/";
  connection.api_key = Secret();

  ASSERT_TRUE(peer.ask(request, connection));

  EXPECT_EQ(peer.sent().url, "http://localhost:11434/v1/chat/completions");
  EXPECT_EQ(header(peer.sent(), "Authorization"), "");
  EXPECT_EQ(
      peer.sent_body(),
      json::parse(
          R"({"model":"m","messages":[{"role":"developer","content":"s"},{"role":"user","content":"Hi"}],"max_tokens":5,"stop":["END"],"seed":7})")
          .value());
}

TEST(OpenAi, FindsAzureDeployments) {
  Peer peer(kOpenAiHello);
  auto connection = to("openai");
  connection.base_url = "https://res.openai.azure.com";
  connection.api_version = "2024-10-21";
  ASSERT_TRUE(peer.ask(hello(), connection));
  EXPECT_EQ(
      peer.sent().url,
      "https://res.openai.azure.com/openai/deployments/m/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(header(peer.sent(), "api-key"), "sk-secret");
  EXPECT_EQ(header(peer.sent(), "Authorization"), "");

  connection.base_url = "https://res.openai.azure.com/openai/v1";
  connection.api_version = "";
  ASSERT_TRUE(peer.ask(hello(), connection));
  EXPECT_EQ(peer.sent().url, "https://res.openai.azure.com/openai/v1/chat/completions");
}

TEST(OpenAi, AsksForASchemaAsFarAsTheServerCan) {
  Peer peer(kOpenAiHello);
  auto request = hello();
  request.output_schema =
      json::parse(
          R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})")
          .value();

  ASSERT_TRUE(peer.ask(request, to("openai")));
  EXPECT_EQ(peer.sent_body().at("response_format"),
            (Json{{"type", "json_schema"},
                  {"json_schema",
                   {{"name", "answer"}, {"strict", true}, {"schema", request.output_schema}}}}));

  request.output_schema.as_object().erase("required");
  ASSERT_TRUE(peer.ask(request, to("openai")));
  EXPECT_EQ(peer.sent_body().at("response_format").at("json_schema").at("strict"), false);

  ASSERT_TRUE(peer.ask(request, to("openai", {{"structured_output", "json_object"}})));
  EXPECT_EQ(peer.sent_body().at("response_format"), (Json{{"type", "json_object"}}));
  EXPECT_TRUE(text_at(peer.sent_body().at("messages").at(0), "content").contains("JSON Schema"));

  ASSERT_TRUE(peer.ask(request, to("openai", {{"structured_output", "prompt"}})));
  EXPECT_EQ(json::find(peer.sent_body(), "response_format"), nullptr);
  EXPECT_TRUE(text_at(peer.sent_body().at("messages").at(0), "content").contains("JSON Schema"));
}

TEST(Anthropic, AsksForASchemaAsFarAsTheModelCan) {
  Peer peer(kAnthropicHello);
  auto request = hello();
  request.output_schema = JsonObject{{"type", "object"}};

  ASSERT_TRUE(
      peer.ask(request, to("anthropic", {{"extra", {{"output_config", {{"effort", "low"}}}}}})));
  EXPECT_EQ(
      peer.sent_body().at("output_config"),
      json::parse(R"({"format":{"type":"json_schema","schema":{"type":"object"}},"effort":"low"})")
          .value());

  ASSERT_TRUE(peer.ask(request, to("anthropic", {{"structured_output", "prompt"}})));
  EXPECT_TRUE(text_at(peer.sent_body(), "system").contains("JSON Schema"));
}

TEST(Providers, RefuseWhatTheSettingsRuleOut) {
  for (const std::string provider : {"openai", "anthropic"}) {
    Peer peer(kOpenAiHello);
    auto warm = hello();
    warm.temperature = 0.5;
    EXPECT_EQ(code_of(peer.ask(warm, to(provider, {{"sampling", false}}))), "provider.unsupported");
    auto forced = hello();
    forced.tool_choice = ToolChoice::Required;
    EXPECT_EQ(code_of(peer.ask(forced, to(provider, {{"forced_tool_choice", false}}))),
              "provider.unsupported");
    EXPECT_EQ(code_of(peer.ask(hello(), to(provider, {{"sampling", 5}}))), "validation");
    EXPECT_FALSE(peer.was_asked());
  }
}

TEST(Anthropic, TakesNoTemperatureInItsNewerApi) {
  Peer peer(kAnthropicHello);
  auto warm = hello();
  warm.temperature = 0.5;
  auto connection = to("anthropic");
  EXPECT_TRUE(peer.ask(warm, connection));
  connection.api_version = "2026-10-21";
  EXPECT_EQ(code_of(peer.ask(warm, connection)), "provider.unsupported");
}

TEST(Providers, ForceToolsInTheirWords) {
  auto request = hello();
  request.tools = {{.name = "t"}};
  request.tool_choice = ToolChoice::Named;
  request.named_tool = "t";
  Peer openai(kOpenAiHello);
  ASSERT_TRUE(openai.ask(request, to("openai")));
  EXPECT_EQ(openai.sent_body().at("tool_choice"),
            json::parse(R"({"type":"function","function":{"name":"t"}})").value());
  Peer anthropic(kAnthropicHello);
  ASSERT_TRUE(anthropic.ask(request, to("anthropic")));
  EXPECT_EQ(anthropic.sent_body().at("tool_choice"),
            json::parse(R"({"type":"tool","name":"t"})").value());
  request.tool_choice = ToolChoice::None;
  ASSERT_TRUE(anthropic.ask(request, to("anthropic")));
  EXPECT_EQ(anthropic.sent_body().at("tool_choice"), json::parse(R"({"type":"none"})").value());
}

TEST(OpenAi, NeverRunsCallsOfAnAnswerThatWasCut) {
  Peer peer(
      R"({"choices":[{"message":{"content":"so","tool_calls":[{"id":"a","function":{"name":"t","arguments":"{}"}}]},"finish_reason":"length"}]})");
  const auto answer = peer.ask(hello(), to("openai"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->finish, Finish::Length);
  EXPECT_TRUE(answer->tool_calls.empty());
}

TEST(OpenAi, KeepsArgumentsThatAreNoJsonWithTheFault) {
  Peer peer(
      R"({"choices":[{"message":{"tool_calls":[{"function":{"name":"t","arguments":"{\"a\": "}},{"function":{"name":"t","arguments":"[1]"}}]},"finish_reason":"tool_calls"}]})");
  const auto answer = peer.ask(hello(), to("openai"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->tool_calls.at(0).arguments, "{\"a\": ");
  EXPECT_TRUE(answer->tool_calls[0].fault.starts_with("the arguments are not valid JSON"));
  EXPECT_EQ(answer->tool_calls.at(1).fault, "the arguments must be a JSON object");
  EXPECT_EQ(answer->tool_calls[0].id, "call_1_1");
  EXPECT_EQ(answer->tool_calls[1].id, "call_1_2");
}

TEST(OpenAi, AssemblesCallsWithoutIndexOrId) {
  Peer peer(
      "data: "
      "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"a\",\"arguments\":{"
      "\"x\":1}}},{\"function\":{\"name\":\"b\"}}]}}]}\n\n"
      ": OPENROUTER PROCESSING\n\n"
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n");
  auto request = hello();
  request.on_text = [](std::string_view) {};
  const auto answer = peer.ask(request, to("openai"));
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->tool_calls.size(), 2U);
  EXPECT_EQ(answer->tool_calls[0].arguments, (Json{{"x", 1}}));
  EXPECT_EQ(answer->tool_calls[1].name, "b");
  EXPECT_EQ(answer->tool_calls[1].arguments, JsonObject());
}

TEST(OpenAi, AsksForUsageInStreamsUnlessTheServerDoesNotKnowIt) {
  Peer peer(
      "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\ndata: "
      "[DONE]\n\n");
  auto request = hello();
  request.on_text = [](std::string_view) {};
  ASSERT_TRUE(peer.ask(request, to("openai")));
  EXPECT_EQ(peer.sent_body().at("stream_options"), (Json{{"include_usage", true}}));
  ASSERT_TRUE(peer.ask(request, to("openai", {{"stream_usage", false}})));
  EXPECT_EQ(json::find(peer.sent_body(), "stream_options"), nullptr);
}

TEST(Providers, AcceptOneBodyInPlaceOfAStream) {
  auto request = hello();
  request.on_text = [](std::string_view) {};
  EXPECT_EQ(Peer(kOpenAiHello).ask(request, to("openai")).value().text, "hello");
  EXPECT_EQ(
      code_of(Peer(R"({"error":{"code":502,"message":"upstream"}})").ask(request, to("openai"))),
      "provider.server_error");
}

TEST(Providers, CallATruncatedTransferTruncated) {
  EXPECT_EQ(
      code_of(
          Peer(fail(ErrorKind::Unavailable, "http.truncated", "cut")).ask(hello(), to("openai"))),
      "provider.truncated");
  EXPECT_EQ(
      code_of(Peer(fail(ErrorKind::Unavailable, "http.connect", "no")).ask(hello(), to("openai"))),
      "http.connect");
}

TEST(Providers, SurviveAnswersThatMakeNoSense) {
  for (const auto* body : {"", "null", "[]", "{}", "5", "<html>", R"({"choices":[]})",
                           R"({"choices":5})", R"({"content":5})", R"({"error":null})"})
    for (const std::string provider : {"openai", "anthropic"}) {
      EXPECT_EQ(code_of(Peer(body).ask(hello(), to(provider))), "provider.server_error")
          << provider << " " << body;
      auto streamed = hello();
      streamed.on_text = [](std::string_view) {};
      EXPECT_FALSE(Peer(body).ask(streamed, to(provider))) << provider << " " << body;
    }
}

TEST(OpenAi, TellsRefusalsApart) {
  const auto code = [](int status, std::string_view body, http::Headers headers = {}) {
    return code_of(Peer(body, status, headers).ask(hello(), to("openai")));
  };
  EXPECT_EQ(code(400, R"({"error":{"code":"context_length_exceeded"}})"),
            "provider.context_length");
  EXPECT_EQ(code(400, R"({"error":{"message":"This model's maximum context length is 8192"}})"),
            "provider.context_length");
  EXPECT_EQ(code(400, R"({"error":{"code":"content_filter"}})"), "provider.content_filter");
  EXPECT_EQ(code(400, "nonsense"), "provider.bad_request");
  EXPECT_EQ(code(401, "{}"), "provider.auth");
  EXPECT_EQ(code(402, "{}"), "provider.quota");
  EXPECT_EQ(code(403, "{}"), "provider.auth");
  EXPECT_EQ(code(404, R"({"error":"model 'x' not found"})"), "provider.model_not_found");
  EXPECT_EQ(code(404, "<html>"), "provider.bad_request");
  EXPECT_EQ(code(302, ""), "provider.bad_request");
  EXPECT_EQ(code(408, ""), "provider.server_error");
  EXPECT_EQ(code(422, R"({"object":"error","message":"no"})"), "provider.bad_request");
  EXPECT_EQ(code(429, R"({"error":{"code":"slow_down"}})"), "provider.rate_limited");
  EXPECT_EQ(code(429, "{}", {{"x-should-retry", "false"}}), "provider.quota");
  EXPECT_EQ(code(498, "{}"), "provider.overloaded");
  EXPECT_EQ(code(500, "{}"), "provider.server_error");
  EXPECT_EQ(code(503, "busy"), "provider.overloaded");
}

TEST(Anthropic, TellsRefusalsApart) {
  const auto code = [](int status, std::string type, http::Headers headers = {},
                       std::string message = "") {
    const Json body{{"type", "error"}, {"error", {{"type", type}, {"message", message}}}};
    return code_of(Peer(json::print(body), status, headers).ask(hello(), to("anthropic")));
  };
  EXPECT_EQ(code(400, "invalid_request_error"), "provider.bad_request");
  EXPECT_EQ(code(400, "invalid_request_error", {}, "prompt is too long: 210000 tokens"),
            "provider.context_length");
  EXPECT_EQ(code(401, "authentication_error"), "provider.auth");
  EXPECT_EQ(code(402, "billing_error"), "provider.quota");
  EXPECT_EQ(code(404, "not_found_error"), "provider.model_not_found");
  EXPECT_EQ(code(413, "request_too_large"), "provider.bad_request");
  EXPECT_EQ(code(429, "rate_limit_error", {{"retry-after", "3"}}), "provider.rate_limited");
  EXPECT_EQ(code(429, "rate_limit_error"), "provider.quota");
  EXPECT_EQ(code(500, "api_error"), "provider.server_error");
  EXPECT_EQ(code(504, "timeout_error"), "timeout");
  EXPECT_EQ(code(529, ""), "provider.overloaded");
}

TEST(Providers, NeverRepeatTheKey) {
  const std::string body = R"({"error":{"message":"bad key sk-secret given","code":"x"}})";
  for (const int status : {400, 401, 500}) {
    const auto answer = Peer(body, status).ask(hello(), to("openai"));
    ASSERT_FALSE(answer);
    EXPECT_FALSE((answer.error().message + answer.error().internal).contains("sk-secret"));
  }
}

TEST(RetryAfter, ReadsSecondsMillisecondsAndDates) {
  const auto seconds = [](http::Headers headers) {
    return retry_after({.headers = std::move(headers)}).count();
  };
  EXPECT_EQ(seconds({}), 0);
  EXPECT_EQ(seconds({{"Retry-After", "7"}}), 7);
  EXPECT_EQ(seconds({{"Retry-After", "7"}, {"retry-after-ms", "1200"}}), 2);
  EXPECT_EQ(seconds({{"Retry-After", "Sun, 22 Nov 2026 10:00:30 GMT"},
                     {"Date", "Sun, 22 Nov 2026 10:00:00 GMT"}}),
            30);
  EXPECT_EQ(seconds({{"Retry-After", "Sun, 22 Nov 2026 10:00:30 GMT"}}), 0);
  EXPECT_EQ(seconds({{"Retry-After", "-5"}}), 0);
  EXPECT_EQ(seconds({{"Retry-After", "nan"}}), 0);
  EXPECT_EQ(seconds({{"Retry-After", "1e300"}}), 86'400);
}

TEST(ToolNames, AreCleanUniqueAndReversible) {
  const ToolNames names({{.name = "mcp.fs/read"},
                         {.name = "mcp.fs.read"},
                         {.name = "plain"},
                         {.name = std::string(80, 'x')}});
  EXPECT_EQ(names.wire("mcp.fs/read"), "mcp_fs_read");
  EXPECT_EQ(names.wire("mcp.fs.read"), "mcp_fs_read_2");
  EXPECT_EQ(names.real("mcp_fs_read_2"), "mcp.fs.read");
  EXPECT_EQ(names.wire("plain"), "plain");
  EXPECT_EQ(names.wire(std::string(80, 'x')).size(), 64U);
  EXPECT_EQ(names.real("unknown"), "unknown");
}

TEST(Errors, KnowWhatMayBeTriedAgain) {
  for (const auto code : {kRateLimited, kOverloaded, kServerError, kTruncated, kTimeout})
    EXPECT_TRUE(is_retryable(code)) << code;
  for (const auto code :
       {kQuota, kAuth, kBadRequest, kContextLength, kContentFilter, kModelNotFound, kUnsupported})
    EXPECT_FALSE(is_retryable(code)) << code;
  EXPECT_TRUE(is_retryable("http.connect"));
  EXPECT_FALSE(is_retryable("http.blocked_address"));
  EXPECT_FALSE(is_retryable("http.tls"));
}

}  // namespace
}  // namespace qd::connect::models
