// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Counts as tables for people, spreadsheets and programs: what inr-macs prints.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/macs.hpp"
#include "model/named_config.hpp"
#include "model/table1.hpp"

namespace inr::model {

/// Cells are text already; the columns from n_left on are numbers and stand to the right.
struct Table {
  std::string title;
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
  size_t n_left = 1;
};

enum class TableStyle { kText, kTsv, kMarkdown };
/// Ends with a newline. Text: title, aligned columns. TSV: "# title", then tab-separated. Markdown: heading and pipe
/// table.
std::string format_table(const Table& table, TableStyle style);

/// Three counts of one configuration at one size, in the order of counts.
struct CountedModel {
  std::string name;
  int64_t size = 0;  // pixels per side
  std::vector<MacCount> counts;
  std::vector<Cost> costs;
};
CountedModel count_model(const NamedConfig& named, const std::vector<MacCount>& counts, int64_t size);

/// "paper", "full", "executed".
std::string_view to_string(MacCount count) noexcept;
/// Throws UsageError.
MacCount parse_mac_count(std::string_view name);

/// One row per model: GMAC by count, millions of parameters, theta.
Table model_table(const std::string& title, const std::vector<CountedModel>& models);
/// One row per layer: MMAC by count, parameters.
Table layer_table(const CountedModel& model);
/// By one count: beside the paper's numbers, with the deviation from them where the count is the paper's. By all three:
/// as by the paper's, and a column for each of the others.
Table table1_table(const std::vector<TableRow>& rows, const std::vector<MacCount>& counts);
Table fig9_table(const std::vector<Fig9Column>& columns, const std::vector<MacCount>& counts);
/// The networks of Table 1 that are not presets, stand-ins and StyleGAN2, for layer_table().
std::vector<CountedModel> table1_models(const std::vector<TableRow>& rows, const std::vector<MacCount>& counts);

/// {"name", "size", "macs": {"paper": ...}, "parameters", "n_theta"} and, with_layers, "layers": [{"name", "macs",
/// "parameters"}].
base::Json to_json(const CountedModel& model, bool with_layers);
base::Json to_json(const std::vector<TableRow>& rows, const std::vector<MacCount>& counts);
base::Json to_json(const std::vector<Fig9Column>& columns, const std::vector<MacCount>& counts);

}  // namespace inr::model
