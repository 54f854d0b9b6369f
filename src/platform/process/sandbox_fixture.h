// For tests that run programs in real sandboxes.
#pragma once

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "platform/process/sandbox.h"
#include "support/stores.h"

namespace qd::process::test {

using qd::test::run;

class SandboxTest : public ::testing::Test {
 protected:
  SandboxRequest request(const Program& program, std::vector<std::string> arguments,
                         SandboxLimits limits = {}, std::string input = "",
                         milliseconds time = std::chrono::minutes(1)) {
    return {.program = program,
            .arguments = std::move(arguments),
            .input = std::move(input),
            .limits = limits,
            .deadline = clock_.now() + time};
  }
  SandboxResult run_python(const std::string& source, SandboxLimits limits = {},
                           std::string input = "", milliseconds time = std::chrono::minutes(1)) {
    return finish(request(python(), {"-I", "-S", "-c", source}, limits, std::move(input), time));
  }
  SandboxResult run_shell(const std::string& source, SandboxLimits limits = {},
                          std::string input = "") {
    return finish(request(*find_program("bash"), {"-c", source}, limits, std::move(input)));
  }
  static Program python() { return *find_program("python3"); }
  Clock& clock() { return clock_; }

 private:
  SandboxResult finish(SandboxRequest request) {
    auto result = run(sandbox_.run(std::move(request)));
    if (!result) throw std::runtime_error(result.error().message);
    return *std::move(result);
  }

  SystemClock clock_;
  Sandbox sandbox_{clock_, 4};
};

}  // namespace qd::process::test
