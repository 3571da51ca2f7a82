// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/trainer.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/progress.hpp"
#include "gan/batch_loader.hpp"
#include "gan/hypernetwork.hpp"
#include "gan/run_writer.hpp"
#include "parallel/shard.hpp"

namespace inr::gan {
namespace {

using base::Json;
using Clock = std::chrono::steady_clock;

constexpr uint64_t kLatentsPerStep = 2;                   // the D step's and the G step's, interleaved by image
constexpr uint64_t kTrainingLatents = uint64_t{1} << 63;  // keys apart from those of samples
constexpr int64_t kMaxSkipped = 100;                      // iterations in a row that --on-nan skip forgives
constexpr int64_t kDeadIterations = 10;                   // skipped ones at the end of a run that failed
constexpr int64_t kWarnedOf = 10;                         // skipped ones; then every hundredth
constexpr double kStallShare = 0.1;                       // of the time waited for pictures that is worth a warning

constexpr const char* kLowerRates = "lower learning rates (--set training.lr_d=...)";

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

/// One run in progress: owns the state; rank 0 also owns everything that is written beside it.
class Run {
 public:
  Run(LoadedRun start, const dataset::DatasetReader& dataset, const TrainerOptions& options, parallel::Group& group)
      : config_(start.config),
        // Taken out of `start`, which lives as long as the call of loop(): Adam replaces tensors, and old ones must go.
        state_(to_device(std::exchange(start.state, {}), options.device)),
        options_(options),
        group_(group),
        shard_(parallel::images_of_rank(config_.training.batch, group.rank(), group.size())),
        step_(config_, options.step, &group),
        loader_(dataset, {.seed = config_.training.seed,
                          .batch = config_.training.batch,
                          .resolution = config_.model.resolution,
                          .flip = config_.training.flip,
                          .first_position = state_.images,
                          .shard = shard_,
                          .n_threads = options.loader_threads,
                          .pinned = options.device.is_cuda()}),
        seconds_before_(state_.seconds) {
    if (group.rank() == 0) writer_.emplace(options, config_, state_, std::move(start.provenance));
  }

  TrainResult loop() {
    std::optional<base::Progress> progress;
    if (writer_) progress.emplace("training", static_cast<uint64_t>(config_.training.iterations), "it");
    const int64_t first = state_.iteration;
    log({{"event", first == 0 ? "start" : "resume"},
         {"iteration", first},
         {"processes", group_.size()},
         {"device", options_.device.str()},
         {"threads", at::get_num_threads()}});
    if (writer_) {
      const bool at_end = options_.sample_every > 0 && first >= config_.training.iterations;
      writer_->make_up(state_, at_end || due(options_.sample_every), due(options_.score_every));
    }
    bool interrupted = false;
    while (state_.iteration < config_.training.iterations) {
      fetch();  // before all are asked, so that they leave together where one cannot read its pictures
      const bool stop = !read_fault_.empty() || (options_.stop && options_.stop()) ||
                        (options_.duration_s > 0 && seconds_since(options_.started) >= options_.duration_s);
      if (group_.any(stop)) {
        interrupted = true;
        break;
      }
      one_step();
      if (!writer_) continue;
      progress->update(static_cast<uint64_t>(state_.iteration), note_);
      write_due();
    }
    if (interrupted && group_.any(!read_fault_.empty())) stop_unread();
    if (writer_) finish(*progress, interrupted, state_.iteration > first);
    group_.close();
    if (!interrupted) refuse_dead(state_.iteration - first);
    if (!writer_) return {state_.iteration, interrupted, {}, {}};
    return {state_.iteration, interrupted, writer_->newest(), writer_->best_score()};
  }

 private:
  [[nodiscard]] bool due(int64_t every) const { return every > 0 && state_.iteration % every == 0; }
  void log(const Json& line) {
    if (writer_) writer_->log(line);
  }

