#include "platform/db/url.h"

#include <gtest/gtest.h>

namespace qd::db {
namespace {

TEST(StoreUrl, NamesTheStoreAndItsTarget) {
  EXPECT_EQ(parse_store_url("sqlite:/var/lib/qd.db").target, "/var/lib/qd.db");
  EXPECT_EQ(parse_store_url("sqlite:/var/lib/qd.db").store, StoreUrl::Store::Sqlite);
  EXPECT_EQ(parse_store_url("postgres://u@h/d").store, StoreUrl::Store::Postgres);
  EXPECT_EQ(parse_store_url("postgresql://u@h/d").target, "postgresql://u@h/d");
}

TEST(StoreUrl, RefusesWhatItDoesNotKnow) {
  EXPECT_THROW((void)parse_store_url("mysql://h/d"), std::runtime_error);
  EXPECT_THROW((void)parse_store_url("sqlite:"), std::runtime_error);
  EXPECT_THROW((void)parse_store_url(""), std::runtime_error);
}

TEST(StoreUrl, HidesThePassword) {
  EXPECT_EQ(without_password("postgres://u:secret@h/d"), "postgres://u:***@h/d");
  EXPECT_EQ(without_password("postgres://h/d?user=u&password=secret"),
            "postgres://h/d?user=u&password=***");
  EXPECT_EQ(without_password("postgres://u:sec ret@h/d"), "postgres:...");
  EXPECT_EQ(without_password("sqlite:/var/lib/qd.db"), "sqlite:/var/lib/qd.db");
}

}  // namespace
}  // namespace qd::db
