// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The paper's Table 1 and Fig. 9 beside our counts (table1.md). Rows 2 to 4 of Table 1 match no consistent network:
// they are counted for a stand-in that comes within 1.1 %, which is a sum and not a configuration that could be
// trained.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
};
std::vector<Fig9Column> fig9();

/// StyleGAN2's generator, config-f, mapping network and noise gains included.
struct StyleGan2Cost {
  int64_t macs = 0;
  int64_t parameters = 0;
};
/// up_at_output: up-convolutions charged at their (2h + 1)^2 output, as the paper does; else at their true cost.
StyleGan2Cost stylegan2_cost(int64_t resolution, bool up_at_output);

}  // namespace inr::model
