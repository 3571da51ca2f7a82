// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics/feature_rows.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace inr::metrics {

void check_rows(const at::Tensor& rows, int64_t n_least, const std::string& what) {
  constexpr int64_t kBlockRows = 4096;  // rows per search for NaN and infinity, so that memory is flat
  if (rows.dim() != 2 || rows.size(1) < 1 || !rows.is_floating_point() || !rows.is_cpu()) {
    throw base::DataError(what, "needs values [N, d], one row per image");
  }
  if (rows.size(0) < n_least) {
    throw base::DataError(what, "needs at least " + std::to_string(n_least) + " images per side",
                          "there are " + std::to_string(rows.size(0)));
  }
  for (int64_t first = 0; first < rows.size(0); first += kBlockRows) {
    if (!at::isfinite(rows.slice(0, first, std::min(first + kBlockRows, rows.size(0)))).all().item<bool>()) {
      throw base::DataError(base::Fault::kDamaged, what, "a feature is not finite",
                            "the network file or the images are damaged");
    }
  }
}

void check_row_pair(const at::Tensor& real, const at::Tensor& fake, int64_t n_least, const std::string& what) {
  check_rows(real, n_least, what);
  check_rows(fake, n_least, what);
  if (real.size(1) != fake.size(1)) {
    throw base::DataError(what,
                          "the sides have " + std::to_string(real.size(1)) + " and " + std::to_string(fake.size(1)) +
                              " features per image",
                          "use features of the same network");
  }
}

}  // namespace inr::metrics
