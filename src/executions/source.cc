#include "executions/source.h"

#include "executions/store.h"

namespace qd::executions {
namespace {

class ExecutionSource final : public Source {
 public:
  ExecutionSource(db::Database& database, ExecutionId id)
      : database_(database), id_(std::move(id)) {}

  Task<News> begin() override {
    const auto head = co_await database_.read(
        [&](db::Snapshot& view) { return engine::journal::head(view, id_); });
    co_return told({}, head);
  }

  Task<News> news(std::int64_t limit) override {
    std::optional<engine::journal::Head> head;
    const auto events = co_await database_.read([&](db::Snapshot& view) {
      head = engine::journal::head(view, id_);
      return store::events(view, id_.value, seen_, limit + 1);
    });
    co_return told(std::ssize(events) > limit ? std::vector<engine::Event>() : events, head);
  }

  Task<Page> page(store::Place place, Standing standing, std::int64_t limit) override {
    const auto events = co_await database_.read(
        [&](db::Snapshot& view) { return store::events(view, id_.value, place.changed, limit); });
    Page page;
    for (const auto& event : events)
      if (event.seq < standing.until) page.notices.push_back(to_notice(event));
    if (std::ssize(events) == limit && events.back().seq + 1 < standing.until)
      page.rest = store::Place{events.back().seq, ""};
    co_return page;
  }

 private:
  News told(const std::vector<engine::Event>& events,
            const std::optional<engine::journal::Head>& head) {
    News news{.notices = {}, .standing = {}, .is_over = !head || engine::is_final(head->status)};
    for (const auto& event : events) news.notices.push_back(to_notice(event));
    const auto revision = head ? head->revision : seen_;
    news.is_too_much = events.empty() && revision > seen_;
    seen_ = revision;
    news.standing = {.settled = seen_, .until = seen_ + 1};
    return news;
  }

  db::Database& database_;
  const ExecutionId id_;
  std::int64_t seen_ = 0;
};

class ProjectSource final : public Source {
 public:
  ProjectSource(db::Database& database, ProjectId id) : database_(database), id_(std::move(id)) {}

  Task<News> begin() override {
    seen_ = co_await database_.read([&](db::Snapshot& view) { return store::look(view); });
    co_return News{.notices = {}, .standing = {seen_.settled, seen_.next}};
  }

  Task<News> news(std::int64_t limit) override {
    store::Look now;
    const auto changes = co_await database_.read([&](db::Snapshot& view) {
      now = store::look(view);
      return store::changes_since(view, id_, seen_, now.next, limit + 1);
    });
    News news{.notices = {}, .standing = {now.settled, now.next}};
    news.is_too_much = std::ssize(changes) > limit;
    if (!news.is_too_much) news.notices = to_notices(changes, now.settled, now.settled);
    seen_ = std::move(now);
    co_return news;
  }

  Task<Page> page(store::Place place, Standing standing, std::int64_t limit) override {
    const auto changes = co_await database_.read([&](db::Snapshot& view) {
      return store::changes_after(view, id_, place, standing.until, limit);
    });
    if (std::ssize(changes) < limit)
      co_return Page{to_notices(changes, standing.settled, standing.settled), std::nullopt};
    const auto& last = changes.back().place;
    co_return Page{to_notices(changes, last.changed, standing.settled), last};
  }

 private:
  /// Whoever has got a notice goes on with the change after it, at the latest with what is not
  /// settled; after the last with `end`.
  static std::vector<NoticePtr> to_notices(const std::vector<store::Change>& changes,
                                           std::int64_t end, std::int64_t settled) {
    std::vector<NoticePtr> notices;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto next = i + 1 < changes.size() ? changes[i + 1].place.changed : end;
      const auto seq = std::min(next, settled);
      notices.push_back(
          std::visit([&](const auto& what) { return to_notice(what, seq); }, changes[i].what));
    }
    return notices;
  }

  db::Database& database_;
  const ProjectId id_;
  store::Look seen_;
};

}  // namespace

std::unique_ptr<Source> make_source(db::Database& database, const Topic& topic) {
  if (topic.kind == Topic::Kind::Execution)
    return std::make_unique<ExecutionSource>(database, ExecutionId{topic.id});
  return std::make_unique<ProjectSource>(database, ProjectId{topic.id});
}

}  // namespace qd::executions
