// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The paper's Table 1 and Fig. 9 beside our counts (table1.md). Rows 2 to 4 of Table 1 match no consistent network:
// they are counted for a stand-in that comes within 1.1 %, which is a sum and not a configuration that could be
// trained.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/macs.hpp"

namespace inr::model {

/// A count of ours and the paper's number for it.
struct Quantity {
  double ours = 0;
  double paper = 0;
  [[nodiscard]] double deviation() const noexcept { return ours / paper - 1; }
};

struct TableCell {
  int64_t resolution = 0;
  std::string counted;              // a preset, "stand-in" or "config-f"
  std::array<Cost, 3> costs;        // by MacCount
  Quantity gmacs;                   // of one image, the `paper` count
  Quantity mparameters;             // millions
  std::optional<double> paper_fid;  // absent: the paper ran out of memory
};

struct TableRow {
  std::string name;  // latent hyper fourier fmm multiscale stylegan2
  std::vector<TableCell> cells;
};
std::vector<TableRow> table1();

/// GMAC of an image of size x size with the FFHQ 1024 model.
struct Fig9Column {
  int64_t size = 0;
  double paper = 0, full = 0, executed = 0;  // ours, by count
  Quantity stylegan2;                        // full inference, then nearest-neighbour downsampling
  double stylegan2_true = 0;                 // the same, as for the counts full and executed
};
inline constexpr int64_t kFig9Largest = 1024;  // px; StyleGAN2 draws no larger picture
/// The paper's sizes, or others up to the largest.
std::vector<Fig9Column> fig9(const std::vector<int64_t>& sizes = {64, 128, 256, 512, kFig9Largest});

/// StyleGAN2's generator, config-f, mapping network and noise gains included, layer by layer. up_at_output:
/// up-convolutions charged at their (2h + 1)^2 output, as the paper does (count `paper`); else at their true cost (the
/// others).
Cost stylegan2_cost(int64_t resolution, bool up_at_output);

}  // namespace inr::model
