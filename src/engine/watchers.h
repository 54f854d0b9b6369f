// Who waits for executions to change, here or on another node, and who looks at what models say.
// Watchers wait on their own executors, so that one may be cancelled there; the engine only tells.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>

#include "engine/journal.h"
#include "platform/db/notices.h"

namespace qd::engine {

/// What can be watched: one execution, or everything of a project.
[[nodiscard]] std::string topic_of(const ExecutionId& id);
[[nodiscard]] std::string topic_of(const ProjectId& id);
/// What those watch who wait for tasks of a queue.
[[nodiscard]] std::string queue_topic(const ProjectId& project, std::string_view queue);

/// A piece of what a model says, while it says it. Kept nowhere.
struct ModelText {
  /// Path of the step.
  std::string step;
  std::int64_t attempt = 1;
  /// How many bytes of this attempt came before; a watcher that is behind misses pieces.
  std::int64_t offset = 0;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(ModelText, (), (step, attempt, offset, text))

/// Thread-safe.
class Watchers final : public db::NoticeListener {
 public:
  /// Of an execution: its end alone, each change, and what models say too.
  enum class Interest { End, Changes, ChangesAndText };

  class Watch {
   public:
    Watch(Watchers& owner, std::string topic, const boost::asio::any_io_executor& executor,
          Interest interest = Interest::Changes);
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch();
    /// Suspends until something was told (at once, where it was since the last call) or the
    /// deadline; false when it was the deadline.
    Task<bool> wait(Clock& clock, Timestamp deadline);
    /// Ends a wait. Thread-safe.
    void wake();
    /// Of an execution: what was told last.
    [[nodiscard]] std::optional<journal::Head> latest() const;
    /// Of an execution: what models said since the last call; the oldest goes where it is too much.
    [[nodiscard]] std::deque<ModelText> take_texts();

   private:
    friend class Watchers;
    bool is_wish_due(Timestamp now);

    using Channel = boost::asio::experimental::concurrent_channel<void(boost::system::error_code)>;
    Watchers& owner_;
    std::string topic_;
    Interest interest_;
    Channel channel_;
    std::optional<journal::Head> latest_;
    std::deque<ModelText> texts_;
    Timestamp next_wish_;
  };

  /// Hears other nodes until it is destroyed; `notices` may be null where there are none.
  Watchers(db::Notices* notices, Clock& clock);
  ~Watchers() override;

  /// What was committed just now.
  void tell(const Execution& execution);
  /// A task was put into the queue.
  void tell_queue(const ProjectId& project, std::string_view queue);
  /// Whoever else holds the execution, that there is a message for it.
  void tell_mail(const ExecutionId& id);
  /// Called, on a thread of the database, when another node says that an execution which may be
  /// held here has a message. Set before anything is told.
  void on_mail(std::function<void(ExecutionId)> call) { on_mail_ = std::move(call); }
  /// Anybody who looks, here or elsewhere.
  [[nodiscard]] bool is_text_wanted(const ExecutionId& id) const;
  void tell_text(const ExecutionId& id, const ModelText& text);
  /// Everybody, to look again or to see that nothing more will come.
  void wake_all();

  void on_notice(std::string_view topic, std::string_view text) override;
  void on_gap() override;

 private:
  void spread(const std::string& topic, std::optional<journal::Head> head);
  void spread_text(const std::string& topic, const ModelText& text);
  void publish(std::string topic, std::string text);
  void remember_wish(const std::string& execution);

  std::function<void(ExecutionId)> on_mail_;
  db::Notices* notices_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::multimap<std::string, Watch*> watches_;
  /// Executions whose text somebody on another node looks at, and until when that is so.
  std::unordered_map<std::string, Timestamp> wishes_;
  std::int64_t serial_ = 0;
};

}  // namespace qd::engine
