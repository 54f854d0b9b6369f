// Which sockets epoll watches for libcurl. One whose connection waits for its next transfer stays
// watched, so that a request on a kept connection takes no call to epoll.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <curl/curl.h>
#include <sys/epoll.h>

namespace qd::http {

/// Belongs to the curl thread.
class SocketWatch {
 public:
  /// `bell` is an eventfd that is watched as well.
  explicit SocketWatch(int bell);
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;
  ~SocketWatch();

  /// A connection's; `forget` follows before it is closed, when another may have its number.
  void opened(curl_socket_t socket) { at(socket).is_connection = true; }
  /// `what` is one of CURL_POLL_*. False where the system watches no more sockets.
  [[nodiscard]] bool want(curl_socket_t socket, int what);
  void forget(curl_socket_t socket);
  /// Waits that many milliseconds at most, for ever where it is -1; the first events.
  [[nodiscard]] std::span<epoll_event> wait(int patience);
  /// Whether libcurl wants to hear of it; if not, it is not watched any longer.
  [[nodiscard]] bool is_wanted(curl_socket_t socket);

 private:
  struct Watched {
    std::uint32_t wanted = 0;
    std::uint32_t watched = 0;
    bool is_connection = false;
  };
  Watched& at(curl_socket_t socket);
  bool watch(curl_socket_t socket, std::uint32_t events);

  int epoll_;
  /// By the socket's number.
  std::vector<Watched> sockets_;
  std::vector<epoll_event> events_;
};

}  // namespace qd::http
