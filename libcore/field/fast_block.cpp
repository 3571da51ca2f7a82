// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "field/fast_block.hpp"

#include <algorithm>

#include "field/block_function.hpp"

namespace inr::field {

std::optional<BlockOutput> evaluate_block_on_grid(const std::vector<BlockWeights>& weights, size_t k,
                                                  const PointGrid& grid, const SharedCells& coarse,
                                                  const TermOptions& options) {
  const BlockWeights& block = weights[k];
  if (block.frequencies.size(1) == 0) return std::nullopt;
  std::vector<const LayerWeights*> layers;
  if (block.high) layers.push_back(&*block.high);  // split join: the connector comes first
  for (const LayerWeights& layer : block.layers) layers.push_back(&layer);
  const auto n_terms = std::ranges::count_if(layers, [](const LayerWeights* layer) { return layer->e.defined(); });
  std::optional<TermGrid> made = TermGrid::make(grid, block.frequencies, block.n_fixed, n_terms, options);
  if (!made) return std::nullopt;
  const auto term = std::make_shared<const TermGrid>(std::move(*made));
  const at::Tensor features = term->node_features(block.frequencies);
  std::vector<LayerInputs> inputs;
  for (const LayerWeights* layer : layers) {
    const bool first = inputs.empty();  // its hidden half, if any, came with `coarse`
    LayerInputs& input = inputs.emplace_back();
    if (!first) input.x = layer->x;
    const bool bias_at_nodes = layer->e.defined() && term->n_nodes() > 0;
    if (!bias_at_nodes) input.bias = layer->bias;
    if (layer->e.defined()) input.term = term->factors(features, layer->e, bias_at_nodes ? layer->bias : at::Tensor());
  }
  std::vector<HeadInputs> heads;
  if (block.rgb) heads.push_back({block.rgb->x, block.rgb->bias});
  if (k + 1 < weights.size()) {
    const BlockWeights& next = weights[k + 1];
    heads.push_back(next.low ? HeadInputs{next.low->x, next.low->bias} : HeadInputs{next.layers.front().x, {}});
  }
  const std::vector<at::Tensor> values =
      block_function(term, {coarse.values, coarse.factor_y, coarse.factor_x}, inputs, heads);
  BlockOutput out;
  size_t head = 0;
  if (block.rgb) out.rgb = values[head++];
  if (k + 1 < weights.size()) out.next = values[head];
  return out;
}

}  // namespace inr::field
