#include "platform/crypto/passwords.h"

#include <exception>
#include <stdexcept>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <crypt.h>

#include "base/thread_name.h"
#include "platform/crypto/digest.h"

namespace qd::crypto {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kPrefix = "$2b$";
constexpr std::size_t kSaltBytes = 16;

/// The result of crypt(3), empty when libxcrypt refuses the setting.
std::string crypt_with(std::string_view password, const std::string& setting) {
  const auto data = std::make_unique<crypt_data>();
  const Secret phrase{std::string(password)};
  const char* out = crypt_r(phrase.reveal().data(), setting.c_str(), data.get());
  return out == nullptr || out[0] == '*' ? std::string() : std::string(out);
}

std::string hash_now(const Secret& password, int cost) {
  const auto salt = random_bytes(kSaltBytes);
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const char* made = crypt_gensalt_rn(kPrefix.data(), static_cast<unsigned long>(cost), salt.data(),
                                      static_cast<int>(salt.size()), setting.data(),
                                      static_cast<int>(setting.size()));
  auto hash = made == nullptr ? std::string() : crypt_with(password.reveal(), made);
  if (hash.empty()) throw std::runtime_error("bcrypt failed");
  return hash;
}

bool verify_now(const Secret& password, const std::string& hash) {
  if (!hash.starts_with(kPrefix) || !check_password_bytes(password.reveal())) return false;
  const auto again = crypt_with(password.reveal(), hash);
  return !again.empty() && equal_in_constant_time(again, hash);
}

std::unexpected<Error> busy() {
  return std::unexpected(Error{.kind = ErrorKind::Limited,
                               .code = "auth.busy",
                               .message = "too many sign-ins at once; try again in a moment",
                               .retry_after = std::chrono::seconds(2)});
}

}  // namespace

Result<void> check_password_bytes(std::string_view password) {
  if (password.size() > kMaxPasswordBytes)
    return fail(
        ErrorKind::Invalid, "password.too_long",
        "a password may have at most 72 bytes; this one has " + std::to_string(password.size()));
  if (password.contains('\0'))
    return fail(ErrorKind::Invalid, "password.nul", "a password can't contain a NUL character");
  return {};
}

bool needs_rehash(std::string_view hash, int cost) {
  return !hash.starts_with(fmt::format("{}{:02}$", kPrefix, cost));
}

PasswordHasher::PasswordHasher(const PasswordOptions& options) : options_(options) {
  if (options.cost < 4 || options.cost > 31)
    throw std::invalid_argument("the bcrypt cost must be 4 to 31");
  for (int i = 0; i < std::max(1, options.threads); ++i)
    threads_.emplace_back([this] {
      name_this_thread("qd-password");
      work();
    });
}

Task<Result<std::string>> PasswordHasher::hash(Secret password) {
  QD_CO_CHECK(check_password_bytes(password.reveal()));
  std::function<std::string()> work = [password, cost = options_.cost] {
    return hash_now(password, cost);
  };
  co_return co_await run<std::string>(std::move(work));
}

Task<Result<bool>> PasswordHasher::verify(Secret password, std::string hash) {
  std::function<bool()> work = [password, hash] { return verify_now(password, hash); };
  co_return co_await run<bool>(std::move(work));
}

template <class T>
Task<Result<T>> PasswordHasher::run(std::function<T()> work) {
  using Token = const asio::use_awaitable_t<>;
  auto start = [this](auto handler, std::function<T()> body) {
    // The handler is move-only, a job is not; the guard keeps the caller's executor alive
    // meanwhile.
    auto guard = asio::make_work_guard(handler);
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto finish = [shared, guard](std::exception_ptr fault, Result<T> result) {
      asio::post(guard.get_executor(), [shared, fault, result = std::move(result)]() mutable {
        (*shared)(fault, std::move(result));
      });
    };
    auto taken = push([body = std::move(body), finish] {
      try {
        finish(nullptr, body());
      } catch (...) {
        finish(std::current_exception(), T{});  // thrown again where it is awaited
      }
    });
    if (!taken) finish(nullptr, std::unexpected(std::move(taken).error()));
  };
  co_return co_await asio::async_initiate<Token, void(std::exception_ptr, Result<T>)>(
      std::move(start), asio::use_awaitable, std::move(work));
}

Result<void> PasswordHasher::push(Job job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return fail(ErrorKind::Unavailable, "auth.stopping", "the server is stopping");
  if (jobs_.size() >= options_.queue) return busy();
  jobs_.push_back(std::move(job));
  wake_.notify_one();
  return {};
}

void PasswordHasher::work() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

void PasswordHasher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

}  // namespace qd::crypto