  /// Latents of this process's images: keyed by the image's position in the run, so that a resume and any number of
  /// processes draw the same ones.
  at::Tensor training_latents(uint64_t which) const {
    std::vector<at::Tensor> rows;
    for (const int64_t n : shard_) {
      const uint64_t key = kTrainingLatents + kLatentsPerStep * static_cast<uint64_t>(state_.images) +
                           which * static_cast<uint64_t>(config_.training.batch) + static_cast<uint64_t>(n);
      rows.push_back(latents(config_.training.seed, key, 1, config_.model.z_dim));
    }
    return at::cat(rows).to(options_.device);
  }

  /// The pictures of the next iteration, or why there are none.
  void fetch() {
    waited_ = 0;
    const PhaseTimer timer(waited_);
    try {
      reals_ = loader_.next().to(options_.device, /*non_blocking=*/true);
    } catch (const base::Error& fault) {
      read_fault_ = fault.what();
    }
  }

  void one_step() {
    const at::Tensor reals = std::exchange(reals_, {});
    report_ = step_.run(state_, reals, training_latents(0), training_latents(1));
    report_.seconds.data = waited_;
    phases_ += report_.seconds;
    state_.seconds = seconds_before_ + seconds_since(start_);
    if (report_.fault.empty()) {
      n_skipped_ = 0;
    } else {
      handle_fault();
    }
  }

  /// Some process could not read its pictures: what was trained so far is saved before all end.
  [[noreturn]] void stop_unread() {
    const std::string fault = read_fault_.empty() ? "another process could not read its pictures" : read_fault_;
    log({{"event", "unreadable"}, {"iteration", state_.iteration + 1}, {"fault", fault}});
    if (writer_) writer_->checkpoint(state_, /*last=*/true);
    group_.close();
    throw base::DataError(fault + "; " + (writer_ ? writer_->newest() : "the run's newest checkpoint") +
                          " is the state before it, from which --resume goes on once that is mended");
  }

  /// A run that ends with nothing but skipped iterations has not been trained to its end.
  void refuse_dead(int64_t n_iterations) const {
    if (n_skipped_ == 0 || n_skipped_ < std::min(kDeadIterations, n_iterations)) return;
    throw base::DataError(
        "iteration " + std::to_string(state_.iteration),
        "the last " + std::to_string(n_skipped_) + " iterations were skipped: " + report_.fault + " is not finite",
        "go back to an earlier checkpoint, or start anew, with " + std::string(kLowerRates));
  }

  /// A loss or gradient that is not finite: the same in all processes, so all leave together.
  void handle_fault() {
    const bool skips = options_.step.skip_non_finite;  // the half step was left out, and the iteration counts
    const bool goes_on = skips && ++n_skipped_ < kMaxSkipped;
    const int64_t iteration = state_.iteration + (skips ? 0 : 1);
    log({{"event", goes_on ? "skipped" : "not finite"}, {"iteration", iteration}, {"fault", report_.fault}});
    const std::string where = "iteration " + std::to_string(iteration);
    if (goes_on) {
      ++n_skipped_in_all_;
      if (writer_ && (n_skipped_in_all_ <= kWarnedOf || n_skipped_in_all_ % 100 == 0))
        base::log_warning(where + ": " + report_.fault + " is not finite; that half step is left out" +
                          (n_skipped_in_all_ < kWarnedOf ? "" : " (told of every hundredth from here on)"));
      return;
    }
    if (writer_) writer_->checkpoint(state_, /*last=*/true);
    group_.close();
    const std::string lower = kLowerRates;
    if (skips) {
      throw base::DataError(
          where,
          report_.fault + " is not finite, after " + std::to_string(kMaxSkipped - 1) + " such iterations in a row",
          (writer_ ? writer_->newest() + " is the state after them; " : std::string()) +
              "go back to an earlier checkpoint (--resume=FILE, -o another folder) with " + lower);
    }
    throw base::DataError(where, report_.fault + " is not finite",
                          (writer_ ? writer_->newest() + " is the state before it; " : std::string()) + "resume with " +
                              lower + ", or with --on-nan skip");
  }

  void write_due() {
    if (due(options_.log_every)) log_step();
    // Before what may take long or fail.
    if (due(options_.checkpoint_every) || state_.iteration == config_.training.iterations)
      writer_->checkpoint(state_, /*last=*/false);
    if (due(options_.sample_every)) writer_->samples(state_);
    if (options_.score && due(options_.score_every)) writer_->score(state_);
  }

