// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/run_writer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/safetensors.hpp"
#include "base/writable.hpp"
#include "gan/dry_run.hpp"
#include "gan/sample_grid.hpp"
#include "model/checkpoint_name.hpp"
#include "runs/checkpoint_file.hpp"

namespace inr::gan {
namespace {

using base::Json;
namespace fs = std::filesystem;

/// The score of the folder's best.safetensors where the new ones can be compared with it: of as many samples, against
/// the same pictures. A run that starts anew has none to keep.
std::optional<double> known_best(const TrainerOptions& options, const TrainState& start, const Json& provenance) {
  const std::string path = options.run + "/best.safetensors";
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  std::string fault = path + " is of an earlier run";
  try {
    const Json best = start.iteration > 0 ? runs::checkpoint_provenance(path) : Json();
    if (best.is_object()) {
      const Json score = best.value("best_score", Json());
      const Json pictures = provenance.value("dataset_hash", Json());
      if (score.is_number() && best.value("best_samples", Json()) == options.score_samples &&
          best.value("dataset_hash", Json()) == pictures)
        return score.get<double>();
      fault = path + " has no score of " + std::to_string(options.score_samples) + " samples against these pictures";
    }
  } catch (const base::Error& error_of_file) {
    fault = error_of_file.what();
  }
  if (options.score) base::log_warning(fault + " (the next score replaces it)");
  return std::nullopt;
}

/// By its head: is it a checkpoint of a version that this program knows?
bool is_readable(const std::string& path) {
  try {
    runs::load_config(path);
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

/// By all of it, checksum included: can a run be resumed from it?
bool is_whole(const std::string& path) {
  try {
    return !base::Safetensors::open(path).metadata("progress").empty();  // an exported one has none
  } catch (const base::Error& error) {
    base::log_debug(std::string(error.what()) + " (does not count as a checkpoint)");
    return false;
  }
}

bool has_room(const std::string& run, const model::Config& config) {
  std::error_code error;
  const fs::space_info disk = fs::space(run, error);
  return error || disk.available >= static_cast<uint64_t>(checkpoint_bytes(config));
}

std::string samples_path(const std::string& run, int64_t iteration) {
  const std::string name = model::checkpoint_name(iteration);
  return run + "/samples/" + name.substr(name.find('-') + 1, 9) + ".png";
}

void warn_of_little_room(const std::string& run, const model::Config& config) {
  if (has_room(run, config)) return;
  std::error_code error;
  const fs::space_info disk = fs::space(run, error);
  const auto needed = static_cast<uint64_t>(checkpoint_bytes(config));
  base::log_warning(run + ": a checkpoint takes " + std::to_string((needed >> 20U) + 1) + " MiB, the disk has " +
                    std::to_string(disk.available >> 20U) + " MiB left");
}

}  // namespace

void require_writable_run(const TrainerOptions& options, const model::Config& config) {
  base::require_extensible(options.run + "/log.jsonl");
  base::require_replaceable(options.run + "/" + model::checkpoint_name(config.training.iterations));
  if (options.sample_every > 0) base::require_replaceable(samples_path(options.run, config.training.iterations));
  if (options.score_every > 0) base::require_replaceable(options.run + "/best.safetensors");
}

RunWriter::RunWriter(const TrainerOptions& options, const model::Config& config, const TrainState& start,
                     Json provenance)
    : options_(options),
      config_(config),
      provenance_(provenance.is_object() ? std::move(provenance) : Json::object()),
      log_(options.run + "/log.jsonl"),
      best_score_(known_best(options, start, provenance_)) {
  const std::string own = options.run + "/" + model::checkpoint_name(start.iteration);
  if (start.iteration > 0 && fs::exists(own)) {  // resumed from it: written again only after a step
    saved_at_ = start.iteration;
    newest_ = own;
  }
  warn_of_little_room(options.run, config);
}

void RunWriter::forgiving(const std::string& what, int64_t iteration, const std::function<void()>& write) {
  try {
    write();
  } catch (const base::SystemError& error) {
    const bool checkpoint = what == "checkpoint";
    if (failed_.insert(what).second || checkpoint)
      base::log_warning(std::string(error.what()) + " (training goes on without it" +
                        (!checkpoint       ? ""
                         : newest_.empty() ? "; there is no checkpoint yet"
                                           : "; newest: " + newest_) +
                        ")");
    if (what != "log") log({{"event", "not written"}, {"iteration", iteration}, {"fault", error.what()}});
  }
}

void RunWriter::log(const Json& line) {
  forgiving("log", 0, [&] { log_.write(line); });
}

void RunWriter::samples(const TrainState& state) {
  const std::string path = samples_path(options_.run, state.iteration);
  if (path == samples_) return;
  forgiving("samples", state.iteration, [&] { write_sample_grid(path, config_, state.ema); });
  samples_ = path;
}

std::optional<double> RunWriter::measure(const TrainState& state) {
  try {
    return options_.score(config_, state.ema);
  } catch (const std::exception& error) {  // LibTorch's carry a backtrace from the second line on
    const std::string text = error.what();
    base::log_warning("no score at iteration " + std::to_string(state.iteration) + ": " +
                      base::printable(text.substr(0, text.find('\n')), 300) + " (training goes on)");
    return std::nullopt;
  }
}

void RunWriter::score(const TrainState& state) {
  const auto start = std::chrono::steady_clock::now();
  const std::optional<double> score = measure(state);
  if (!score) return;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  // Before the log, whose line says that nothing is left to be made up for.
  if (std::isfinite(*score) && (!best_score_ || *score < *best_score_) && !save_best(state, *score)) return;
  log({{"iteration", state.iteration},
       {"images", state.images},
       {"seconds", state.seconds},
       {"score", std::isfinite(*score) ? Json(*score) : Json()},
       {"score_seconds", seconds}});
}

bool RunWriter::save_best(const TrainState& state, double score) {
  bool saved = false;
  forgiving("best", state.iteration, [&] {
    Json provenance = provenance_;
    provenance["best_score"] = score;
    provenance["best_iteration"] = state.iteration;
    provenance["best_samples"] = options_.score_samples;
    write_with_room(state.iteration, options_.keep,
                    [&] { save_checkpoint(options_.run + "/best.safetensors", config_, state, provenance); });
    best_score_ = score;
    saved = true;
  });
  return saved;
}

bool RunWriter::has_score(int64_t iteration) const {
  std::ifstream log(options_.run + "/log.jsonl");
  for (std::string line; std::getline(log, line);) {
    if (line.find("\"score\"") == std::string::npos) continue;
    const Json entry = Json::parse(line, nullptr, /*allow_exceptions=*/false);  // a line may be cut
    if (entry.is_object() && entry.contains("score") && entry.value("iteration", Json()) == iteration) return true;
  }
  return false;
}

void RunWriter::make_up(const TrainState& state, bool sample_due, bool score_due) {
  if (newest_.empty()) return;  // nothing was resumed, or from another folder
  std::error_code error;
  if (sample_due && !fs::exists(samples_path(options_.run, state.iteration), error)) samples(state);
  if (score_due && options_.score && !has_score(state.iteration)) score(state);
}

void RunWriter::checkpoint(const TrainState& state, bool last) {
  if (state.iteration == saved_at_) return;
  const auto write = [&] {
    const std::string path = options_.run + "/" + model::checkpoint_name(state.iteration);
    write_with_room(state.iteration, options_.keep - 1, [&] { save_checkpoint(path, config_, state, provenance_); });
    newest_ = path;
    saved_at_ = state.iteration;
    (void)remove_oldest(state.iteration, options_.keep);
  };
  if (!last) {
    forgiving("checkpoint", state.iteration, write);
    return;
  }
  try {
    write();
  } catch (const base::SystemError& error) {
    throw base::SystemError(std::string(error.what()) + "; " +
                            (newest_.empty() ? "there is no checkpoint yet: mend that and start again"
                                             : "mend that, and --resume goes on from " + newest_));
  }
}

/// n_kept: of the checkpoints there are, so many stay where there is no room for what is written.
void RunWriter::write_with_room(int64_t iteration, int64_t n_kept, const std::function<void()>& write) {
  if (options_.keep <= 0) {
    write();
    return;
  }
  (void)remove_oldest(iteration, options_.keep);  // of a run that kept more before
  const auto make_room = [&] {
    const bool freed = remove_oldest(iteration, std::max<int64_t>(1, n_kept)) > 0;
    if (freed && failed_.insert("room").second)
      base::log_warning(options_.run + ": the disk has no room for one checkpoint more than --keep " +
                        std::to_string(options_.keep) + ": the oldest goes before the next is written");
    return freed;
  };
  if (!has_room(options_.run, config_)) make_room();
  try {
    write();
  } catch (const base::SystemError& error) {
    if (!base::is_out_of_room(error) || !make_room()) throw;
    write();
  }
}

/// Down to the newest n_kept; returns how many went.
size_t RunWriter::remove_oldest(int64_t iteration, int64_t n_kept) const {
  if (options_.keep <= 0) return 0;
  auto found = runs::list_checkpoints(options_.run);
  // Later ones (of an abandoned branch) and those that cannot be read are not this run's to remove, and do not count.
  std::erase_if(found, [&](const auto& entry) { return entry.first > iteration || !is_readable(entry.second); });
  const auto keep = static_cast<size_t>(n_kept);
  // Nothing goes before a later one is known to be whole: the one that was just written is.
  const bool written = saved_at_ == iteration;
  while (!written && found.size() > keep && !is_whole(found.back().second)) found.pop_back();
  const std::string best = options_.run + "/best.safetensors";
  size_t n_removed = 0;
  for (size_t i = 0; i + keep < found.size(); ++i) {
    std::error_code ignored;  // an old checkpoint that cannot be removed harms nobody
    if (fs::is_symlink(best, ignored) && fs::equivalent(best, found[i].second, ignored)) continue;
    if (fs::remove(found[i].second, ignored)) ++n_removed;
  }
  return n_removed;
}

}  // namespace inr::gan
