#include "connect/models/prices.h"

#include <gtest/gtest.h>

namespace qd::connect::models {
namespace {

TEST(Prices, AreTheListPricesOfFreshCachedAndMadeTokens) {
  const Usage usage{.input_total = 1'000'000, .cached = 400'000, .output_total = 100'000};
  const auto cost = cost_usd("gpt-6.1-sol", usage);
  ASSERT_TRUE(cost);
  EXPECT_NEAR(*cost, 0.6 * 2 + 0.4 * 0.1 + 0.1 * 10, 1e-9);
}

TEST(Prices, ADatedModelCostsWhatItsNameDoes) {
  const Usage usage{.input_total = 1'000'000};
  EXPECT_EQ(cost_usd("gpt-6.1-sol-2026-09-30", usage), cost_usd("gpt-6.1-sol", usage));
  EXPECT_EQ(cost_usd("gpt-6.1-solar", usage), std::nullopt);
  EXPECT_EQ(cost_usd("somebody's own model", usage), std::nullopt);
}

}  // namespace
}  // namespace qd::connect::models
