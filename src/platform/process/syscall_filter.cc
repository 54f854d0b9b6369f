#include "platform/process/syscall_filter.h"

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace qd::process {
namespace {

// What an interpreter needs: memory, files, time, threads, its own signals. Everything else is
// refused as if this kernel had never heard of it (ENOSYS), which C libraries know how to live
// with: ptrace, mount, bpf, perf_event_open, keyctl, kexec_load, userfaultfd, io_uring, unshare,
// setns, memfd_create and shared memory (they would escape the memory limit), and whatever the next
// kernel brings.
constexpr std::array kPlain{
    "brk",
    "madvise",
    "membarrier",
    "mprotect",
    "mremap",
    "msync",
    "munmap",

    "access",
    "chdir",
    "chmod",
    "close",
    "close_range",
    "copy_file_range",
    "dup",
    "dup2",
    "dup3",
    "faccessat",
    "faccessat2",
    "fadvise64",
    "fallocate",
    "fchdir",
    "fchmod",
    "fchmodat",
    "fdatasync",
    "flock",
    "fstat",
    "fstatfs",
    "fsync",
    "ftruncate",
    "getcwd",
    "getdents",
    "getdents64",
    "link",
    "linkat",
    "lseek",
    "lstat",
    "mkdir",
    "mkdirat",
    "newfstatat",
    "open",
    "openat",
    "pipe",
    "pipe2",
    "pread64",
    "preadv",
    "preadv2",
    "pwrite64",
    "pwritev",
    "read",
    "readlink",
    "readlinkat",
    "readv",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "sendfile",
    "stat",
    "statfs",
    "statx",
    "symlink",
    "symlinkat",
    "truncate",
    "umask",
    "unlink",
    "unlinkat",
    "utimensat",
    "write",
    "writev",

    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "eventfd2",
    "poll",
    "ppoll",
    "pselect6",
    "select",
    // Of socket pairs, with which event loops wake themselves.
    "recvfrom",
    "sendto",
    "shutdown",

    "alarm",
    "clock_getres",
    "clock_gettime",
    "clock_nanosleep",
    "getitimer",
    "gettimeofday",
    "nanosleep",
    "setitimer",
    "time",
    "times",

    "exit",
    "exit_group",
    "futex",
    "get_robust_list",
    "gettid",
    "rseq",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_yield",
    "set_robust_list",
    "set_tid_address",

    "kill",
    "pause",
    "restart_syscall",
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "sigaltstack",
    "tgkill",
    "tkill",

    "arch_prctl",
    "capget",
    "getegid",
    "geteuid",
    "getgid",
    "getgroups",
    "getpgid",
    "getpgrp",
    "getpid",
    "getppid",
    "getpriority",
    "getrandom",
    "getresgid",
    "getresuid",
    "getrlimit",
    "getrusage",
    "getsid",
    "getuid",
    "prlimit64",
    "sysinfo",
    "uname",
    // bwrap's and prlimit's own, on the way in and out. A program that starts another is still
    // alone: it becomes it.
    "execve",
    "wait4",
    "waitid",
};

constexpr std::array kIoctls{FIONBIO, FIONREAD, FIOCLEX, FIONCLEX, TCGETS, TIOCGWINSZ};
constexpr std::array kPrctls{PR_SET_NAME, PR_GET_NAME, PR_SET_VMA};
constexpr auto kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), &seccomp_release) {
    if (!context_) throw std::runtime_error("seccomp is not available");
  }
  void allow(const char* name) {
    if (const int call = number(name); call != __NR_SCMP_ERROR)
      check(seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, call, 0));
  }
  void allow(const char* name, scmp_arg_cmp condition) {
    check(seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, number(name), 1, condition));
  }
  [[nodiscard]] std::string bytes() const {
    int ends[2] = {};
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe for the seccomp program");
    const int exported = seccomp_export_bpf(context_.get(), ends[1]);
    ::close(ends[1]);
    std::string all(1 << 16, '\0');
    const auto size = ::read(ends[0], all.data(), all.size());
    ::close(ends[0]);
    check(exported);
    all.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return all;
  }

 private:
  /// Some architectures lack old calls (open, stat); those names are nothing there.
  static int number(const char* name) { return seccomp_syscall_resolve_name(name); }
  static void check(int result) {
    if (result != 0)
      throw std::runtime_error("the seccomp program can't be made: " + std::to_string(-result));
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

scmp_arg_cmp equal(unsigned argument, scmp_datum_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}

}  // namespace

std::string make_syscall_filter() {
  Filter filter;
  for (const char* name : kPlain) filter.allow(name);
  // Threads, no processes: one process is what makes the memory limit true. clone3 hides its flags
  // behind a pointer; without it the C library takes clone.
  filter.allow("clone", masked(0, CLONE_THREAD | kNewNamespaces, CLONE_THREAD));
  // RLIMIT_DATA counts neither shared anonymous memory nor stacks that grow by themselves.
  constexpr auto kShared = MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN;
  filter.allow("mmap", masked(3, MAP_SHARED | MAP_GROWSDOWN, 0));
  filter.allow("mmap", masked(3, kShared, MAP_SHARED));
  filter.allow("socketpair", equal(0, AF_UNIX));
  // Larger pipes are kernel memory.
  filter.allow("fcntl", {.arg = 1, .op = SCMP_CMP_NE, .datum_a = F_SETPIPE_SZ, .datum_b = 0});
  // Above all no TIOCSTI.
  for (const auto request : kIoctls)
    filter.allow("ioctl", equal(1, static_cast<scmp_datum_t>(request)));
  for (const auto option : kPrctls)
    filter.allow("prctl", equal(0, static_cast<scmp_datum_t>(option)));
  return filter.bytes();
}

}  // namespace qd::process
