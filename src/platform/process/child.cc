#include "platform/process/child.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace qd::process {
namespace {

namespace asio = boost::asio;

/// Above every number that a child is given, so that none is overwritten while they are handed
/// over.
constexpr int kLowest = 16;

[[noreturn]] void fault(std::string_view what, int error = errno) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(error)));
}

Descriptor raised(Descriptor low) {
  Descriptor high(::fcntl(low.get(), F_DUPFD_CLOEXEC, kLowest));
  if (high.get() < 0) fault("a descriptor can't be copied");
  return high;
}

/// How the child starts: its descriptors, a session of its own, signals as at first.
class SpawnPlan {
 public:
  explicit SpawnPlan(const std::vector<Given>& given) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    int next = 0;
    for (const auto& [ours, number] : given) {
      ::posix_spawn_file_actions_adddup2(&actions_, ours.get(), number);
      next = std::max(next, number + 1);
    }
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, next);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }

  [[nodiscard]] pid_t start(const std::vector<std::string>& command) const {
    std::vector<char*> words;
    for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    char* nothing = nullptr;
    pid_t pid = -1;
    if (const int error =
            ::posix_spawn(&pid, words[0], &actions_, &attributes_, words.data(), &nothing);
        error != 0)
      fault(command.front() + " can't be started", error);
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Pipe make_pipe() {
  int ends[2] = {};
  if (::pipe2(ends, O_CLOEXEC) != 0) fault("no pipe");
  Descriptor read(ends[0]), write(ends[1]);
  return {raised(std::move(read)), raised(std::move(write))};
}

Descriptor readable_file(std::string_view content) {
  const Descriptor file(::memfd_create("input", MFD_CLOEXEC));
  if (file.get() < 0) fault("no file in memory");
  while (!content.empty()) {
    const auto written = ::write(file.get(), content.data(), content.size());
    if (written < 0) fault("a file in memory can't be written");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  // Opened again: with an offset of its own, and not for writing.
  Descriptor readable(
      ::open(fmt::format("/proc/self/fd/{}", file.get()).c_str(), O_RDONLY | O_CLOEXEC));
  if (readable.get() < 0) fault("a file in memory can't be read");
  return raised(std::move(readable));
}

Child::Child(asio::any_io_executor executor, const std::vector<std::string>& command,
             const std::vector<Given>& given)
    : ended_(std::move(executor)) {
  pid_ = SpawnPlan(given).start(command);
  boost::system::error_code error;
  // Not pidfd_open: glibc 2.36 declares it without C linkage.
  Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (handle.get() >= 0) ended_.assign(handle.get(), error);
  if (handle.get() < 0 || error) {
    kill();
    reap();
    throw std::runtime_error("a child process can't be watched");
  }
  (void)handle.release();
}

Child::~Child() {
  kill();
  if (!is_reaped_) reap();
}

void Child::kill() const {
  // The number stays taken until it is reaped.
  if (!is_reaped_) ::kill(-pid_, SIGKILL);
}

int Child::reap() {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
  }
  is_reaped_ = true;
  return exit_code_ = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

Task<int> Child::exited() {
  if (is_reaped_) co_return exit_code_;
  co_await ended_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
  co_return reap();
}

}  // namespace qd::process
