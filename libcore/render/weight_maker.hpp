// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What decoders make their matrices with: lays them out in strips, collects the jobs that fill these, and runs them,
// every strip by itself. For the sources of render and decoders alone.
// Letters: d rows, C columns of a matrix.
#pragma once
#include <deque>
#include <vector>

#include "render/function_weights.hpp"

namespace inr::render {

class WeightMaker {
 public:
  /// [rows, columns], not yet filled, the rows of its last strip that it lacks included.
  static Matrix matrix(int64_t rows, int64_t columns);
  /// of: as for a whole matrix of its row-major inputs (`first`, `columns` and the pointers; not `rows` and `out`).
  /// The product goes to columns `column` .. of `matrix`, whose strips must stay where they are until run() ends.
  void add(const kernels::WeightJob& of, Matrix& matrix, int64_t column = 0);
  /// A copy that lives until run() has ended.
  std::vector<float>& keep(std::vector<float> values) { return kept_.emplace_back(std::move(values)); }
  void run(const kernels::Operations& operations, const ForEach& for_each) const;

 private:
  std::deque<std::vector<float>> kept_;
  std::vector<kernels::WeightJob> jobs_;
};

namespace decoders {

// Of every implementation in the table: see make_weights().
#define INR_DECODER(identifier, name, implementation, ...)                                                        \
  FunctionWeights weights_of_##implementation(const model::ModelConfig& config, const model::ThetaLayout& layout, \
                                              const model::Weights& shared, std::span<const float> theta,         \
                                              const kernels::Operations& operations, const ForEach& for_each);
#include "decoders/table.def"
#undef INR_DECODER

}  // namespace decoders
}  // namespace inr::render
