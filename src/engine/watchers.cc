#include "engine/watchers.h"

#include <charconv>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace qd::engine {
namespace {

constexpr std::string_view kExecution = "execution:";
constexpr std::string_view kProject = "project:";
constexpr std::string_view kQueue = "queue:";
/// Between nodes: an execution that another node holds has a message.
constexpr std::string_view kMail = "mail:";
/// Between nodes: `text:<execution>/<number>` carries a ModelText, `wish:<execution>` asks for
/// them.
constexpr std::string_view kText = "text:";
constexpr std::string_view kWish = "wish:";

/// A wish is told again before it ends.
constexpr std::chrono::seconds kWishAgain{30};
constexpr std::chrono::seconds kWishLasts{90};
constexpr std::size_t kMaxWishes = 10'000;
constexpr std::size_t kMaxTexts = 64;

std::string to_text(const journal::Head& head) {
  return fmt::format("{} {}", head.revision, enum_name(head.status));
}

std::optional<journal::Head> read_head(std::string_view text) {
  journal::Head head;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), head.revision);
  const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto status =
      parse_enum<ExecutionStatus>(rest.substr(std::min<std::size_t>(1, rest.size())));
  if (error != std::errc() || !status) return std::nullopt;
  head.status = *status;
  return head;
}

}  // namespace

std::string topic_of(const ExecutionId& id) {
  return std::string(kExecution) + id.value;
}

std::string topic_of(const ProjectId& id) {
  return std::string(kProject) + id.value;
}

std::string queue_topic(const ProjectId& project, std::string_view queue) {
  std::string name(queue);
  // Notices have neither in them.
  for (char& c : name)
    if (c == '\n' || c == '\t' || c == '\r') c = ' ';
  return std::string(kQueue) + project.value + "/" + name;
}

// --- one watch
// ----------------------------------------------------------------------------------

Watchers::Watch::Watch(Watchers& owner, std::string topic,
                       const boost::asio::any_io_executor& executor, Interest interest)
    : owner_(owner), topic_(std::move(topic)), interest_(interest), channel_(executor, 1) {
  const std::lock_guard lock(owner_.mutex_);
  owner_.watches_.emplace(topic_, this);
}

Watchers::Watch::~Watch() {
  const std::lock_guard lock(owner_.mutex_);
  const auto [first, last] = owner_.watches_.equal_range(topic_);
  for (auto one = first; one != last; ++one)
    if (one->second == this) {
      owner_.watches_.erase(one);
      return;
    }
}

Task<bool> Watchers::Watch::wait(Clock& clock, Timestamp deadline) {
  using namespace boost::asio::experimental::awaitable_operators;
  if (is_wish_due(clock.now()))
    owner_.publish(std::string(kWish) + topic_.substr(kExecution.size()), "");
  const auto first =
      co_await (channel_.async_receive(boost::asio::use_awaitable) || clock.sleep_until(deadline));
  co_return first.index() == 0;
}

/// Whether it is time to tell other nodes that somebody looks at the text here.
bool Watchers::Watch::is_wish_due(Timestamp now) {
  const std::lock_guard lock(owner_.mutex_);
  const bool is_due =
      interest_ == Interest::ChangesAndText && topic_.starts_with(kExecution) && now >= next_wish_;
  if (is_due) next_wish_ = now + kWishAgain;
  return is_due;
}

void Watchers::Watch::wake() {
  channel_.try_send(boost::system::error_code());
}

std::optional<journal::Head> Watchers::Watch::latest() const {
  const std::lock_guard lock(owner_.mutex_);
  return latest_;
}

std::deque<ModelText> Watchers::Watch::take_texts() {
  const std::lock_guard lock(owner_.mutex_);
  return std::exchange(texts_, {});
}

// --- telling
// ------------------------------------------------------------------------------------

Watchers::Watchers(db::Notices* notices, Clock& clock) : notices_(notices), clock_(clock) {
  if (notices_) notices_->listen(*this);
}

Watchers::~Watchers() {
  if (notices_) notices_->unlisten(*this);
}

