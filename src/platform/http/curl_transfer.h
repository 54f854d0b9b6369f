// One request on its way. Shared by the coroutine that awaits it and by the curl thread that moves
// it; what both touch is behind the mutex, the rest belongs to the curl thread.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/experimental/concurrent_channel.hpp>
#include <curl/curl.h>

#include "platform/http/client.h"
#include "platform/http/curl_policy.h"

namespace qd::http {

/// Holds at most one wake-up; sent to from the curl thread, received on the caller's executor.
using Signal = boost::asio::experimental::concurrent_channel<void(boost::system::error_code)>;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

/// Handles that wait for their next transfer: making one costs as much as a small request. Belongs
/// to the curl thread.
class HandlePool {
 public:
  HandlePool() = default;
  HandlePool(const HandlePool&) = delete;
  HandlePool& operator=(const HandlePool&) = delete;
  ~HandlePool();
  /// Without any option set; null when libcurl is out of memory.
  [[nodiscard]] CURL* take();
  void give_back(CURL* easy);

 private:
  std::vector<CURL*> idle_;
};

class Transfer {
 public:
  Transfer(ClientRequest request, Url url, std::string host, Signal& signal);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  // --- the awaiting coroutine ---

  struct News {
    /// Body bytes since the last look, of a request with `on_data`.
    std::string data;
    /// The curl thread waits for `resume`.
    bool paused = false;
    std::optional<Result<ClientResponse>> outcome;
  };
  [[nodiscard]] News take();
  /// No signal is sent any more once this returns; true when the transfer was still going.
  bool abandon();
  void deliver(std::string_view data) const { request_.on_data(data); }

  // --- the curl thread ---

  /// A handle ready to be added; null when libcurl is out of memory.
  /// `is_alone`: on a connection of its own that is not kept.
  CURL* prepare(HandlePool& handles, const AddressPolicy& policy, const std::string& ca_file,
                bool is_alone);
  void resume();
  /// The handle must have been taken out of its multi handle before any of these.
  void finish(CURLcode code);
  /// Ends it with an error of our own.
  void refuse(Error error);
  /// Ends it without a word.
  void close();

 private:
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_write(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_read(char* to, std::size_t, std::size_t size, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);
  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address);

  void set_limits(const std::string& ca_file);
  void set_request();
  [[nodiscard]] bool sends_once() const;
  bool take_header(std::string_view line);
  std::size_t take_data(std::string_view data);
  [[nodiscard]] Error failure(CURLcode code) const;
  void complete(Result<ClientResponse> outcome);

  const ClientRequest request_;
  const Url url_;
  const std::string host_;

  HandlePool* handles_ = nullptr;
  const AddressPolicy* policy_ = nullptr;
  CURL* easy_ = nullptr;
  curl_slist* header_lines_ = nullptr;
  char error_text_[CURL_ERROR_SIZE] = {};
  ClientResponse response_;
  std::size_t sent_ = 0;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  bool headers_done_ = false;
  bool too_large_ = false;
  std::string blocked_;
  bool opened_ = false;

  std::mutex mutex_;
  Signal* signal_;
  News news_;
  bool finished_ = false;
};

}  // namespace qd::http
