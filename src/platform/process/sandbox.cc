#include "platform/process/sandbox.h"

#include <array>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <signal.h>

#include "platform/process/child.h"
#include "platform/process/sandbox_command.h"
#include "platform/process/syscall_filter.h"

namespace qd::process {
namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

constexpr int kSignalled = 128;
constexpr std::size_t kMaxStatus = 4'096;
constexpr std::size_t kShownRefusal = 200;

std::unexpected<Error> unavailable(std::string why) {
  return fail(ErrorKind::Unavailable, "sandbox.unavailable",
              "this machine can't isolate programs: " + std::move(why));
}

/// What a program writes to one of its descriptors.
class Stream {
 public:
  Stream(const asio::any_io_executor& executor, std::size_t limit)
      : limit_(limit), pipe_(make_pipe()), reader_(executor) {
    reader_.assign(pipe_.read.release());
  }
  [[nodiscard]] const Descriptor& writer() const { return pipe_.write; }
  /// The child has its own by now; the end comes when the last of them closes.
  void started() { pipe_.write = Descriptor(); }

  /// What is over the limit is dropped. False at the end.
  Task<bool> read_some() {
    std::array<char, 16'384> buffer;
    const auto [error, size] =
        co_await reader_.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    if (error) co_return false;
    const auto kept = std::min(size, limit_ - text_.size());
    text_.append(buffer.data(), kept);
    is_over_ = is_over_ || kept < size;
    co_return true;
  }
  Task<void> drain() {
    while (co_await read_some()) {
    }
  }
  [[nodiscard]] bool is_over() const { return is_over_; }
  [[nodiscard]] std::string& text() { return text_; }

 private:
  std::size_t limit_;
  Pipe pipe_;
  asio::posix::stream_descriptor reader_;
  std::string text_;
  bool is_over_ = false;
};

/// One program on its way.
class Run {
 public:
  Run(const asio::any_io_executor& executor, const SandboxRequest& request,
      const std::vector<std::string>& command, const std::string& filter)
      : log_(executor, request.limits.log),
        answer_(executor, request.limits.answer),
        status_(executor, kMaxStatus) {
    const auto input = readable_file(request.input);
    const auto rules = readable_file(filter);
    child_.emplace(executor, command,
                   std::vector<Given>{{input, 0},
                                      {log_.writer(), 1},
                                      {log_.writer(), 2},
                                      {answer_.writer(), 3},
                                      {rules, kFilterDescriptor},
                                      {status_.writer(), kStatusDescriptor}});
    for (auto* stream : {&log_, &answer_, &status_}) stream->started();
  }

  /// Until it has ended.
  Task<void> follow() {
    co_await (hear_answer() && log_.drain() && status_.drain() && child_->exited());
  }
  /// Ends it, if it has not; resumes when nothing of it is left to write anything.
  Task<void> finish() {
    child_->kill();
    co_await (answer_.drain() && log_.drain() && status_.drain());
    exit_code_ = co_await child_->exited();
  }

  [[nodiscard]] Result<SandboxResult> result(bool is_late) {
    // bwrap tells the exit code of a program that it could start, and of no other.
    const bool was_ended = is_late || answer_.is_over();
    if (!was_ended && !status_.text().contains("exit-code"))
      return unavailable(log_.text().substr(0, std::min(log_.text().find('\n'), kShownRefusal)));
    SandboxResult result{.exit_code = exit_code_,
                         .log = std::move(log_.text()),
                         .is_log_cut = log_.is_over(),
                         .answer = std::move(answer_.text())};
    result.limit = limit(is_late);
    return result;
  }

 private:
  Task<void> hear_answer() {
    while (co_await answer_.read_some())
      if (answer_.is_over()) child_->kill();
  }

  [[nodiscard]] std::optional<SandboxLimit> limit(bool is_late) const {
    if (answer_.is_over()) return SandboxLimit::Answer;
    if (is_late) return SandboxLimit::Deadline;
    switch (exit_code_ - kSignalled) {
      case SIGXCPU:
        return SandboxLimit::Cpu;
      case SIGXFSZ:
        return SandboxLimit::Files;
      case SIGKILL:
        return SandboxLimit::Memory;
      default:
        return std::nullopt;
    }
  }

  Stream log_, answer_, status_;
  std::optional<Child> child_;
  int exit_code_ = 0;
};

}  // namespace

struct Sandbox::Readiness {
  SandboxTools tools;
  std::string filter;
};

/// Given back when it goes.
class Sandbox::Place {
 public:
  explicit Place(Places& places) : places_(&places) {}
  Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)) {}
  Place& operator=(Place&& other) noexcept {
    std::swap(places_, other.places_);
    return *this;
  }
  ~Place() {
    if (places_) places_->try_send(boost::system::error_code());
  }

 private:
  Places* places_;
};

Sandbox::Sandbox(Clock& clock, std::size_t places)
    : clock_(clock), places_(asio::system_executor(), places) {
  auto tools = find_sandbox_tools();
  readiness_ = tools ? Result<std::unique_ptr<const Readiness>>(
                           std::make_unique<const Readiness>(*tools, make_syscall_filter()))
                     : unavailable(tools.error().message);
  for (std::size_t i = 0; i < places; ++i) places_.try_send(boost::system::error_code());
}

Sandbox::~Sandbox() = default;

Task<Sandbox::Place> Sandbox::take_place() {
  co_await places_.async_receive(asio::use_awaitable);
  co_return Place(places_);
}

Task<Result<SandboxResult>> Sandbox::run(SandboxRequest request) {
  if (!readiness_) co_return std::unexpected(readiness_.error());
  const auto& [tools, filter] = **readiness_;
  auto waited = co_await (take_place() || clock_.sleep_until(request.deadline));
  if (waited.index() == 1)
    co_return fail(ErrorKind::Limited, "sandbox.busy",
                   "all sandboxes were taken until it was too late");
  const auto executor = co_await asio::this_coro::executor;
  const auto command = sandbox_command(tools, request.program, request.arguments, request.limits);
  Run run(executor, request, command, filter);
  bool is_late = false;
  std::exception_ptr cancelled;
  try {
    const auto first = co_await (run.follow() || clock_.sleep_until(request.deadline));
    is_late = first.index() == 1;
  } catch (const boost::system::system_error&) {
    cancelled = std::current_exception();
  }
  // From here it goes on to the end also for a task that is cancelled.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await run.finish();
  if (cancelled) std::rethrow_exception(cancelled);
  co_return run.result(is_late);
}

}  // namespace qd::process
