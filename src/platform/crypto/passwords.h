// Passwords as bcrypt `$2b$`. A hash takes a quarter of a second by intention, so it runs on a few
// threads of its own behind a bounded queue: a flood of logins is refused, not piled up.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"

namespace qd::crypto {

struct PasswordOptions {
  /// log2 of the rounds, 4 to 31.
  int cost = 12;
  int threads = 2;
  /// How many may wait for a thread; the next one is refused.
  std::size_t queue = 64;
};

/// bcrypt reads no further than this.
inline constexpr std::size_t kMaxPasswordBytes = 72;

/// Whether bcrypt can tell `password` from every other: refuses (kind Invalid) more than
/// `kMaxPasswordBytes` bytes, `password.too_long`, and a NUL byte, `password.nul`.
[[nodiscard]] Result<void> check_password_bytes(std::string_view password);

/// Whether `hash` was made with another cost than `cost`, so that it should be made anew.
[[nodiscard]] bool needs_rehash(std::string_view hash, int cost);

/// Thread-safe. Coroutines resume on the executor that awaits them.
class PasswordHasher {
 public:
  /// Throws std::invalid_argument when the cost is out of range.
  explicit PasswordHasher(const PasswordOptions& options);
  ~PasswordHasher() { stop(); }
  PasswordHasher(const PasswordHasher&) = delete;
  PasswordHasher& operator=(const PasswordHasher&) = delete;

  /// `$2b$<cost>$...` with a salt of its own. Limited `auth.busy` when the queue is full.
  Task<Result<std::string>> hash(Secret password);
  /// Whether `password` is the one of `hash`; false for a hash of another kind. Limited `auth.busy`
  /// when the queue is full.
  Task<Result<bool>> verify(Secret password, std::string hash);

  [[nodiscard]] int cost() const { return options_.cost; }
  /// Finishes what was taken, refuses the rest with Unavailable, joins. Tolerates being called
  /// twice.
  void stop();

 private:
  using Job = std::function<void()>;

  template <class T>
  Task<Result<T>> run(std::function<T()> work);
  /// Takes the job, or says why not.
  Result<void> push(Job job);
  void work();

  PasswordOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace qd::crypto
