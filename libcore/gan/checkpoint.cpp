// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/checkpoint.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "base/crc32c.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/safetensors.hpp"
#include "base/sha256.hpp"
#include "render/hypernetwork.hpp"
#include "render/processor.hpp"
#include "runs/checkpoint_file.hpp"

namespace inr::gan {
namespace {

using base::Json;
using field::TensorMap;

void append(std::vector<base::TensorView>& out, std::vector<base::TensorView> more) {
  out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// By the kernels that sampling uses: the numbers that it would compute.
std::vector<float> mean_hidden(const model::ModelConfig& config, const TensorMap& tensors) {
  model::Weights weights;
  for (const auto& [name, tensor] : tensors) {
    if (!name.starts_with("hypernet.") || name.starts_with("hypernet.out.")) continue;
    const auto* values = tensor.const_data_ptr<float>();
    weights[name].assign(values, values + tensor.numel());
  }
  const render::ForEach threads = [](int64_t n, const std::function<void(int64_t)>& work) {
    at::parallel_for(0, n, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) work(i);
    });
  };
  return render::Hypernetwork(config, weights, render::chosen_operations()).mean_hidden(threads);
}

LoadedRun read_run(const base::Safetensors& file) {
  LoadedRun run;
  run.path = file.where();
  run.config = runs::read_config(file);
  run.provenance = runs::metadata_json(file, "provenance");
  const auto g_specs = model::generator_tensors(run.config.model);
  const auto d_specs = model::discriminator_tensors(run.config.discriminator, run.config.model.resolution);
  TrainState& state = run.state;
  state.g = field::load_tensors(file, "g.", g_specs);
  state.ema = field::load_tensors(file, "ema.", g_specs);
  state.d = field::load_tensors(file, "d.", d_specs);
  const auto load_moments = [&](const std::string& prefix, const auto& specs) {
    AdamState adam;
    for (const model::TensorSpec& spec : specs) {
      const std::string name = "adam." + prefix + spec.name;
      const model::TensorSpec moments[2] = {{name + ".m", spec.shape}, {name + ".v", spec.shape}};
      TensorMap loaded = field::load_tensors(file, "", moments);
      adam.m[spec.name] = loaded.at(name + ".m");
      adam.v[spec.name] = loaded.at(name + ".v");
    }
    return adam;
  };
  state.adam_g = load_moments("g.", g_specs);
  state.adam_d = load_moments("d.", d_specs);
  const Json progress = runs::metadata_json(file, "progress");
  state.iteration = runs::progress_count(progress, "iteration", run.path);
  state.images = runs::progress_count(progress, "images", run.path);
  state.adam_g.steps = runs::progress_count(progress, "steps_g", run.path);
  state.adam_d.steps = runs::progress_count(progress, "steps_d", run.path);
  if (progress.contains("seconds") && progress["seconds"].is_number())
    state.seconds = progress["seconds"].get<double>();
  return run;
}

}  // namespace

TrainState to_device(const TrainState& state, at::Device device) {
  const auto move = [&](const TensorMap& map) {
    TensorMap out;
    for (const auto& [name, tensor] : map) out[name] = tensor.to(device);
    return out;
  };
  TrainState out = state;  // counters; tensors are handles
  for (TensorMap* map : {&out.g, &out.ema, &out.d, &out.adam_g.m, &out.adam_g.v, &out.adam_d.m, &out.adam_d.v})
    *map = move(*map);
  return out;
}

void save_checkpoint(const std::string& path, const model::Config& config, const TrainState& state_anywhere,
                     const Json& provenance) {
  const TrainState state = to_device(state_anywhere, at::kCPU);
  const auto g_specs = model::generator_tensors(config.model);
  const auto d_specs = model::discriminator_tensors(config.discriminator, config.model.resolution);
  std::vector<base::TensorView> views = field::tensor_views(state.ema, "ema.", g_specs);
  const std::vector<float> h_mean = mean_hidden(config.model, state.ema);
  views.push_back({"ema.h_mean", base::Dtype::kF32, {config.model.hidden}, std::as_bytes(std::span(h_mean))});
  append(views, field::tensor_views(state.g, "g.", g_specs));
  append(views, field::tensor_views(state.d, "d.", d_specs));
  const auto add_moments = [&](const AdamState& adam, const std::string& prefix, const auto& specs) {
    for (const model::TensorSpec& spec : specs) {
      const std::string name = "adam." + prefix + spec.name;
      views.push_back(field::tensor_view(name + ".m", adam.m.at(spec.name)));
      views.push_back(field::tensor_view(name + ".v", adam.v.at(spec.name)));
    }
  };
  add_moments(state.adam_g, "g.", g_specs);
  add_moments(state.adam_d, "d.", d_specs);
  const Json progress = {{"iteration", state.iteration},
                         {"images", state.images},
                         {"steps_g", state.adam_g.steps},
                         {"steps_d", state.adam_d.steps},
                         {"seconds", state.seconds}};
  base::write_safetensors(path,
                          {{"format", runs::kCheckpointFormat},
                           {"version", runs::kCheckpointVersion},
                           {"config", base::dump_json(model::to_json(config))},
                           {"progress", base::dump_json(progress)},
                           {"rng", base::dump_json(Json{{"seed", config.training.seed}})},
                           {"provenance", base::dump_json(provenance)}},
                          views);
}

LoadedRun load_run(const std::string& path) { return read_run(runs::open_checkpoint(path)); }

std::optional<LoadedRun> load_newest_run(const std::string& run) {
  const std::optional<base::Safetensors> file = runs::open_newest_checkpoint(run);
  return file ? std::optional(read_run(*file)) : std::nullopt;
}

LoadedNetworks load_networks(const std::string& path) {
  const base::Safetensors file = runs::open_checkpoint(path);
  LoadedNetworks out;
  out.config = runs::read_config(file);
  const auto g_specs = model::generator_tensors(out.config.model);
  const auto d_specs = model::discriminator_tensors(out.config.discriminator, out.config.model.resolution);
  out.ema = field::load_tensors(file, "ema.", g_specs);
  out.g = file.find("g." + g_specs.front().name) != nullptr ? field::load_tensors(file, "g.", g_specs) : out.ema;
  if (file.find("d." + d_specs.front().name) != nullptr) out.d = field::load_tensors(file, "d.", d_specs);
  return out;
}

}  // namespace inr::gan
