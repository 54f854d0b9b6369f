#include <sys/stat.h>

#include "cli/completion.h"
#include "cli/exit_code.h"
#include "cli/test_world.h"

namespace qd::cli {
namespace {

using test::kProject;
using test::parsed;
using CommandLine = test::World;
using ::testing::Test;

constexpr std::string_view kExecution = "0190a000-0000-7000-8000-0000000000e1";

std::string project_path(std::string_view rest) {
  return fmt::format("/projects/{}{}", kProject, rest);
}

TEST_F(CommandLine, ListsAsATableAndWithJsonAsJson) {
  answer_list(
      "GET " + project_path("/agents?sort=name&limit=200"),
      R"({"id": "1", "name": "helper", "provider": "auto", "model": "", "published_version": 2, "draft": false, "updated_at": "2026-11-24T10:29:31.000Z"})");

  EXPECT_EQ(run({"agents", "list"}), kOk);
  EXPECT_EQ(out(),
            "NAME    PROVIDER  MODEL  VERSION  DRAFT  UPDATED              ID\n"
            "helper  auto             2        false  2026-11-24 10:29:31  1\n");

  EXPECT_EQ(run({"agents", "list", "--json"}), kOk);
  EXPECT_EQ(parsed(out()).as_array().at(0).at("name"), Json("helper"));
}

TEST_F(CommandLine, FollowsPagesOfAListToTheEnd) {
  answer("GET " + project_path("/variables?limit=200"),
         R"({"items": [{"name": "a", "value": 1}], "next_cursor": "c/1"})");
  answer("GET " + project_path("/variables?limit=200&cursor=c%2F1"),
         R"({"items": [{"name": "b", "value": 2}], "next_cursor": null})");

  EXPECT_EQ(run({"variables", "list", "--json"}), kOk);
  EXPECT_EQ(parsed(out()).as_array().size(), 2U);
}

TEST_F(CommandLine, PrintsAProblemWithItsCodeAndFaults) {
  answer("POST /projects",
         R"({"status": 422, "code": "validation", "detail": "2 fields are not valid",
    "errors": [{"path": "/name", "code": "too_short", "message": "must not be empty"}]})",
         422);

  EXPECT_EQ(run({"projects", "create", "x"}), kRefused);
  EXPECT_EQ(out(), "");
  EXPECT_EQ(err(),
            "qd: 2 fields are not valid (validation)\n  /name: must not be empty (too_short)\n");
}

TEST_F(CommandLine, SaysThatTheServerCantBeReached) {
  is_reachable_ = false;

  EXPECT_EQ(run({"whoami"}), kRefused);
  EXPECT_EQ(err(),
            "qd: can't reach http://server.test: nothing listens there (server.unreachable)\n");
}

TEST_F(CommandLine, AWrongNameGetsASuggestion) {
  const auto list = project_path("/workflows?name=nightyl&limit=10");
  answer_list("GET " + list, "");
  answer_list("GET " + project_path("/workflows?limit=200"), R"({"name": "nightly", "id": "1"})");

  EXPECT_EQ(run({"workflows", "publish", "nightyl"}), kRefused);
  EXPECT_NE(err().find("did you mean 'nightly'?"), std::string::npos) << err();
}

// --- signing in

