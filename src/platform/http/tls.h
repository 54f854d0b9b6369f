// The server's certificate, followed on disk: a renewal takes effect without a restart.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <boost/asio/ssl/context.hpp>

#include "base/time.h"

namespace qd::http {

/// Reads the files once a second from a thread of its own. A pair that can't be used (half written,
/// key of another certificate) is logged, and the last good one stays.
class TlsCertificate {
 public:
  /// Throws std::runtime_error naming the file when the pair can't be used.
  TlsCertificate(std::string certificate_file, std::string key_file, milliseconds check_interval);

  /// For one new connection, which keeps what it needs of it. Thread-safe.
  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> current() const;

 private:
  using Times = std::array<std::filesystem::file_time_type, 2>;

  void follow(const std::stop_token& stop, milliseconds interval);
  [[nodiscard]] Times modified() const;
  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> load() const;

  const std::string certificate_file_;
  const std::string key_file_;
  Times seen_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::jthread thread_;
};

}  // namespace qd::http
