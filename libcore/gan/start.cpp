// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/start.hpp"

#include <cmath>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "gan/batch_loader.hpp"
#include "model/presets.hpp"

namespace inr::gan {
namespace {

constexpr uint64_t kMaxConfigBytes = uint64_t{1} << 24;

model::Config read_config_file(const std::string& path) {
  const std::vector<std::byte> bytes = base::read_file(path, kMaxConfigBytes);
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return model::parse_config(base::parse_json(text, path), path);
}

model::Config base_config(const StartOptions& options, const store::DatasetReader* dataset) {
  if (!options.config_file.empty()) return read_config_file(options.config_file);
  if (!options.preset.empty()) return model::find_preset(options.preset).config;
  if (dataset == nullptr) throw base::UsageError("which model? give --preset NAME or --config FILE");
  const int64_t side = dataset->info().width;
  if (side != 32 && side != 64) {
    throw base::UsageError("which model for pictures of " + std::to_string(side) +
                           " pixels? give --preset NAME or --config FILE");
  }
  const std::string name = "tiny" + std::to_string(side);
  base::log_info("preset " + name + " (the dataset's size; --preset or --config choose another)");
  return model::find_preset(name).config;
}

void apply_changes(model::Config& config, const StartOptions& options) {
  if (!options.lr_preset.empty()) model::apply_lr_preset(config, options.lr_preset);
  for (const std::string& setting : options.settings) model::apply_setting(config, setting);
  if (options.iterations) config.training.iterations = *options.iterations;
  if (options.seed) config.training.seed = *options.seed;
  try {
    model::validate(config, "--set");
  } catch (const base::DataError& error) {
    if (options.settings.empty()) throw;
    throw base::UsageError(error.what());  // no file could make it right
  }
}

LoadedRun resumed(const std::string& path, const StartOptions& options) {
  LoadedRun run = load_run(path);
  const model::Config before = run.config;
  apply_changes(run.config, options);
  if (!(run.config.model == before.model) || !(run.config.discriminator == before.discriminator)) {
    throw base::UsageError("--set changes the networks of " + path +
                           ", which a resumed run keeps; start a fresh run for that");
  }
  if (run.config.training.batch != before.training.batch || run.config.training.seed != before.training.seed) {
    base::log_warning("batch or seed differ from those of " + path +
                      ": the order of pictures and latents changes from here on");
  }
  if (run.state.images < 0 || run.state.iteration < 0)
    throw base::DataError(path, "has negative counters", "it cannot be resumed");
  if (run.state.iteration >= run.config.training.iterations) {
    base::log_info(path + " is at iteration " + std::to_string(run.state.iteration) + " already: nothing to do up to " +
                   std::to_string(run.config.training.iterations));
  } else {
    base::log_info("resuming from " + path);
  }
  return run;
}

model::Config fresh_config(const StartOptions& options, const store::DatasetReader* dataset) {
  if (!options.preset.empty() && !options.config_file.empty()) {
    throw base::UsageError("--preset and --config exclude each other");
  }
  model::Config config = base_config(options, dataset);
  apply_changes(config, options);
  if (dataset != nullptr) require_fitting(*dataset, config.model.resolution);
  return config;
}

}  // namespace

LoadedRun start_run(const StartOptions& options, const store::DatasetReader* dataset) {
  if (!options.preset.empty() && !options.config_file.empty())
    throw base::UsageError("--preset and --config exclude each other");
  if (!options.resume.empty()) {
    const std::string path =
        options.resume == "auto" ? newest_checkpoint(options.run) : resolve_checkpoint(options.resume);
    if (!path.empty()) {
      LoadedRun run = resumed(path, options);
      const auto held = list_checkpoints(options.run);
      if (options.resume != "auto" && !held.empty() && held.back().first > run.state.iteration) {
        throw base::DataError(options.run, "holds later checkpoints than " + path,
                              "go on in another folder (-o), or move the later ones away");
      }
      return run;
    }
  } else if (!list_checkpoints(options.run).empty()) {
    throw base::DataError(options.run, "holds the checkpoints of an earlier run",
                          "give --resume to continue it, or another folder");
  }
  LoadedRun run;
  run.config = fresh_config(options, dataset);
  run.state = initial_state(run.config);
  return run;
}

void check_start(const StartOptions& options, const store::DatasetReader* dataset) {
  if (options.resume.empty() || options.resume == "auto") {
    fresh_config(options, dataset);
  } else {
    resolve_checkpoint(options.resume);
  }
}

base::Json make_provenance(const store::DatasetReader* dataset, const std::string& program,
                           const std::string& command) {
  base::Json out = {{"program", program}, {"command", command}};
  if (dataset != nullptr) {
    const store::DatasetInfo& info = dataset->info();
    out["dataset"] = std::filesystem::path(dataset->path()).filename().string();
    out["dataset_hash"] = info.content_hash;
    out["dataset_count"] = info.count;
    out["recipe"] = info.recipe;
  }
  return out;
}

}  // namespace inr::gan
