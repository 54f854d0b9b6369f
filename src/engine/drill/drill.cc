#include "engine/drill/drill.h"

#include <chrono>

#include <fmt/format.h>
#include <sys/wait.h>

namespace qd::engine::drill {
namespace {

/// A run that is killed more often than this does not get on.
constexpr std::size_t kMaxLives = 50;

bool was_killed(int status) {
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

std::string place(const Trace& trace) {
  return fmt::format("{} ({})", trace.reached.load(),
                     enum_name(static_cast<Boundary>(trace.latest.load())));
}

double percentile(const std::vector<double>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto index = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
  return sorted[std::min(index, sorted.size() - 1)];
}

Family family_of(const Json& message) {
  return json::from_json<Family>(message.at("family")).value();
}

}  // namespace

Drill::Drill(Scene scene, WorldOptions world, DrillOptions options)
    : scene_(std::move(scene)),
      world_(std::move(world)),
      options_(options),
      random_(options.seed) {}

Result<Report> Drill::run(const Progress& progress) {
  auto first = perform({});
  if (!first.findings.empty())
    return fail(ErrorKind::Invalid, "drill.no_end",
                "without any kill the workflow has no end: " + first.findings.front().message);
  undisturbed_ = std::move(first.run);
  report_.status = undisturbed_.execution().status;
  report_.output = undisturbed_.execution().output;
  report_.error = undisturbed_.execution().error;
  report_.steps = ended_steps(undisturbed_.family);
  report_.calls = std::ssize(undisturbed_.calls);
  report_.boundaries = first.reached;
  while (const auto plan = next_plan()) {
    add(perform(*plan));
    sum_up();
    if (!progress(report_)) break;
  }
  return report_;
}

/// Each boundary alone, each with another kill during the recovery, then any.
std::optional<Drill::Plan> Drill::next_plan() {
  if (options_.kills > 0 && report_.kills >= options_.kills) return std::nullopt;
  const auto any = [&] {
    return std::uniform_int_distribution<std::int64_t>(1, report_.boundaries)(random_);
  };
  const auto turns = (report_.boundaries + options_.every - 1) / options_.every;
  const auto turn = plans_++;
  const auto boundary = turn % turns * options_.every + 1;
  if (turn < turns) return Plan{boundary};
  if (turn < 2 * turns) return Plan{boundary, any()};
  if (options_.kills == 0) return std::nullopt;
  return Plan{any(), any(), any()};
}

Drill::Outcome Drill::perform(const Plan& plan) {
  Outcome outcome;
  const auto name = fmt::format("drill {}", ++performed_);
  for (std::size_t life = 0; life < kMaxLives; ++life) {
    const auto kill_at = life < plan.size() ? plan[life] : 0;
    outcome.run.lives.push_back({.is_acknowledged = outcome.run.acknowledged.contains("begin")});
    Process process([&](int socket, Trace& trace) {
      Executioner executioner(trace, kill_at);
      return live(scene_, name, socket, executioner);
    });
    watch(process, outcome, life > 0);
    const auto status = process.wait();
    outcome.reached = process.trace().reached;
    if (!outcome.findings.empty()) break;
    if (!was_killed(status)) {
      if (status != 0)
        outcome.findings.push_back({FindingKind::Crashed, "",
                                    fmt::format("a process ended by itself (status {})", status)});
      break;
    }
    outcome.killed_at.push_back(place(process.trace()));
    ++report_
          .killed_at[std::string(enum_name(static_cast<Boundary>(process.trace().latest.load())))];
  }
  outcome.run.calls = world_.take_seen();
  for (auto& seen : outcome.run.calls)
    seen.call.path.insert(0, label_of(outcome.run.family, seen.call.execution));
  if (outcome.findings.empty() && outcome.run.family.empty())
    outcome.findings.push_back({FindingKind::Stuck, "", "it never came to its end"});
  return outcome;
}

/// Listens to a process until it is gone.
void Drill::watch(Process& process, Outcome& outcome, bool is_recovery) {
  using Steady = std::chrono::steady_clock;
  const auto started = Steady::now();
  const auto until = started + options_.timeout;
  bool has_moved = !is_recovery;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(until - Steady::now());
    const auto message = process.lines().next(std::max(left, milliseconds(0)));
    if (!message) {
      if (message.error() == LineReader::End::Closed) return;
      outcome.findings.push_back(
          {FindingKind::Stuck, "",
           fmt::format("no end after {}", format_duration(options_.timeout))});
      return process.kill();
    }
    if (!has_moved && message->at("what") != "found") {
      recoveries_.push_back(
          std::chrono::duration<double, std::milli>(Steady::now() - started).count());
      has_moved = true;
    }
    hear(*message, process, outcome);
  }
}

void Drill::hear(const Json& message, Process& process, Outcome& outcome) {
  auto& run = outcome.run;
  const auto& what = message.at("what").as_string();
  const auto text = [&](std::string_view name) {
    return std::string(message.at(name).as_string());
  };
  const auto answer = [&](JsonObject reply) {
    reply["id"] = message.at("id");
    // Whoever asked may be dead by now.
    static_cast<void>(process.send(std::move(reply)));
  };
  if (what == "found") {
    run.lives.back().found = family_of(message);
  } else if (what == "acknowledged") {
    ++run.acknowledged[text("wish")];
  } else if (what == "call") {
    auto call = json::from_json<Call>(message.at("call")).value();
    const auto life = static_cast<int>(std::ssize(run.lives)) - 1;
    answer({{"reply", json::to_json(world_.take(std::move(call), life))}});
  } else if (what == "happened") {
    const auto recorded =
        json::from_json<std::map<std::string, std::int64_t>>(message.at("recorded")).value();
    run.resolved.insert(text("place"));
    answer({{"happened", world_.has_more_than({text("execution")}, text("path"), recorded)},
            {"output", output_of(text("place"))}});
  } else if (what == "payload") {
    answer({{"payload", world_.payload(text("path"), text("event"))}});
  } else if (what == "stuck") {
    outcome.findings.push_back({FindingKind::Stuck, "", text("message")});
  } else if (what == "ended") {
    run.family = family_of(message);
  }
}

/// What a person would find out: what the step gives when nobody disturbs it.
Json Drill::output_of(const std::string& place) const {
  for (const auto& [label, member] : undisturbed_.family)
    for (const auto& event : member.journal)
      if (event.type == EventType::StepCompleted && label + event.node_id == place)
        return event.data.at("output");
  return nullptr;
}

void Drill::add(const Outcome& outcome) {
  ++report_.runs;
  report_.kills += std::ssize(outcome.killed_at);
  report_.resolved += std::ssize(outcome.run.resolved);
  auto findings = outcome.findings;
  if (findings.empty()) findings = judge(undisturbed_, outcome.run);
  for (auto& finding : findings)
    report_.findings.push_back({std::move(finding), report_.runs, outcome.killed_at});
  for (const auto& [effect, count] : repeats(undisturbed_, outcome.run))
    report_.repeated[effect] += count;
}

void Drill::sum_up() {
  std::ranges::sort(recoveries_);
  report_.recovery = {.p50_ms = percentile(recoveries_, 0.5),
                      .p95_ms = percentile(recoveries_, 0.95),
                      .max_ms = percentile(recoveries_, 1)};
}

}  // namespace qd::engine::drill
