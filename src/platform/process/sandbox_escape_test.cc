// What a hostile program may try to get out of its sandbox.
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/process/sandbox_fixture.h"

namespace qd::process {
namespace {

class SandboxEscape : public test::SandboxTest {
 protected:
  /// What each expression gives, or the kind of error that it raises, one on a line.
  std::string attempts(const std::vector<std::string>& expressions) {
    std::string source =
        "import ctypes, os, socket, glob\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "def called(result): return 'done' if result != -1 else os.strerror(ctypes.get_errno())\n";
    for (const auto& one : expressions)
      source += fmt::format(
          "try: print({})\nexcept Exception as error: print(type(error).__name__)\n", one);
    return run_python(source).log;
  }
};

TEST_F(SandboxEscape, SeesNoFilesOfTheHost) {
  const auto seen = attempts({"sorted(os.listdir('/'))", "open('/etc/shadow').read()",
                              "open('/etc/passwd').read()", "open('/proc/1/environ').read()",
                              "os.listdir('/proc')", "os.listdir('/work')", "os.listdir('/root')",
                              "os.listdir('/home')", "sorted(os.listdir('/dev'))",
                              "open('/dev/mem')", "os.listdir('/sys')", "os.listdir('/tmp')"});

  const std::string missing = "FileNotFoundError\n";
  EXPECT_EQ(seen, "['bin', 'dev', 'lib', 'lib64', 'tmp', 'usr']\n" + missing + missing + missing +
                      missing + missing + missing + missing + "['null', 'urandom']\n" + missing +
                      missing + "[]\n");
}

TEST_F(SandboxEscape, FindsNoWayUpThroughLinks) {
  const auto seen =
      attempts({"os.symlink('/etc/shadow', '/tmp/link')", "open('/tmp/link').read()",
                "open('/usr/../../../../etc/shadow').read()",
                "os.link('/usr/bin/env', '/tmp/hard')", "called(libc.chroot(b'/tmp'))"});

  EXPECT_EQ(seen,
            "None\nFileNotFoundError\nFileNotFoundError\nOSError\nFunction not implemented\n");
}

TEST_F(SandboxEscape, SeesNothingOfTheHostsEnvironment) {
  ::setenv("QD_TEST_HOST_SECRET", "hidden", 1);

  const auto seen = run_python("import os; print(sorted(os.environ.items()))").log;

  ::unsetenv("QD_TEST_HOST_SECRET");
  EXPECT_EQ(seen, "[('HOME', '/tmp'), ('LANG', 'C.UTF-8'), ('PWD', '/tmp'), ('TMPDIR', '/tmp')]\n");
}

TEST_F(SandboxEscape, WritesNowhereButInTmp) {
  const auto seen = attempts(
      {"open('/x', 'w')", "open('/usr/x', 'w')", "open('/usr/lib/x', 'w')", "open('/dev/x', 'w')",
       "os.mkdir('/home')", "os.unlink('/usr/bin/env')", "os.chmod('/usr/bin/env', 0o777)",
       "os.rename('/tmp', '/temporary')", "open('/tmp/x', 'w').write('mine')"});

  EXPECT_EQ(seen, "OSError\nOSError\nOSError\nOSError\nOSError\nOSError\nOSError\nOSError\n4\n");
}

TEST_F(SandboxEscape, LeavesNothingBehind) {
  run_python("open('/tmp/left', 'w').write('here')");

  EXPECT_EQ(run_python("import os; print(os.listdir('/tmp'))").log, "[]\n");
  EXPECT_FALSE(std::ifstream("/tmp/left").good());
}

TEST_F(SandboxEscape, HasNoNetwork) {
  const auto seen = attempts(
      {"socket.create_connection(('127.0.0.1', 8000))", "socket.socket(socket.AF_INET6)",
       "socket.socket(socket.AF_UNIX)", "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
       "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
       "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)", "socket.socketpair(socket.AF_INET)",
       "len(socket.socketpair())", "socket.socketpair()[0].connect('/tmp/x')"});

  EXPECT_EQ(seen, "OSError\nOSError\nOSError\nOSError\nOSError\nOSError\nOSError\n2\nOSError\n");
}

TEST_F(SandboxEscape, HasNoSystemCallsThatReachOutOrAddKernelSurface) {
  std::vector<long> calls{SYS_ptrace,
                          SYS_process_vm_readv,
                          SYS_process_vm_writev,
                          SYS_mount,
                          SYS_umount2,
                          SYS_pivot_root,
                          SYS_chroot,
                          SYS_unshare,
                          SYS_setns,
                          SYS_clone3,
                          SYS_open_tree,
                          SYS_move_mount,
                          SYS_fsopen,
                          SYS_fsmount,
                          SYS_mount_setattr,
                          SYS_bpf,
                          SYS_perf_event_open,
                          SYS_keyctl,
                          SYS_add_key,
                          SYS_request_key,
                          SYS_kexec_load,
                          SYS_init_module,
                          SYS_finit_module,
                          SYS_delete_module,
                          SYS_userfaultfd,
                          SYS_io_uring_setup,
                          SYS_io_setup,
                          SYS_memfd_create,
                          SYS_memfd_secret,
                          SYS_shmget,
                          SYS_msgget,
                          SYS_semget,
                          SYS_mq_open,
                          SYS_socket,
                          SYS_connect,
                          SYS_bind,
                          SYS_sendmsg,
                          SYS_recvmsg,
                          SYS_pidfd_open,
                          SYS_pidfd_getfd,
                          SYS_name_to_handle_at,
                          SYS_open_by_handle_at,
                          SYS_setuid,
                          SYS_setgid,
                          SYS_capset,
                          SYS_setsid,
                          SYS_setpgid,
                          SYS_personality,
                          SYS_seccomp,
                          SYS_quotactl,
                          SYS_reboot,
                          SYS_sethostname,
                          SYS_settimeofday,
                          SYS_clock_settime,
                          SYS_syslog,
                          SYS_mknodat,
                          SYS_execveat,
                          SYS_fanotify_init,
                          SYS_inotify_init1,
                          SYS_lookup_dcookie,
                          SYS_vmsplice,
                          SYS_landlock_create_ruleset};

  const auto seen =
      run_python(fmt::format("import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
                             "print([n for n in {} if libc.syscall(n, 0, 0, 0, 0, 0, 0) != -1 or "
                             "ctypes.get_errno() != 38])",
                             calls))
          .log;

  EXPECT_EQ(seen, "[]\n");
}

TEST_F(SandboxEscape, MakesNoNamespaces) {
  constexpr auto kNewUser = 0x10000000;

  const auto seen =
      run_python(fmt::format("import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
                             "print(libc.syscall({}, {}, 0, 0, 0, 0), ctypes.get_errno())",
                             SYS_clone, kNewUser | 17))
          .log;

  EXPECT_EQ(seen, "-1 38\n");
}

TEST_F(SandboxEscape, TypesNothingIntoATerminal) {
  const auto seen = attempts({"__import__('fcntl').ioctl(0, 0x5412, b'x')",
                              "__import__('fcntl').fcntl(0, 1031, 1 << 20)"});

  EXPECT_EQ(seen, "OSError\nOSError\n");
}

TEST_F(SandboxEscape, IsNobodyWithoutCapabilities) {
  const auto seen = run_python(R"(
import ctypes, os
libc = ctypes.CDLL(None)
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
libc.syscall()" + std::to_string(SYS_capget) +
                               R"(, header, data)
print(list(data), os.getuid() != 0, os.uname().nodename)
)")
                        .log;

  EXPECT_EQ(seen, "[0, 0, 0, 0, 0, 0] True sandbox\n");
}

TEST_F(SandboxEscape, SeesAndSignalsNoProcessesOfTheHost) {
  const auto parent = std::to_string(::getpid());

  const auto seen =
      attempts({"os.getpid() < 10", "os.kill(" + parent + ", 0)", "os.kill(" + parent + ", 9)"});

  EXPECT_EQ(seen, "True\nProcessLookupError\nProcessLookupError\n");
}

TEST_F(SandboxEscape, HasNoDescriptorsButItsOwn) {
  const int inheritable = ::dup(STDIN_FILENO);

  const auto seen = run_python(
                        "import os\nfor fd in range(200):\n  try: os.fstat(fd); print(fd)\n  "
                        "except OSError: pass")
                        .log;

  ::close(inheritable);
  EXPECT_EQ(seen, "0\n1\n2\n3\n");
}

TEST_F(SandboxEscape, CanNotRaiseItsLimits) {
  const auto seen = run_python(R"(
import resource
for what in (resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
  try: resource.setrlimit(what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)); print('raised')
  except (ValueError, OSError): print('refused')
)")
                        .log;

  EXPECT_EQ(seen, "refused\nrefused\nrefused\nrefused\nrefused\n");
}

TEST_F(SandboxEscape, DoesNotChangeWhatItReads) {
  const auto seen = run_python(
                        "import os\ntry: os.write(0, b'x'); print('written')\nexcept OSError as "
                        "error: print(error.strerror)",
                        {}, "input")
                        .log;

  EXPECT_EQ(seen, "Bad file descriptor\n");
}

TEST_F(SandboxEscape, GainsNothingFromAnotherProgram) {
  const auto result =
      run_python("import os\nos.execv('/usr/bin/mount', ['mount', '-t', 'proc', 'proc', '/tmp'])");

  EXPECT_NE(result.exit_code, 0);
}

}  // namespace
}  // namespace qd::process
