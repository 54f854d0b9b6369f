#include "engine/engine_impl.h"
#include "engine/journal_outbox.h"
#include "engine/json_schema.h"

namespace qd::engine {
namespace {

namespace asio = boost::asio;

/// How long another node has to take a command, and how often it is reminded.
constexpr std::chrono::seconds kCommandPatience{10};
constexpr std::chrono::seconds kRemind{1};

}  // namespace

Task<Result<Execution>> Engine::Impl::cancel(ExecutionId id, std::string reason) {
  const auto act = [this, reason](Machine& machine) -> Result<void> {
    if (is_final(machine.execution().status)) return finished_already();
    machine.cancel(reason, parts_.clock.now());
    return {};
  };
  co_return co_await runner_.call(std::move(id), act, /*is_forced=*/true);
}

Task<Result<Engine::Impl::Commanded>> Engine::Impl::command(ExecutionId id, Command command) {
  // Shared with the act, which runs before this goes on.
  const auto taken = std::make_shared<std::int64_t>(0);
  const auto act = [this, command, taken](Machine& machine) -> Result<void> {
    QD_TRY(*taken, perform(machine, command, parts_.clock.now()));
    return {};
  };
  auto done = co_await runner_.call(id, act);
  if (done) co_return Commanded{*std::move(done), *taken};
  if (done.error().code != "execution.elsewhere") co_return std::unexpected(done.error());
  QD_CO_TRY(*taken, co_await command_elsewhere(id, std::move(command)));
  auto execution = co_await runner_.find(id);
  if (!execution) co_return journal::not_found();
  co_return Commanded{*std::move(execution), *taken};
}

/// The other node takes the command as a message and answers with its commit.
Task<Result<std::int64_t>> Engine::Impl::command_elsewhere(ExecutionId id, Command command) {
  Watchers::Watch watch(watchers_, topic_of(id), co_await asio::this_coro::executor);
  const Message message{
      .id = {}, .to = id, .kind = MessageKind::Command, .data = json::to_json(command)};
  const auto sent = co_await parts_.database.write(
      [&](db::Transaction& tx) { return journal::send(tx, message, parts_.clock.now()); });
  if (!sent) co_return finished_already();
  const auto look = [&](db::Snapshot& view) { return journal::answer_to(view, *sent); };
  const auto deadline = parts_.clock.now() + kCommandPatience;
  for (;;) {
    // Tells the other node; takes the execution over where nobody has it any more.
    runner_.wake({id});
    if (auto answer = co_await parts_.database.read(look)) co_return *std::move(answer);
    const auto head = watch.latest();
    const auto now = parts_.clock.now();
    if (now >= deadline || (head && is_final(head->status))) break;
    co_await watch.wait(parts_.clock, std::min(deadline, now + kRemind));
  }
  const auto was_left = co_await parts_.database.write(
      [&](db::Transaction& tx) { return journal::withdraw(tx, *sent); });
  if (!was_left)
    if (auto answer = co_await parts_.database.read(look)) co_return *std::move(answer);
  const auto head = watch.latest();
  if (head && is_final(head->status)) co_return finished_already();
  co_return journal::elsewhere();
}

Task<Result<Execution>> Engine::Impl::steer(ExecutionId id, CommandKind kind, Json data) {
  QD_CO_TRY(auto done, co_await command(std::move(id), {kind, std::move(data)}));
  co_return std::move(done.execution);
}

Task<std::optional<Approval>> Engine::Impl::find_approval(ApprovalId id) {
  co_return co_await parts_.database.read(
      [&](db::Snapshot& view) { return journal::find_approval(view, id); });
}

Task<Result<Approval>> Engine::Impl::decide(ApprovalId id, Decision decision) {
  const auto not_found =
      fail(ErrorKind::NotFound, "approval.not_found", "there is no approval with this id");
  auto approval = co_await find_approval(id);
  if (!approval) co_return not_found;
  if (approval->status != ApprovalStatus::Pending) co_return decided_already();
  if (decision.approved) QD_CO_CHECK(check_schema(approval->form, decision.form, "/form"));
  approval->status = decision.approved ? ApprovalStatus::Approved : ApprovalStatus::Rejected;
  approval->answer = std::move(decision.form);
  approval->comment = std::move(decision.comment);
  approval->decided_by = decision.decided_by;
  QD_CO_CHECK(
      co_await command(approval->execution_id, {CommandKind::Decide, json::to_json(*approval)}));
  auto decided = co_await find_approval(id);
  if (!decided) co_return not_found;
  co_return *std::move(decided);
}

Task<Result<std::int64_t>> Engine::Impl::publish(ProjectId project, EventMessage event) {
  const auto told = co_await parts_.database.write([&](db::Transaction& tx) {
    return journal::publish(tx, project, event, parts_.clock.now());
  });
  runner_.wake(told);
  co_return std::ssize(told);
}

Task<Result<void>> Engine::Impl::wake(ExecutionId id) {
  runner_.wake({std::move(id)});
  co_return Result<void>();
}

}  // namespace qd::engine
