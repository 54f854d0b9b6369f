// Steering one execution, many, and forking.
#include "cli/exit_code.h"
#include "cli/test_world.h"

namespace qd::cli {
namespace {

class ExecutionCommands : public test::World {};

constexpr std::string_view kBulk = "POST /executions/bulk";

std::string answer_of(int matched, int done, std::string_view failed, bool more) {
  return fmt::format(R"({{"matched": {}, "done": {}, "failed": [{}], "more": {}}})", matched, done,
                     failed, more);
}

TEST_F(ExecutionCommands, ManyAreCountedFirstAndTakeYesWithoutATerminal) {
  answer(std::string(kBulk), answer_of(600, 0, "", true));
  EXPECT_EQ(run({"executions", "cancel", "--status", "waiting"}), kRefused);
  EXPECT_NE(err().find("--yes"), std::string::npos) << err();
  EXPECT_EQ(run({"executions", "cancel", "--status", "waiting", "--dry-run"}), kOk);
  EXPECT_EQ(out(), "600 executions to cancel.\n");
  EXPECT_EQ(body_of(std::string(kBulk)),
            test::parsed(fmt::format(R"({{"action": "cancel", "dry_run": true,
                                          "filter": {{"project_id": "{}", "status": "waiting"}}}})",
                                     test::kProject)));
}

TEST_F(ExecutionCommands, ManyAreDoneWithAsManyRequestsAsItTakes) {
  answer(std::string(kBulk), answer_of(600, 0, "", true));
  answer(std::string(kBulk), answer_of(600, 500, "", true));
  answer(std::string(kBulk),
         answer_of(100, 99, R"({"id": "e1", "code": "execution.elsewhere", "message": "later"})",
                   false));
  EXPECT_EQ(run({"executions", "retry", "--all", "--query", "nightly", "--yes"}), kRefused);
  EXPECT_EQ(out(), "retry: 599 done, 1 failed\n");
  EXPECT_NE(err().find("e1: later (execution.elsewhere)"), std::string::npos) << err();
  EXPECT_EQ(sent().size(), 3);
}

TEST_F(ExecutionCommands, OneIsNamedOrManyAreNeverBothNorNone) {
  EXPECT_EQ(run({"executions", "pause"}), kRefused);
  EXPECT_EQ(run({"executions", "pause", "e1", "--status", "running"}), kRefused);
  EXPECT_TRUE(sent().empty());
}

TEST_F(ExecutionCommands, AForkSaysWhereItBegins) {
  answer("POST /executions/e1/fork", R"({"id": "e2", "status": "pending"})", 202);
  EXPECT_EQ(run({"executions", "fork", "e1", "--from", "ask", "--input", "n=2"}), kOk) << err();
  EXPECT_EQ(out(), "e2: pending\n");
  EXPECT_EQ(body_of("POST /executions/e1/fork"),
            test::parsed(R"({"from_step": "ask", "input": {"n": 2}})"));
}

}  // namespace
}  // namespace qd::cli
