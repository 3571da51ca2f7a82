// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// From latents to INR parameters, reproducibly: a record is the same bytes whatever -n, --batch and --threads. (On a
// GPU, whose sums are in another order, to the last digits those of the processor.)
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/worker_pool.hpp"
#include "stream/inr_stream.hpp"

namespace inr::sample {

/// One latent to be mapped. A record with key (seed, i), or row i of a file, always stands in row i mod 16 of a product
/// of 16 rows, so its theta has the same bits in every company (render.md, section 3).
struct LatentRow {
  std::vector<float> values;  // [z_dim] (z) or [hidden] (w)
  uint64_t index = 0;
};

class Sampler {
 public:
  static constexpr int64_t kGroup = 16;

  /// Fills in h_mean where the checkpoint has none and truncation asks for it. device: where the hypernetwork runs; all
  /// that goes in and comes out lies on the processor.
  Sampler(LoadedGenerator generator, std::optional<double> truncation, at::Device device = at::kCPU);

  [[nodiscard]] const model::ModelConfig& config() const noexcept { return generator_.config.model; }
  [[nodiscard]] const LoadedGenerator& generator() const noexcept { return generator_; }
  [[nodiscard]] int64_t n_theta() const noexcept { return n_theta_; }

  /// The latent of key (seed, index).
  [[nodiscard]] LatentRow latent(uint64_t seed, uint64_t index) const;
  /// h of each row, truncated: [n][hidden].
  [[nodiscard]] std::vector<std::vector<float>> hidden_rows(std::span<const LatentRow> z, base::WorkerPool& pool) const;
  /// theta of each row of h (w space, values [hidden]; not truncated again): [n][n_theta].
  [[nodiscard]] std::vector<std::vector<float>> theta_rows(std::span<const LatentRow> h, base::WorkerPool& pool) const;

  /// The head of a stream of this model's records.
  [[nodiscard]] stream::StreamHeader header(std::optional<uint64_t> count, const std::string& what,
                                            stream::ThetaDtype dtype) const;
  /// The shared tensors inr.* for the head; borrow this object's memory.
  [[nodiscard]] std::vector<base::TensorView> shared() const;

 private:
  using Map = std::function<at::Tensor(const at::Tensor&)>;  // [16, n_in] -> [16, n_out]
  static std::vector<std::vector<float>> map_rows(std::span<const LatentRow> rows, int64_t n_in, int64_t n_out,
                                                  base::WorkerPool& pool, const Map& map);

  LoadedGenerator generator_;
  std::optional<double> truncation_;
  at::Device device_;
  field::TensorMap weights_;  // hypernet.*, on the device
  at::Tensor h_mean_;         // on the device; undefined without truncation
  int64_t n_theta_ = 0;
};

/// Rows of a .npy file of latents, float32 or float64 [N, width] with width z_dim (space z) or hidden (space w). Throws
/// DataError.
std::vector<LatentRow> read_latents(const std::string& path, int64_t width);

}  // namespace inr::sample
