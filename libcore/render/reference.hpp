// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The reference back end: a function as its formula is written (model.md, sections 2 and 3; released.md, sections 2 and
// 3), in plain loops. Parameters are float32, all arithmetic is double, the order of a sum is that of the columns. It
// saves nothing but this: a cell is evaluated once, and shared by all the finer cells in it. Slow; what every faster
// way is measured against.
//
// Functions of blocks are in reference.cpp, those of the other decoders in libcore/decoders/*/reference.cpp.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/grid.hpp"
#include "render/for_each.hpp"
#include "render/inr_model.hpp"

namespace inr::render {

/// Values of some points, channel by channel.
struct Plane {
  int64_t channels = 0, points = 0;
  std::vector<double> values;  // [channels, points]

  Plane() = default;
  Plane(int64_t n_channels, int64_t n_points)
      : channels(n_channels), points(n_points), values(static_cast<size_t>(n_channels * n_points)) {}
  [[nodiscard]] bool empty() const noexcept { return channels == 0; }
  [[nodiscard]] double* channel(int64_t c) noexcept { return values.data() + c * points; }
  [[nodiscard]] const double* channel(int64_t c) const noexcept { return values.data() + c * points; }
};

/// y = W x + b.
struct Dense {
  int64_t out = 0, in = 0;
  std::vector<double> weight;  // [out, in]
  std::vector<double> bias;    // [out]

  Dense() = default;
  Dense(int64_t n_out, int64_t n_in)
      : out(n_out), in(n_in), weight(static_cast<size_t>(n_out * n_in)), bias(static_cast<size_t>(n_out)) {}
};

/// W [x_0; x_1; ..] + b at every point: the columns of W see the channels of the parts, one part after another. At
/// least one part, all of the same points.
Plane affine(const Dense& layer, const std::vector<const Plane*>& parts, const ForEach& for_each);
/// max(x, slope x), for 0 <= slope < 1. NaN stays.
void rectify(Plane& x, double slope);
/// a += b; an empty plane counts as zero.
void add(Plane& a, const Plane& b);
/// The columns `parent` of a coarser plane.
Plane shared_by(const Plane& coarse, const std::vector<int32_t>& parent);

/// One function on the grid of one plan. Not thread-safe; the work inside is shared out.
class ReferenceFunction {
 public:
  ReferenceFunction() = default;
  ReferenceFunction(const ReferenceFunction&) = delete;
  ReferenceFunction& operator=(const ReferenceFunction&) = delete;
  virtual ~ReferenceFunction() = default;
  /// The image's values on row `row` of the last block's cells, [3, cells]. Valid until the next call. Quick where rows
  /// are asked for from the top downwards.
  virtual const Plane& colours(int64_t row, const ForEach& for_each) = 0;
};

/// model and plan must outlive the function; theta, [n_theta], is not kept. Throws std::logic_error where theta has
/// another size.
std::unique_ptr<ReferenceFunction> make_reference(const InrModel& model, std::span<const float> theta,
                                                  const model::GridPlan& plan);

/// Memory of such a function in bytes, roughly.
int64_t reference_bytes(const InrModel& model, const model::GridPlan& plan);

namespace decoders {

// Of every implementation in the table: see make_reference().
#define INR_DECODER(identifier, name, implementation, ...)                                                  \
  std::unique_ptr<ReferenceFunction> reference_of_##implementation(const InrModel&, std::span<const float>, \
                                                                   const model::GridPlan&);
#include "decoders/table.def"
#undef INR_DECODER

}  // namespace decoders
}  // namespace inr::render
