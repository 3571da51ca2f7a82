// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/start.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "gan/batch_loader.hpp"
#include "model/presets.hpp"

namespace inr::gan {
namespace {

model::Config read_config_file(const std::string& path) {
  const std::vector<std::byte> bytes = base::read_file(path, kMaxConfigBytes);
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return model::parse_config(base::parse_json(text, path), path);
}

model::Config base_config(const StartOptions& options, const dataset::DatasetReader* dataset) {
  if (!options.config_file.empty()) return read_config_file(options.config_file);
  if (!options.preset.empty()) return model::find_preset(options.preset).config;
  if (!options.init.empty()) return load_config(resolve_checkpoint(options.init));
  if (dataset == nullptr) throw base::UsageError("which model? give --preset NAME or --config FILE");
  const int64_t side = dataset->info().width;
  if (side != 32 && side != 64) {
    throw base::UsageError("which model for pictures of " + std::to_string(side) +
                           " pixels? give --preset NAME or --config FILE");
  }
  return model::find_preset("tiny" + std::to_string(side)).config;
}

/// Which preset base_config() takes where none was named: told once, by what uses the configuration.
void tell_preset(const StartOptions& options, const model::Config& config) {
  if (!options.config_file.empty() || !options.preset.empty() || !options.init.empty()) return;
  base::log_info("preset tiny" + std::to_string(config.model.resolution) +
                 " (the dataset's size; --preset or --config choose another)");
}

void apply_changes(model::Config& config, const StartOptions& options) {
  if (!options.lr_preset.empty()) model::apply_lr_preset(config, options.lr_preset);
  for (const std::string& setting : options.settings) model::apply_setting(config, setting);
  if (options.iterations) config.training.iterations = *options.iterations;
  if (options.seed) config.training.seed = *options.seed;
  const bool sets_ema = std::any_of(options.settings.begin(), options.settings.end(),
                                    [](const std::string& setting) { return setting.starts_with("training.ema="); });
  if (sets_ema && config.training.ema_half_life > 0)
    throw base::UsageError("training.ema has no effect beside training.ema_half_life; set that to 0 as well, or alone");
  try {
    model::validate(config, "--set");
  } catch (const base::DataError& error) {
    if (options.settings.empty()) throw;
    throw base::UsageError(error.what());  // no file could make it right
  }
}

/// A preset or configuration file given along with --resume must be the run's own.
void require_same_networks(const model::Config& run, const StartOptions& options, const std::string& path) {
  if (options.preset.empty() && options.config_file.empty()) return;
  const model::Config given = base_config(options, nullptr);
  const std::string option = options.preset.empty() ? "--config " + options.config_file : "--preset " + options.preset;
  if (!(given.model == run.model) || !(given.discriminator == run.discriminator)) {
    throw base::UsageError(option + " has other networks than " + path +
                           ", which a resumed run keeps; leave it out, or start a fresh run");
  }
}

void warn_of_another_dataset(const base::Json& provenance, const dataset::DatasetReader& dataset,
                             const std::string& path) {
  const std::string hash = dataset.info().content_hash;
  if (!provenance.is_object() || !provenance.contains("dataset_hash") || !provenance["dataset_hash"].is_string())
    return;
  if (hash.empty() || provenance["dataset_hash"].get<std::string>() == hash) return;
  base::log_warning(dataset.path() + " holds other pictures than those that " + path + " was trained on");
}

/// Sums in another order: the run goes on, but not to the bits that it would have had.
void warn_of_another_machine(const base::Json& provenance, const base::Json& machine, const std::string& path) {
  std::string differences;
  for (const auto& [key, here] : machine.items()) {
    if (!provenance.is_object() || !provenance.contains(key) || provenance[key] == here) continue;
    differences += (differences.empty() ? "" : ", ") + key + " " + base::printable(provenance[key].dump()) + " (here " +
                   here.dump() + ")";
  }
  if (differences.empty()) return;
  base::log_warning(path + " was trained with " + differences +
                    ": it goes on the same up to rounding, not to the same bits");
}

/// The configuration of a run that goes on from a checkpoint of configuration `before`.
model::Config resumed_config(const model::Config& before, const StartOptions& options, const std::string& path) {
  require_same_networks(before, options, path);
  model::Config config = before;
  apply_changes(config, options);
  if (!(config.model == before.model) || !(config.discriminator == before.discriminator)) {
    throw base::UsageError("--set changes the networks of " + path +
                           ", which a resumed run keeps; start a fresh run for that");
  }
  if (config.training.batch != before.training.batch || config.training.seed != before.training.seed) {
    base::log_warning("batch or seed differ from those of " + path +
                      ": the order of pictures and latents changes from here on");
  }
  return config;
}

LoadedRun resumed(LoadedRun run, const StartOptions& options, const dataset::DatasetReader* dataset) {
  run.config = resumed_config(run.config, options, run.path);
  if (!options.init.empty())
    base::log_info("--init " + options.init + " is left aside: " + options.run + " goes on from its own checkpoint");
  if (dataset != nullptr) warn_of_another_dataset(run.provenance, *dataset, run.path);
  warn_of_another_machine(run.provenance, options.machine, run.path);
  if (run.state.iteration >= run.config.training.iterations) {
    base::log_info(run.path + " is at iteration " + std::to_string(run.state.iteration) +
                   " already: nothing to do up to " + std::to_string(run.config.training.iterations));
  } else {
    base::log_info("resuming from " + run.path);
  }
  return run;
}

/// Before a fresh start where --resume found nothing to go on from.
void refuse_unreadable(const std::string& run) {
  if (list_checkpoints(run).empty()) return;
  throw base::DataError(run, "holds checkpoints, none of which can be read",
                        "give --resume=FILE, or another folder with -o");
}

/// --resume went on from a checkpoint that is not the newest: what was passed over would be written anew.
void refuse_passed_over(const std::string& run, const std::string& resumed_from) {
  const auto held = list_checkpoints(run);
  if (held.empty() || held.back().second == resumed_from) return;
  throw base::DataError(
      held.back().second, "cannot be read, and is newer than " + resumed_from,
      "move it away to go on from there, or give --resume=" + resumed_from + " and another folder with -o");
}

/// --resume=FILE without anything left to do would only copy a checkpoint into the folder.
void refuse_nothing_to_do(const StartOptions& options, const std::string& path) {
  model::Config config = load_config(path);
  apply_changes(config, options);
  const int64_t iteration = checkpoint_progress(path);
  std::error_code error;
  if (iteration < config.training.iterations ||
      std::filesystem::equivalent(path, options.run + "/" + checkpoint_name(iteration), error))
    return;
  throw base::UsageError(path + " is at iteration " + std::to_string(iteration) + " already: nothing to do up to " +
                         std::to_string(config.training.iterations) + "; give more --iterations");
}

/// A fresh start without --resume takes no folder that an earlier run has left something in.
void refuse_used(const std::string& run) {
  std::error_code error;
  if (!list_checkpoints(run).empty()) {
    throw base::DataError(run, "holds the checkpoints of an earlier run",
                          "give --resume to continue it, or another folder");
  }
  if (std::filesystem::exists(run + "/best.safetensors", error))
    throw base::DataError(run, "holds the best.safetensors of an earlier run", "give another folder, or move it away");
}

bool same_shapes(const field::TensorMap& a, const field::TensorMap& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
           return x.first == y.first && x.second.sizes() == y.second.sizes();
         });
}

