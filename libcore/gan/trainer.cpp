// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/trainer.hpp"

#include <ATen/Parallel.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/progress.hpp"
#include "gan/batch_loader.hpp"
#include "gan/hypernetwork.hpp"
#include "gan/run_log.hpp"
#include "gan/sample_grid.hpp"

namespace inr::gan {
namespace {

using base::Json;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr uint64_t kLatentsPerStep = 2;                   // the D step's and the G step's, interleaved by image
constexpr uint64_t kTrainingLatents = uint64_t{1} << 63;  // keys apart from those of samples

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

void make_folders(const std::string& run) {
  std::error_code error;
  fs::create_directories(run + "/samples", error);
  if (error) throw base::SystemError(run, "make the folder", error.value());
}

/// Latents of a step's images: keyed by the image's position in the run, so that a resume draws the same ones.
at::Tensor training_latents(const model::Config& config, int64_t images, uint64_t which) {
  const uint64_t first = kTrainingLatents + kLatentsPerStep * static_cast<uint64_t>(images) +
                         which * static_cast<uint64_t>(config.training.batch);
  return latents(config.training.seed, first, config.training.batch, config.model.z_dim);
}

/// One run in progress: owns the state and everything that is written beside it.
class Run {
 public:
  Run(LoadedRun start, const store::DatasetReader& dataset, const TrainerOptions& options)
      : config_(start.config),
        state_(std::move(start.state)),
        provenance_(std::move(start.provenance)),
        options_(options),
        step_(config_),
        loader_(dataset, {.seed = config_.training.seed,
                          .batch = config_.training.batch,
                          .resolution = config_.model.resolution,
                          .flip = config_.training.flip,
                          .first_position = state_.images}),
        log_(options.run + "/log.jsonl"),
        seconds_before_(state_.seconds) {
    const std::string own = options.run + "/" + checkpoint_name(state_.iteration);
    if (state_.iteration > 0 && fs::exists(own)) {  // resumed from it: written again only after a step
      saved_at_ = state_.iteration;
      checkpoint_ = own;
    }
    if (provenance_.is_object() && provenance_.contains("best_score") && provenance_["best_score"].is_number()) {
      best_score_ = provenance_["best_score"].get<double>();
    }
  }

  TrainResult loop() {
    base::Progress progress("training", static_cast<uint64_t>(config_.training.iterations), "it");
    const int64_t first = state_.iteration;
    log_.write({{"event", first == 0 ? "start" : "resume"}, {"iteration", first}, {"threads", at::get_num_threads()}});
    bool interrupted = false;
    while (state_.iteration < config_.training.iterations) {
      if ((options_.stop && options_.stop()) || (options_.duration_s > 0 && elapsed() >= options_.duration_s)) {
        interrupted = true;
        break;
      }
      one_step();
      const int64_t now = state_.iteration;
      progress.update(static_cast<uint64_t>(now), note_);
      if (due(options_.log_every)) log_step();
      if (due(options_.sample_every)) write_samples();
      if (options_.score && due(options_.score_every)) write_score();
      if (due(options_.checkpoint_every) && now < config_.training.iterations) write_checkpoint();
    }
    progress.clear();
    if (state_.iteration != saved_at_) write_checkpoint();
    if (!interrupted && state_.iteration > first && options_.sample_every > 0) write_samples();
    log_.write({{"event", interrupted ? "interrupted" : "done"}, {"iteration", state_.iteration}});
    return {state_.iteration, interrupted, checkpoint_, best_score_};
  }

 private:
  [[nodiscard]] double elapsed() const { return seconds_since(start_); }
  [[nodiscard]] bool due(int64_t every) const { return every > 0 && state_.iteration % every == 0; }

  void one_step() {
    const at::Tensor reals = loader_.next();
    report_ = step_.run(state_, reals, training_latents(config_, state_.images, 0),
                        training_latents(config_, state_.images, 1));
    state_.seconds = seconds_before_ + elapsed();
  }

