#include <sys/stat.h>

#include "cli/completion.h"
#include "cli/exit_code.h"
#include "cli/test_world.h"

namespace qd::cli {
namespace {

using test::kProject;
using test::parsed;
using test::project_path;
using CommandLine = test::World;

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

TEST_F(CommandLine, ASecretComesFromStdinAndReplacesTheOneOfItsName) {
  in_.str("s3cret\n");
  answer_list("GET " + project_path("/credentials?limit=200"), R"({"id": "c1", "name": "store"})");
  answer("PUT " + project_path("/credentials/c1"), R"({"id": "c1", "name": "store"})");

  EXPECT_EQ(run({"credentials", "set", "store", "--type", "basic", "--username", "robot",
                 "--value-stdin"}),
            kOk)
      << err();
  EXPECT_EQ(
      body_of("PUT " + project_path("/credentials/c1")),
      parsed(
          R"({"name": "store", "type": "basic", "value": {"username": "robot", "password": "s3cret"}})"));
  EXPECT_EQ(out(), "credential store: replaced\n");
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
