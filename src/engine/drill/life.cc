#include "engine/drill/life.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "engine/drill/example.h"
#include "engine/drill/family.h"
#include "engine/engine.h"
#include "engine/journal_outbox.h"
#include "platform/log/log.h"

namespace qd::engine::drill {
namespace {

namespace asio = boost::asio;

/// Who has yet to read what another told him.
constexpr db::Sql kMessage{"drill.message",
                           "SELECT execution_id FROM execution_messages ORDER BY created_at, id "
                           "LIMIT 1"};
constexpr db::Sql kSleeper{"drill.sleeper", "SELECT id, " QD_LAST_REVISION
                                            ", wake_at FROM executions WHERE finished_at IS NULL "
                                            "AND wake_at IS NOT NULL ORDER BY wake_at, id LIMIT 1"};
constexpr db::Sql kApproval{"drill.approval", "SELECT " QD_APPROVAL_COLUMNS
                                              " FROM approvals WHERE execution_id = $1 "
                                              "AND node_id = $2 AND status = 'pending'"};
constexpr db::Sql kTask{"drill.task",
                        "SELECT id, output_schema FROM tasks WHERE execution_id = $1 AND step = $2 "
                        "AND finished_at IS NULL"};
// What an earlier run left unfinished, or kept, is not this one's.
constexpr db::Sql kForgetRuns{"drill.forget_runs",
                              "DELETE FROM executions WHERE finished_at IS NULL"};
constexpr db::Sql kForgetOutputs{"drill.forget_outputs", "DELETE FROM step_cache"};
constexpr db::Sql kEndTask{"drill.end_task",
                           "UPDATE tasks SET status = $1, finished_at = $2 WHERE id = $3"};

struct Sleeper {
  ExecutionId id;
  std::int64_t revision = 0;
  Timestamp wake_at;
};
BOOST_DESCRIBE_STRUCT(Sleeper, (), (id, revision, wake_at))

struct OpenTask {
  TaskId id;
  Json output_schema;
};
BOOST_DESCRIBE_STRUCT(OpenTask, (), (id, output_schema))

bool is_moving(const Execution& execution) {
  return execution.status == ExecutionStatus::Running ||
         execution.status == ExecutionStatus::Pending;
}

class Director {
 public:
  Director(const Scene& scene, std::string run, db::Database& database, Link& link,
           Boundaries& boundaries)
      : scene_(scene),
        run_(std::move(run)),
        database_(database),
        link_(link),
        clock_(scene.begins_at),
        stage_(scene.props, link, clock_, scene.understudy),
        engine_({database, clock_, stage_.catalog(), stage_.kinds(), nullptr, &boundaries},
                {.node = "drill"}) {}

  Task<void> see_through() {
    const auto found = co_await family();
    if (found.empty())
      co_await clear();
    else
      link_.tell("found", {{"family", json::to_json(found)}});
    // Time does not run backwards over a crash.
    for (const auto& [label, member] : found)
      clock_.advance(std::max(member.execution.updated_at - clock_.now(), milliseconds(0)));
    co_await engine_.start();
    if (found.empty()) co_await begin();
    bool goes_on = true;
    while (goes_on) goes_on = co_await help();
    co_await engine_.stop();
  }

 private:
  Task<Family> family() {
    return database_.read(
        [this](db::Snapshot& view) { return read_family(view, scene_.project, run_); });
  }
  Task<void> clear() {
    co_await database_.write([](db::Transaction& tx) {
      tx.execute(kForgetRuns);
      tx.execute(kForgetOutputs);
    });
  }
  void acknowledge(std::string wish) { link_.tell("acknowledged", {{"wish", std::move(wish)}}); }

  Task<void> begin() {
    const auto begun = co_await engine_.begin({.project = scene_.project,
                                               .document = scene_.document,
                                               .name = run_,
                                               .input = scene_.input,
                                               .trigger = "drill",
                                               .created_by = {"drill"}});
    if (!begun) throw std::runtime_error(begun.error().message);
    acknowledge("begin");
  }

