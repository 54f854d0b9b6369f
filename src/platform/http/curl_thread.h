// The one thread that drives every outbound transfer on libcurl's multi interface.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <curl/curl.h>

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

  void post(Command command);
  void run();
  /// False on Stop.
  bool obey();
  void begin(const std::shared_ptr<Transfer>& transfer);
  /// Out of libcurl's hands, or nothing when it was not in them.
  std::shared_ptr<Transfer> take_out(const Transfer* transfer);
  void collect();

  const AddressPolicy policy_;
  const std::string ca_file_;
  CURLM* multi_ = nullptr;
  // The curl thread's own.
  std::unordered_map<const Transfer*, std::pair<CURL*, std::shared_ptr<Transfer>>> live_;
  std::mutex mutex_;
  std::vector<Command> commands_;
  std::thread thread_;
};

}  // namespace qd::http
