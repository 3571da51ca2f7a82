// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// How a decoder is evaluated: differentiably: the interface behind decode(). Implementations are
// libcore/decoders/*/function.cpp; make_function() chooses.
// Letters: N images, P points (cells) of a block, d_k widths.
#pragma once
#include <memory>
#include <optional>

#include "field/decoder.hpp"
#include "field/fast_block.hpp"

namespace inr::field {

/// N functions of the plane with their weights made. Differentiable; any floating type and device. Immutable: used by
/// any number of threads at once.
class Function {
 public:
  Function() = default;
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;
  virtual ~Function() = default;

  /// The first block whose cells are asked for. Those below are not functions of their point; the function has
  /// evaluated them by itself.
  [[nodiscard]] virtual size_t first_block() const { return 0; }
  /// Block k at the points q (cell corners in image units, [P, 2] float64, columns x, y). coarse: `next` of block k - 1
  /// at these points, [N, P, d_k]; undefined for the first block. What a point gets depends on that point alone.
  [[nodiscard]] virtual BlockOutput evaluate(size_t k, const at::Tensor& q, const at::Tensor& coarse) const = 0;
  /// Block k at every point of a grid by a faster way of the same result, where the decoder has one that pays; else
  /// nullopt. coarse: `next` of block k - 1 on its own grid.
  [[nodiscard]] virtual std::optional<BlockOutput> evaluate_grid(size_t /*k*/, const PointGrid& /*grid*/,
                                                                 const SharedCells& /*coarse*/,
                                                                 const TermOptions& /*options*/) const {
    return std::nullopt;
  }
  /// The image's values of the summed rgb of all blocks from the first one on, elementwise.
  [[nodiscard]] virtual at::Tensor colours(const at::Tensor& rgb) const { return at::tanh(rgb); }
};

/// theta: [N, n_theta]; shared: the tensors inr.* of the checkpoint. The weights of all images are made here, once.
std::unique_ptr<const Function> make_function(const model::ModelConfig& config, const model::ThetaLayout& layout,
                                              const TensorMap& shared, const at::Tensor& theta);

}  // namespace inr::field
