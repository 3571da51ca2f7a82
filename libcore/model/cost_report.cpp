// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "model/cost_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/error.hpp"

namespace inr::model {
namespace {

using base::Json;

constexpr std::array<std::string_view, 3> kCountNames = {"full", "paper", "executed"};  // in the order of MacCount

// digits behind the point.
std::string fixed(double value, int digits) {
  std::array<char, 64> buffer{};
  const int n = std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
  return {buffer.data(), static_cast<size_t>(std::clamp(n, 0, 63))};
}

// Units of 10^9 or 10^6, small ones with more digits.
std::string scaled(int64_t count, double unit) {
  const double value = static_cast<double>(count) / unit;
  return fixed(value, value < 1 ? 6 : 3);
}

std::string line_of(const std::vector<std::string>& cells, std::string_view separator) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : std::string(separator)) + cells[i];
  return line + "\n";
}

std::string aligned(const Table& table) {
  std::vector<size_t> widths(table.head.size(), 0);
  const auto widen = [&](const std::vector<std::string>& cells) {
    for (size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  };
  widen(table.head);
  for (const auto& row : table.rows) widen(row);
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string pad(widths[i] - cells[i].size(), ' ');
      text += (i == 0 ? "" : "  ") + (i < table.n_left ? cells[i] + pad : pad + cells[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string text = table.title + "\n\n" + line(table.head);
  for (const auto& row : table.rows) text += line(row);
  return text;
}

std::string markdown(const Table& table) {
  std::string text = "## " + table.title + "\n\n| " + line_of(table.head, " | ");
  text.insert(text.size() - 1, " |");
  for (size_t i = 0; i < table.head.size(); ++i) text += i < table.n_left ? "|---" : "|---:";
  text += "|\n";
  for (const auto& row : table.rows) {
    text += "| " + line_of(row, " | ");
    text.insert(text.size() - 1, " |");
  }
  return text;
}

// A control character in a file's name must not break the lines of a table.
std::string cell_name(const std::string& name) { return base::printable(name, 60); }

}  // namespace

std::string format_table(const Table& table, TableStyle style) {
  switch (style) {
    case TableStyle::kTsv: {
      std::string text = "# " + table.title + "\n" + line_of(table.head, "\t");
      for (const auto& row : table.rows) text += line_of(row, "\t");
      return text;
    }
    case TableStyle::kMarkdown:
      return markdown(table);
    case TableStyle::kText:
      break;
  }
  return aligned(table);
}

CountedModel count_model(const NamedConfig& named, const std::vector<MacCount>& counts, int64_t size) {
  const ModelConfig& config = named.config.model;
  CountedModel model{named.name, size == 0 ? config.resolution : size, counts, {}};
  for (const MacCount count : counts) model.costs.push_back(count_cost(config, count, size));
  return model;
}

std::string_view to_string(MacCount count) noexcept {
  const auto index = static_cast<size_t>(count);
  return index < kCountNames.size() ? kCountNames[index] : "unknown";
}

MacCount parse_mac_count(std::string_view name) {
  const auto found = std::find(kCountNames.begin(), kCountNames.end(), name);
  if (found == kCountNames.end()) {
    throw base::UsageError("count '" + base::printable(name, 40) + "' is unknown; give paper, full or executed");
  }
  return static_cast<MacCount>(found - kCountNames.begin());
}

Table model_table(const std::string& title, const std::vector<CountedModel>& models) {
  Table table{title, {"model", "size"}, {}, 1};
  if (models.empty()) return table;
  for (const MacCount count : models.front().counts) {
    table.head.push_back("GMAC " + std::string(to_string(count)));
  }
  table.head.insert(table.head.end(), {"Mparam", "theta"});
  for (const CountedModel& model : models) {
    std::vector<std::string> row = {cell_name(model.name), std::to_string(model.size)};
    for (const Cost& cost : model.costs) row.push_back(scaled(cost.macs, 1e9));
    row.push_back(scaled(model.costs.front().parameters, 1e6));
    row.push_back(std::to_string(model.costs.front().n_theta));
    table.rows.push_back(std::move(row));
  }
  return table;
}

namespace {

/// The products of a layer with its input: neither the hypernetwork, nor A B, nor B q.
bool is_layer(std::string_view name) {
  return name.starts_with("inr.") && !name.ends_with(".AB") && !name.ends_with(".B");
}

}  // namespace

Table layer_table(const CountedModel& model) {
  const Cost& first = model.costs.front();
  Table table{cell_name(model.name) + " at " + std::to_string(model.size) + " x " + std::to_string(model.size),
              {"layer"},
              {},
              1};
  for (const MacCount count : model.counts) table.head.push_back("MMAC " + std::string(to_string(count)));
  table.head.emplace_back("parameters");
  const auto mmacs = [](int64_t macs) { return scaled(macs, 1e6); };
  for (size_t i = 0; i < first.layers.size(); ++i) {
    std::vector<std::string> row = {first.layers[i].name};
    for (const Cost& cost : model.costs) row.push_back(mmacs(cost.layers[i].macs));
    row.push_back(std::to_string(first.layers[i].parameters));
    table.rows.push_back(std::move(row));
  }
  std::vector<std::string> total = {"total"};
  for (const Cost& cost : model.costs) total.push_back(mmacs(cost.macs));
  total.push_back(std::to_string(first.parameters));
  table.rows.push_back(std::move(total));
  std::vector<std::string> part = {"of it layers"};
  const auto sum = [](const Cost& cost, int64_t LayerCost::*number) {
    int64_t n = 0;
    for (const LayerCost& layer : cost.layers) n += is_layer(layer.name) ? layer.*number : 0;
    return n;
  };
  for (const Cost& cost : model.costs) part.push_back(mmacs(sum(cost, &LayerCost::macs)));
  part.push_back(std::to_string(sum(first, &LayerCost::parameters)));
  table.rows.push_back(std::move(part));
  return table;
}

Json to_json(const CountedModel& model, bool with_layers) {
  const Cost& first = model.costs.front();
  Json json = {{"name", model.name}, {"size", model.size}};
  for (size_t i = 0; i < model.counts.size(); ++i) {
    json["macs"][std::string(to_string(model.counts[i]))] = model.costs[i].macs;
  }
  json["parameters"] = first.parameters;
  json["n_theta"] = first.n_theta;
  if (!with_layers) return json;
  json["layers"] = Json::array();
  for (size_t k = 0; k < first.layers.size(); ++k) {
    Json layer = {{"name", first.layers[k].name}};
    for (size_t i = 0; i < model.counts.size(); ++i) {
      layer["macs"][std::string(to_string(model.counts[i]))] = model.costs[i].layers[k].macs;
    }
    layer["parameters"] = first.layers[k].parameters;
    json["layers"].push_back(std::move(layer));
  }
  return json;
}

}  // namespace inr::model
