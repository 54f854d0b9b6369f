#include "connect/models/prices.h"

#include <map>
#include <stdexcept>

#include "platform/embedded_file.h"

namespace qd::connect::models {

std::span<const EmbeddedFile> data_files();

namespace {

struct Price {
  std::string model;
  double input = 0;
  double output = 0;
  std::optional<double> cached;
  std::optional<double> cache_write;
  std::string as_of;
};
BOOST_DESCRIBE_STRUCT(Price, (), (model, input, output, cached, cache_write, as_of))

std::map<std::string, Price, std::less<>> read_prices() {
  std::map<std::string, Price, std::less<>> prices;
  for (const auto& file : data_files()) {
    if (file.name != "prices.json") continue;
    auto list = json::from_json<std::vector<Price>>(json::parse(file.content).value());
    for (auto& price : list.value()) prices[price.model] = std::move(price);
  }
  if (prices.empty()) throw std::logic_error("the program was built without its prices");
  return prices;
}

const Price* find_price(std::string_view model) {
  static const auto prices = read_prices();
  for (auto name = model; !name.empty(); name.remove_suffix(1)) {
    // A longer name counts only from a dash on: gpt-5 is not the price of gpt-5.6.
    if (name.size() < model.size() && model[name.size()] != '-') continue;
    if (const auto found = prices.find(name); found != prices.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace

std::optional<double> cost_usd(std::string_view model, const Usage& usage) {
  const auto* price = find_price(model);
  if (!price) return std::nullopt;
  const auto fresh = usage.input_total - usage.cached - usage.cache_write;
  const double sum =
      static_cast<double>(fresh) * price->input +
      static_cast<double>(usage.cached) * price->cached.value_or(price->input) +
      static_cast<double>(usage.cache_write) * price->cache_write.value_or(price->input) +
      static_cast<double>(usage.output_total) * price->output;
  return sum / 1e6;
}

}  // namespace qd::connect::models
