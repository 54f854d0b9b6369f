// How an expected failure travels: as a value with a stable code, a public message, and a kind that
// the doors translate (HTTP status, exit code). Faults (a lost database, a bug) are exceptions.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <vector>

#include <boost/describe.hpp>

namespace qd {

/// What the caller can do about an error; each door maps it once (`api::http_status`).
enum class ErrorKind {
  Malformed,
  Unauthenticated,
  Forbidden,
  NotFound,
  Conflict,
  Stale,
  TooLarge,
  UnsupportedMedia,
  Invalid,
  Limited,
  Internal,
  Unavailable,
};
BOOST_DESCRIBE_ENUM(ErrorKind, Malformed, Unauthenticated, Forbidden, NotFound, Conflict, Stale,
                    TooLarge, UnsupportedMedia, Invalid, Limited, Internal, Unavailable)

/// One thing wrong in an input: where (`/nodes/0/id`, RFC 6901), a stable code, what would be
/// right.
struct Fault {
  std::string path;
  std::string code;
  std::string message;
};

struct Error {
  ErrorKind kind = ErrorKind::Internal;
  /// Stable and dotted, for programs: `project.not_found`.
  std::string code;
  /// For people, and safe to show to the caller.
  std::string message;
  /// Every fault of an `Invalid` input, not just the first.
  std::vector<Fault> faults = {};
  /// Logged only, never sent.
  std::string internal = {};
  /// When trying again may help; zero means not said.
  std::chrono::seconds retry_after{0};
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string code,
                                                 std::string message) {
  return std::unexpected(
      Error{.kind = kind, .code = std::move(code), .message = std::move(message)});
}

/// Refuses an input; `faults` must not be empty.
[[nodiscard]] inline std::unexpected<Error> invalid(std::vector<Fault> faults) {
  auto message = faults.size() == 1 ? faults.front().path + ": " + faults.front().message
                                    : std::to_string(faults.size()) + " fields are not valid";
  return std::unexpected(Error{.kind = ErrorKind::Invalid,
                               .code = "validation",
                               .message = std::move(message),
                               .faults = std::move(faults)});
}

}  // namespace qd

#define QD_CONCAT_(a, b) a##b
#define QD_CONCAT(a, b) QD_CONCAT_(a, b)
#define QD_TRY_IMPL_(ret, temp, declaration, expression)   \
  auto temp = (expression);                                \
  if (!temp) ret std::unexpected(std::move(temp).error()); \
  declaration = *std::move(temp)

/// `QD_TRY(const auto page, list(filter));` declares `page`, or returns the error upward.
#define QD_TRY(declaration, ...) \
  QD_TRY_IMPL_(return, QD_CONCAT(qd_try_, __LINE__), declaration, (__VA_ARGS__))
/// The same inside a coroutine: `QD_CO_TRY(const auto page, co_await list(filter));`
#define QD_CO_TRY(declaration, ...) \
  QD_TRY_IMPL_(co_return, QD_CONCAT(qd_try_, __LINE__), declaration, (__VA_ARGS__))
/// For a `Result<void>`: go on, or return the error upward.
#define QD_CHECK(...)                             \
  if (auto qd_check_ = (__VA_ARGS__); !qd_check_) \
  return std::unexpected(std::move(qd_check_).error())
#define QD_CO_CHECK(...)                          \
  if (auto qd_check_ = (__VA_ARGS__); !qd_check_) \
  co_return std::unexpected(std::move(qd_check_).error())