  void log_step() {
    const double window = std::max(1e-9, seconds_since(log_time_));
    const double rate = static_cast<double>(state_.iteration - logged_at_) / window;
    log_.write({{"iteration", state_.iteration},
                {"images", state_.images},
                {"loss_d", report_.loss_d},
                {"loss_g", report_.loss_g},
                {"r1", number_or_null(report_.r1)},
                {"logits_real", report_.logits_real},
                {"logits_fake", report_.logits_fake},
                {"grad_norm_d", report_.grad_norm_d},
                {"grad_norm_hypernet", report_.grad_norm_hypernet},
                {"grad_norm_shared", report_.grad_norm_shared},
                {"it_per_s", rate},
                {"images_per_s", rate * static_cast<double>(config_.training.batch)},
                {"seconds", state_.seconds},
                {"stalled_ms", loader_.stalled_ms()},
                {"memory_bytes", resident_bytes()}});
    char text[64];
    std::snprintf(text, sizeof text, "D %.2f G %.2f", report_.loss_d, report_.loss_g);
    note_ = text;
    log_time_ = Clock::now();
    logged_at_ = state_.iteration;
  }

  [[nodiscard]] std::string stem() const {
    const std::string name = checkpoint_name(state_.iteration);
    return name.substr(name.find('-') + 1, 9);
  }

  void write_samples() {
    const std::string path = options_.run + "/samples/" + stem() + ".png";
    if (path == samples_) return;
    write_sample_grid(path, config_, state_.ema);
    samples_ = path;
  }

  void write_score() {
    const Clock::time_point start = Clock::now();
    const double score = options_.score(config_, state_.ema);
    log_.write(
        {{"iteration", state_.iteration}, {"score", number_or_null(score)}, {"score_seconds", seconds_since(start)}});
    if (std::isfinite(score) && (!best_score_ || score < *best_score_)) {
      best_score_ = score;
      provenance_["best_score"] = score;
      provenance_["best_iteration"] = state_.iteration;
      save_checkpoint(options_.run + "/best.safetensors", config_, state_, provenance_);
    }
  }

  void write_checkpoint() {
    checkpoint_ = options_.run + "/" + checkpoint_name(state_.iteration);
    save_checkpoint(checkpoint_, config_, state_, provenance_);
    saved_at_ = state_.iteration;
    if (options_.keep <= 0) return;
    auto found = list_checkpoints(options_.run);
    // Later ones (damaged, or of an abandoned branch) are not this run's to remove, and do not count.
    std::erase_if(found, [this](const auto& entry) { return entry.first > state_.iteration; });
    const auto keep = static_cast<size_t>(options_.keep);
    for (size_t i = 0; i + keep < found.size(); ++i) {
      std::error_code ignored;  // an old checkpoint that cannot be removed harms nobody
      fs::remove(found[i].second, ignored);
    }
  }

  model::Config config_;
  TrainState state_;
  Json provenance_;
  const TrainerOptions& options_;
  TrainStep step_;
  BatchLoader loader_;
  RunLog log_;
  StepReport report_;
  double seconds_before_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point log_time_ = start_;
  int64_t logged_at_ = state_.iteration;
  int64_t saved_at_ = -1;
  std::string checkpoint_, samples_, note_;
  std::optional<double> best_score_;
};

}  // namespace

RunLock::RunLock(const std::string& run) {
  make_folders(run);
  const std::string path = run + "/lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) throw base::SystemError(path, "open", errno);
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd_);
    throw base::DataError(run, "another inr-train is writing this run", "wait for it, or give another folder with -o");
  }
}

RunLock::~RunLock() { ::close(fd_); }

TrainResult train(LoadedRun start, const store::DatasetReader& dataset, const TrainerOptions& options) {
  make_folders(options.run);
  return Run(std::move(start), dataset, options).loop();
}

}  // namespace inr::gan