  /// Once nobody of the family moves by himself.
  Task<Family> at_rest() {
    for (;;) {
      std::optional<std::string> told;
      const auto now = co_await database_.read([&](db::Snapshot& view) {
        told = view.value<std::string>(kMessage);
        return read_family(view, scene_.project, run_);
      });
      const auto mover = std::ranges::find_if(now, [&](const auto& entry) {
        const auto& execution = entry.second.execution;
        return is_moving(execution) || execution.id.value == told;
      });
      if (mover == now.end()) co_return now;
      const auto& execution = mover->second.execution;
      co_await engine_.changed(execution.id, execution.revision, Timestamp::max());
    }
  }

  /// Does the next thing that somebody of the family waits for; false where all are over.
  Task<bool> help() {
    const auto now = co_await at_rest();
    const auto is_over = [](const auto& entry) { return is_final(entry.second.execution.status); };
    if (std::ranges::all_of(now, is_over)) {
      link_.tell("ended", {{"family", json::to_json(now)}});
      co_return false;
    }
    for (const auto& [label, member] : now) {
      if (is_final(member.execution.status)) continue;
      const bool is_helped = co_await help_member(label, member);
      if (is_helped) co_return true;
    }
    co_return co_await skip_time(now);
  }

  Task<bool> help_member(std::string label, Member member) {
    const auto definition = definition_of(member.execution);
    for (auto& step : fold_steps(member.execution, *definition, member.journal)) {
      const bool is_helped = co_await help_step(label, std::move(step));
      if (is_helped) co_return true;
    }
    co_return false;
  }

  std::shared_ptr<const Definition> definition_of(const Execution& execution) const {
    const auto& id = execution.workflow_id;
    return compile_definition(id ? scene_.props.workflows.at(id->value) : scene_.document).value();
  }

  Task<bool> help_step(std::string label, Step step) {
    const auto place = label + step.path;
    const bool is_expired = scene_.expired.contains(place) || scene_.expired.contains(step.node_id);
    if (step.status == StepStatus::Uncertain) return resolve(place, std::move(step));
    if (step.status != StepStatus::Waiting || is_expired) return nothing();
    if (step.waiting_for == "approval") return decide(place, std::move(step));
    if (step.waiting_for == "event") return signal(place, std::move(step));
    if (step.waiting_for == "task") return work(place, std::move(step));
    return nothing();
  }
  static Task<bool> nothing() { co_return false; }

  /// Says what the world's own log says.
  Task<bool> resolve(std::string place, Step step) {
    std::map<std::string, std::int64_t> recorded;
    for (const auto& turn : step.turns)
      if (turn.type == "call") ++recorded[std::string(turn.data.at("tool").as_string())];
    const auto answer = co_await link_.ask("happened", {{"execution", step.execution_id.value},
                                                        {"path", step.path},
                                                        {"place", place},
                                                        {"recorded", json::to_json(recorded)}});
    const auto resolved = co_await engine_.resolve(
        step.execution_id, step.path,
        {.happened = answer.at("happened").as_bool(), .output = answer.at("output")});
    if (resolved) acknowledge("resolve " + place);
    co_return true;
  }

  Task<bool> decide(std::string place, Step step) {
    const auto approval = co_await database_.read([&](db::Snapshot& view) {
      return view.first<Approval>(kApproval, step.execution_id, step.path).value();
    });
    const bool is_rejected =
        scene_.rejected.contains(place) || scene_.rejected.contains(step.node_id);
    Json form = approval.form.is_null() ? Json() : example_of(approval.form);
    const auto decided = co_await engine_.decide(approval.id, {.approved = !is_rejected,
                                                               .comment = {},
                                                               .form = std::move(form),
                                                               .decided_by = {"drill"}});
    if (decided) acknowledge("decide " + place);
    co_return true;
  }

  /// Whether somebody took the event.
  Task<bool> signal(std::string place, Step step) {
    const auto name = event_of(step);
    const auto answer = co_await link_.ask("payload", {{"path", step.path}, {"event", name}});
    const auto taken = co_await engine_.signal(step.execution_id, name, answer.at("payload"));
    if (taken) acknowledge("signal " + place);
    co_return taken.has_value();
  }

