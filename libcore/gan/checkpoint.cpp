// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "base/crc32c.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/safetensors.hpp"
#include "base/sha256.hpp"
#include "gan/hypernetwork.hpp"

namespace inr::gan {
namespace {

using base::Json;
using field::TensorMap;
namespace fs = std::filesystem;

constexpr const char* kFormat = "inr-gan checkpoint";
constexpr const char* kVersion = "1";
constexpr int64_t kMaxCount = int64_t{1} << 60;  // positions and keys that are made of a count stay in its range

/// A pickle of protocol 2 to 5, by its first bytes.
bool looks_like_pickle(const std::string& path) {
  std::array<char, 2> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  return start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
}

[[noreturn]] void refuse_released(const std::string& path, const std::string& fault) {
  const std::string name = base::printable(fs::path(path).filename().string());
  throw base::DataError(path, fault, "make one of ours of it: inr-import " + name + " -o NAME.safetensors");
}

/// Opens a file and checks that it is a checkpoint of a version that this program reads.
base::Safetensors open_checkpoint(const std::string& path, base::Check check = base::Check::kAll) {
  if (looks_like_pickle(path)) refuse_released(path, "is a pickle, as checkpoints of the released INR-GAN code are");
  base::Safetensors file = base::Safetensors::open(path, check);
  if (!file.metadata("init_kwargs").empty()) refuse_released(path, "is a checkpoint of the released INR-GAN code");
  if (file.metadata("format") != kFormat) {
    throw base::DataError(path, "is no inr-gan checkpoint",
                          "its metadata lacks format = '" + std::string(kFormat) + "'");
  }
  if (file.metadata("version") != kVersion) {
    throw base::DataError(path, "has checkpoint version '" + base::printable(file.metadata("version")) + "'",
                          "this program reads version 1; use a newer one");
  }
  return file;
}

Json metadata_json(const base::Safetensors& file, const std::string& key) {
  const std::string text = file.metadata(key);
  return text.empty() ? Json() : base::parse_json(text, file.where() + ": metadata " + key);
}

model::Config read_config(const base::Safetensors& file) {
  return model::parse_config(metadata_json(file, "config"), file.where() + ": config");
}

int64_t count(const Json& json, const char* key, const std::string& where) {
  const auto refuse = [&](const std::string& fault) {
    throw base::DataError(where, "progress " + fault + " '" + key + "'", "the checkpoint cannot be resumed");
  };
  if (!json.is_object() || !json.contains(key) || !json[key].is_number_integer()) refuse("has no count");
  const auto value = json[key].get<int64_t>();  // what leaves int64 comes out negative
  if (value < 0 || value > kMaxCount) refuse("has an impossible count");
  return value;
}

void append(std::vector<base::TensorView>& out, std::vector<base::TensorView> more) {
  out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string hash_weights(const TensorMap& weights) {
  std::string list;
  for (const auto& [name, tensor] : weights) {
    list += name + " " + std::to_string(base::crc32c(field::tensor_view(name, tensor).data)) + "\n";
  }
  return base::sha256_hex(std::as_bytes(std::span<const char>(list.data(), list.size())));
}

LoadedRun read_run(const base::Safetensors& file) {
  LoadedRun run;
  run.path = file.where();
  run.config = read_config(file);
  run.provenance = metadata_json(file, "provenance");
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
  const Json progress = metadata_json(file, "progress");
  state.iteration = count(progress, "iteration", run.path);
  state.images = count(progress, "images", run.path);
  state.adam_g.steps = count(progress, "steps_g", run.path);
  state.adam_d.steps = count(progress, "steps_d", run.path);
  if (progress.contains("seconds") && progress["seconds"].is_number())
    state.seconds = progress["seconds"].get<double>();
  return run;
}

/// The newest checkpoint of a run folder that is whole; damaged ones are passed over with a warning.
std::optional<base::Safetensors> open_newest(const std::string& run) {
  const auto found = list_checkpoints(run);
  for (auto it = found.rbegin(); it != found.rend(); ++it) {
    try {
      return open_checkpoint(it->second);
    } catch (const base::Error& error) {
      base::log_warning(std::string(error.what()) + " (passed over)");
    }
  }
  return std::nullopt;
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
  const at::Tensor h_mean = mean_hidden(config.model, state.ema);
  views.push_back(field::tensor_view("ema.h_mean", h_mean));
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
                          {{"format", kFormat},
                           {"version", kVersion},
                           {"config", base::dump_json(model::to_json(config))},
                           {"progress", base::dump_json(progress)},
                           {"rng", base::dump_json(Json{{"seed", config.training.seed}})},
                           {"provenance", base::dump_json(provenance)}},
                          views);
}

LoadedRun load_run(const std::string& path) { return read_run(open_checkpoint(path)); }

std::optional<LoadedRun> load_newest_run(const std::string& run) {
  const std::optional<base::Safetensors> file = open_newest(run);
  return file ? std::optional(read_run(*file)) : std::nullopt;
}

LoadedNetworks load_networks(const std::string& path) {
  const base::Safetensors file = open_checkpoint(path);
  LoadedNetworks out;
  out.config = read_config(file);
  const auto g_specs = model::generator_tensors(out.config.model);
  const auto d_specs = model::discriminator_tensors(out.config.discriminator, out.config.model.resolution);
  out.ema = field::load_tensors(file, "ema.", g_specs);
  out.g = file.find("g." + g_specs.front().name) != nullptr ? field::load_tensors(file, "g.", g_specs) : out.ema;
  if (file.find("d." + d_specs.front().name) != nullptr) out.d = field::load_tensors(file, "d.", d_specs);
  return out;
}

model::Config load_config(const std::string& path) { return read_config(open_checkpoint(path, base::Check::kHead)); }

Json checkpoint_provenance(const std::string& path) {
  return metadata_json(open_checkpoint(path, base::Check::kHead), "provenance");
}

int64_t checkpoint_progress(const std::string& path) {
  const Json progress = metadata_json(open_checkpoint(path, base::Check::kHead), "progress");
  return progress.is_object() ? count(progress, "iteration", path) : 0;
}

LoadedGenerator load_generator(const std::string& path) {
  const base::Safetensors file = open_checkpoint(path);
  LoadedGenerator out;
  out.path = path;
  out.config = read_config(file);
  out.weights = field::load_tensors(file, "ema.", model::generator_tensors(out.config.model));
  if (file.find("ema.h_mean") != nullptr) {
    const model::TensorSpec spec[1] = {{"h_mean", {out.config.model.hidden}}};
    out.h_mean = field::load_tensors(file, "ema.", spec).at("h_mean");
  }
  out.model_hash = hash_weights(out.weights);
  out.progress = metadata_json(file, "progress");
  out.provenance = metadata_json(file, "provenance");
  return out;
}

void export_generator(const LoadedGenerator& generator, const std::string& path, bool half) {
  const auto specs = model::generator_tensors(generator.config.model);
  std::vector<base::TensorView> views = field::tensor_views(generator.weights, "ema.", specs);
  const at::Tensor h_mean =
      generator.h_mean ? *generator.h_mean : mean_hidden(generator.config.model, generator.weights);
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
                          {{"format", kFormat},
                           {"version", kVersion},
                           {"config", base::dump_json(model::to_json(generator.config))},
                           {"provenance", base::dump_json(provenance)}},
                          views);
}

std::vector<std::pair<int64_t, std::string>> list_checkpoints(const std::string& run) {
  std::vector<std::pair<int64_t, std::string>> out;
  std::error_code error;
  fs::directory_iterator entries(run, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (const auto iteration = model::checkpoint_iteration(name))
      out.emplace_back(*iteration, entries->path().string());
  }
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
    throw base::SystemError(run, "read the folder", error.value());
  std::sort(out.begin(), out.end());
  return out;
}

std::string newest_checkpoint(const std::string& run) {
  const std::optional<base::Safetensors> file = open_newest(run);
  return file ? file->where() : std::string();
}

std::string resolve_checkpoint(const std::string& file_or_run) {
  std::error_code error;
  if (!fs::is_directory(file_or_run, error)) return file_or_run;
  std::string newest = newest_checkpoint(file_or_run);
  if (newest.empty()) {
    throw base::DataError(file_or_run, "has no whole checkpoint yet",
                          "give a folder that inr-train -o made, or a checkpoint file");
  }
  return newest;
}

}  // namespace inr::gan
