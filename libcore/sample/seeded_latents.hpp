// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Latents by key (seed, index), in one of two styles: ours (Sampler::latent), or that of the released code's scripts,
// row index of numpy.random.RandomState(seed).randn(N, z_dim).
#pragma once
#include <cstdint>
#include <string>

#include "base/json.hpp"
#include "base/legacy_normal.hpp"
#include "sample/sampler.hpp"

namespace inr::sample {

class SeededLatents {
 public:
  /// style: "inr" or "numpy". sampler must outlive this.
  SeededLatents(const Sampler& sampler, const std::string& style)
      : sampler_(sampler), numpy_(style == "numpy"), rows_(static_cast<size_t>(sampler.config().z_dim)) {}

  /// Throws UsageError where numpy has no such seed.
  Sampler::Row row(uint64_t seed, uint64_t index) {
    return numpy_ ? rows_.row(seed, index) : sampler_.latent(seed, index);
  }
  /// What a record says of it.
  [[nodiscard]] base::Json info(uint64_t seed, uint64_t index) const {
    base::Json out = {{"seed", seed}, {"index", index}};
    if (numpy_) out["seed_style"] = "numpy";
    return out;
  }

 private:
  const Sampler& sampler_;
  bool numpy_;
  base::LegacyNormalRows rows_;
};

}  // namespace inr::sample
