// What a sandboxed program may use up, and how it ends. These run bubblewrap and fail without it.
#include "platform/process/sandbox.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/process/sandbox_fixture.h"

namespace qd::process {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class SandboxTest : public test::SandboxTest {};

TEST_F(SandboxTest, GivesWhatAProgramSaysAndHowItEnds) {
  const auto result = run_shell(
      "read -r line; echo \"heard $line\"; echo loud >&2; echo answer >&3; exit 3", {}, "words\n");

  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.log, "heard words\nloud\n");
  EXPECT_EQ(result.answer, "answer\n");
  EXPECT_EQ(result.limit, std::nullopt);
}

TEST_F(SandboxTest, TakesAndGivesMoreThanAPipeHolds) {
  const std::string input(4 << 20, 'x');

  const auto result = run_python(
      "import sys, os\ndata = sys.stdin.read()\nwith open(3, 'w') as out: out.write(data)", {},
      input);

  EXPECT_TRUE(result.answer == input);
}

TEST_F(SandboxTest, KeepsTheStartOfALongLog) {
  const auto result = run_python("print('x' * 5_000_000)", {.log = 1'000});

  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.log, std::string(1'000, 'x'));
  EXPECT_TRUE(result.is_log_cut);
}

TEST_F(SandboxTest, EndsAProgramThatAnswersTooMuch) {
  const auto result =
      run_python("import os\nwhile True: os.write(3, b'x' * 100_000)", {.answer = 1'000'000});

  EXPECT_EQ(result.limit, SandboxLimit::Answer);
  EXPECT_EQ(result.answer.size(), 1'000'000U);
}

TEST_F(SandboxTest, EndsAProgramThatSleepsPastItsDeadline) {
  const auto result =
      run_python("print('before', flush=True)\nimport time\ntime.sleep(10_000)", {}, "", 500ms);

  EXPECT_EQ(result.limit, SandboxLimit::Deadline);
}

TEST_F(SandboxTest, EndsAProgramThatClosedItsOutputsAndSleeps) {
  const auto result = run_python(
      "import os, time\nfor fd in range(4): os.close(fd)\ntime.sleep(10_000)", {}, "", 500ms);

  EXPECT_EQ(result.limit, SandboxLimit::Deadline);
}

TEST_F(SandboxTest, EndsAProgramThatSpins) {
  const auto result = run_python("while True: pass", {.cpu = 1s});

  EXPECT_EQ(result.limit, SandboxLimit::Cpu);
}

TEST_F(SandboxTest, EndsAProgramThatSpinsAndWillNotHearOfIt) {
  const auto result =
      run_python("import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
                 {.cpu = 1s});

  EXPECT_EQ(result.exit_code, 128 + SIGKILL);
}

TEST_F(SandboxTest, CountsTheTimeOfAllThreads) {
  const auto result = run_python(
      "import threading\nfor _ in range(8): threading.Thread(target=lambda: [0 for _ in iter(int, "
      "1)]).start()",
      {.cpu = 1s});

  EXPECT_EQ(result.limit, SandboxLimit::Cpu);
}

TEST_F(SandboxTest, RefusesMemoryOverTheLimit) {
  const auto result =
      run_python("try:\n  x = bytearray(200 << 20)\nexcept MemoryError: print('refused')",
                 {.memory = 100 << 20});

  EXPECT_EQ(result.log, "refused\n");
}

TEST_F(SandboxTest, RefusesMemoryThatTheLimitWouldNotCount) {
  const auto result = run_python(R"(
import ctypes, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
def taken(flags): return libc.mmap(None, 1 << 30, 3, flags, -1, 0) != ctypes.c_void_p(-1).value
print(taken(mmap.MAP_SHARED | mmap.MAP_ANONYMOUS), taken(mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x100))
print(libc.memfd_create(b'x', 0), libc.shmget(0, 1 << 30, 0o1600))
)");

  EXPECT_EQ(result.log, "False False\n-1 -1\n");
}

TEST_F(SandboxTest, HasNoOtherProcesses) {
  const auto result = run_python(R"(
import os, subprocess
for make in (os.fork, lambda: subprocess.run(['/usr/bin/true']), lambda: os.posix_spawn('/usr/bin/true', ['true'], {})):
  try: make(); print('made')
  except OSError as error: print(error.strerror)
)");

  EXPECT_EQ(result.log,
            "Function not implemented\nFunction not implemented\nFunction not implemented\n");
}

TEST_F(SandboxTest, HasOnlySoManyThreads) {
  const auto result = run_python(R"(
import threading
stop = threading.Event()
made = []
try:
  for _ in range(200):
    thread = threading.Thread(target=stop.wait)
    thread.start()
    made.append(thread)
except RuntimeError: pass
print(5 < len(made) < 20)
stop.set()
)",
                                 {.threads = 20});

  EXPECT_EQ(result.log, "True\n");
}

TEST_F(SandboxTest, HasOnlySoMuchRoomForFiles) {
  const auto result = run_python(R"(
size = 0
try:
  for i in range(100):
    with open(f'/tmp/{i}', 'wb') as file: size += file.write(b'x' * 500_000)
except OSError as error: print(error.strerror)
print(size <= 4 << 20)
)",
                                 {.files = 4 << 20});

  EXPECT_EQ(result.log, "No space left on device\nTrue\n");
}

TEST_F(SandboxTest, EndsAProgramWhoseFileGrowsTooLarge) {
  const auto result = run_python(
      "import signal, os\nsignal.signal(signal.SIGXFSZ, "
      "signal.SIG_DFL)\nos.truncate(os.open('/tmp/x', os.O_CREAT | os.O_RDWR), 1 << 40)",
      {.files = 1 << 20});

  EXPECT_EQ(result.limit, SandboxLimit::Files);
}

TEST_F(SandboxTest, RunsOnlySoManyAtOnce) {
  Sandbox narrow(clock(), 1);
  asio::io_context io;
  const auto first = asio::co_spawn(
      io, narrow.run(request(python(), {"-c", "import time; time.sleep(10_000)"}, {}, "", 500ms)),
      asio::use_future);
  auto second =
      asio::co_spawn(io, narrow.run(request(python(), {"-c", "print('second')"}, {}, "", 300ms)),
                     asio::use_future);

  io.run();

  EXPECT_EQ(second.get().error().code, "sandbox.busy");
}

TEST_F(SandboxTest, GivesItsPlaceToTheNext) {
  Sandbox narrow(clock(), 1);
  asio::io_context io;
  std::vector<std::future<Result<SandboxResult>>> all;
  for (int i = 0; i < 3; ++i)
    all.push_back(asio::co_spawn(io, narrow.run(request(python(), {"-c", "print('mine')"})),
                                 asio::use_future));

  io.run();

  for (auto& one : all) EXPECT_EQ(one.get()->log, "mine\n");
}

TEST_F(SandboxTest, IsGoneWhenItsTaskIsCancelled) {
  Sandbox narrow(clock(), 1);
  asio::io_context io;
  asio::cancellation_signal cancel;
  auto cancelled = asio::co_spawn(
      io, narrow.run(request(python(), {"-c", "import time; time.sleep(10_000)"}, {}, "", 1h)),
      asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
  asio::post(io, [&] { cancel.emit(asio::cancellation_type::terminal); });

  // Ends only because the program is gone: the deadline is an hour away.
  io.run();

  EXPECT_THROW(cancelled.get(), boost::system::system_error);
  EXPECT_EQ(test::run(narrow.run(request(python(), {"-c", "print('its place')"})))->log,
            "its place\n");
}

TEST_F(SandboxTest, SaysSoWhereItCanNotIsolate) {
  const char* path = std::getenv("PATH");
  const std::string before = path ? path : "";
  ::setenv("PATH", "/nowhere", 1);
  Sandbox none(clock(), 1);
  ::setenv("PATH", before.c_str(), 1);

  const auto result = test::run(none.run(request(python(), {"-c", ""})));

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "sandbox.unavailable");
  EXPECT_THAT(result.error().message, HasSubstr("bwrap"));
}

TEST(FindProgram, PassesOverScriptsAndWhatIsNotThere) {
  EXPECT_EQ(find_program("/nowhere/python3").error().code, "program.not_found");
  EXPECT_EQ(find_program("no-such-program").error().code, "program.not_found");
  EXPECT_FALSE(find_program("/usr/bin/ldd")) << "a script";
}

}  // namespace
}  // namespace qd::process