  void finish(base::Progress& progress, bool interrupted, bool stepped) {
    progress.clear();
    if (state_.iteration > logged_at_) log_step();
    writer_->checkpoint(state_, /*last=*/true);
    if (!interrupted && stepped && options_.sample_every > 0) writer_->samples(state_);
    Json line = {{"event", interrupted ? "interrupted" : "done"}, {"iteration", state_.iteration}};
    if (n_skipped_in_all_ > 0) {
      line["skipped"] = n_skipped_in_all_;
      base::log_warning("a half step was left out in " + std::to_string(n_skipped_in_all_) + " iterations of this run");
    }
    log(line);
  }

  void log_step() {
    const double window = std::max(1e-9, seconds_since(log_time_));
    const auto n = static_cast<double>(std::max<int64_t>(1, state_.iteration - logged_at_));
    const double rate = static_cast<double>(state_.iteration - logged_at_) / window;
    const double data_share = phases_.data / std::max(1e-9, phases_.total());
    Json line = {{"iteration", state_.iteration},
                 {"images", state_.images},
                 {"loss_d", number_or_null(report_.loss_d)},
                 {"loss_g", number_or_null(report_.loss_g)},
                 {"r1", number_or_null(report_.r1)},
                 {"logits_real", number_or_null(report_.logits_real)},
                 {"logits_fake", number_or_null(report_.logits_fake)},
                 {"grad_norm_d", number_or_null(report_.grad_norm_d)},
                 {"grad_norm_hypernet", number_or_null(report_.grad_norm_hypernet)},
                 {"grad_norm_shared", number_or_null(report_.grad_norm_shared)},
                 {"it_per_s", rate},
                 {"images_per_s", rate * static_cast<double>(config_.training.batch)},
                 {"seconds", state_.seconds},
                 {"stalled_ms", loader_.stalled_ms()},
                 {"data_share", data_share},
                 {"seconds_per_it",
                  {{"data", phases_.data / n},
                   {"g_forward", phases_.g_forward / n},
                   {"d_forward", phases_.d_forward / n},
                   {"r1", phases_.r1 / n},
                   {"backward", phases_.backward / n},
                   {"optimiser", phases_.optimiser / n},
                   {"allreduce", phases_.allreduce / n}}},
                 {"memory_bytes", runs::resident_bytes()}};
    if (options_.step.kernel == field::Kernel::kCheck) line["kernel_difference"] = report_.worst_difference;
    log(line);
    if (data_share > kStallShare && due(options_.log_every) && !warned_of_stalls_) {
      warned_of_stalls_ = true;
      char text[160];
      std::snprintf(text, sizeof text,
                    "training waited %.0f%% of the time for pictures (more --loader-threads, or a faster disk)",
                    100 * data_share);
      base::log_warning(text);
    }
    char text[64];
    std::snprintf(text, sizeof text, "D %.2f G %.2f", report_.loss_d, report_.loss_g);
    note_ = text;
    log_time_ = Clock::now();
    logged_at_ = state_.iteration;
    phases_ = {};
  }

  model::Config config_;
  TrainState state_;
  const TrainerOptions& options_;
  parallel::Group& group_;
  std::vector<int64_t> shard_;  // this process's images of each batch
  TrainStep step_;
  BatchLoader loader_;
  std::optional<RunWriter> writer_;  // rank 0
  StepReport report_;
  at::Tensor reals_;        // of the next iteration, [n, 3, R, R]
  double waited_ = 0;       // for them, in seconds
  std::string read_fault_;  // why there are none
  PhaseSeconds phases_;     // since the last line of the log
  double seconds_before_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point log_time_ = start_;
  int64_t logged_at_ = state_.iteration;
  int64_t n_skipped_ = 0;  // in a row
  int64_t n_skipped_in_all_ = 0;
  bool warned_of_stalls_ = false;
  std::string note_;
};

}  // namespace

TrainResult train(LoadedRun start, const dataset::DatasetReader& dataset, const TrainerOptions& options,
                  parallel::Group& group) {
  return Run(std::move(start), dataset, options, group).loop();
}

}  // namespace inr::gan
