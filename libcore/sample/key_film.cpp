// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "sample/key_film.hpp"

#include <utility>

namespace inr::sample {
KeyFilm::KeyFilm(const Sampler& sampler, KeyLatents keys, Way way, const render::ForEach& for_each)
    : sampler_(sampler), way_(way), points_(std::move(keys.rows)) {
  if (way_.space != Space::kZ && !keys.hidden) points_ = sampler.hidden_rows(points_, for_each);
  if (way_.space == Space::kParams) points_ = sampler.theta_rows(points_, for_each);
}

std::vector<std::vector<float>> KeyFilm::thetas(const Film& film, int64_t first, int64_t last,
                                                const render::ForEach& for_each) const {
  std::vector<Sampler::Row> rows;
  for (int64_t i = first; i < last; ++i) {
    const Frame frame = film.frame(i);
    rows.push_back(
        between(points_[static_cast<size_t>(frame.from)], points_[static_cast<size_t>(frame.to)], frame.t, way_.path));
  }
  if (way_.space == Space::kZ) rows = sampler_.hidden_rows(rows, for_each);
  if (way_.space != Space::kParams) rows = sampler_.theta_rows(rows, for_each);
  return rows;
}

}  // namespace inr::sample