TEST_F(CommandLine, LoginKeepsAnApiKeyThatOnlyTheUserMayRead) {
  variables_.erase("QUARTERDECK_API_KEY");
  in_.str("secret word\n");
  answer(
      "POST /auth/login",
      R"({"access_token": "at", "refresh_token": "rt", "token_type": "bearer", "expires_in": 900})");
  answer("POST /api-keys", R"({"id": "k1", "api_key": "qd_made"})", 201);
  answer("POST /auth/logout", "", 204);
  answer("GET /auth/me", R"({"email": "ada@example.com", "role": "admin"})");

  EXPECT_EQ(run({"login", "--email", "ada@example.com", "--password-stdin"}), kOk) << err();
  EXPECT_EQ(body_of("POST /auth/login"),
            parsed(R"({"email": "ada@example.com", "password": "secret word"})"));
  EXPECT_EQ(header_of("POST /api-keys", "Authorization"), "Bearer at");
  EXPECT_EQ(body_of("POST /api-keys"), parsed(R"({"name": "qd on workstation"})"));

  struct stat status{};
  ASSERT_EQ(::stat((folder_ / "config" / "logins.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(run({"whoami"}), kOk);
  EXPECT_EQ(out(), "ada@example.com (admin) at http://server.test\n");
  EXPECT_EQ(header_of("GET /auth/me", "Authorization"), "Bearer qd_made");
}

TEST_F(CommandLine, AKeyIsNeverSentToAnotherServer) {
  variables_.erase("QUARTERDECK_API_KEY");
  in_.str("secret word\n");
  answer("POST /auth/login", R"({"access_token": "at", "refresh_token": "rt"})");
  answer("POST /api-keys", R"({"id": "k1", "api_key": "qd_made"})", 201);
  answer("POST /auth/logout", "", 204);
  ASSERT_EQ(run({"login", "--email", "ada@example.com", "--password-stdin"}), kOk);
  const auto before = sent().size();

  EXPECT_EQ(run({"whoami", "--server", "http://elsewhere.test"}), kRefused);
  EXPECT_EQ(sent().size(), before);
  EXPECT_NE(err().find("you are not signed in to http://elsewhere.test"), std::string::npos)
      << err();
}

TEST_F(CommandLine, LogoutEndsTheKeyAndForgetsIt) {
  variables_.erase("QUARTERDECK_API_KEY");
  in_.str("secret word\n");
  answer("POST /auth/login", R"({"access_token": "at", "refresh_token": "rt"})");
  answer("POST /api-keys", R"({"id": "k1", "api_key": "qd_made"})", 201);
  answer("POST /auth/logout", "", 204);
  answer("DELETE /api-keys/k1", "", 204);
  ASSERT_EQ(run({"login", "--email", "ada@example.com", "--password-stdin"}), kOk);

  EXPECT_EQ(run({"logout"}), kOk);
  EXPECT_EQ(header_of("DELETE /api-keys/k1", "Authorization"), "Bearer qd_made");
  EXPECT_EQ(run({"whoami"}), kRefused);
}

TEST_F(CommandLine, DeletingAProjectWithoutATerminalNeedsYes) {
  EXPECT_EQ(run({"projects", "delete", std::string(kProject)}), kRefused);
  EXPECT_TRUE(sent().empty());

  answer(fmt::format("DELETE /projects/{}", kProject), "", 204);
  EXPECT_EQ(run({"projects", "delete", std::string(kProject), "--yes"}), kOk);
}

// --- definitions as code

constexpr std::string_view kAgent =
    "kind: Agent\nname: helper\nprovider: auto\nmodel: ''\nsystem_prompt: Be kind.\n";

std::string stored_agent(std::string_view prompt, std::string_view draft) {
  return fmt::format(
      R"({{"id": "a1", "project_id": "{}", "created_at": "t", "updated_at": "t", "created_by": "u", "revision": 4,
    "published_version": 2, "draft": {}, "name": "helper", "description": null, "provider": "auto", "model": "",
    "connection_id": null, "system_prompt": "{}", "tools": null}})",
      kProject, draft, prompt);
}

TEST_F(CommandLine, ApplyCreatesWhatIsNotThere) {
  const auto file = write_file("agent.yaml", kAgent);
  answer_list("GET " + project_path("/agents?name=helper"), "");
  answer("POST " + project_path("/agents"), R"({"id": "a1", "published_version": 1})", 201);

  EXPECT_EQ(run({"apply", "-f", file}), kOk) << err();
  EXPECT_EQ(
      body_of("POST " + project_path("/agents")),
      parsed(
          R"({"name": "helper", "provider": "auto", "model": "", "system_prompt": "Be kind."})"));
  EXPECT_EQ(out(), "agent helper: created (version 1)\n");
}

TEST_F(CommandLine, ApplyLeavesAloneWhatIsTheSame) {
  const auto file = write_file("agent.yaml", kAgent);
  answer_list("GET " + project_path("/agents?name=helper"), stored_agent("Be kind.", "false"));
  answer("GET /agents/a1", stored_agent("Be kind.", "false"));

  EXPECT_EQ(run({"apply", "-f", file}), kOk) << err();
  EXPECT_EQ(out(), "agent helper: unchanged\n");
  EXPECT_EQ(sent().size(), 2U);
}

