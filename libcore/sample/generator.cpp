// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "sample/generator.hpp"

#include <algorithm>

#include "base/crc32c.hpp"
#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "base/sha256.hpp"
#include "gan/hypernetwork.hpp"
#include "runs/checkpoint_file.hpp"

namespace inr::sample {
namespace {

using base::Json;
using field::TensorMap;

std::string hash_weights(const TensorMap& weights) {
  std::string list;
  for (const auto& [name, tensor] : weights) {
    list += name + " " + std::to_string(base::crc32c(field::tensor_view(name, tensor).data)) + "\n";
  }
  return base::sha256_hex(std::as_bytes(std::span<const char>(list.data(), list.size())));
}

}  // namespace

LoadedGenerator load_generator(const std::string& path) {
  const base::Safetensors file = runs::open_checkpoint(path);
  LoadedGenerator out;
  out.path = path;
  out.config = runs::read_config(file);
  out.weights = field::load_tensors(file, "ema.", model::generator_tensors(out.config.model));
  if (file.find("ema.h_mean") != nullptr) {
    const model::TensorSpec spec[1] = {{"h_mean", {out.config.model.hidden}}};
    out.h_mean = field::load_tensors(file, "ema.", spec).at("h_mean");
  }
  out.model_hash = hash_weights(out.weights);
  out.progress = runs::metadata_json(file, "progress");
  out.provenance = runs::metadata_json(file, "provenance");
  return out;
}

void export_generator(const LoadedGenerator& generator, const std::string& path, bool half) {
  const auto specs = model::generator_tensors(generator.config.model);
  std::vector<base::TensorView> views = field::tensor_views(generator.weights, "ema.", specs);
  const at::Tensor h_mean =
      generator.h_mean ? *generator.h_mean : gan::mean_hidden(generator.config.model, generator.weights);
  views.push_back(field::tensor_view("ema.h_mean", h_mean));
  std::vector<std::vector<uint16_t>> halves;
  if (half) {
    halves.reserve(views.size());
    for (base::TensorView& view : views) {
      if (view.name.ends_with(".basis")) continue;  // a few frequencies, which half precision would shift
      std::vector<uint16_t>& bits = halves.emplace_back(view.data.size() / sizeof(float));
      const auto* values = reinterpret_cast<const float*>(view.data.data());
      std::transform(values, values + bits.size(), bits.begin(), base::float_to_half);
      view.dtype = base::Dtype::kF16;
      view.data = std::as_bytes(std::span<const uint16_t>(bits));
    }
  }
  Json provenance = generator.provenance.is_object() ? generator.provenance : Json::object();
  provenance["parent"] = generator.model_hash;
  if (generator.progress.is_object()) provenance["parent_progress"] = generator.progress;
  base::write_safetensors(path,
                          {{"format", runs::kCheckpointFormat},
                           {"version", runs::kCheckpointVersion},
                           {"config", base::dump_json(model::to_json(generator.config))},
                           {"provenance", base::dump_json(provenance)}},
                          views);
}

}  // namespace inr::sample
