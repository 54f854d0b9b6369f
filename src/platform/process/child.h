// A child process with everything it is connected by.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/types.h>

#include "base/time.h"

namespace qd::process {

/// A descriptor that closes with its owner; not inherited by programs.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

struct Pipe {
  Descriptor read, write;
};
[[nodiscard]] Pipe make_pipe();
/// A file in memory, open for reading from its start.
[[nodiscard]] Descriptor readable_file(std::string_view content);

/// Which descriptor of ours is which number of the child's. It gets these and no others.
struct Given {
  const Descriptor& ours;
  int number;
};

/// Leads a session of its own. When this goes, the child and its session are killed and reaped.
class Child {
 public:
  /// Starts `command` (the first word is the path of the program) without environment. Throws
  /// std::runtime_error where that can't be done.
  Child(boost::asio::any_io_executor executor, const std::vector<std::string>& command,
        const std::vector<Given>& given);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// Ends it and all of its session that has not left it.
  void kill() const;
  /// Its exit code, or 128 and the signal that ended it.
  Task<int> exited();

 private:
  int reap();

  pid_t pid_ = -1;
  bool is_reaped_ = false;
  int exit_code_ = 0;
  boost::asio::posix::stream_descriptor ended_;
};

}  // namespace qd::process
