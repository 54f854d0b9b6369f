// The executions that are moving, each driven by one coroutine: what happened is applied to its
// machine, the changes are committed, and only then are the next attempts launched. An execution
// that only waits leaves memory; its timer, or whoever has something for it, brings it back.
//
// Everything here runs on the engine's one thread.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <set>
#include <unordered_map>

#include "engine/engine.h"
#include "engine/journal.h"
#include "engine/watchers.h"

namespace qd::engine {

/// Something for one execution: done on its machine, then committed with whatever else is there.
struct Call {
  explicit Call(boost::asio::io_context& io) : done(io, boost::asio::steady_timer::time_point::max()) {}
  std::function<Result<void>(Machine&)> act;
  /// Once it is durable: how it went, and the execution as it is then.
  Result<void> outcome;
  Execution execution;
  bool is_done = false;
  boost::asio::steady_timer done;
};

class Runner {
 public:
  Runner(boost::asio::io_context& io, EngineParts& parts, const EngineOptions& options, Watchers& watchers)
      : io_(io), parts_(parts), options_(options), watchers_(watchers), kick_(io) {}

  /// Finds what an earlier process left, and begins with it.
  Task<void> take_up();
  /// Fires what is due, until `stop`.
  Task<void> keep_time();
  /// Ends every attempt without recording an end; nothing new is launched.
  void stop();
  [[nodiscard]] bool is_stopping() const { return is_stopping_; }
  [[nodiscard]] std::size_t active() const { return active_.size(); }
  /// How many are stored and wait for a place.
  [[nodiscard]] std::size_t backlog() const { return backlog_ + to_take_up_.size(); }
  [[nodiscard]] bool is_full() const { return active_.size() >= options_.max_active; }
  /// One more is stored than is held.
  void add_to_backlog() { ++backlog_; }

  /// A new execution; durable when it resumes. Its machine is not begun.
  Task<Result<Execution>> add(Execution execution, std::shared_ptr<const Definition> definition,
                              std::shared_ptr<const ProjectScope> project, Json document);
  /// Does `act` on the execution, bringing it into memory if need be; durable when it resumes.
  Task<Result<Execution>> call(ExecutionId id, std::function<Result<void>(Machine&)> act);
  /// How a stored execution's definition is found.
  Task<Result<std::shared_ptr<const Definition>>> definition_of(Execution execution, Json document);

 private:
  struct Flight;
  struct Run;
  class RunJournal;
  using RunPtr = std::shared_ptr<Run>;

  RunPtr hold(const ExecutionId& id);
  void push(const RunPtr& run, std::shared_ptr<Call> call);
  void push(const RunPtr& run, std::function<Result<void>(Machine&)> act);
  void spawn_drive(const RunPtr& run);
  Task<void> drive(RunPtr run);
  Task<bool> load(RunPtr run);
  Task<Result<void>> build(RunPtr run, journal::Stored stored);
  Task<void> close_unreadable(RunPtr run, journal::Stored stored, Error error);
  /// One turn of the wheel; false once nothing more happens by itself.
  Task<bool> turn(RunPtr run);
  Task<Result<void>> commit(RunPtr run, journal::Entry entry);
  Task<Result<void>> commit_new(RunPtr run, journal::Entry entry);
  Task<Result<void>> commit_surely(RunPtr run, journal::Entry entry);
  void launch_all(const RunPtr& run);
  void launch(const RunPtr& run, const Launch& launch);
  Task<void> fly(RunPtr run, std::shared_ptr<Flight> flight);
  void land(const RunPtr& run, const std::shared_ptr<Flight>& flight);
  void cancel_stale_flights(Run& run);
  void leave(const RunPtr& run);
  void set_timer(const std::string& id, std::optional<Timestamp> at);
  void fire(const std::string& id);
  void fill();
  Task<void> fill_from_backlog();
  static void fulfil(Call& call, Result<void> outcome, const Execution* execution);

  boost::asio::io_context& io_;
  EngineParts& parts_;
  const EngineOptions& options_;
  Watchers& watchers_;
  std::unordered_map<std::string, RunPtr> active_;
  std::set<std::pair<Timestamp, std::string>> timers_;
  std::unordered_map<std::string, Timestamp> timer_of_;
  /// Woken when an earlier timer comes, and at the end.
  boost::asio::steady_timer kick_;
  std::deque<std::string> to_take_up_;
  std::size_t backlog_ = 0;
  bool is_filling_ = false;
  bool is_stopping_ = false;
};

}  // namespace qd::engine
