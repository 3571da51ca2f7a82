// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/run_writer.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>

#include "base/error.hpp"
#include "base/log.hpp"
#include "gan/sample_grid.hpp"

namespace inr::gan {
namespace {

using base::Json;
namespace fs = std::filesystem;

/// The best score that the folder knows: that of its best.safetensors, else what the resumed checkpoint remembers.
std::optional<double> known_best(const std::string& run, const Json& resumed) {
  const auto score_of = [](const Json& provenance) -> std::optional<double> {
    if (!provenance.is_object() || !provenance.contains("best_score") || !provenance["best_score"].is_number())
      return std::nullopt;
    return provenance["best_score"].get<double>();
  };
  const std::string path = run + "/best.safetensors";
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;  // nothing to keep, whatever a checkpoint remembers
  try {
    if (const auto score = score_of(checkpoint_provenance(path))) return score;
  } catch (const base::Error& fault) {
    base::log_warning(std::string(fault.what()) + " (the next score replaces it)");
    return std::nullopt;
  }
  return score_of(resumed);
}

}  // namespace

RunWriter::RunWriter(const TrainerOptions& options, const model::Config& config, const TrainState& start,
                     Json provenance)
    : options_(options),
      config_(config),
      provenance_(provenance.is_object() ? std::move(provenance) : Json::object()),
      log_(options.run + "/log.jsonl"),
      best_score_(known_best(options.run, provenance_)) {
  const std::string own = options.run + "/" + checkpoint_name(start.iteration);
  if (start.iteration > 0 && fs::exists(own)) {  // resumed from it: written again only after a step
    saved_at_ = start.iteration;
    newest_ = own;
  }
}

void RunWriter::forgiving(const std::string& what, const std::function<void()>& write) {
  try {
    write();
  } catch (const base::SystemError& error) {
    if (failed_.insert(what).second) base::log_warning(std::string(error.what()) + " (training goes on without it)");
  }
}

void RunWriter::log(const Json& line) {
  forgiving("log", [&] { log_.write(line); });
}

void RunWriter::samples(const TrainState& state) {
  const std::string name = checkpoint_name(state.iteration);
  const std::string path = options_.run + "/samples/" + name.substr(name.find('-') + 1, 9) + ".png";
  if (path == samples_) return;
  forgiving("samples", [&] { write_sample_grid(path, config_, state.ema); });
  samples_ = path;
}

void RunWriter::score(const TrainState& state) {
  const auto start = std::chrono::steady_clock::now();
  const double score = options_.score(config_, state.ema);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  log({{"iteration", state.iteration},
       {"images", state.images},
       {"seconds", state.seconds},
       {"score", std::isfinite(score) ? Json(score) : Json()},
       {"score_seconds", seconds}});
  if (!std::isfinite(score) || (best_score_ && score >= *best_score_)) return;
  forgiving("best", [&] {
    Json provenance = provenance_;
    provenance["best_score"] = score;
    provenance["best_iteration"] = state.iteration;
    save_checkpoint(options_.run + "/best.safetensors", config_, state, provenance);
    provenance_ = std::move(provenance);
    best_score_ = score;
  });
}

void RunWriter::checkpoint(const TrainState& state, bool last) {
  if (state.iteration == saved_at_) return;
  const auto write = [&] {
    const std::string path = options_.run + "/" + checkpoint_name(state.iteration);
    save_checkpoint(path, config_, state, provenance_);
    newest_ = path;
    saved_at_ = state.iteration;
    remove_oldest(state.iteration);
  };
  if (last) {
    write();
  } else {
    forgiving("checkpoint", write);
  }
}

void RunWriter::remove_oldest(int64_t iteration) const {
  if (options_.keep <= 0) return;
  auto found = list_checkpoints(options_.run);
  // Later ones (damaged, or of an abandoned branch) are not this run's to remove, and do not count.
  std::erase_if(found, [&](const auto& entry) { return entry.first > iteration; });
  const auto keep = static_cast<size_t>(options_.keep);
  for (size_t i = 0; i + keep < found.size(); ++i) {
    std::error_code ignored;  // an old checkpoint that cannot be removed harms nobody
    fs::remove(found[i].second, ignored);
  }
}

}  // namespace inr::gan
