// One request on its way. Shared by the coroutine that awaits it and by the curl thread that moves
// it; what both touch is behind the mutex, the rest belongs to the curl thread.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "base/waiter.h"
#include "platform/http/client.h"
#include "platform/http/curl_policy.h"
#include "platform/http/curl_sockets.h"

namespace qd::http {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

/// Where a request goes, as libcurl reads it.
struct Address {
  Url url;
  std::string host;
};

/// Handles that wait for their next transfer, with everything set that is the same for all: making
/// one costs as much as a small request. Belongs to the curl thread.
class HandlePool {
 public:
  /// `ca_file`: see ClientOptions. The sockets outlive it, and the connections as well.
  HandlePool(std::string ca_file, SocketWatch& sockets)
      : ca_file_(std::move(ca_file)), sockets_(sockets) {}
  HandlePool(const HandlePool&) = delete;
  HandlePool& operator=(const HandlePool&) = delete;
  ~HandlePool();
  /// Null when libcurl is out of memory.
  [[nodiscard]] CURL* take();
  void give_back(CURL* easy);
  SocketWatch& sockets() { return sockets_; }

 private:
  [[nodiscard]] CURL* make() const;

  const std::string ca_file_;
  SocketWatch& sockets_;
  std::vector<CURL*> idle_;
};

class Transfer {
 public:
  Transfer(ClientRequest request, std::shared_ptr<const Address> address);
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
  /// As soon as there are any. Throws `operation_aborted` when the task is cancelled.
  Task<News> next();
  /// Nobody waits for it any more; true when the transfer was still going.
  bool abandon();
  void deliver(std::string_view data) const { request_.on_data(data); }

  // --- the curl thread ---

  /// A handle ready to be added; null when libcurl is out of memory.
  /// `is_alone`: on a connection of its own that is not kept.
  CURL* prepare(HandlePool& handles, const AddressPolicy& policy, bool is_alone);
  void resume();
  /// The handle must have been taken out of its multi handle before any of these. The first two
  /// give whoever waits for the end.
  [[nodiscard]] std::optional<Waiter> finish(CURLcode code);
  /// Ends it with an error of our own.
  [[nodiscard]] std::optional<Waiter> refuse(Error error);
  /// Ends it without a word.
  void close();

 private:
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_write(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_read(char* to, std::size_t, std::size_t size, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);
  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address);

  void set_limits(bool is_alone);
  void set_request();
  [[nodiscard]] bool sends_once() const;
  bool take_header(std::string_view line);
  std::size_t take_data(std::string_view data);
  [[nodiscard]] Error failure(CURLcode code) const;
  std::optional<Waiter> complete(Result<ClientResponse> outcome);
  void keep(Waiter waiter);
  void let_go_on(std::exception_ptr error);

  const ClientRequest request_;
  const std::shared_ptr<const Address> address_;

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
  std::optional<Waiter> waiter_;
  News news_;
  bool has_news_ = false;
  bool finished_ = false;
};

}  // namespace qd::http