TEST_F(CommandLine, ApplyReplacesAtTheRevisionItSawAndPublishes) {
  const auto file = write_file("agent.yaml", kAgent);
  answer_list("GET " + project_path("/agents?name=helper"), stored_agent("Be rude.", "false"));
  answer("GET /agents/a1", stored_agent("Be rude.", "false"));
  answer("PUT /agents/a1", stored_agent("Be kind.", "true"));
  answer("POST /agents/a1/publish", R"({"id": "a1", "published_version": 3})");

  EXPECT_EQ(run({"apply", "-f", file}), kOk) << err();
  EXPECT_EQ(header_of("PUT /agents/a1", "If-Match"), "\"4\"");
  EXPECT_EQ(out(), "agent helper: updated (version 3)\n");
}

TEST_F(CommandLine, ApplyPublishesADraftThatIsAsTheFileSays) {
  const auto file = write_file("agent.yaml", kAgent);
  answer_list("GET " + project_path("/agents?name=helper"), stored_agent("Be kind.", "true"));
  answer("GET /agents/a1", stored_agent("Be kind.", "true"));
  answer("POST /agents/a1/publish", R"({"id": "a1", "published_version": 3})");

  EXPECT_EQ(run({"apply", "-f", file}), kOk) << err();
  EXPECT_EQ(out(), "agent helper: published (version 3)\n");
}

TEST_F(CommandLine, ADryRunShowsTheDifferenceAndChangesNothing) {
  const auto file = write_file("agent.yaml", kAgent);
  answer_list("GET " + project_path("/agents?name=helper"), stored_agent("Be rude.", "false"));
  answer("GET /agents/a1", stored_agent("Be rude.", "false"));

  EXPECT_EQ(run({"apply", "-f", file, "--dry-run"}), kOk) << err();
  EXPECT_EQ(out(),
            "agent helper: would be updated\n  ...\n name: helper\n provider: auto\n model: \"\"\n"
            "-system_prompt: Be rude.\n+system_prompt: Be kind.\n");
  EXPECT_EQ(sent().size(), 2U);
}

TEST_F(CommandLine, AProjectInTheFilesIsMadeFirstAndTakesTheRest) {
  variables_.erase("QUARTERDECK_PROJECT");
  write_file("b-agent.yaml", kAgent);
  write_file("a-project.yaml",
             "kind: Project\nname: Weather\nslug: weather\nvariables: {place: Oslo}\n");
  answer_list("GET /projects?limit=200", "");
  answer("POST /projects", fmt::format(R"({{"id": "{}", "slug": "weather"}})", kProject), 201);
  answer("PUT " + project_path("/variables/place"), R"({"name": "place"})");
  answer("POST " + project_path("/agents"), R"({"id": "a1", "published_version": 1})", 201);

  EXPECT_EQ(run({"apply", "-f", folder_.string(), "--set", "place=Bergen"}), kOk) << err();
  EXPECT_EQ(out(), "project Weather: created\nagent helper: created (version 1)\n");
  EXPECT_EQ(body_of("POST /projects"), parsed(R"({"name": "Weather", "slug": "weather"})"));
  EXPECT_EQ(body_of("PUT " + project_path("/variables/place")), parsed(R"({"value": "Bergen"})"));
}

TEST_F(CommandLine, FaultsThatTheServerFindsAreShownAtTheirLines) {
  const auto file = write_file("agent.yaml", kAgent);
  answer_list("GET " + project_path("/agents?name=helper"), "");
  answer(
      "POST " + project_path("/agents"),
      R"({"code": "validation", "detail": "bad", "errors": [{"path": "/provider", "code": "not_allowed", "message": "no"}]})",
      422);

  EXPECT_EQ(run({"apply", "-f", file}), kRefused);
  EXPECT_EQ(
      err(),
      fmt::format("qd: agent helper: bad (validation)\n  {}:3:11: /provider: no (not_allowed)\n",
                  file));
}

TEST_F(CommandLine, DifferencesOfTextAreShownByLine) {
  answer(
      "GET /agents/a1/diff?from=1&to=2",
      R"({"changes": [{"path": "/system_prompt", "kind": "changed", "before": "one\ntwo", "after": "one\nthree"}]})");
  answer_list("GET " + project_path("/agents?name=helper&limit=10"), stored_agent("x", "false"));

  EXPECT_EQ(run({"agents", "diff", "helper", "--from", "1", "--to", "2"}), kOk) << err();
  EXPECT_EQ(out(), "/system_prompt\n one\n-two\n+three\n");
}