/// A dataset is there to be trained on.
void refuse_drawn_only(const model::Config& config) {
  const model::DecoderRow& row = model::row_of(config.model.decoder);
  if (!row.style) return;
  throw base::UsageError(
      "decoder " + std::string(row.name) +
      " is drawn, not trained (inr-import makes its checkpoints); give another --preset or --config");
}

model::Config fresh_config(const StartOptions& options, const dataset::DatasetReader* dataset) {
  if (!options.preset.empty() && !options.config_file.empty()) {
    throw base::UsageError("--preset and --config exclude each other");
  }
  model::Config config = base_config(options, dataset);
  apply_changes(config, options);
  if (dataset == nullptr) return config;
  refuse_drawn_only(config);
  try {
    require_fitting(*dataset, config.model.resolution);
  } catch (const base::DataError& error) {
    if (options.config_file.empty()) throw;
    throw base::DataError(std::string(error.what()) + "; what " + options.config_file +
                          " leaves out is as in the model of 256 x 256 pixels");
  }
  return config;
}

LoadedRun initialised(const StartOptions& options, const dataset::DatasetReader* dataset) {
  const std::string path = resolve_checkpoint(options.init);
  LoadedNetworks networks = load_networks(path);
  LoadedRun run;
  run.config = fresh_config(options, dataset);
  run.state = initial_state(run.config);
  if (!same_shapes(networks.g, run.state.g)) {
    throw base::UsageError("--init " + path +
                           " has another generator than the configuration; leave --preset, --config and settings of "
                           "the model out to take the checkpoint's");
  }
  run.state.g = std::move(networks.g);
  for (const auto& [name, tensor] : networks.ema) run.state.ema[name] = tensor.clone();
  const bool with_d = same_shapes(networks.d, run.state.d);
  if (with_d) run.state.d = std::move(networks.d);
  base::log_info("starting from G " + std::string(with_d ? "and D" : "alone (D is fresh)") + " of " + path);
  run.provenance = {{"init", std::filesystem::path(path).filename().string()}};
  return run;
}

}  // namespace

