// Notices over LISTEN and NOTIFY: one thread with one connection, which it makes anew when it
// breaks.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <libpq-fe.h>

#include "platform/db/notices.h"

namespace qd::db {

class PostgresNotices final : public Notices {
 public:
  explicit PostgresNotices(std::string url);
  ~PostgresNotices() override;

  void publish(std::string topic, std::string text) override;
  void listen(NoticeListener& listener) override;
  void unlisten(NoticeListener& listener) override;

 private:
  struct CloseHandle {
    void operator()(PGconn* handle) const { PQfinish(handle); }
  };
  using Handle = std::unique_ptr<PGconn, CloseHandle>;
  using Pending = std::map<std::string, std::string>;

  // The thread's.
  void run();
  bool connect();
  /// Until there is something to read or to send, or the end.
  void wait(std::chrono::milliseconds most);
  bool receive();
  void take_all();
  void take(std::string_view payload);
  bool send();
  bool is_stopping();
  void tell_gap();

  void wake();

  const std::string url_;
  int wake_ = -1;
  Handle handle_;
  std::chrono::steady_clock::time_point last_sent_;

  std::mutex mutex_;
  Pending pending_;
  bool has_peers_ = false;
  bool is_stopping_ = false;
  std::thread thread_;

  /// Held while listeners are called, so that none is called after `unlisten`.
  std::mutex listeners_mutex_;
  std::vector<NoticeListener*> listeners_;
};

}  // namespace qd::db
