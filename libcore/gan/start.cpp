// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/start.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/safetensors.hpp"
#include "gan/batch_loader.hpp"
#include "model/checkpoint_name.hpp"
#include "model/presets.hpp"
#include "runs/checkpoint_file.hpp"

namespace inr::gan {
namespace {

base::Json read_config_file(const std::string& path) {
  const std::vector<std::byte> bytes = base::read_file(path, kMaxConfigBytes);
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return base::parse_json(text, path);
}

model::Config base_config(const StartOptions& options, const dataset::DatasetReader* dataset) {
  if (!options.config_file.empty())
    return model::parse_config(read_config_file(options.config_file), options.config_file);
  if (!options.preset.empty()) return model::find_preset(options.preset).config;
  if (!options.init.empty()) return runs::load_config(runs::resolve_checkpoint(options.init));
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

void apply_unchecked(model::Config& config, const StartOptions& options) {
  if (!options.lr_preset.empty()) model::apply_lr_preset(config, options.lr_preset);
  for (const std::string& setting : options.settings) model::apply_setting(config, setting);
  if (options.iterations) config.training.iterations = *options.iterations;
  if (options.seed) config.training.seed = *options.seed;
}

void apply_changes(model::Config& config, const StartOptions& options) {
  apply_unchecked(config, options);
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

using Differences = std::vector<std::string>;  // "model.rank 4 (the run has 10)"

/// The keys of `given` that `own` has otherwise, with both values. Lists of unequal length are told by their length.
void compare_keys(const base::Json& given, const base::Json& own, const std::string& key, Differences& out) {
  if (given == own) return;
  if (given.is_object() && own.is_object()) {
    for (const auto& [name, value] : given.items())
      compare_keys(value, own.value(name, base::Json()), key + "." + name, out);
  } else if (given.is_array() && own.is_array() && given.size() == own.size()) {
    for (size_t i = 0; i < given.size(); ++i) compare_keys(given[i], own[i], key + "." + std::to_string(i), out);
  } else {
    const auto text = [](const base::Json& value) {
      if (value.is_array()) return "a list of " + std::to_string(value.size());
      return value.is_string() ? value.get<std::string>() : value.dump();
    };
    out.push_back(key + " " + text(given) + " (the run has " + text(own) + ")");
  }
}

std::string join(const Differences& differences) {
  constexpr size_t kShown = 6;
  std::string out;
  for (size_t i = 0; i < std::min(kShown, differences.size()); ++i) out += (i == 0 ? "" : ", ") + differences[i];
  if (differences.size() > kShown) out += " and " + std::to_string(differences.size() - kShown) + " more";
  return out;
}

Differences network_differences(const model::Config& given, const model::Config& own) {
  const base::Json a = model::to_json(given);
  const base::Json b = model::to_json(own);
  Differences out;
  for (const char* group : {"model", "discriminator"}) compare_keys(a.at(group), b.at(group), group, out);
  return out;
}

/// What a configuration file says of the training that neither the run nor the other options do.
Differences training_left_aside(const StartOptions& options, const model::Config& run) {
  base::Json file = read_config_file(options.config_file);
  if (!file.contains("training")) return {};
  model::Config config = model::parse_config(file, options.config_file);
  apply_unchecked(config, options);
  base::Json given = base::Json::object();
  const base::Json all = model::to_json(config).at("training");
  for (const auto& [key, value] : file["training"].items()) given[key] = all.at(key);
  Differences out;
  compare_keys(given, model::to_json(run).at("training"), "training", out);
  return out;
}

bool same_networks(const model::Config& a, const model::Config& b) {
  return a.model == b.model && a.discriminator == b.discriminator;
}

/// The networks of `base` and the training of the run, with what the options change of both.
model::Config changed(const model::Config& base, const model::Config& run, const StartOptions& options) {
  model::Config config = base;
  config.training = run.training;
  apply_changes(config, options);
  return config;
}

/// The same without a preset or configuration file: settings mean the run's own networks, or, in the command that began
/// it typed again, those it began with (a setting may add to the one before, so the two are not the same).
model::Config changed_unnamed(const model::Config& run, const StartOptions& options,
                              const dataset::DatasetReader* dataset) {
  const auto from_the_start = [&]() -> std::optional<model::Config> {
    if (options.settings.empty()) return std::nullopt;
    try {
      const model::Config config = changed(base_config(options, dataset), run, options);
      if (same_networks(config, run)) return config;
    } catch (const base::Error&) {  // no such start: the settings are for the run
    }
    return std::nullopt;
  };
  try {
    model::Config config = changed(run, run, options);
    if (same_networks(config, run)) return config;
    return from_the_start().value_or(config);
  } catch (const base::UsageError&) {
    if (std::optional<model::Config> config = from_the_start()) return *config;
    throw;
  }
}

/// The configuration of a run that goes on from a checkpoint of configuration `run`: its own networks, with its
/// training as the options change it. What the options say of the networks is compared after all of them were applied,
/// as at the start, so that the command that began the run goes on with it.
model::Config resumed_config(const model::Config& run, const StartOptions& options,
                             const dataset::DatasetReader* dataset, const std::string& path) {
  const bool named = !options.preset.empty() || !options.config_file.empty();
  const model::Config config =
      named ? changed(base_config(options, dataset), run, options) : changed_unnamed(run, options, dataset);
  if (same_networks(config, run)) return config;
  std::string what = !options.preset.empty() ? "--preset " + options.preset
                     : named                 ? "--config " + options.config_file
                                             : "--set";
  if (named && !options.settings.empty()) what += " with --set";
  throw base::UsageError(what + " gives other networks than those of " + path + ", which a resumed run keeps: " +
                         join(network_differences(config, run)) + "; leave it out, or start a fresh run");
}

/// What a resumed run does otherwise than its command seems to say.
void warn_of_changes(const model::Config& before, const model::Config& config, const StartOptions& options,
                     const std::string& path) {
  if (config.training.batch != before.training.batch || config.training.seed != before.training.seed) {
    base::log_warning("batch or seed differ from those of " + path +
                      ": the order of pictures and latents changes from here on");
  }
  if (options.config_file.empty()) return;
  const Differences kept = training_left_aside(options, config);
  if (!kept.empty())
    base::log_warning("--config " + options.config_file + " has " + join(kept) +
                      ": a resumed run keeps its own; --set changes them");
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

LoadedRun resumed(LoadedRun run, const StartOptions& options, const dataset::DatasetReader* dataset) {
  const model::Config before = run.config;
  run.config = resumed_config(before, options, dataset, run.path);
  warn_of_changes(before, run.config, options, run.path);
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
  if (runs::list_checkpoints(run).empty()) return;
  throw base::DataError(run, "holds checkpoints, none of which can be read",
                        "give --resume=FILE, or another folder with -o");
}

/// --resume went on from a checkpoint that is not the newest: what was skipped is not to be written anew. A damaged
/// one can be moved out of the way; of others (a newer program's, say) the user decides.
std::vector<std::string> damaged_newer(const std::string& run, const std::string& resumed_from) {
  std::vector<std::string> out;
  const auto held = runs::list_checkpoints(run);
  for (auto it = held.rbegin(); it != held.rend() && it->second != resumed_from; ++it) {
    if (!runs::is_cut_or_damaged(it->second))
      throw base::DataError(
          it->second, "cannot be read, and is newer than " + resumed_from,
          "move it away to go on from there, or give --resume=" + resumed_from + " and another folder with -o");
    out.push_back(it->second);
  }
  return out;
}

/// To NAME.damaged, or .damaged.2 and so on: nothing is replaced.
void move_aside(const std::string& path) {
  std::error_code error;
  std::string to = path + ".damaged";
  for (int n = 2; std::filesystem::exists(std::filesystem::symlink_status(to, error)); ++n)
    to = path + ".damaged." + std::to_string(n);
  std::filesystem::rename(path, to, error);
  if (error) throw base::SystemError(path, "rename to " + to, error.value());
  base::log_warning(path + " is damaged: it is kept as " + to);
}

/// --resume=FILE without anything left to do would only copy a checkpoint into the folder.
void refuse_nothing_to_do(const StartOptions& options, const dataset::DatasetReader* dataset, const std::string& path) {
  const model::Config config = resumed_config(runs::load_config(path), options, dataset, path);
  const int64_t iteration = runs::checkpoint_progress(path);
  std::error_code error;
  if (iteration < config.training.iterations ||
      std::filesystem::equivalent(path, options.run + "/" + model::checkpoint_name(iteration), error))
    return;
  throw base::UsageError(path + " is at iteration " + std::to_string(iteration) + " already: nothing to do up to " +
                         std::to_string(config.training.iterations) + "; give more --iterations");
}

/// A fresh start without --resume takes no folder that an earlier run has left something in.
void refuse_used(const std::string& run) {
  std::error_code error;
  if (!runs::list_checkpoints(run).empty()) {
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
  const std::string path = runs::resolve_checkpoint(options.init);
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
    const std::string path = newest ? runs::newest_checkpoint(options.run) : runs::resolve_checkpoint(options.resume);
    if (!path.empty()) {
      if (newest) damaged_newer(options.run, path);
      const model::Config before = runs::load_config(path);
      const model::Config config = resumed_config(before, options, dataset, path);
      warn_of_changes(before, config, options, path);
      return config;
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
      std::vector<std::string> damaged = damaged_newer(options.run, run->path);
      LoadedRun start = resumed(std::move(*run), options, dataset);
      start.damaged = std::move(damaged);
      return start;
    }
    refuse_unreadable(options.run);
    base::log_info("no checkpoint in " + options.run + ": starting anew");
  } else {
    const std::string path = runs::resolve_checkpoint(options.resume);
    refuse_nothing_to_do(options, dataset, path);
    LoadedRun run = resumed(load_run(path), options, dataset);
    const auto held = runs::list_checkpoints(options.run);
    if (!held.empty() && held.back().first > run.state.iteration) {
      throw base::DataError(options.run, "holds later checkpoints than " + run.path,
                            "give --resume to go on from the last of them; or go on in another folder (-o), or move "
                            "the later ones away");
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

void keep_damaged(const LoadedRun& run) {
  for (const std::string& path : run.damaged) move_aside(path);
}

void check_start(const StartOptions& options, const dataset::DatasetReader* dataset) {
  if (options.resume.empty() || options.resume == "auto") {
    fresh_config(options, dataset);
  } else {
    refuse_nothing_to_do(options, dataset, runs::resolve_checkpoint(options.resume));
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
