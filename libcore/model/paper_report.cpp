// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Table 1 and Fig. 9 as tables and as JSON.
#include <algorithm>
#include <array>
#include <cstdio>

#include "model/cost_report.hpp"

namespace inr::model {
namespace {

using base::Json;

// digits behind the point.
std::string fixed(double value, int digits) {
  std::array<char, 64> buffer{};
  const int n = std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
  return {buffer.data(), static_cast<size_t>(std::clamp(n, 0, 63))};
}

std::string percent(double part) {
  std::string text = fixed(part * 100, 2);
  if (text == "-0.00") text = "0.00";
  return (text.front() == '-' ? "" : "+") + text + " %";
}

bool has(const std::vector<MacCount>& counts, MacCount count) {
  return std::find(counts.begin(), counts.end(), count) != counts.end();
}

std::string count_text(const std::vector<MacCount>& counts) {
  if (has(counts, MacCount::kPaper)) return "the paper's count";
  return "the count '" + std::string(to_string(counts.front())) + "'";
}

double gmacs_of(const TableCell& cell, MacCount count) {
  return static_cast<double>(cell.costs[static_cast<size_t>(count)].macs) * 1e-9;
}

double gmacs_of(const Fig9Column& column, MacCount count) {
  if (count == MacCount::kPaper) return column.paper;
  return count == MacCount::kFull ? column.full : column.executed;
}

}  // namespace

Table table1_table(const std::vector<TableRow>& rows, const std::vector<MacCount>& counts) {
  const bool paper = has(counts, MacCount::kPaper);
  Table table{"Table 1: GMAC per image by " + count_text(counts) + ", parameters of G, deviation from the paper",
              {"row", "counted", "size"},
              {},
              2};
  if (paper) table.head.insert(table.head.end(), {"GMAC", "paper", "deviation"});
  if (!paper) table.head.push_back("GMAC " + std::string(to_string(counts.front())));
  table.head.insert(table.head.end(), {"Mparam", "paper", "deviation", "FID (paper)"});
  for (const MacCount count : counts) {
    if (paper && count != MacCount::kPaper) table.head.push_back("GMAC " + std::string(to_string(count)));
  }
  for (const TableRow& row : rows) {
    for (const TableCell& cell : row.cells) {
      std::vector<std::string> line = {row.name, cell.counted, std::to_string(cell.resolution)};
      const auto gmacs = [&cell](MacCount count) { return fixed(gmacs_of(cell, count), 3); };
      if (paper) {
        line.insert(line.end(), {gmacs(MacCount::kPaper), fixed(cell.gmacs.paper, 2), percent(cell.gmacs.deviation())});
      } else {
        line.push_back(gmacs(counts.front()));
      }
      line.insert(line.end(),
                  {fixed(cell.mparameters.ours, 2), fixed(cell.mparameters.paper, 2),
                   percent(cell.mparameters.deviation()), cell.paper_fid ? fixed(*cell.paper_fid, 2) : "O/M"});
      for (const MacCount count : counts) {
        if (paper && count != MacCount::kPaper) line.push_back(gmacs(count));
      }
      table.rows.push_back(std::move(line));
    }
  }
  return table;
}

Table fig9_table(const std::vector<Fig9Column>& columns, const std::vector<MacCount>& counts) {
  const bool paper = has(counts, MacCount::kPaper), others = !paper || counts.size() > 1;
  Table table{"Fig. 9: GMAC of a size x size image, FFHQ 1024, by " + count_text(counts), {"size"}, {}, 0};
  for (const MacCount count : counts) {
    table.head.emplace_back(count == MacCount::kPaper ? "paper's count" : to_string(count));
  }
  if (paper) table.head.insert(table.head.end(), {"StyleGAN2", "paper", "deviation"});
  if (others) table.head.emplace_back("StyleGAN2 true");
  for (const Fig9Column& column : columns) {
    std::vector<std::string> line = {std::to_string(column.size)};
    for (const MacCount count : counts) line.push_back(fixed(gmacs_of(column, count), 3));
    if (paper) {
      line.insert(line.end(), {fixed(column.stylegan2.ours, 2), fixed(column.stylegan2.paper, 2),
                               percent(column.stylegan2.deviation())});
    }
    if (others) line.push_back(fixed(column.stylegan2_true, 2));
    table.rows.push_back(std::move(line));
  }
  return table;
}

std::vector<CountedModel> table1_models(const std::vector<TableRow>& rows, const std::vector<MacCount>& counts) {
  std::vector<CountedModel> models;
  for (const TableRow& row : rows) {
    for (const TableCell& cell : row.cells) {
      if (cell.counted != "stand-in" && cell.counted != "config-f") continue;
      CountedModel model{row.name + " (" + cell.counted + ")", cell.resolution, counts, {}};
      for (const MacCount count : counts) model.costs.push_back(cell.costs[static_cast<size_t>(count)]);
      models.push_back(std::move(model));
    }
  }
  return models;
}

Json to_json(const std::vector<TableRow>& rows, const std::vector<MacCount>& counts) {
  const auto quantity = [](const Quantity& value) {
    return Json{{"ours", value.ours}, {"paper", value.paper}, {"deviation", value.deviation()}};
  };
  Json list = Json::array();
  for (const TableRow& row : rows) {
    for (const TableCell& cell : row.cells) {
      Json json = {{"row", row.name}, {"counted", cell.counted}, {"size", cell.resolution}};
      for (const MacCount count : counts) {
        if (count == MacCount::kPaper) {
          json["gmacs"] = quantity(cell.gmacs);
        } else {
          json["gmacs_" + std::string(to_string(count))] = gmacs_of(cell, count);
        }
      }
      json["mparameters"] = quantity(cell.mparameters);
      json["paper_fid"] = cell.paper_fid ? Json(*cell.paper_fid) : Json();
      list.push_back(std::move(json));
    }
  }
  return list;
}

Json to_json(const std::vector<Fig9Column>& columns, const std::vector<MacCount>& counts) {
  Json list = Json::array();
  for (const Fig9Column& column : columns) {
    Json json = {{"size", column.size}};
    for (const MacCount count : counts) json[std::string(to_string(count))] = gmacs_of(column, count);
    if (has(counts, MacCount::kPaper)) {
      json["stylegan2"] = column.stylegan2.ours;
      json["stylegan2_paper"] = column.stylegan2.paper;
    }
    if (has(counts, MacCount::kFull) || has(counts, MacCount::kExecuted))
      json["stylegan2_true"] = column.stylegan2_true;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace inr::model
