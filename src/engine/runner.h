// The executions that are moving, each driven by one coroutine: what happened is applied to its
// machine, the changes are committed, and only then are the next attempts launched. An execution
// that only waits leaves memory; its timer, or whoever has something for it, brings it back.
//
// Everything here runs on the engine's one thread. runner.cc holds and drives executions;
// runner_loading.cc reads them, runner_commits.cc stores what happened; runner_flights.cc runs the
// attempts; runner_time.cc knows what is due, and what other processes left or hold;
// runner_queue.cc knows what waits for a slot.
#pragma once

#include <deque>
#include <functional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <boost/asio/cancellation_signal.hpp>

#include "engine/backlog.h"
#include "engine/bell.h"
#include "engine/engine.h"
#include "engine/engine_metrics.h"
#include "engine/error_scope.h"
#include "engine/journal.h"
#include "engine/model_texts.h"
#include "engine/start_pressure.h"
#include "engine/watchers.h"

namespace qd::engine {

/// Between tries to reach a database that is gone.
inline constexpr milliseconds kRetry{1'000};

using Act = std::function<Result<void>(Machine&)>;

[[nodiscard]] Error stopping();
/// The database can't be reached.
[[nodiscard]] Error unavailable();
/// The execution can't go on.
[[nodiscard]] Error broken();
/// Whether the same may go well a moment later.
[[nodiscard]] bool is_passing(const Error& error);

/// What an answer to a call is to carry.
enum class Answer { None, Outcome, Execution };

/// Something for one execution: done on its machine, then committed with whatever else is there.
struct Call {
  Call(Act what, Answer answer) : act(std::move(what)), wanted(answer) {}
  Act act;
  Answer wanted;
  /// Once it is durable: how it went, and, where it is wanted, the execution as it is then.
  Result<void> outcome;
  std::optional<Execution> execution;
  bool is_done = false;
  Bell done;
};

/// A new execution that may have to queue.
struct Newcomer {
  Execution execution;
  /// Null where it runs a stored version.
  Json document;
  ProjectLimits limits;
  admission::Standing standing;
  /// Its past, where it has one.
  std::vector<Event> events = {};
  journal::Timing timing = {};
};

class Runner {
 public:
  Runner(boost::asio::io_context& io, EngineParts& parts, const EngineOptions& options,
         Watchers& watchers);

  /// Finds what an earlier process left, and begins with it.
  Task<void> take_up();
  /// Fires what is due, until `stop`.
  Task<void> keep_time();
  /// Renews what this node holds and looks for what a dead one left, until `stop`. Ends at once
  /// where one process has the database to itself.
  Task<void> keep_leases();
  /// Ends every attempt without recording an end, launches nothing new, and waits until all that
  /// happened is stored.
  Task<void> stop();

  /// Whether one more start is taken: Limited `engine.busy` where the journal is far behind, or too
  /// many wait.
  [[nodiscard]] Result<void> accept(const ProjectId& project);
  /// Those that are on their way to the journal.
  StartPressure& pressure() { return pressure_; }
  /// Whether a new execution has to queue for a place on this node.
  [[nodiscard]] bool is_crowded() const { return is_full() || has_ready_; }
  /// Takes up those in the queue that may start now, wherever their slots came free. Returns at
  /// once.
  void look_for_work();

  /// An execution as it is stored.
  Task<std::optional<Execution>> find(ExecutionId id);
  /// A new execution, begun; durable when it resumes. Conflict `execution.exists` where its id is
  /// taken.
  Task<Result<Execution>> add(Execution execution, std::shared_ptr<const Definition> definition,
                              std::shared_ptr<const ProjectScope> project, Json document);
  /// A new execution that is begun when it has a slot, be it at once; durable when it resumes.
  Task<Result<Execution>> enqueue(Newcomer newcomer);
  /// Begins again one that failed, was cancelled or timed out, when it has a slot.
  Task<Result<Execution>> retry(ExecutionId id);
  /// They have messages, or are to be begun.
  void wake(const journal::Woken& executions);
  /// The same, where this node holds the execution.
  void read_mail_of(const ExecutionId& id);
  /// Does `act` on the execution, bringing it into memory if need be; durable when it resumes.
  /// `is_forced`: also where another node runs it, which then loses it.
  Task<Result<Execution>> call(ExecutionId id, Act act, bool is_forced = false);
  /// How a stored execution's definition is found.
  Task<Result<std::shared_ptr<const Definition>>> definition_of(Execution execution, Json document);

 private:
  struct Flight;
  class FlightJournal;
  using FlightPtr = std::shared_ptr<Flight>;
  using Calls = std::vector<std::shared_ptr<Call>>;

  /// An execution in memory.
  struct Run {
    explicit Run(ExecutionId execution) : id(std::move(execution)) {}
    ExecutionId id;
    /// Nothing until it is loaded.
    std::optional<Machine> machine;
    std::int64_t fence = 0;
    /// Of its first commit, which takes it; where nobody has it.
    std::optional<std::int64_t> new_fence;
    bool is_forced = false;
    /// It waits for a slot: nothing of it is begun.
    bool is_queued = false;
    /// It got a slot while it was in memory for something else: to be loaded anew.
    bool comes_back = false;
    /// Not stored yet; then with the document that goes along.
    bool is_new = false;
    Json document;
    /// As this node wrote it last.
    std::optional<journal::RowState> row;
    Calls calls;
    /// By the step's path.
    std::map<std::string, FlightPtr> flights;
    /// There are messages to be read.
    bool has_mail = false;
    /// To be run once the step's earlier attempt has landed.
    std::vector<Launch> launches;
    /// Rung when something was pushed or has landed.
    Bell bell;
  };
  using RunPtr = std::shared_ptr<Run>;
  /// One that is to be read.
  struct Loading {
    Loading(ExecutionId execution, bool by_force) : id(std::move(execution)), is_forced(by_force) {}
    ExecutionId id;
    bool is_forced;
    std::optional<Result<journal::Stored>> stored;
    Bell done;
  };
  using Loadings = std::deque<std::shared_ptr<Loading>>;
  enum class Next { Again, Rest, Lost };

  // runner.cc
  RunPtr hold(const ExecutionId& id, bool is_forced = false);
  std::shared_ptr<Call> push(const RunPtr& run, Act act, Answer wanted = Answer::None);
  Task<Result<Execution>> wait_for(std::shared_ptr<Call> call);
  void spawn_drive(const RunPtr& run);
  Task<void> drive(RunPtr run);
  Task<Next> turn(RunPtr run);
  Result<std::vector<Result<void>>> act(Run& run, const Calls& calls);
  Task<void> read_mail(RunPtr run);
  Task<void> abandon(RunPtr run, Calls calls, Error error);
  void leave(const RunPtr& run);
  void drop(const RunPtr& run, const Error& error);

  // runner_commits.cc
  Task<Result<void>> commit(RunPtr run, Changes changes);
  using Store = std::function<journal::Woken(db::Transaction&)>;
  Task<Result<journal::Woken>> insert(ExecutionId id, Store store);
  Task<Result<journal::Woken>> append(RunPtr run, const journal::Entry& entry);
  void learn_name(std::string name);
  static void own(Run& run);
  [[nodiscard]] journal::Lease lease() const;

  // runner_loading.cc
  Task<Result<void>> load(RunPtr run);
  Task<Result<journal::Stored>> claim(RunPtr run);
  Task<void> load_waiting();
  Task<void> load_batch(const Loadings& batch);
  Task<void> load_together(const Loadings& batch);
  using StoredById = std::unordered_map<std::string, journal::Stored>;
  Task<StoredById> read_together(const Loadings& batch);
  Task<Result<void>> build(RunPtr run, journal::Stored stored);
  Task<void> close_unreadable(RunPtr run, journal::Stored stored, Error error);

  // runner_flights.cc
  void launch_all(const RunPtr& run);
  void launch(const RunPtr& run, const Launch& launch);
  Task<void> fly(FlightPtr flight, StepRun step);
  Task<bool> find_cached(FlightPtr flight, ProjectId project);
  void land(const RunPtr& run, const FlightPtr& flight);
  static void cancel(Flight& flight);
  static void cancel_stale_flights(Run& run);
  static void cancel_flights(Run& run);
  static Task<void> ground(RunPtr run);

  // runner_time.cc
  void set_timer(const std::string& id, std::optional<Timestamp> at);
  void fire_due(Timestamp now);
  [[nodiscard]] std::optional<Timestamp> next_moment() const;
  Task<void> find_unfinished(Timestamp horizon);
  Task<void> find_mail();
  void fill();
  Task<void> renew_leases();

  // runner_queue.cc
  [[nodiscard]] bool is_full() const { return active_.size() >= options_.max_active; }
  void note_waiting(const ProjectId& project, admission::Obstacle obstacle);
  void forget_waiting(const ProjectId& project);
  void begin_or_go_on(Run& run, const journal::Stored& stored);
  Task<void> look();
  Task<void> admit_waiting();
  Task<admission::Round> next_round();
  void take_up_admitted(const std::vector<admission::Admitted>& admitted);
  Task<void> count_waiting();
  Task<void> recount();

  boost::asio::io_context& io_;
  EngineParts& parts_;
  const EngineOptions& options_;
  Watchers& watchers_;
  ModelTexts texts_;
  EngineMetrics metrics_;
  /// Whose leases these are; nothing where one process has the database to itself.
  std::optional<std::string> owner_;
  std::unordered_map<std::string, RunPtr> active_;
  std::set<std::pair<Timestamp, std::string>> timers_;
  std::unordered_map<std::string, Timestamp> timer_of_;
  /// When attempts are ended from outside.
  std::multimap<Timestamp, std::weak_ptr<Flight>> stops_;
  /// Rung when something earlier is due, when there is a place again, and at the end.
  Bell kick_;
  /// Rung at the end.
  Bell halt_;
  /// Rung when the last execution has left, at the end.
  Bell emptied_;
  std::deque<std::string> to_take_up_;
  std::unordered_set<std::string> known_names_;
  Loadings loadings_;
  int loaders_ = 0;
  Backlog backlog_;
  StartPressure pressure_;
  /// When the queue is looked at again at the latest.
  std::optional<Timestamp> next_look_;
  /// The project that got the last place: the next one's turn is next.
  std::string last_served_;
  /// Some in the queue wait for nothing but a place here.
  bool has_ready_ = false;
  bool is_look_wanted_ = false;
  bool is_looking_ = false;
  bool is_stopping_ = false;
};

/// An attempt on its way.
struct Runner::Flight {
  Launch launch;
  /// The step's frame and those around it: the attempt reads them until it has landed.
  std::vector<std::shared_ptr<Frame>> frames;
  ErrorScope scope;
  std::unique_ptr<StepJournal> journal;
  boost::asio::cancellation_signal cancel;
  std::optional<StepResult> result;
  /// The output was kept from an earlier step.
  bool is_cached = false;
  bool is_cancelled = false;
  /// Its time is over.
  bool is_overdue = false;
  std::multimap<Timestamp, std::weak_ptr<Flight>>::iterator stop;
};

}  // namespace qd::engine
