// The drill: runs a workflow once undisturbed, then again and again, killing the process at each
// boundary in turn and letting another take over, and judges what is left each time.
//
//   const auto report = Drill(scene, world, options).run(progress);
//
// Blocks, and forks: the caller has no other thread.
#pragma once

#include <functional>
#include <random>

#include "engine/drill/life.h"
#include "engine/drill/verdict.h"

namespace qd::engine::drill {

struct DrillOptions {
  /// Ends after so many kills; 0: once every boundary has had its turns, alone and with another
  /// kill during the recovery. Where more are wanted, what is over is done at random places.
  std::int64_t kills = 0;
  /// Of the boundaries each so many-th has its turns.
  std::int64_t every = 1;
  std::uint64_t seed = 1;
  /// Of a process, after which it is taken for stuck.
  milliseconds timeout{30'000};
};

/// A finding, and where in the drill it was.
struct ReportedFinding : Finding {
  std::int64_t run = 0;
  /// Where the processes of that run were killed: `14 (after_commit)`.
  std::vector<std::string> killed_at;
};
BOOST_DESCRIBE_STRUCT(ReportedFinding, (Finding), (run, killed_at))

struct Recovery {
  double p50_ms = 0;
  double p95_ms = 0;
  double max_ms = 0;
};
BOOST_DESCRIBE_STRUCT(Recovery, (), (p50_ms, p95_ms, max_ms))

struct Report {
  /// Without kills.
  ExecutionStatus status = ExecutionStatus::Pending;
  Json output;
  Json error;
  std::int64_t steps = 0;
  std::int64_t calls = 0;
  std::int64_t boundaries = 0;
  /// With them.
  std::int64_t runs = 0;
  std::int64_t kills = 0;
  /// By boundary.
  std::map<std::string, std::int64_t> killed_at;
  /// Calls made again, as their contract allows, by effect.
  std::map<std::string, std::int64_t> repeated;
  /// Uncertain calls: how often somebody had to say what became of one.
  std::int64_t resolved = 0;
  /// From the start of a process to the first thing that it moved.
  Recovery recovery;
  std::vector<ReportedFinding> findings;
};
BOOST_DESCRIBE_STRUCT(Report, (),
                      (status, output, error, steps, calls, boundaries, runs, kills, killed_at,
                       repeated, resolved, recovery, findings))

class Drill {
 public:
  Drill(Scene scene, WorldOptions world, DrillOptions options);

  /// Told after each run; returning false ends the drill.
  using Progress = std::function<bool(const Report&)>;
  /// Invalid `drill.no_end` where the workflow has no end even without kills.
  Result<Report> run(const Progress& progress);

 private:
  /// Where the processes of a run are killed, counted from each one's start.
  using Plan = std::vector<std::int64_t>;
  struct Outcome {
    Trial run;
    std::vector<std::string> killed_at;
    std::vector<Finding> findings;
    std::int64_t reached = 0;
  };

  [[nodiscard]] std::optional<Plan> next_plan();
  Outcome perform(const Plan& plan);
  void watch(Process& process, Outcome& outcome, bool is_recovery);
  void hear(const Json& message, Process& process, Outcome& outcome);
  [[nodiscard]] Json output_of(const std::string& place) const;
  void add(const Outcome& outcome);
  void sum_up();

  Scene scene_;
  World world_;
  DrillOptions options_;
  std::mt19937_64 random_;
  std::int64_t plans_ = 0;
  std::int64_t performed_ = 0;
  Trial undisturbed_;
  std::vector<double> recoveries_;
  Report report_;
};

}  // namespace qd::engine::drill
