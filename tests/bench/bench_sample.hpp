// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A model with random weights and one function of it, for benchmarks. Frequencies are drawn as a trained model has
// them, N(0, 10^2): an untrained one's are much slower, which would flatter the fast kernel (render.md, section 3).
#pragma once
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/philox.hpp"
#include "render/inr_model.hpp"
#include "stream/inr_stream.hpp"

namespace inr::bench {

inline constexpr double kDeviation = 0.3;  // of theta's factors and biases: gates are open to different degrees

/// A model with random weights and one function of it.
struct Sample {
  model::ModelConfig config;
  base::Safetensors shared;
  std::vector<float> theta;
  std::shared_ptr<const render::InrModel> inr_model;
  std::vector<base::TensorView> views;

  explicit Sample(const model::ModelConfig& of)
      : config(of),
        shared(draw_shared(of)),
        theta(draw_theta(of)),
        inr_model(render::make_model(of, shared, static_cast<int64_t>(theta.size()))) {
    for (const base::TensorInfo& tensor : shared.tensors()) {
      views.push_back({tensor.name, tensor.dtype, tensor.shape, shared.bytes(tensor)});
    }
  }

  static base::Safetensors draw_shared(const model::ModelConfig& config) {
    const std::vector<model::TensorSpec> specs = model::shared_tensors(config);
    std::vector<std::vector<float>> values;
    std::vector<base::TensorView> tensors;
    values.reserve(specs.size());
    for (const model::TensorSpec& spec : specs) {
      size_t n = 1;
      for (const int64_t side : spec.shape) n *= static_cast<size_t>(side);
      base::CounterRng(1, values.size()).fill_normal(values.emplace_back(n));
      for (float& value : values.back()) value *= static_cast<float>(spec.initial.value);
      tensors.push_back({spec.name, base::Dtype::kF32, spec.shape, std::as_bytes(std::span(values.back()))});
    }
    return base::Safetensors::parse(base::serialize_safetensors({}, tensors), "bench_render");
  }

  static std::vector<float> draw_theta(const model::ModelConfig& config) {
    const model::ThetaLayout layout = model::theta_layout(config);
    std::vector<float> theta(static_cast<size_t>(layout.n_theta));
    base::CounterRng(2, 0).fill_normal(theta);
    std::vector<float> frequencies;
    for (const model::BlockLayout& block : layout.blocks) {
      const auto at = theta.begin() + block.frequencies_offset;
      frequencies.insert(frequencies.end(), at, at + 2 * block.frequencies);
    }
    for (float& value : theta) value *= static_cast<float>(kDeviation);
    size_t taken = 0;
    for (const model::BlockLayout& block : layout.blocks) {
      for (int64_t i = 0; i < 2 * block.frequencies; ++i) {
        theta[static_cast<size_t>(block.frequencies_offset + i)] = frequencies[taken++];
      }
    }
    return theta;
  }

  void write_stream(const std::string& path) const {
    std::ofstream file(path, std::ios::binary);
    stream::StreamHeader header;
    header.config = model::to_json(config);
    header.n_theta = static_cast<int64_t>(theta.size());
    header.model_hash = "bench";
    header.what = "samples";
    stream::InrStreamWriter writer(
        [&](std::span<const std::byte> bytes) {
          file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        },
        header, views);
    writer.write({{"seed", 0}}, theta);
    writer.finish();
  }
};

}  // namespace inr::bench
