// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// From latents to INR parameters, reproducibly: a record is the same bytes whatever -n, --batch and --threads, on
// every processor with fused multiply-add (render/hypernetwork.hpp).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "render/hypernetwork.hpp"
#include "sample/generator.hpp"
#include "stream/inr_stream.hpp"

namespace inr::sample {

class Sampler {
 public:
  using Row = std::vector<float>;
  /// Latents that share a pass over the weights; fewer cost as much.
  static constexpr int64_t kGroup = render::Hypernetwork::kLanes;

  /// Computes h_mean, by for_each, where the checkpoint has none and truncation asks for it. Throws UsageError where
  /// INR_PROCESSOR names kernels that this processor lacks.
  Sampler(LoadedGenerator generator, std::optional<double> truncation,
          const render::ForEach& for_each = render::in_this_thread);
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  [[nodiscard]] const model::ModelConfig& config() const noexcept { return generator_.config.model; }
  [[nodiscard]] const LoadedGenerator& generator() const noexcept { return generator_; }
  [[nodiscard]] int64_t n_theta() const noexcept { return n_theta_; }

  /// The latent of key (seed, index): [z_dim].
  [[nodiscard]] Row latent(uint64_t seed, uint64_t index) const;
  /// h of each row of z, truncated: [n][hidden].
  [[nodiscard]] std::vector<Row> hidden_rows(std::span<const Row> z, const render::ForEach& for_each) const;
  /// theta of each row of h (w space; not truncated again): [n][n_theta].
  [[nodiscard]] std::vector<Row> theta_rows(std::span<const Row> h, const render::ForEach& for_each) const;

  /// The head of a stream of this model's records.
  [[nodiscard]] stream::StreamHeader header(std::optional<uint64_t> count, const std::string& what,
                                            stream::ThetaDtype dtype) const;
  /// The shared tensors inr.* for the head; borrow this object's memory.
  [[nodiscard]] std::vector<base::TensorView> shared() const;

 private:
  LoadedGenerator generator_;
  std::optional<double> truncation_;
  render::Hypernetwork hypernetwork_;  // of generator_'s weights
  int64_t n_theta_ = 0;
};

/// Rows of a .npy file of latents, float32 or float64 [N, width] with width z_dim (space z) or hidden (space w). Throws
/// DataError.
std::vector<Sampler::Row> read_latents(const std::string& path, int64_t width);

}  // namespace inr::sample
