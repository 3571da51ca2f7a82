// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Small models with random weights: what tests of drawing need of one, without a hypernetwork.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/philox.hpp"
#include "base/safetensors.hpp"
#include "model/theta_layout.hpp"
#include "render/inr_model.hpp"
#include "stream/inr_stream.hpp"
#include "support/stream_bytes.hpp"

namespace inr::test {

inline model::ModelConfig small_model(model::Join join = model::Join::kConcat, int64_t upsample_from = 1) {
  model::ModelConfig config;
  config.resolution = 16;
  config.z_dim = 4;
  config.hidden = 8;
  config.depth = 2;
  config.rank = 3;
  config.join = join;
  config.upsample_from = upsample_from;
  config.blocks = {{8, 12, 5, 2, true, 0}, {16, 10, 4, 2, true, 0}};
  return config;
}

/// Decoder released, two blocks on one grid and a finer one; each has what it may have of everything.
inline model::ModelConfig small_released(model::Upsampling upsampling = model::Upsampling::kNearest,
                                         bool instance_norm = false) {
  model::ModelConfig config = small_model();
  config.decoder = model::Decoder::kReleased;
  config.skip_coords = false;
  config.upsample_from = 2;
  config.upsampling = upsampling;
  config.instance_norm = instance_norm;
  config.blocks = {{8, 9, 0, 1, true, 12}, {8, 9, 0, 2, true, 0}, {16, 7, 0, 3, true, 8}};
  config.blocks[0].constants = 4;
  config.blocks[2].random_frequencies = 3;
  config.blocks[2].constants = 2;
  return config;
}

/// The same size with another decoder: one block, or small_model() for multiscale.
inline model::ModelConfig small_decoder(model::Decoder decoder) {
  model::ModelConfig config = small_model();
  if (decoder == model::Decoder::kReleased) return small_released();
  config.decoder = decoder;
  const model::DecoderRow& row = model::row_of(decoder);
  if (!row.one_block) return config;
  config.upsample_from = 0;
  config.w_dim = 7;
  config.skip_coords = row.fourier_features;
  config.modulation = row.modulation.value_or(config.modulation);
  config.blocks = {{16, 11, row.fourier_features ? 6 : 0, 3, true, 0}};
  return config;
}

/// The tensors inr.* of a configuration, N(0, 0.3^2).
inline base::Safetensors small_shared(const model::ModelConfig& config) {
  const std::vector<model::TensorSpec> specs = model::shared_tensors(config);
  std::vector<std::vector<float>> values;
  std::vector<base::TensorView> views;
  values.reserve(specs.size());
  for (const model::TensorSpec& spec : specs) {
    size_t n = 1;
    for (const int64_t side : spec.shape) n *= static_cast<size_t>(side);
    std::vector<float>& tensor = values.emplace_back(n);
    base::CounterRng(11, values.size()).fill_normal(tensor);
    for (float& value : tensor) value *= 0.3F;
    views.push_back({spec.name, base::Dtype::kF32, spec.shape, std::as_bytes(std::span(tensor))});
  }
  return base::Safetensors::parse(base::serialize_safetensors({}, views), "a small model");
}

/// Parameters of function number i. Frequencies are drawn as wide as an untrained model's.
inline std::vector<float> random_theta(const model::ModelConfig& config, uint64_t i) {
  std::vector<float> theta(static_cast<size_t>(model::theta_layout(config).n_theta));
  base::CounterRng(12, i).fill_normal(theta);
  for (float& value : theta) value *= 0.4F;
  return theta;
}

inline std::shared_ptr<const render::InrModel> make_small_model(const model::ModelConfig& config) {
  return render::make_model(config, small_shared(config), model::theta_layout(config).n_theta);
}

/// A stream of functions first .. first + n - 1, as inr-sample writes it.
inline Bytes function_stream(const model::ModelConfig& config, size_t n, size_t first = 0, bool says_count = true) {
  const base::Safetensors shared = small_shared(config);
  std::vector<base::TensorView> views;
  for (const base::TensorInfo& tensor : shared.tensors())
    views.push_back({tensor.name, tensor.dtype, tensor.shape, shared.bytes(tensor)});
  stream::StreamHeader header;
  header.config = model::to_json(config);
  header.n_theta = model::theta_layout(config).n_theta;
  header.model_hash = "0123abcd";
  if (says_count) header.count = n;
  header.what = "samples";
  Bytes bytes;
  const auto sink = [&](std::span<const std::byte> more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
  stream::InrStreamWriter writer(sink, header, views);
  for (size_t i = first; i < first + n; ++i) writer.write({{"seed", 5}, {"index", i}}, random_theta(config, i));
  writer.finish();
  return bytes;
}

}  // namespace inr::test
