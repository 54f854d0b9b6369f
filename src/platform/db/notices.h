// Short messages between the nodes on one database: something changed, somebody should look.
//
// They wake and never decide. One may be lost (a node is killed between its commit and the
// message), so whoever waits for one also looks by himself now and then, and after `on_gap`.
//
// On PostgreSQL they are NOTIFY, sent after the commit they tell of, together with all others of a
// few milliseconds, on a connection of their own: PostgreSQL writes transactions that hold a NOTIFY
// one after another, under one lock, so inside the writing transaction it would cost the group
// commit of all connections. A node that has met no other sends none. SQLite has one node and
// nobody to tell.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace qd::db {

class NoticeListener {
 public:
  virtual ~NoticeListener() = default;
  /// Another node told this. Called on a thread of the database: must be quick and must not listen
  /// or unlisten.
  virtual void on_notice(std::string_view topic, std::string_view text) = 0;
  /// Some may have been missed: at the start, after a broken connection, when another node came.
  virtual void on_gap() = 0;
};

/// Topic and text together, without line ends and tabs.
inline constexpr std::size_t kMaxNoticeBytes = 7'000;

/// Thread-safe.
class Notices {
 public:
  virtual ~Notices() = default;
  /// Tells the other nodes, soon. What is told again of a topic before the first has gone replaces
  /// it. Throws std::logic_error where it is too long, or has line ends.
  virtual void publish(std::string topic, std::string text) = 0;
  /// Until `unlisten` returns.
  virtual void listen(NoticeListener& listener) = 0;
  virtual void unlisten(NoticeListener& listener) = 0;
};

/// Of the nodes on the database of this URL; on SQLite there is nobody to tell. Connects once
/// somebody listens, in the background, as often as it takes.
[[nodiscard]] std::unique_ptr<Notices> open_notices(const std::string& url);

}  // namespace qd::db
