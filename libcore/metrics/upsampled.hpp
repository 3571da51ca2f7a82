// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// UpsampledFID: pictures of a model trained at R x R against real ones of 2R x 2R, which tells how much better (or
// worse) the function is between its pixels than a filter that enlarges them. The filters are those of torch's
// interpolate with scale_factor 2 and align_corners false, on numbers that are not yet rounded to 8 bits; the real
// pictures come from their original files, cropped and resized as inr-prep does.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/image.hpp"
#include "metrics/picture_set.hpp"

namespace inr::metrics {

/// "nearest", "bilinear", "bicubic", "inr". Throws UsageError.
Upsampling parse_upsampling(std::string_view text);
std::string_view upsampling_name(Upsampling upsampling) noexcept;

/// Twice the size by a filter: pixels [height, width, channels] -> [2 height, 2 width, channels]. Pixels beyond the
/// edge are those of the edge; bicubic has a = -0.75, neither is antialiased. Throws std::invalid_argument where the
/// number of pixels does not fit, a size is not positive, or upsampling is not a filter.
std::vector<float> upsample_twice(std::span<const float> pixels, int64_t width, int64_t height, int64_t channels,
                                  Upsampling upsampling);

/// A stored picture enlarged so: 8 bit to [-1, 1], the filter, and 8 bit again as a generator's values are rounded.
image::Image upsample_twice(const image::Image& picture, Upsampling upsampling);

/// Stored pictures, each made twice as large by a filter. Throws DataError where upsampling is kInr: only functions
/// can be drawn more densely.
std::unique_ptr<PictureSet> upsample_set(std::unique_ptr<PictureSet> set, Upsampling upsampling);

/// What the pictures of a ResizedSet were before, gathered while its jobs run.
struct SourceSizes {
  std::string size;        // "500x375", "mixed"; empty: no picture yet
  int64_t smallest = 0;    // px, the shortest side of all
  int64_t n_enlarged = 0;  // pictures whose shorter side was below the side they were brought to
};

/// Original files brought to side x side: the centred square, Pillow's Lanczos filter.
class ResizedSet final : public PictureSet {
 public:
  ResizedSet(std::unique_ptr<PictureSet> set, int64_t side);
  ~ResizedSet() override;
  [[nodiscard]] std::string kind() const override { return set_->kind(); }
  [[nodiscard]] std::string name() const override { return set_->name(); }
  [[nodiscard]] std::optional<int64_t> count() const override { return set_->count(); }
  [[nodiscard]] base::Json origin() const override;
  [[nodiscard]] PictureSize size() const override { return {side_, side_}; }
  bool next(PictureJob& job) override;
  /// Of all pictures whose jobs have run so far.
  [[nodiscard]] SourceSizes sources() const;

 private:
  struct Log;
  std::unique_ptr<PictureSet> set_;
  int64_t side_;
  std::shared_ptr<Log> log_;  // shared with the jobs, which may outlive the set
};

}  // namespace inr::metrics
