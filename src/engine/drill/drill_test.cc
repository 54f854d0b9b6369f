// The drill on real processes: it finds nothing wrong with the engine, and finds what is wrong with
// steps that break their contract.
#include "engine/drill/drill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/drill/scratch_store.h"
#include "engine/yaml.h"
#include "support/stores.h"

namespace qd::engine::drill {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::IsEmpty;

constexpr std::string_view kPayment = R"(
nodes:
  - {id: look, type: http, with: {url: "http://stock"}}
  - {id: ok, type: approval, with: {title: "Pay?"}}
  - {id: book, type: http, with: {method: POST, url: "http://books"}, effect: keyed}
  - {id: pay, type: http, with: {method: POST, url: "http://bank", body: {sum: 7}}}
  - {id: rest, type: wait, with: {for: 2h}}
edges:
  - {from: look, to: ok}
  - {from: ok, port: approved, to: book}
  - {from: book, to: pay}
  - {from: pay, to: rest}
outputs: {paid: "{{ steps.pay.output.body.body.sum }}"}
)";

/// About one kill at each boundary of it.
constexpr DrillOptions kOnceEach{.kills = 20};

/// Does what the proper step does, but for what a test breaks.
class BrokenStep final : public EffectStep {
 public:
  using Break = std::function<void(StepRun&)>;
  BrokenStep(EffectStep& proper, Break change) : proper_(proper), break_(std::move(change)) {}
  Task<StepResult> run(StepRun run) override {
    break_(run);
    return proper_.run(std::move(run));
  }

 private:
  EffectStep& proper_;
  Break break_;
};

class Drills : public ::testing::TestWithParam<std::string> {
 protected:
  Report drill(DrillOptions options, Understudy understudy = {}) {
    const auto* server = std::getenv("QD_TEST_POSTGRES");
    const ScratchStore store(GetParam() == "postgres" ? server : "", SystemClock().now());
    Scene scene{.database = store.url(),
                .project = store.project(),
                .document = yaml_to_json(kPayment)->value,
                .input = JsonObject{},
                .begins_at = SystemClock().now(),
                .understudy = std::move(understudy)};
    return Drill(std::move(scene), {}, options).run([](const Report&) { return true; }).value();
  }
  static Understudy broken(BrokenStep::Break change) {
    return [change](EffectStep& proper, Link&) {
      return std::make_unique<BrokenStep>(proper, change);
    };
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, Drills, ::testing::ValuesIn(test::store_names()));

TEST_P(Drills, FindNothingWrongWithTheEngine) {
  const auto report = drill({});

  EXPECT_THAT(report.findings, IsEmpty()) << json::to_text(report);
  EXPECT_EQ(report.status, ExecutionStatus::Completed);
  EXPECT_EQ(json::print(report.output), R"({"paid":7})");
  EXPECT_GE(report.kills, 2 * report.boundaries);
  EXPECT_EQ(report.killed_at.size(), 5U) << json::to_text(report);
  EXPECT_GT(report.resolved, 0);
  EXPECT_GT(report.repeated.at("keyed"), 0);
}

TEST_P(Drills, FindAStepThatSendsAOnceCallAgain) {
  const auto report = drill(kOnceEach, broken([](StepRun& run) { run.interrupted = false; }));

  ASSERT_FALSE(report.findings.empty());
  EXPECT_THAT(report.findings, Each(Field(&Finding::kind, FindingKind::DoubledCall)));
  EXPECT_THAT(report.findings, Each(Field(&Finding::path, "pay")));
}

TEST_P(Drills, FindAStepThatForgetsItsKey) {
  const auto report = drill(kOnceEach, broken([](StepRun& run) {
                              run.idempotency_key =
                                  new_uuid(run.now) + (run.interrupted ? "/again" : "/first");
                            }));

  EXPECT_THAT(report.findings, Contains(Field(&Finding::kind, FindingKind::ChangedKey)));
}

TEST_P(Drills, FindAStepThatEndsOtherwiseAfterACrash) {
  const auto report = drill(kOnceEach, broken([](StepRun& run) {
                              if (run.interrupted)
                                run.input.as_object()["url"] = "http://elsewhere";
                            }));

  EXPECT_THAT(report.findings, Contains(Field(&Finding::kind, FindingKind::OtherEnd)));
}

}  // namespace
}  // namespace qd::engine::drill
