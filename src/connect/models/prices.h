// What a model call costs, by list price: US dollars per million tokens (prices.json, each with
// the day on which it was looked up).
#pragma once

#include <optional>
#include <string_view>

#include "connect/models/model.h"

namespace qd::connect::models {

/// Nothing where the model's price is not known. A dated model (`gpt-5-2026-08-01`) has the price
/// of the longest known name that it begins with. Discounts and long-context surcharges are not
/// counted.
[[nodiscard]] std::optional<double> cost_usd(std::string_view model, const Usage& usage);

}  // namespace qd::connect::models
