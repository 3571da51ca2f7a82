// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The parameters of a film's frames, on the way through key points of one model. A frame is the same bits in every film
// that has its leg, whatever the batch and the number of threads; a frame at a key point has those of the key's record.
#pragma once
#include <cstddef>
#include <vector>

#include "sample/interpolate.hpp"
#include "sample/sampler.hpp"

namespace inr::sample {

/// The latents of a film's key points.
struct KeyLatents {
  std::vector<Sampler::Row> rows;
  bool hidden = false;  // rows of h instead of z
};

class KeyFilm {
 public:
  /// sampler: must outlive this. keys: rows of h with Space::kW or kParams only.
  KeyFilm(const Sampler& sampler, KeyLatents keys, Way way, const render::ForEach& for_each);
  /// theta of frames first .. last - 1: [last - first][n_theta].
  [[nodiscard]] std::vector<std::vector<float>> thetas(const Film& film, int64_t first, int64_t last,
                                                       const render::ForEach& for_each) const;

 private:
  const Sampler& sampler_;
  Way way_;
  std::vector<Sampler::Row> points_;  // z, h or theta of the key points
};

}  // namespace inr::sample
