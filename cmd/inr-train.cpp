// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-train: train a GAN of continuous images on a dataset. The loop is gan/trainer.hpp.
#include <ATen/Parallel.h>

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "cli/common_options.hpp"
#include "cli/interrupt.hpp"
#include "cli/run_tool.hpp"
#include "gan/hypernetwork.hpp"
#include "gan/sample_grid.hpp"
#include "gan/start.hpp"
#include "gan/trainer.hpp"
#include "metrics/score.hpp"
#include "model/presets.hpp"
#include "store/dataset.hpp"

namespace {

using namespace inr;

const cli::ToolPage kPage = {
    .name = "inr-train",
    .summary = "train a generator of continuous images",
    .synopsis = {"DATASET -o RUN [--preset NAME | --config FILE] [OPTION...]", "DATASET -o RUN --resume [OPTION...]",
                 "--iterations 0 -o RUN --preset NAME"},
    .description =
        {"Trains the INR-GAN of the paper: a hypernetwork that emits the weights of a coordinate network, against a "
         "convolutional "
         "discriminator, with the non-saturating loss, R1 and a moving average of the weights. RUN then holds "
         "checkpoint-000001500.safetensors (the newest few), best.safetensors (by --score-every), log.jsonl (one JSON "
         "object a "
         "line) and samples/000001500.png.",
         "SIGINT and SIGTERM write a checkpoint and exit with status 75; so does --duration. --resume goes on from the "
         "newest "
         "whole checkpoint, with the same pictures and latents as if there had been no interruption: at the same "
         "--threads "
         "every tensor ends with the same bits.",
         "With --iterations 0 no dataset is needed: the untrained checkpoint of a preset is written."},
    .examples = {{"inr-train emoji32.inrd -o runs/emoji --preset tiny32 --iterations 12000",
                  "Twelve thousand steps at 32 x 32:"},
                 {"inr-train emoji32.inrd -o runs/emoji --resume --iterations 24000", "Go on to twice as many:"},
                 {"inr-train photos.inrd -o runs/photos --preset lsun128 --set training.batch=16 --duration 3h",
                  "A time limit:"},
                 {"inr-train --iterations 0 --preset tiny32 -o untrained", "An untrained checkpoint:", true}},
    .see_also = {"inr-prep(1)", "inr-sample(1)", "inr-fid(1)", "inr-checkpoint(5)"},
    .exit_notes = {"75  interrupted by SIGINT, SIGTERM or --duration; --resume goes on"},
};

struct Arguments {
  std::string dataset;
  gan::StartOptions start;
  gan::TrainerOptions trainer;
  int64_t score_samples = 1000;
  cli::CommonOptions common;
};

void bind(cli::Options& options, Arguments& a) {
  std::vector<std::string> presets;
  for (const model::Preset& preset : model::presets()) presets.push_back(preset.name);
  options.add_positional("DATASET", a.dataset, "what inr-prep made, at the model's resolution",
                         {.completion = cli::Completion::kFile});
  cli::add_out(options, a.start.run, "folder of the run", {.metavar = "RUN", .completion = cli::Completion::kFolder});
  options.group("Model and training");
  options.add("--preset", a.start.preset,
              "a named configuration (inr-macs lists them); default: the tiny one of the dataset's size",
              {.metavar = "NAME", .suggestions = presets});
  options.add("--config", a.start.config_file, "a JSON file: model, discriminator, training; absent keys have defaults",
              {.metavar = "FILE", .completion = cli::Completion::kFile});
  options.add("--set", a.start.settings,
              "change one key of the configuration, for example training.batch=8; repeatable",
              {.metavar = "KEY=VALUE"});
  options.add("--lr-preset", a.start.lr_preset, "the paper's learning rates",
              {.metavar = "NAME", .choices = {"released", "main", "appendix"}});
  options.add("--iterations", a.start.iterations, "steps of G and D in all; default: the configuration's",
              {.metavar = "N", .min = 0});
  options.add("--seed", a.start.seed, "of weights, latents, order and flips; default: the configuration's",
              {.metavar = "S"});
  options.group("Run");
  options.add("--resume", a.start.resume,
              "go on from the newest whole checkpoint of RUN (start anew where there is none), or from FILE",
              {.metavar = "FILE", .completion = cli::Completion::kFile, .implied = "auto"});
  options.add_parsed(
      "--duration", [&a](const std::string& text) { a.trainer.duration_s = cli::parse_duration_s(text); },
      "stop with a checkpoint after this time: 90s, 15m, 3h, 1h30m", {.metavar = "TIME", .default_text = "no limit"});
  options.add("--checkpoint-every", a.trainer.checkpoint_every, "iterations between checkpoints",
              {.metavar = "N", .min = 1});
  options.add("--keep", a.trainer.keep, "newest checkpoints kept; 0 keeps all", {.metavar = "N", .min = 0});
  options.add("--sample-every", a.trainer.sample_every, "iterations between sample pictures; 0: none",
              {.metavar = "N", .min = 0});
  options.add("--log-every", a.trainer.log_every, "iterations between lines of the log", {.metavar = "N", .min = 1});
  options.add("--score-every", a.trainer.score_every,
              "iterations between scores by the built-in network; the best goes to RUN/best.safetensors; 0: none",
              {.metavar = "N", .min = 0});
  options.add("--score-samples", a.score_samples, "samples of each score", {.metavar = "N", .min = 300});
  cli::add_common(options, a.common, cli::kThreads);
}

int threads_or_all(int n_threads) {
  return n_threads > 0 ? n_threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// The score that decides RUN/best.safetensors: always the latents of seed 1, which no sample picture uses.
std::function<double(const model::Config&, const field::TensorMap&)> make_score(const std::string& dataset,
                                                                                const Arguments& a) {
  auto score = std::make_shared<metrics::QuickScore>(
      dataset, metrics::QuickScoreOptions{.n_fake = a.score_samples, .n_threads = threads_or_all(a.common.n_threads)});
  return [score](const model::Config& config, const field::TensorMap& ema) {
    const gan::TrainStep step(config);
    return (*score)([&](int64_t first, int64_t n) {
      const at::NoGradGuard no_grad;
      return gan::quantize(step.generate(ema, gan::latents(1, static_cast<uint64_t>(first), n, config.model.z_dim)));
    });
  };
}

base::ExitCode run(Arguments& a) {
  if (a.start.run.empty()) throw base::UsageError("where to? give -o RUN");
  const bool untrained = a.start.iterations && *a.start.iterations == 0;
  if (a.dataset.empty() && !untrained)
    throw base::UsageError("which pictures? give a DATASET (or --iterations 0 for an untrained checkpoint)");
  at::set_num_threads(threads_or_all(a.common.n_threads));
  std::optional<store::DatasetReader> dataset;
  if (!a.dataset.empty()) dataset.emplace(a.dataset);
  const bool fresh = gan::list_checkpoints(a.start.run).empty();
  if (fresh) gan::check_start(a.start, dataset ? &*dataset : nullptr);  // before the folder is made
  const gan::RunLock lock(a.start.run);
  gan::LoadedRun start = gan::start_run(a.start, dataset ? &*dataset : nullptr);
  const base::Json best = start.provenance.is_object() ? start.provenance : base::Json::object();
  start.provenance = gan::make_provenance(dataset ? &*dataset : nullptr, std::string("inr-train ") + cli::version(),
                                          cli::command_line());
  for (const char* key : {"best_score", "best_iteration"}) {
    if (best.contains(key)) start.provenance[key] = best[key];
  }
  if (untrained && start.state.iteration == 0) {
    const std::string path = a.start.run + "/" + gan::checkpoint_name(0);
    gan::save_checkpoint(path, start.config, start.state, start.provenance);
    std::cout << path << "\n";
    return base::ExitCode::kOk;
  }
  if (!dataset) throw base::UsageError("which pictures? a run that has begun needs its DATASET");
  const cli::InterruptFlag interrupt;
  a.trainer.run = a.start.run;
  a.trainer.stop = [&interrupt] { return interrupt.raised(); };
  if (a.trainer.score_every > 0) a.trainer.score = make_score(a.dataset, a);
  const gan::TrainResult result = gan::train(std::move(start), *dataset, a.trainer);
  std::cout << result.checkpoint << "\n";
  if (!result.interrupted) return base::ExitCode::kOk;
  base::log_info("stopped at iteration " + std::to_string(result.iteration) +
                 "; the same command with --resume goes on");
  return base::ExitCode::kInterrupted;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  return cli::run_tool(
      argc, argv, kPage, [&](cli::Options& options) { bind(options, arguments); }, [&] { return run(arguments); });
}
