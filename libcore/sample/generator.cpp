// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "sample/generator.hpp"

#include <algorithm>

#include "base/safetensors.hpp"
#include "render/hypernetwork.hpp"
#include "render/processor.hpp"
#include "runs/checkpoint_file.hpp"

namespace inr::sample {

using base::Json;

LoadedGenerator load_generator(const std::string& path) {
  const base::Safetensors file = runs::open_checkpoint(path);
  LoadedGenerator out;
  out.path = path;
  out.config = runs::read_config(file);
  out.weights = model::load_weights(file, "ema.", model::generator_tensors(out.config.model));
  if (file.find("ema.h_mean") != nullptr) {
    const int64_t shape[1] = {out.config.model.hidden};
    out.h_mean = file.read_f32("ema.h_mean", shape);
  }
  out.model_hash = model::model_hash(out.weights);
  out.progress = runs::metadata_json(file, "progress");
  out.provenance = runs::metadata_json(file, "provenance");
  return out;
}

std::vector<float> mean_hidden(const LoadedGenerator& generator, const render::ForEach& for_each) {
  return render::Hypernetwork(generator.config.model, generator.weights, render::chosen_operations())
      .mean_hidden(for_each);
}

void export_generator(const LoadedGenerator& generator, const std::string& path, bool half,
                      const render::ForEach& for_each) {
  const auto specs = model::generator_tensors(generator.config.model);
  std::vector<base::TensorView> views = model::tensor_views(generator.weights, "ema.", specs);
  const std::vector<float> h_mean = generator.h_mean ? *generator.h_mean : mean_hidden(generator, for_each);
  views.push_back({"ema.h_mean", base::Dtype::kF32, {generator.config.model.hidden}, std::as_bytes(std::span(h_mean))});
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