TEST_F(CommandLine, ExportWritesFilesThatApplyReads) {
  answer(
      fmt::format("GET /projects/{}", kProject),
      R"({"id": "p", "name": "Weather", "slug": "weather", "settings": {}, "my_role": "owner"})");
  answer_list("GET " + project_path("/variables?limit=200"),
              R"({"name": "place", "value": "Oslo"})");
  answer_list("GET " + project_path("/tools?sort=name&limit=200"), "");
  answer_list("GET " + project_path("/agents?sort=name&limit=200"),
              stored_agent("Be kind.", "false"));
  answer("GET /agents/a1", stored_agent("Be kind.", "false"));
  answer_list("GET " + project_path("/workflows?sort=name&limit=200"), "");

  const auto target = (folder_ / "backup").string();
  EXPECT_EQ(run({"export", "-o", target}), kOk) << err();
  EXPECT_EQ(out(), fmt::format("{0}/project.yaml\n{0}/agent-helper.yaml\n", target));
  std::ifstream file(target + "/agent-helper.yaml");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}),
            "kind: Agent\nname: helper\nprovider: auto\nmodel: \"\"\nsystem_prompt: Be kind.\n");
}

// --- executions

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

class Running : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
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

TEST_F(CommandLine, RunOfAFileBringsTheAgentsAndToolsThatItNames) {
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

TEST_F(CommandLine, LogsEndWithWhatIsThereUnlessFollowed) {
  answer(kGet,
         fmt::format(R"({{"id": "{}", "status": "running", "revision": 1, "finished_at": null}})",
                     kExecution));
  answer(kEvents, event(1, "started", "") + event(2, "step_started", "a"));

  EXPECT_EQ(run({"logs", std::string(kExecution)}), kOk) << err();
  EXPECT_EQ(out(), "10:29:01  execution             running\n");
}

TEST_F(CommandLine, DecidesAnApprovalWithItsForm) {
  answer("POST /approvals/ap1/decide", R"({"title": "Really?", "status": "approved"})");

  EXPECT_EQ(run({"approvals", "approve", "ap1", "--comment", "fine", "--form", "severity=2"}), kOk);
  EXPECT_EQ(body_of("POST /approvals/ap1/decide"),
            parsed(R"({"decision": "approved", "comment": "fine", "form": {"severity": 2}})"));
  EXPECT_EQ(out(), "Really?: approved\n");
}

TEST_F(CommandLine, LintNeedsNoServerAndEndsWithOneWhenThereAreFaults) {
  is_reachable_ = false;
  const auto good =
      write_file("good.yaml", "name: A\nnodes: [{id: a, type: transform, with: {set: {x: 1}}}]\n");
  const auto bad = write_file("bad.yaml", "name: A\nnodes: []\n");

  EXPECT_EQ(run({"workflows", "lint", good}), kOk) << out();
  EXPECT_EQ(run({"workflows", "lint", good, bad}), kRefused);
  EXPECT_NE(out().find("bad.yaml:2:8: error:"), std::string::npos) << out();
}

TEST_F(CommandLine, CompletesCommandsAndOptions) {
  CLI::App app("test", "qd");
  int exit_code = 0;
  add_commands(app, exit_code, system_);

  EXPECT_EQ(complete(app, {"wor"}), std::vector<std::string>{"workflows"});
  EXPECT_EQ(complete(app, {"workflows", "pub"}), std::vector<std::string>{"publish"});
  EXPECT_EQ(complete(app, {"apply", "--dr"}), std::vector<std::string>{"--dry-run"});
  EXPECT_TRUE(complete(app, {"apply", "--file", ""}).empty());
  EXPECT_EQ(run({"__complete", "--", "agents", "rol"}), kOk);
  EXPECT_EQ(out(), "rollback\n");
}

TEST_F(CommandLine, EveryCommandHasASummaryAndThoseThatDoSomethingExamples) {
  CLI::App app("test", "qd");
  int exit_code = 0;
  add_commands(app, exit_code, system_);

  const auto everyone = [](const CLI::App*) { return true; };
  for (const auto* group : app.get_subcommands(everyone)) {
    EXPECT_FALSE(group->get_description().empty()) << group->get_name();
    for (const auto* command : group->get_subcommands(everyone)) {
      EXPECT_FALSE(command->get_description().empty()) << command->get_name();
      EXPECT_NE(command->get_footer().find("qd " + group->get_name()), std::string::npos)
          << command->get_name();
    }
  }
}

}  // namespace
}  // namespace qd::cli
