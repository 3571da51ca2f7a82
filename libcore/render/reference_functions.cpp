// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which decoder's reference is whose, and what one holds.
#include <algorithm>
#include <array>
#include <stdexcept>

#include "render/reference.hpp"

namespace inr::render {
namespace {

constexpr std::array kReferences = {
// in the order of the enumeration
#define INR_DECODER(identifier, name, implementation, ...) decoders::reference_of_##implementation,
#include "decoders/table.def"
#undef INR_DECODER
};

}  // namespace

std::unique_ptr<ReferenceFunction> make_reference(const InrModel& model, std::span<const float> theta,
                                                  const model::GridPlan& plan) {
  if (static_cast<int64_t>(theta.size()) != model.layout.n_theta) {
    throw std::logic_error("make_reference: theta of another model");
  }
  return kReferences[static_cast<size_t>(model.config.decoder)](model, theta, plan);
}

int64_t reference_bytes(const InrModel& model, const model::GridPlan& plan) {
  const model::ModelConfig& config = model.config;
  int64_t n = 0;
  for (const auto& [name, values] : model.shared) n += static_cast<int64_t>(values.size());
  for (size_t k = 0; k < config.blocks.size(); ++k) {
    const model::BlockConfig& block = config.blocks[k];
    int64_t n_features =
        2 + block.constants + 2 * (block.frequencies + block.fixed_frequencies + block.random_frequencies);
    if (k < model.layout.blocks.size()) {
      for (const model::LayerLayout& layer : model.layout.blocks[k].layers) n += (layer.in + 1) * layer.out;
    }
    const int64_t below = k > 0 ? config.blocks[k - 1].width : 0;
    const int64_t of_point = n_features + below + 3 * block.width;
    // Where pixels depend on more than their point, blocks are evaluated whole.
    const bool whole =
        config.instance_norm || (config.upsampling == model::Upsampling::kBilinear && k + 1 < config.blocks.size());
    n += of_point *
         std::max(static_cast<int64_t>(plan.x.cells[k].size()), whole ? block.resolution * block.resolution : 0);
  }
  return n * static_cast<int64_t>(sizeof(double));
}

}  // namespace inr::render
