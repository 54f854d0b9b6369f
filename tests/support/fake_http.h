// Peers for outbound requests: a server on a free loopback port that serves bytes by hand (so that
// it can be as wrong as a test needs), and an http::Client that answers from a function.
#pragma once

#include <algorithm>
#include <atomic>
#include <charconv>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/http/client.h"

namespace qd::test {

/// The server's end of one connection. Reads block; a peer that is gone makes writes do nothing.
class LoopbackPeer {
 public:
  struct Request {
    std::string method;
    std::string target;
    http::Headers headers;
    std::string body;
    [[nodiscard]] std::string header(std::string_view name) const {
      return std::string(http::ClientResponse{.headers = headers}.header(name));
    }
  };

  explicit LoopbackPeer(int socket) : socket_(socket) {}

  /// The next request with its body (by Content-Length), or nothing once the peer closed.
  std::optional<Request> read() {
    const auto head_end = fill_until([&] { return buffer_.find("\r\n\r\n") + 1; });
    if (!head_end) return std::nullopt;
    auto request = parse_head(buffer_.substr(0, *head_end - 1));
    buffer_.erase(0, *head_end + 3);
    std::size_t length = 0;
    const auto text = request.header("Content-Length");
    std::from_chars(text.data(), text.data() + text.size(), length);
    if (!fill_until([&] { return buffer_.size() >= length ? 1 : 0; })) return std::nullopt;
    request.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return request;
  }

  /// False once the peer is gone.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  bool answer(int status, std::string_view body, const http::Headers& headers = {}) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Status\r\n";
    for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    return write(text += body);
  }

  /// Whether the peer closes within `wait`; it must not be sending.
  bool peer_closes_within(milliseconds wait) {
    pollfd poll{.fd = socket_, .events = POLLIN | POLLRDHUP, .revents = 0};
    return ::poll(&poll, 1, static_cast<int>(wait.count())) > 0 &&
           (poll.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
  }

 private:
  /// Reads more until `found` is above zero (npos + 1 is zero); nothing once the peer closed.
  template <class Found>
  std::optional<std::size_t> fill_until(Found found) {
    for (;;) {
      if (const std::size_t at = found(); at != 0) return at;
      char piece[16384];
      const auto count = ::recv(socket_, piece, sizeof piece, 0);
      if (count <= 0) return std::nullopt;
      buffer_.append(piece, static_cast<std::size_t>(count));
    }
  }

  static Request parse_head(std::string_view head) {
    Request request;
    const auto line = head.substr(0, head.find("\r\n"));
    request.method = line.substr(0, line.find(' '));
    const auto target = line.substr(request.method.size() + 1);
    request.target = target.substr(0, target.rfind(' '));
    head.remove_prefix(line.size());
    while (head.starts_with("\r\n")) {
      head.remove_prefix(2);
      const auto field = head.substr(0, head.find("\r\n"));
      const auto colon = field.find(':');
      auto value = field.substr(colon + 1);
      while (value.starts_with(' ')) value.remove_prefix(1);
      request.headers.emplace_back(field.substr(0, colon), value);
      head.remove_prefix(field.size());
    }
    return request;
  }

  int socket_;
  std::string buffer_;
};

/// Serves each connection by `serve` on a thread of its own; the connection closes when it returns.
class LoopbackServer {
 public:
  using Serve = std::function<void(LoopbackPeer&)>;

  explicit LoopbackServer(Serve serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof address;
    if (::bind(listener_, raw, length) != 0 || ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, raw, &length) != 0)
      throw std::runtime_error("no loopback port");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept(); });
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
      const std::lock_guard lock(mutex_);
      for (const auto socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  /// How many connections were made so far.
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      ++connections_;
      const std::lock_guard lock(mutex_);
      open_.push_back(socket);
      threads_.emplace_back([this, socket] { serve_one(socket); });
    }
  }
  void serve_one(int socket) {
    LoopbackPeer peer(socket);
    serve_(peer);
    const std::lock_guard lock(mutex_);
    std::erase(open_, socket);
    ::close(socket);
  }

  Serve serve_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<int> open_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

/// Answers from a function and keeps what was asked. A body goes through `on_data` (of a 2xx
/// answer) in the pieces that `cut` makes of it; the whole in one unless set.
class FakeHttpClient final : public http::Client {
 public:
  using Answer = std::function<Result<http::ClientResponse>(const http::ClientRequest&)>;
  using Cut = std::function<std::vector<std::string>(const std::string&)>;

  explicit FakeHttpClient(Answer answer) : answer_(std::move(answer)) {}
  void cut_by(Cut cut) { cut_ = std::move(cut); }
  [[nodiscard]] const std::vector<http::ClientRequest>& requests() const { return requests_; }

  Task<Result<http::ClientResponse>> send(http::ClientRequest request) override {
    requests_.push_back(request);
    auto answer = answer_(request);
    if (answer && request.on_data && answer->status >= 200 && answer->status < 300) {
      const auto body = std::exchange(answer->body, {});
      for (const auto& piece : cut_ ? cut_(body) : std::vector{body}) request.on_data(piece);
    }
    co_return answer;
  }

 private:
  Answer answer_;
  Cut cut_;
  std::vector<http::ClientRequest> requests_;
};

}  // namespace qd::test