model::Config planned_config(const StartOptions& options, const dataset::DatasetReader* dataset) {
  if (!options.resume.empty()) {
    const bool newest = options.resume == "auto";
    const std::string path = newest ? newest_checkpoint(options.run) : resolve_checkpoint(options.resume);
    if (!path.empty()) {
      if (newest) refuse_passed_over(options.run, path);
      return resumed_config(load_config(path), options, path);
    }
    refuse_unreadable(options.run);
  }
  const model::Config config = fresh_config(options, dataset);
  tell_preset(options, config);
  return config;
}

LoadedRun start_run(const StartOptions& options, const dataset::DatasetReader* dataset) {
  if (!options.preset.empty() && !options.config_file.empty())
    throw base::UsageError("--preset and --config exclude each other");
  if (options.resume.empty()) {
    refuse_used(options.run);
  } else if (options.resume == "auto") {
    if (std::optional<LoadedRun> run = load_newest_run(options.run)) {
      refuse_passed_over(options.run, run->path);
      return resumed(std::move(*run), options, dataset);
    }
    refuse_unreadable(options.run);
    base::log_info("no checkpoint in " + options.run + ": starting anew");
  } else {
    const std::string path = resolve_checkpoint(options.resume);
    refuse_nothing_to_do(options, path);
    LoadedRun run = resumed(load_run(path), options, dataset);
    const auto held = list_checkpoints(options.run);
    if (!held.empty() && held.back().first > run.state.iteration) {
      throw base::DataError(options.run, "holds later checkpoints than " + run.path,
                            "go on in another folder (-o), or move the later ones away");
    }
    return run;
  }
  if (!options.init.empty()) return initialised(options, dataset);
  LoadedRun run;
  run.config = fresh_config(options, dataset);
  tell_preset(options, run.config);
  run.state = initial_state(run.config);
  return run;
}

void check_start(const StartOptions& options, const dataset::DatasetReader* dataset) {
  if (options.resume.empty() || options.resume == "auto") {
    fresh_config(options, dataset);
  } else {
    refuse_nothing_to_do(options, resolve_checkpoint(options.resume));
  }
}

base::Json make_provenance(const dataset::DatasetReader* dataset, const std::string& program,
                           const std::string& command) {
  base::Json out = {{"program", program}, {"command", command}};
  if (dataset != nullptr) {
    const dataset::DatasetInfo& info = dataset->info();
    out["dataset"] = std::filesystem::path(dataset->path()).filename().string();
    out["dataset_hash"] = info.content_hash;
    out["dataset_count"] = info.count;
    out["recipe"] = info.recipe;
  }
  return out;
}

}  // namespace inr::gan
