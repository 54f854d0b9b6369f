// Runs a program that is not trusted: without network, host files, other processes or more than its
// share of time and memory. What it may use up is bounded; what it says is kept and cut.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/experimental/concurrent_channel.hpp>

#include "base/error.h"
#include "base/time.h"
#include "platform/process/program.h"

namespace qd::process {

struct SandboxLimits {
  std::chrono::seconds cpu{30};
  /// Of private memory, in bytes; all there is, as there is one process and little else to fill.
  std::size_t memory = 256 << 20;
  /// Of everything in /tmp together, in bytes.
  std::size_t files = 16 << 20;
  /// Threads; other processes can't be made.
  int threads = 64;
  /// Of standard output and error together, in bytes; what is beyond is dropped.
  std::size_t log = 64 << 10;
  /// Of what is written to descriptor 3, in bytes; more ends the program.
  std::size_t answer = 16 << 20;
};

/// What ended a program before it was done.
enum class SandboxLimit { Deadline, Cpu, Memory, Files, Answer };

struct SandboxRequest {
  Program program;
  std::vector<std::string> arguments = {};
  /// What it reads from its standard input.
  std::string input = {};
  SandboxLimits limits = {};
  /// When it is ended, and when a request that still waits for its turn is given up.
  Timestamp deadline;
};

struct SandboxResult {
  /// Its exit code, or 128 and the signal that ended it.
  int exit_code = 0;
  /// Standard output and error as they came, any bytes.
  std::string log;
  bool is_log_cut = false;
  /// What it wrote to descriptor 3.
  std::string answer;
  /// Memory: the kernel ended it. A program that is refused memory ends in its own way.
  std::optional<SandboxLimit> limit = {};
};

/// Thread-safe, but each run needs an executor that runs one handler at a time.
class Sandbox {
 public:
  /// At most `places` programs run at once; others wait for their turn. `clock` outlives it.
  Sandbox(Clock& clock, std::size_t places);
  ~Sandbox();

  /// Resumes when all of the program is gone, also when the awaiting task is cancelled.
  /// `sandbox.unavailable` where the machine can't isolate it (it has not run then),
  /// `sandbox.busy` (kind Limited) where no place became free before the deadline.
  Task<Result<SandboxResult>> run(SandboxRequest request);

 private:
  using Places = boost::asio::experimental::concurrent_channel<boost::asio::any_io_executor,
                                                               void(boost::system::error_code)>;
  class Place;
  struct Readiness;

  Task<Place> take_place();

  Clock& clock_;
  Places places_;
  /// What is needed to begin, or why there are no sandboxes here.
  Result<std::unique_ptr<const Readiness>> readiness_;
};

}  // namespace qd::process
