#include "engine/drill/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <new>
#include <system_error>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace qd::engine::drill {
namespace {

[[noreturn]] void refuse(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Trace* make_trace() {
  void* memory =
      ::mmap(nullptr, sizeof(Trace), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) refuse("mmap");
  return new (memory) Trace;
}

}  // namespace

void Executioner::reach(Boundary boundary) {
  trace_.latest = static_cast<int>(boundary);
  if (++trace_.reached == kill_at_) ::kill(::getpid(), SIGKILL);
}

Process::Process(const std::function<int(int, Trace&)>& work) : trace_(make_trace()) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) refuse("socketpair");
  std::fflush(nullptr);
  const auto parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) refuse("fork");
  if (pid_ == 0) {
    // It must not outlive the drill, whose calls it makes.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::close(ends[0]);
    ::_exit(work(ends[1], *trace_));
  }
  ::close(ends[1]);
  socket_ = ends[0];
  lines_.emplace(socket_);
}

Process::~Process() {
  if (pid_ > 0) {
    kill();
    wait();
  }
  ::close(socket_);
  ::munmap(trace_, sizeof(Trace));
}

void Process::kill() const {
  ::kill(pid_, SIGKILL);
}

int Process::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  return status;
}

}  // namespace qd::engine::drill
