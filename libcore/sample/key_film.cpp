// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "sample/key_film.hpp"

#include <utility>

namespace inr::sample {
namespace {

void replace_values(std::vector<LatentRow>& rows, std::vector<std::vector<float>> values) {
  for (size_t i = 0; i < rows.size(); ++i) rows[i].values = std::move(values[i]);
}

}  // namespace

KeyFilm::KeyFilm(const Sampler& sampler, KeyLatents keys, Way way, base::WorkerPool& pool)
    : sampler_(sampler), way_(way), points_(std::move(keys.rows)) {
  if (way_.space != Space::kZ && !keys.hidden) replace_values(points_, sampler.hidden_rows(points_, pool));
  if (way_.space == Space::kParams) replace_values(points_, sampler.theta_rows(points_, pool));
}

std::vector<std::vector<float>> KeyFilm::thetas(const Film& film, int64_t first, int64_t last,
                                                base::WorkerPool& pool) const {
  std::vector<LatentRow> rows;
  for (int64_t i = first; i < last; ++i) {
    const Frame frame = film.frame(i);
    const LatentRow& from = points_[static_cast<size_t>(frame.from)];
    const LatentRow& to = points_[static_cast<size_t>(frame.to)];
    // The row of the product (sampler.hpp) depends on the place in the leg alone, and is the key's own at a key point.
    const uint64_t row = frame.step == 0 ? from.index : static_cast<uint64_t>(frame.step);
    rows.push_back({between(from.values, to.values, frame.t, way_.path), row});
  }
  if (way_.space == Space::kZ) replace_values(rows, sampler_.hidden_rows(rows, pool));
  if (way_.space != Space::kParams) return sampler_.theta_rows(rows, pool);
  std::vector<std::vector<float>> out;
  for (LatentRow& row : rows) out.push_back(std::move(row.values));
  return out;
}

}  // namespace inr::sample