  static std::string event_of(const Step& step) {
    const auto* event = json::find(step.input, "event");
    const auto* name = event && event->is_object() ? json::find(*event, "name") : event;
    return name && name->is_string() ? std::string(name->get_string()) : std::string();
  }

  /// As an outside worker does, who gives a task back only with its end.
  Task<bool> work(std::string place, Step step) {
    const auto task = co_await database_.read([&](db::Snapshot& view) {
      return view.first<OpenTask>(kTask, step.execution_id, step.path).value();
    });
    const auto reply = co_await link_.call({.execution = step.execution_id,
                                            .path = step.path,
                                            .name = {},
                                            .effect = Effect::Idempotent,
                                            .key = {},
                                            .attempt = step.attempt,
                                            .schema = task.output_schema,
                                            .request = step.input});
    co_await end_task(task.id, std::move(step), reply);
    acknowledge("work " + place);
    co_return true;
  }

  Task<void> end_task(TaskId id, Step step, Reply reply) {
    const auto status = reply.is_refused ? TaskStatus::Failed : TaskStatus::Completed;
    const auto error = json::to_json(StepError{.code = "drill.refused",
                                               .message = "turned away by the drill",
                                               .retryable = true,
                                               .details = {}});
    const Message message{.to = step.execution_id,
                          .kind = MessageKind::Task,
                          .data = {{"step", step.path},
                                   {"awaited", id.value},
                                   {"status", enum_name(status)},
                                   {"output", reply.is_refused ? Json() : reply.answer},
                                   {"error", reply.is_refused ? error : Json()}}};
    co_await database_.write([&](db::Transaction& tx) {
      tx.execute(kEndTask, status, clock_.now(), id);
      journal::send(tx, message, clock_.now());
    });
    static_cast<void>(co_await engine_.wake(step.execution_id));
  }

  /// Moves the clock to what is due next.
  Task<bool> skip_time(Family now) {
    const auto sleeper =
        co_await database_.read([](db::Snapshot& view) { return view.first<Sleeper>(kSleeper); });
    if (!sleeper) {
      std::vector<std::string> reasons;
      for (const auto& [label, member] : now)
        if (const auto& reason = member.execution.waiting_for) reasons.push_back(*reason);
      link_.tell("stuck", {{"message",
                            fmt::format("it waits for {} and nothing comes; what an event carries "
                                        "is given by --answer",
                                        fmt::join(reasons, ", "))}});
      co_return false;
    }
    clock_.advance(std::max(sleeper->wake_at - clock_.now(), milliseconds(0)));
    co_await engine_.changed(sleeper->id, sleeper->revision, Timestamp::max());
    co_return true;
  }

  const Scene& scene_;
  const std::string run_;
  db::Database& database_;
  Link& link_;
  ManualClock clock_;
  Stage stage_;
  Engine engine_;
};

Task<void> see_through(const Scene& scene, std::string run, Link& link, Boundaries& boundaries) {
  const auto database = db::open({.url = scene.database, .readers = 1});
  {
    Director director(scene, std::move(run), *database, link, boundaries);
    co_await director.see_through();
  }
  database->stop();
}

}  // namespace

int live(const Scene& scene, const std::string& run, int socket, Boundaries& boundaries) {
  log::Logger logger({.level = log::Level::Error});
  log::set_process_logger(&logger);
  asio::io_context io;
  Link link(io, socket, boundaries);
  asio::co_spawn(io, link.listen(), asio::detached);
  std::exception_ptr failure;
  asio::co_spawn(io, see_through(scene, run, link, boundaries), [&](std::exception_ptr thrown) {
    failure = thrown;
    link.close();
  });
  try {
    io.run();
    if (failure) std::rethrow_exception(failure);
    return 0;
  } catch (const std::exception& error) {
    log::error("the drilled process failed", {{"error", error.what()}});
    return 1;
  }
}

}  // namespace qd::engine::drill
