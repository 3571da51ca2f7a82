// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "base/legacy_normal.hpp"

#include <cmath>
#include <string>

#include "base/error.hpp"

namespace inr::base {

void LegacyNormal::require_seed(uint64_t seed) {
  if (seed > kMaxSeed)
    throw UsageError("seed " + std::to_string(seed) + ": NumPy's seeds go up to " + std::to_string(kMaxSeed));
}

LegacyNormal::LegacyNormal(uint64_t seed) : bits_(static_cast<uint32_t>(seed)) { require_seed(seed); }

double LegacyNormal::uniform() {
  constexpr double kTwo26 = 67108864, kTwo53 = 9007199254740992;
  const double high = static_cast<double>(bits_() >> 5U), low = static_cast<double>(bits_() >> 6U);
  return (high * kTwo26 + low) / kTwo53;
}

double LegacyNormal::next() {
  if (kept_) {
    const double value = *kept_;
    kept_.reset();
    return value;
  }
  double x = 0, y = 0, r2 = 0;
  do {
    x = 2 * uniform() - 1;
    y = 2 * uniform() - 1;
    r2 = x * x + y * y;
  } while (r2 >= 1 || r2 == 0);
  const double f = std::sqrt(-2 * std::log(r2) / r2);
  kept_ = f * x;
  return f * y;
}

std::vector<float> LegacyNormalRows::row(uint64_t seed, uint64_t index) {
  if (!sequence_ || seed != seed_ || index < next_) {
    sequence_.emplace(seed);
    seed_ = seed;
    next_ = 0;
  }
  std::vector<float> values(width_);
  for (; next_ <= index; ++next_)
    for (float& value : values) value = static_cast<float>(sequence_->next());
  return values;
}

}  // namespace inr::base