void Watchers::publish(std::string topic, std::string text) {
  if (notices_) notices_->publish(std::move(topic), std::move(text));
}

void Watchers::tell(const Execution& execution) {
  const journal::Head head{execution.revision, execution.status};
  const auto topic = topic_of(execution.id);
  const auto project = topic_of(execution.project_id);
  spread(topic, head);
  spread(project, std::nullopt);
  if (!notices_) return;
  notices_->publish(topic, to_text(head));
  notices_->publish(project, "");
}

void Watchers::tell_queue(const ProjectId& project, std::string_view queue) {
  auto topic = queue_topic(project, queue);
  spread(topic, std::nullopt);
  publish(std::move(topic), "");
}

void Watchers::tell_mail(const ExecutionId& id) {
  publish(std::string(kMail) + id.value, "");
}

bool Watchers::is_text_wanted(const ExecutionId& id) const {
  const std::lock_guard lock(mutex_);
  const auto wish = wishes_.find(id.value);
  if (wish != wishes_.end() && wish->second > clock_.now()) return true;
  const auto [first, last] = watches_.equal_range(topic_of(id));
  return std::any_of(first, last, [](const auto& one) {
    return one.second->interest_ == Interest::ChangesAndText;
  });
}

void Watchers::tell_text(const ExecutionId& id, const ModelText& text) {
  spread_text(topic_of(id), text);
  std::int64_t serial = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!wishes_.contains(id.value)) return;
    serial = ++serial_;
  }
  publish(fmt::format("{}{}/{}", kText, id.value, serial), json::to_text(text));
}

void Watchers::wake_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [topic, watch] : watches_) watch->wake();
}

void Watchers::spread(const std::string& topic, std::optional<journal::Head> head) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = watches_.equal_range(topic);
  for (auto one = first; one != last; ++one) {
    // Notices of two nodes may overtake each other.
    const bool is_newer =
        head && (!one->second->latest_ || one->second->latest_->revision <= head->revision);
    if (is_newer) one->second->latest_ = head;
    const bool is_of_interest =
        one->second->interest_ != Interest::End || !head || is_final(head->status);
    if (is_of_interest) one->second->wake();
  }
}

void Watchers::spread_text(const std::string& topic, const ModelText& text) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = watches_.equal_range(topic);
  for (auto one = first; one != last; ++one) {
    auto& watch = *one->second;
    if (watch.interest_ != Interest::ChangesAndText) continue;
    if (watch.texts_.size() >= kMaxTexts) watch.texts_.pop_front();
    watch.texts_.push_back(text);
    watch.wake();
  }
}

// --- hearing other nodes
// ------------------------------------------------------------------------

void Watchers::remember_wish(const std::string& execution) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  if (wishes_.size() >= kMaxWishes)
    std::erase_if(wishes_, [&](const auto& wish) { return wish.second <= now; });
  if (wishes_.size() < kMaxWishes) wishes_[execution] = now + kWishLasts;
}

void Watchers::on_notice(std::string_view topic, std::string_view text) {
  if (topic.starts_with(kExecution)) {
    if (const auto head = read_head(text)) spread(std::string(topic), head);
  } else if (topic.starts_with(kMail)) {
    if (on_mail_) on_mail_({std::string(topic.substr(kMail.size()))});
  } else if (topic.starts_with(kProject) || topic.starts_with(kQueue)) {
    spread(std::string(topic), std::nullopt);
  } else if (topic.starts_with(kWish)) {
    remember_wish(std::string(topic.substr(kWish.size())));
  } else if (topic.starts_with(kText)) {
    const auto id = topic.substr(kText.size(), topic.find('/') - kText.size());
    const auto value = json::parse(text);
    const auto piece = value ? json::from_json<ModelText>(*value) : std::unexpected(value.error());
    if (piece) spread_text(topic_of(ExecutionId{std::string(id)}), *piece);
  }
}

void Watchers::on_gap() {
  const std::lock_guard lock(mutex_);
  for (const auto& [topic, watch] : watches_) {
    watch->latest_.reset();
    watch->next_wish_ = {};
    watch->wake();
  }
}

}  // namespace qd::engine
