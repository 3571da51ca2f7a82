// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "model/table1.hpp"

#include <algorithm>

#include "model/macs.hpp"
#include "model/presets.hpp"

namespace inr::model {
namespace {

// Hypernetwork of Table 1: 512 -> 1024 -> 1024 -> 1024.
constexpr int64_t kHidden = 1024;
constexpr int64_t kMappingMacs = 512 * kHidden + 2 * kHidden * kHidden;
constexpr int64_t kMappingParameters = kMappingMacs + 3 * kHidden;

// Rows 2 to 4: counted layers d -> d and four uncounted ones that see 128 learned and 36 fixed frequencies.
constexpr int64_t kWidth = 512;
constexpr int64_t kEmbedders = 4;
constexpr int64_t kLearned = 128;
constexpr int64_t kFeatures = 2 * (kLearned + 36);
constexpr int64_t kRank = 10;

struct StandIn {
  int64_t n_theta = 0;
  int64_t shared = 0;
  int64_t macs_per_point = 0;
};

constexpr int64_t plain(int64_t in, int64_t out) { return in * out + out; }
constexpr int64_t factorised(int64_t in, int64_t out) { return kRank * (in + out) + out; }

StandIn stand_in(int row) {
  if (row == 2) {  // the point goes in raw, and to-RGB sees the features too
    return {plain(2, kWidth) + 5 * plain(kWidth, kWidth) + kEmbedders * plain(kFeatures, kWidth) +
                plain(kWidth + kFeatures, 3),
            0, 2 * kWidth + 5 * kWidth * kWidth};
  }
  const int64_t rest = plain(kWidth, 3) + 2 * kLearned;
  const int64_t macs = 6 * kWidth * kWidth;
  if (row == 3) return {6 * plain(kWidth, kWidth) + kEmbedders * plain(kFeatures, kWidth) + rest, 0, macs};
  return {6 * factorised(kWidth, kWidth) + kEmbedders * factorised(kFeatures, kWidth) + rest,
          6 * kWidth * kWidth + kEmbedders * kFeatures * kWidth, macs};
}

double giga(int64_t macs) { return static_cast<double>(macs) * 1e-9; }
double mega(int64_t parameters) { return static_cast<double>(parameters) * 1e-6; }

TableCell stand_in_cell(int row, int64_t resolution) {
  const StandIn net = stand_in(row);
  const int64_t macs = kMappingMacs + kHidden * net.n_theta + resolution * resolution * net.macs_per_point;
  const int64_t parameters = kMappingParameters + (kHidden + 1) * net.n_theta + net.shared;
  return {resolution, "stand-in", {giga(macs), 0}, {mega(parameters), 0}, {}};
}

TableCell preset_cell(const std::string& preset) {
  const ModelConfig& model = find_preset(preset).config.model;
  const Cost cost = count_cost(model, MacCount::kPaper);
  return {model.resolution, preset, {giga(cost.macs), 0}, {mega(cost.parameters), 0}, {}};
}

TableCell stylegan2_cell(int64_t resolution) {
  const StyleGan2Cost cost = stylegan2_cost(resolution, true);
  return {resolution, "config-f", {giga(cost.macs), 0}, {mega(cost.parameters), 0}, {}};
}

// Fills in the paper's numbers, one for each cell.
TableRow with_paper(TableRow row, const std::vector<double>& gmacs, const std::vector<double>& mparameters,
                    const std::vector<std::optional<double>>& fid) {
  for (size_t i = 0; i < row.cells.size(); ++i) {
    row.cells[i].gmacs.paper = gmacs[i];
    row.cells[i].mparameters.paper = mparameters[i];
    row.cells[i].paper_fid = fid[i];
  }
  return row;
}

TableRow stand_in_row(const std::string& name, int row) {
  return {name, {stand_in_cell(row, 128), stand_in_cell(row, 256), stand_in_cell(row, 1024)}};
}

}  // namespace

StyleGan2Cost stylegan2_cost(int64_t resolution, bool up_at_output) {
  const auto channels = [](int64_t at) { return std::min<int64_t>(512, 32768 / at); };
  StyleGan2Cost cost{8 * 512 * 512, 8 * plain(512, 512) + 16 * 512};  // mapping network; and the 4 x 4 constant
  const auto modulated = [&](int64_t in, int64_t out, int64_t kernel, int64_t points, int64_t gains) {
    cost.macs += 512 * in + points * in * out * kernel;  // style, convolution
    cost.parameters += plain(512, in) + in * out * kernel + out + gains;
  };
  modulated(512, 512, 9, 4 * 4, 1);
  modulated(512, 3, 1, 4 * 4, 0);
  for (int64_t at = 8; at <= resolution; at *= 2) {
    const int64_t half = at / 2;
    const int64_t up_points = up_at_output ? (at + 1) * (at + 1) : half * half;
    modulated(channels(half), channels(at), 9, up_points, 1);
    modulated(channels(at), channels(at), 9, at * at, 1);
    modulated(channels(at), 3, 1, at * at, 0);
  }
  return cost;
}

std::vector<TableRow> table1() {
  std::vector<TableRow> rows;
  rows.push_back(with_paper({"latent", {preset_cell("latent128"), preset_cell("latent256"), preset_cell("latent1024")}},
                            {30.09, 120.33, 1925.22}, {7.1, 7.1, 7.1}, {229.9, 253.3, {}}));
  rows.push_back(
      with_paper(stand_in_row("hyper", 2), {23.54, 88.01, 1377.52}, {2055.5, 2055.5, 2055.5}, {28.83, {}, {}}));
  rows.push_back(
      with_paper(stand_in_row("fourier", 3), {28.02, 105.34, 1651.52}, {2312.02, 2312.02, 2312.02}, {23.07, {}, {}}));
  rows.push_back(
      with_paper(stand_in_row("fmm", 4), {25.87, 103.19, 1649.37}, {108.2, 108.2, 108.2}, {11.51, 15.68, {}}));
  rows.push_back(with_paper({"multiscale", {preset_cell("lsun128"), preset_cell("lsun256"), preset_cell("ffhq1024")}},
                            {21.58, 38.76, 47.35}, {107.03, 107.03, 117.3}, {5.69, 6.27, 16.32}));
  rows.push_back(with_paper({"stylegan2", {stylegan2_cell(256), stylegan2_cell(1024)}}, {84.36, 143.18}, {30.03, 30.37},
                            {2.65, 4.41}));
  return rows;
}

std::vector<Fig9Column> fig9() {
  const ModelConfig& model = find_preset("ffhq1024").config.model;
  std::vector<Fig9Column> columns;
  for (const int64_t size : {64, 128, 256, 512, 1024}) {
    const auto gmacs = [&](MacCount count) { return giga(count_cost(model, count, size).macs); };
    columns.push_back({size,
                       gmacs(MacCount::kPaper),
                       gmacs(MacCount::kFull),
                       gmacs(MacCount::kExecuted),
                       {giga(stylegan2_cost(1024, true).macs), 143.18}});
  }
  return columns;
}

}  // namespace inr::model
