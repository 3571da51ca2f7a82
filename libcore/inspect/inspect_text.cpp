// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Findings as text for people and as JSON for programs.
#include <algorithm>
#include <array>
#include <cstdio>

#include "base/error.hpp"
#include "inspect/inspect.hpp"

namespace inr::inspect {
namespace {

std::string one_line(const base::Json& value, size_t max_chars = 1000) {
  return base::printable(value.is_string() ? value.get<std::string>() : base::dump_json(value), max_chars);
}

std::string number_text(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

// Eight heights between the least and the greatest value, then both ends of the curve.
std::string curve_line(const base::Json& means) {
  static constexpr std::array<std::string_view, 8> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto values = means.get<std::vector<double>>();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  std::string line;
  for (const double value : values) {
    const double height = *high > *low ? (value - *low) / (*high - *low) : 0.5;
    line += kBars[static_cast<size_t>(std::min(7.0, height * 8))];
  }
  return line + "  " + number_text(values.front()) + " to " + number_text(values.back());
}

// The lines of one detail.
std::string detail_text(const std::string& key, const base::Json& value) {
  std::string text;
  if (key == "tensors") {
    for (const base::Json& tensor : value)
      text +=
          "  " + one_line(tensor["name"]) + " " + one_line(tensor["dtype"]) + " " + one_line(tensor["shape"]) + '\n';
  } else if (key == "curves") {
    for (const auto& [name, means] : value.items()) text += "  " + name + ": " + curve_line(means) + '\n';
  } else if (value.is_array() && !value.empty() && value[0].is_object()) {
    for (const base::Json& entry : value) text += "  " + key + ": " + one_line(entry) + '\n';
  } else if (key == "command") {  // whole, so that it can be run
    text = "  command: " + one_line(value, size_t{1} << 20) + '\n';
  } else if (key != "config") {
    text = "  " + base::printable(key) + ": " + one_line(value) + '\n';
  }
  return text;
}

}  // namespace

std::string to_text(const Finding& finding) {
  std::string text =
      base::printable(finding.path, 4096) + ": " + finding.kind + ", " + std::string(to_string(finding.state));
  if (!finding.summary.empty()) text += ": " + finding.summary;
  text += '\n';
  if (!finding.fault.empty()) text += "  fault: " + finding.fault + '\n';
  for (const auto& [key, value] : finding.details.items()) {
    const bool shown = key == "model" && value.is_string() && finding.summary.starts_with(value.get<std::string>());
    if (!shown) text += detail_text(key, value);
  }
  return text;
}

base::Json to_json(const Finding& finding) {
  base::Json json = {{"file", finding.path}, {"kind", finding.kind}, {"state", to_string(finding.state)}};
  if (!finding.summary.empty()) json["summary"] = finding.summary;
  if (!finding.fault.empty()) {
    json["fault"] = finding.fault;
    json["fault_kind"] = base::to_string(finding.fault_kind);
  }
  for (const auto& [key, value] : finding.details.items()) json[key] = value;
  return json;
}

}  // namespace inr::inspect
