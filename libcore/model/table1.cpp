// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "model/table1.hpp"

#include <algorithm>
#include <utility>

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

// Nodes an axis of the renderer's coordinate term for kLearned frequencies of scale 10 (macs.cpp: s = 15.6).
constexpr int64_t kNodes = 32;

constexpr int64_t plain(int64_t in, int64_t out) { return in * out + out; }
constexpr int64_t factorised(int64_t in, int64_t out) { return kRank * (in + out) + out; }

double giga(int64_t macs) { return static_cast<double>(macs) * 1e-9; }
double mega(int64_t parameters) { return static_cast<double>(parameters) * 1e-6; }

void add(Cost& cost, std::string name, int64_t macs, int64_t parameters) {
  cost.layers.push_back({std::move(name), macs, parameters});
  cost.macs += macs;
  cost.parameters += parameters;
}

// The network of a row from 2 to 4 at R x R: its layers in the order of the picture, then what the hypernetwork pays.
class StandIn {
 public:
  StandIn(int row, int64_t side, MacCount count) : row_(row), side_(side), count_(count) {}

  Cost cost() && {
    const bool fixed_point = row_ == 2;  // the point goes in raw, and to-RGB sees the features too
    add(cost_, "B", of_features(), 0);
    if (fixed_point) hidden("point", 2);
    for (int i = 0; i < (fixed_point ? 5 : 6); ++i) hidden("hidden." + std::to_string(i), kWidth);
    for (int64_t i = 0; i < kEmbedders; ++i) {
      weights("embedder." + std::to_string(i), coordinates(kWidth), kFeatures, kWidth);
    }
    const int64_t rgb_in = kWidth + (fixed_point ? kFeatures : 0);
    const int64_t rgb = points() * kWidth * 3 + (fixed_point ? coordinates(3) : 0);
    cost_.n_theta += plain(rgb_in, 3) + (fixed_point ? 0 : 2 * kLearned);
    add(cost_, "rgb", count_ == MacCount::kPaper ? 0 : rgb, 0);
    add(cost_, "hypernet", kMappingMacs, kMappingParameters);
    add(cost_, "hypernet.out", kHidden * cost_.n_theta, (kHidden + 1) * cost_.n_theta);
    return std::move(cost_);
  }

 private:
  [[nodiscard]] int64_t points() const { return side_ * side_; }
  // Fixed frequencies depend on one coordinate each.
  [[nodiscard]] int64_t fixed_values() const { return (kFeatures / 2 - kLearned) * side_; }

  [[nodiscard]] int64_t of_features() const {
    if (count_ == MacCount::kPaper) return 0;
    return count_ == MacCount::kFull ? points() * kFeatures : kNodes * kNodes * kLearned + fixed_values();
  }
  // From the features to d outputs.
  [[nodiscard]] int64_t coordinates(int64_t d) const {
    if (count_ == MacCount::kPaper) return 0;
    if (count_ == MacCount::kFull) return points() * kFeatures * d;
    return (kNodes * kNodes * kLearned + side_ * kNodes * kNodes + points() * kNodes + 2 * fixed_values()) * d;
  }
  void hidden(std::string name, int64_t in) { weights(std::move(name), points() * in * kWidth, in, kWidth); }
  void weights(std::string name, int64_t macs, int64_t in, int64_t out) {
    const bool shared = row_ == 4;
    const int64_t product = shared && count_ != MacCount::kPaper ? kRank * in * out : 0;  // A B
    cost_.n_theta += shared ? factorised(in, out) : plain(in, out);
    add(cost_, std::move(name), macs + product, shared ? in * out : 0);
  }

  int row_;
  int64_t side_;
  MacCount count_;
  Cost cost_;
};

// One network by the three counts.
template <typename CostOf>
TableCell cell_of(int64_t resolution, std::string counted, const CostOf& cost_of) {
  TableCell cell{resolution, std::move(counted), {}, {}, {}, {}};
  for (const MacCount count : {MacCount::kFull, MacCount::kPaper, MacCount::kExecuted}) {
    cell.costs[static_cast<size_t>(count)] = cost_of(count);
  }
  const Cost& paper = cell.costs[static_cast<size_t>(MacCount::kPaper)];
  cell.gmacs.ours = giga(paper.macs);
  cell.mparameters.ours = mega(paper.parameters);
  return cell;
}

TableCell stand_in_cell(int row, int64_t resolution) {
  return cell_of(resolution, "stand-in", [=](MacCount count) { return StandIn(row, resolution, count).cost(); });
}

TableCell preset_cell(const std::string& preset) {
  const ModelConfig& model = find_preset(preset).config.model;
  return cell_of(model.resolution, preset, [&model](MacCount count) { return count_cost(model, count); });
}

TableCell stylegan2_cell(int64_t resolution) {
  return cell_of(resolution, "config-f",
                 [=](MacCount count) { return stylegan2_cost(resolution, count == MacCount::kPaper); });
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

Cost stylegan2_cost(int64_t resolution, bool up_at_output) {
  const auto channels = [](int64_t at) { return std::min<int64_t>(512, 32768 / at); };
  Cost cost;
  add(cost, "mapping", 8 * 512 * 512, 8 * plain(512, 512));
  add(cost, "4.constant", 0, 16 * 512);
  const auto modulated = [&](std::string name, int64_t in, int64_t out, int64_t kernel, int64_t points, int64_t gains) {
    add(cost, std::move(name), 512 * in + points * in * out * kernel,  // style, convolution
        plain(512, in) + in * out * kernel + out + gains);
  };
  modulated("4.conv", 512, 512, 9, 4 * 4, 1);
  modulated("4.rgb", 512, 3, 1, 4 * 4, 0);
  for (int64_t at = 8; at <= resolution; at *= 2) {
    const std::string prefix = std::to_string(at) + ".";
    const int64_t half = at / 2;
    const int64_t up_points = up_at_output ? (at + 1) * (at + 1) : half * half;
    modulated(prefix + "up", channels(half), channels(at), 9, up_points, 1);
    modulated(prefix + "conv", channels(at), channels(at), 9, at * at, 1);
    modulated(prefix + "rgb", channels(at), 3, 1, at * at, 0);
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

std::vector<Fig9Column> fig9(const std::vector<int64_t>& sizes) {
  const ModelConfig& model = find_preset("ffhq1024").config.model;
  std::vector<Fig9Column> columns;
  for (const int64_t size : sizes) {
    const auto gmacs = [&](MacCount count) { return giga(count_cost(model, count, size).macs); };
    columns.push_back({size,
                       gmacs(MacCount::kPaper),
                       gmacs(MacCount::kFull),
                       gmacs(MacCount::kExecuted),
                       {giga(stylegan2_cost(kFig9Largest, true).macs), 143.18},
                       giga(stylegan2_cost(kFig9Largest, false).macs)});
  }
  return columns;
}

}  // namespace inr::model
