#include "cli/exit_code.h"
#include "cli/test_world.h"

namespace qd::cli {
namespace {

using test::kProject;
using test::parsed;
using test::project_path;
using Definitions = test::World;

constexpr std::string_view kAgent =
    "kind: Agent\nname: helper\nprovider: auto\nmodel: ''\nsystem_prompt: Be kind.\n";

std::string stored_agent(std::string_view prompt, std::string_view draft) {
  return fmt::format(
      R"({{"id": "a1", "project_id": "{}", "created_at": "t", "updated_at": "t", "created_by": "u", "revision": 4,
    "published_version": 2, "draft": {}, "name": "helper", "description": null, "provider": "auto", "model": "",
    "connection_id": null, "system_prompt": "{}", "tools": null}})",
      kProject, draft, prompt);
}

TEST_F(Definitions, ApplyCreatesWhatIsNotThere) {
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

TEST_F(Definitions, ApplyLeavesAloneWhatIsTheSame) {
  const auto file = write_file("agent.yaml", kAgent);
  answer_list("GET " + project_path("/agents?name=helper"), stored_agent("Be kind.", "false"));
  answer("GET /agents/a1", stored_agent("Be kind.", "false"));

  EXPECT_EQ(run({"apply", "-f", file}), kOk) << err();
  EXPECT_EQ(out(), "agent helper: unchanged\n");
  EXPECT_EQ(sent().size(), 2U);
}

TEST_F(Definitions, ApplyReplacesAtTheRevisionItSawAndPublishes) {
  const auto file = write_file("agent.yaml", kAgent);
  answer_list("GET " + project_path("/agents?name=helper"), stored_agent("Be rude.", "false"));
  answer("GET /agents/a1", stored_agent("Be rude.", "false"));
  answer("PUT /agents/a1", stored_agent("Be kind.", "true"));
  answer("POST /agents/a1/publish", R"({"id": "a1", "published_version": 3})");

  EXPECT_EQ(run({"apply", "-f", file}), kOk) << err();
  EXPECT_EQ(header_of("PUT /agents/a1", "If-Match"), "\"4\"");
  EXPECT_EQ(out(), "agent helper: updated (version 3)\n");
}

TEST_F(Definitions, ApplyPublishesADraftThatIsAsTheFileSays) {
  const auto file = write_file("agent.yaml", kAgent);
  answer_list("GET " + project_path("/agents?name=helper"), stored_agent("Be kind.", "true"));
  answer("GET /agents/a1", stored_agent("Be kind.", "true"));
  answer("POST /agents/a1/publish", R"({"id": "a1", "published_version": 3})");

  EXPECT_EQ(run({"apply", "-f", file}), kOk) << err();
  EXPECT_EQ(out(), "agent helper: published (version 3)\n");
}

TEST_F(Definitions, ADryRunShowsTheDifferenceAndChangesNothing) {
  const auto file = write_file("agent.yaml", kAgent);
  answer_list("GET " + project_path("/agents?name=helper"), stored_agent("Be rude.", "false"));
  answer("GET /agents/a1", stored_agent("Be rude.", "false"));

  EXPECT_EQ(run({"apply", "-f", file, "--dry-run"}), kOk) << err();
  EXPECT_EQ(out(),
            "agent helper: would be updated\n  ...\n name: helper\n provider: auto\n model: \"\"\n"
            "-system_prompt: Be rude.\n+system_prompt: Be kind.\n");
  EXPECT_EQ(sent().size(), 2U);
}

TEST_F(Definitions, AProjectInTheFilesIsMadeFirstAndTakesTheRest) {
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

TEST_F(Definitions, FaultsThatTheServerFindsAreShownAtTheirLines) {
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

TEST_F(Definitions, DifferencesOfTextAreShownByLine) {
  answer(
      "GET /agents/a1/diff?from=1&to=2",
      R"({"changes": [{"path": "/system_prompt", "kind": "changed", "before": "one\ntwo", "after": "one\nthree"}]})");
  answer_list("GET " + project_path("/agents?name=helper&limit=10"), stored_agent("x", "false"));

  EXPECT_EQ(run({"agents", "diff", "helper", "--from", "1", "--to", "2"}), kOk) << err();
  EXPECT_EQ(out(), "/system_prompt\n one\n-two\n+three\n");
}

TEST_F(Definitions, ExportWritesFilesThatApplyReads) {
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

}  // namespace
}  // namespace qd::cli
