// What is refused while too much waits, and that nothing which was accepted is lost.
#include "engine/engine_fixture.h"

namespace qd::engine {
namespace {

constexpr std::string_view kOne = R"(
concurrency: {limit: 1}
nodes: [{id: w, type: wait, with: {event: go}}]
)";
constexpr std::string_view kUnlimited = "nodes: [{id: w, type: wait, with: {event: go}}]";

class BackPressure : public EngineTest {};
QD_ON_EVERY_STORE(BackPressure);

TEST_P(BackPressure, OneProjectCantFillTheBacklog) {
  end_engine();
  options().max_project_backlog = 2;
  options().max_backlog = 3;
  begin_engine();
  for (int i = 0; i < 3; ++i) static_cast<void>(begin(kOne));

  const auto refused = begin(kOne);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "engine.busy");
  EXPECT_GT(refused.error().retry_after, std::chrono::seconds(0));
}

/// Stores nothing until it is let go, as a disk that hangs.
class HungDatabase final : public db::Database {
 public:
  explicit HungDatabase(db::Database& inner) : inner_(inner) {}
  void hang() { is_hung_ = true; }
  void let_go() {
    is_hung_ = false;
    is_hung_.notify_all();
  }
  [[nodiscard]] bool is_postgres() const override { return inner_.is_postgres(); }
  void stop() override {}

 protected:
  Task<void> write_erased(std::function<Outcome(db::Transaction&)> work) override {
    const auto done = co_await inner_.write([&](db::Transaction& tx) -> Result<void> {
      is_hung_.wait(true);
      if (work(tx) == Outcome::Commit) return {};
      return fail(ErrorKind::Conflict, "test.rolled_back", "");
    });
    static_cast<void>(done);
  }
  Task<void> read_erased(std::function<void(db::Snapshot&)> work) override {
    co_await inner_.read([&](db::Snapshot& view) {
      work(view);
      return true;
    });
  }

 private:
  db::Database& inner_;
  std::atomic<bool> is_hung_ = false;
};

TEST_P(BackPressure, StartsAreRefusedWhileTheJournalIsBehind) {
  end_engine();
  HungDatabase hung(database());
  PureSteps pure;
  StepKinds kinds;
  pure.add_to(kinds);
  Engine slow({hung, clock(), catalog(), kinds, nullptr}, {.max_starting = 3});
  test::run(slow.start());
  const StartRequest request{.project = {"p"},
                             .document = document(kUnlimited),
                             .name = "test",
                             .input = JsonObject{},
                             .created_by = {"u"}};

  hung.hang();
  boost::asio::io_context io;
  std::vector<std::future<Result<Execution>>> starts;
  for (int i = 0; i < 4; ++i)
    starts.push_back(boost::asio::co_spawn(io, slow.begin(request), boost::asio::use_future));
  // The last of them is answered at once, whichever it is; the others when the disk goes on.
  const auto refused = [&] {
    return std::ranges::any_of(
        starts, [](auto& start) { return start.wait_for(0s) == std::future_status::ready; });
  };
  while (!refused()) io.run_one();
  hung.let_go();
  io.run();

  int begun = 0;
  for (auto& start : starts) {
    const auto outcome = start.get();
    begun += outcome ? 1 : 0;
    if (!outcome) EXPECT_EQ(outcome.error().code, "engine.busy");
  }
  EXPECT_EQ(begun, 3);
  EXPECT_TRUE(test::run(slow.begin(request)));
  test::run(slow.stop());
}

}  // namespace
}  // namespace qd::engine
