// The one thread that drives every outbound transfer: libcurl says which sockets and which moment
// it waits for, epoll waits. What one event costs does not depend on how many transfers there are.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <curl/curl.h>

#include "base/time.h"
#include "platform/http/curl_sockets.h"
#include "platform/http/curl_transfer.h"

namespace qd::http {

/// Callable from any thread; nothing here blocks the caller.
class CurlThread {
 public:
  CurlThread(AddressPolicy policy, std::string ca_file);
  CurlThread(const CurlThread&) = delete;
  CurlThread& operator=(const CurlThread&) = delete;
  /// Ends what is under way with `http.stopped` and joins.
  ~CurlThread();

  void start(std::shared_ptr<Transfer> transfer);
  /// Goes on with a transfer that paused because its data was not taken.
  void resume(std::shared_ptr<Transfer> transfer);
  /// Drops the transfer; it reports nothing any more.
  void cancel(std::shared_ptr<Transfer> transfer);

 private:
  enum class Verb { Start, Resume, Cancel, Stop };
  struct Command {
    Verb verb;
    std::shared_ptr<Transfer> transfer;
  };

  static int on_socket(CURL*, curl_socket_t socket, int wanted, void* self, void* known);
  static int on_timer(CURLM*, long wait_ms, void* self);

  void post(Command command);
  void run();
  /// Until a socket is ready, the moment has come or there is a command.
  void wait();
  void act(curl_socket_t socket, int events);
  /// False on Stop.
  bool obey();
  void begin(const std::shared_ptr<Transfer>& transfer);
  /// Out of libcurl's hands, or nothing when it was not in them.
  std::shared_ptr<Transfer> take_out(const Transfer* transfer);
  void collect();
  /// Lets them know once everything that is ready was looked at.
  void note(std::optional<Waiter> waiter);

  const AddressPolicy policy_;
  CURLM* multi_ = nullptr;
  /// An eventfd that wakes the thread.
  const int bell_;
  // The curl thread's own.
  SocketWatch sockets_;
  std::optional<std::chrono::steady_clock::time_point> next_;
  std::deque<Command> todo_;
  HandlePool handles_;
  std::vector<Resumed> answered_;
  std::unordered_map<const Transfer*, std::pair<CURL*, std::shared_ptr<Transfer>>> live_;
  std::mutex mutex_;
  std::vector<Command> commands_;
  std::thread thread_;
};

}  // namespace qd::http
