// One process of a drilled run: forked, listened to, and buried. The drill itself has one thread,
// so a fork is a whole program with a fresh engine; what a `qd serve` needs to load is not
// measured.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include <sys/types.h>

#include "engine/boundaries.h"
#include "engine/drill/wire.h"

namespace qd::engine::drill {

/// What a process leaves in memory that survives it.
struct Trace {
  /// How many boundaries it reached; the latest one.
  std::atomic<std::int64_t> reached{0};
  std::atomic<int> latest{-1};
};

/// Kills its own process at the given boundary, counted from 1; 0: never.
class Executioner final : public Boundaries {
 public:
  Executioner(Trace& trace, std::int64_t kill_at) : trace_(trace), kill_at_(kill_at) {}
  void reach(Boundary boundary) override;

 private:
  Trace& trace_;
  std::int64_t kill_at_;
};

class Process {
 public:
  /// Runs `work(socket, trace)` in a process of its own, which then ends with what it returned.
  explicit Process(const std::function<int(int, Trace&)>& work);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  /// Kills it if need be.
  ~Process();

  [[nodiscard]] LineReader& lines() { return *lines_; }
  bool send(const Json& value) { return send_line(socket_, value); }
  void kill() const;
  /// How it ended, as waitpid says; blocks until it has.
  int wait();
  [[nodiscard]] const Trace& trace() const { return *trace_; }

 private:
  Trace* trace_ = nullptr;
  int socket_ = -1;
  pid_t pid_ = -1;
  std::optional<LineReader> lines_;
};

}  // namespace qd::engine::drill
