#include "platform/db/notices.h"

#include "platform/db/postgres_notices.h"
#include "platform/db/url.h"

namespace qd::db {
namespace {

/// Where one process has the database to itself.
class NoOtherNodes final : public Notices {
 public:
  void publish(std::string, std::string) override {}
  void listen(NoticeListener&) override {}
  void unlisten(NoticeListener&) override {}
};

}  // namespace

std::unique_ptr<Notices> open_notices(const std::string& url) {
  const auto store = parse_store_url(url);
  if (store.store == StoreUrl::Store::Postgres)
    return std::make_unique<PostgresNotices>(store.target);
  return std::make_unique<NoOtherNodes>();
}

}  // namespace qd::db
