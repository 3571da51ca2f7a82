// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Key points of an interpolation: read from a stream, or mapped from latents; and the frames between them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gan/interpolate.hpp"
#include "gan/sampler.hpp"
#include "store/inr_stream.hpp"

namespace inr::gan {

/// All records of the streams of an input; they must come from one model.
struct StreamKeys {
  store::StreamHeader header;
  std::vector<std::vector<float>> thetas;
  /// The shared tensors of the head, borrowed.
  [[nodiscard]] std::vector<base::TensorView> shared() const;
};

/// Throws DataError (several models, more than 100,000 records, what InrStreamReader throws).
StreamKeys read_keys(int fd, const std::string& where);

enum class Space { kZ, kW, kParams };
/// Throws UsageError.
Space parse_space(std::string_view name);

/// The way through key points of one model in one of the three spaces.
class KeyFilm {
 public:
  /// keys: z, or with Space::kW and keys_are_hidden rows of h.
  KeyFilm(const Sampler& sampler, std::vector<LatentRow> keys, Space space, bool keys_are_hidden,
          field::WorkerPool& pool);
  /// theta of frames first .. last - 1. Frame i stands in row i mod 16 of its product, so batches do not matter.
  [[nodiscard]] std::vector<std::vector<float>> thetas(const std::vector<Frame>& frames, size_t first, size_t last,
                                                       field::WorkerPool& pool) const;

 private:
  const Sampler& sampler_;
  Space space_;
  std::vector<std::vector<float>> points_;  // z, h or theta of the keys
};

}  // namespace inr::gan
