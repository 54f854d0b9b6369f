#include "cli/exit_code.h"
#include "cli/test_world.h"

namespace qd::cli {
namespace {

using test::kProject;
using test::parsed;
using test::project_path;

constexpr std::string_view kExecution = "0190a000-0000-7000-8000-0000000000e1";

std::string event(int seq, std::string_view type, std::string_view node,
                  std::string_view data = "{}") {
  return fmt::format(
      "id: {0}\nevent: {1}\ndata: {{\"seq\": {0}, \"at\": \"2026-11-24T10:29:{0:02}.000Z\", "
      "\"type\": \"{1}\", "
      "\"node_id\": \"{2}\", \"data\": {3}}}\n\n",
      seq, type, node, data);
}

const std::string kEvents = fmt::format("GET /executions/{}/events", kExecution);
const std::string kGet = fmt::format("GET /executions/{}", kExecution);

std::string execution(std::string_view status, int revision,
                      std::string_view rest = R"("output": {"answer": 42})") {
  return fmt::format(
      R"({{"id": "{}", "status": "{}", "revision": {}, "finished_at": "2026-11-24T10:30:00.000Z", {}}})",
      kExecution, status, revision, rest);
}

using Executions = test::World;

class Running : public Executions {
 protected:
  void SetUp() override {
    Executions::SetUp();
    answer_list("GET " + project_path("/workflows?name=nightly&limit=10"),
                fmt::format(R"({{"id": "w1", "project_id": "{}"}})", kProject));
    answer("POST /workflows/w1/execute",
           fmt::format(R"({{"id": "{}", "status": "pending"}})", kExecution), 202);
  }
};

TEST_F(Running, FollowsTheEventsAndPrintsTheOutput) {
  answer(kEvents, event(1, "started", "") + event(2, "step_started", "a", R"({"attempt": 1})") +
                      event(4, "step_completed", "a") +
                      event(5, "finished", "", R"({"status": "completed"})"));
  answer(kGet, execution("completed", 5));

  EXPECT_EQ(run({"run", "nightly", "-i", "x=1", "-i", "y=two"}), kOk) << err();
  EXPECT_EQ(body_of("POST /workflows/w1/execute"), parsed(R"({"input": {"x": 1, "y": "two"}})"));
  EXPECT_EQ(out(), "{\n  \"answer\": 42\n}\n");
  EXPECT_EQ(err(), fmt::format("execution {}\n10:29:01  execution             running\n10:29:02  a "
                               "                    running\n"
                               "10:29:04  a                     completed  2.0s\n10:29:05  "
                               "execution             completed\n",
                               kExecution));
}

TEST_F(Running, TakesABrokenStreamUpWhereItEnded) {
  answer(kEvents, event(1, "started", ""));
  answer(kEvents, event(2, "finished", "", R"({"status": "completed"})"));
  answer(kGet,
         fmt::format(R"({{"id": "{}", "status": "running", "revision": 1, "finished_at": null}})",
                     kExecution));
  answer(kGet, execution("completed", 2));

  EXPECT_EQ(run({"run", "nightly"}), kOk) << err();
  std::vector<std::string> seen;
  for (const auto& request : client_.requests())
    if (name_of(request) == kEvents)
      seen.emplace_back(http::ClientResponse{.headers = request.headers}.header("Last-Event-ID"));
  EXPECT_EQ(seen, (std::vector<std::string>{"0", "1"}));
}

TEST_F(Running, TheExitCodeIsTheOutcomes) {
  answer(kEvents, event(1, "finished", "", R"({"status": "failed"})"));
  answer(kGet,
         execution("failed", 1,
                   R"("error": {"code": "http.status", "message": "the server answered 500"})"));

  EXPECT_EQ(run({"run", "nightly"}), kExecutionFailed);
  EXPECT_EQ(out(), "");
  EXPECT_NE(err().find("execution failed: the server answered 500 (http.status)"),
            std::string::npos)
      << err();
}

TEST_F(Executions, AnAgentIsTriedAloneWithAMessage) {
  answer_list("GET " + project_path("/agents?name=helper&limit=10"),
              fmt::format(R"({{"id": "a1", "project_id": "{}"}})", kProject));
  answer("POST /agents/a1/run", fmt::format(R"({{"id": "{}"}})", kExecution), 202);
  answer(kEvents, event(1, "finished", "", R"({"status": "completed"})"));
  answer(kGet, execution("completed", 1));

  EXPECT_EQ(run({"agents", "run", "helper", "Hello there"}), kOk) << err();
  EXPECT_EQ(body_of("POST /agents/a1/run"), parsed(R"({"input": "Hello there"})"));
  EXPECT_EQ(out(), "{\n  \"answer\": 42\n}\n");
}

TEST_F(Running, DetachedItPrintsTheIdOnly) {
  EXPECT_EQ(run({"run", "nightly", "--detach"}), kOk);
  EXPECT_EQ(out(), std::string(kExecution) + "\n");
}

TEST_F(Running, WithJsonStdoutIsTheExecutionAndNothingElseIsSaid) {
  answer(kEvents, event(1, "finished", "", R"({"status": "completed"})"));
  answer(kGet, execution("completed", 1));

  EXPECT_EQ(run({"run", "nightly", "--json"}), kOk);
  EXPECT_EQ(parsed(out()).at("status"), Json("completed"));
  EXPECT_EQ(err(), "");
}

TEST_F(Running, SaysHowToDecideWhatWaitsForAPerson) {
  answer(kEvents, event(1, "step_waiting", "gate", R"({"reason": "approval"})") +
                      event(2, "finished", "", R"({"status": "completed"})"));
  answer(kGet, execution("completed", 2));
  answer_list(fmt::format("GET /approvals?execution_id={}&status=pending&limit=20", kExecution),
              R"({"id": "ap1", "title": "Really?", "form": {"required": ["who"]}})");

  EXPECT_EQ(run({"run", "nightly"}), kOk);
  EXPECT_NE(err().find("approval needed: Really?\n  qd approvals approve ap1 --form who=…\n"),
            std::string::npos)
      << err();
}

TEST_F(Running, TellsWhatAnAgentDoesInsideItsStep) {
  answer(
      kEvents,
      event(1, "step_started", "a") +
          event(2, "step_recorded", "a", R"({"type": "turn_started", "data": {"turn": 0}})") +
          event(3, "step_recorded", "a", R"({"type": "call_started", "data": {"tool": "geo"}})") +
          event(4, "finished", "", R"({"status": "completed"})"));
  answer(kGet, execution("completed", 4));

  EXPECT_EQ(run({"run", "nightly"}), kOk);
  EXPECT_NE(err().find("10:29:03  a                                calls geo\n"), std::string::npos)
      << err();
  EXPECT_EQ(err().find("10:29:02"), std::string::npos) << err();
}

TEST_F(Running, OnATerminalTheBoardIsDrawnOverItself) {
  system_.terminal = {.out = true, .err = true, .width = 40, .height = 10};
  variables_["NO_COLOR"] = "1";
  answer(kEvents, event(1, "started", "") + event(2, "step_started", "a") +
                      event(3, "step_completed", "a") +
                      event(4, "finished", "", R"({"status": "completed"})"));
  answer(kGet, execution("completed", 4));

  EXPECT_EQ(run({"run", "nightly"}), kOk);
  EXPECT_TRUE(err().ends_with("\x1b[2F\x1b[J✓ a  completed  1.0s     \ncompleted\n")) << err();
}

TEST_F(Executions, RunOfAFileBringsTheAgentsAndToolsThatItNames) {
  write_file("things.yaml",
             "kind: Agent\nname: helper\nprovider: auto\nmodel: ''\ntools: [geo]\n---\nkind: "
             "Agent\nname: other\n"
             "provider: auto\nmodel: ''\n---\nkind: Tool\nname: geo\nconfig: {url: 'http://x'}\n");
  write_file("compose.yaml", "services: {}\n");
  const auto file = write_file(
      "flow.yaml", "name: Flow\nnodes:\n  - {id: a, type: agent, with: {agent: helper}}\n");
  answer_list("GET " + project_path("/tools?name=geo"), "");
  answer_list("GET " + project_path("/agents?name=helper"), "");
  answer_list("GET " + project_path("/workflows?name=Flow"), "");
  answer("POST " + project_path("/tools"), R"({"id": "t1", "published_version": 1})", 201);
  answer("POST " + project_path("/agents"), R"({"id": "a1", "published_version": 1})", 201);
  answer("POST " + project_path("/workflows"), R"({"id": "w1", "published_version": 1})", 201);
  answer("POST /workflows/w1/execute", fmt::format(R"({{"id": "{}"}})", kExecution), 202);

  EXPECT_EQ(run({"run", file, "--detach"}), kOk) << err();
  EXPECT_EQ(err(),
            "tool geo: created (version 1)\nagent helper: created (version 1)\nworkflow Flow: "
            "created (version 1)\n");
}

TEST_F(Executions, LogsEndWithWhatIsThereUnlessFollowed) {
  answer(kGet,
         fmt::format(R"({{"id": "{}", "status": "running", "revision": 1, "finished_at": null}})",
                     kExecution));
  answer(kEvents, event(1, "started", "") + event(2, "step_started", "a"));

  EXPECT_EQ(run({"logs", std::string(kExecution)}), kOk) << err();
  EXPECT_EQ(out(), "10:29:01  execution             running\n");
}

}  // namespace
}  // namespace qd::cli
