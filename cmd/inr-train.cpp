// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-train: train a GAN of continuous images on a dataset. The loop is gan/trainer.hpp.
#include <ATen/Parallel.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "cli/interrupt.hpp"
#include "dataset/dataset.hpp"
#include "gan/dry_run.hpp"
#include "gan/hypernetwork.hpp"
#include "gan/run_writer.hpp"
#include "gan/sample_grid.hpp"
#include "gan/share_start.hpp"
#include "inr-train-options.hpp"
#include "metrics/score.hpp"
#include "model/checkpoint_name.hpp"
#include "model/decoders.hpp"
#include "parallel/device.hpp"
#include "parallel/launch.hpp"
#include "parallel/shard.hpp"
#include "render/processor.hpp"
#include "runs/checkpoint_file.hpp"
#include "runs/run_lock.hpp"

namespace {

using namespace inr;
using train_tool::Arguments;

constexpr const char* kFinishing = "inr-train: finishing the iteration and saving; once more gives it up\n";

/// The score that decides RUN/best.safetensors: always the latents of seed 1, which no sample picture uses.
std::function<double(const model::Config&, const field::TensorMap&)> make_score(const Arguments& a) {
  auto score = std::make_shared<metrics::QuickScore>(
      a.dataset, metrics::QuickScoreOptions{.n_fake = a.trainer.score_samples, .n_threads = a.common.n_threads});
  return [score](const model::Config& config, const field::TensorMap& ema) {
    const gan::TrainStep step(config);
    return (*score)([&](int64_t first, int64_t n) {
      const at::NoGradGuard no_grad;
      const at::Tensor z = gan::latents(1, static_cast<uint64_t>(first), n, config.model.z_dim);
      return gan::quantize(step.generate(ema, z.to(ema.begin()->second.device()))).cpu();
    });
  };
}

/// What the folder or --init holds, or a fresh start.
gan::LoadedRun start_run(const Arguments& a, const dataset::DatasetReader* dataset) {
  gan::LoadedRun start = gan::start_run(a.start, dataset);
  const base::Json before = start.provenance.is_object() ? start.provenance : base::Json::object();
  start.provenance = gan::make_provenance(dataset, std::string("inr-train ") + cli::version(), cli::command_line());
  start.provenance.update(a.start.machine);
  if (before.contains("init")) start.provenance["init"] = before["init"];
  return start;
}

/// Every process finds the same; rank 0 prints it: the configuration, which --config takes, to stdout.
base::ExitCode dry_run(const Arguments& a, const parallel::Launch& launch) {
  std::optional<dataset::DatasetReader> dataset;
  if (!a.dataset.empty()) dataset.emplace(a.dataset);
  const dataset::DatasetReader* pictures = dataset ? &*dataset : nullptr;
  const model::Config config = gan::planned_config(a.start, pictures);
  // With a dataset that is told already; without one, the plan is of a training all the same.
  const bool untrained = a.start.iterations && *a.start.iterations == 0;
  if (!untrained && model::row_of(config.model.decoder).style) {
    throw base::UsageError(
        "decoder " + std::string(model::row_of(config.model.decoder).name) +
        " is drawn, not trained (inr-import makes its checkpoints); give another --preset or --config");
  }
  std::ostringstream plan;
  gan::describe_run(plan, config, a.trainer.step, launch.size, a.trainer.loader_threads, a.trainer.keep, pictures);
  if (launch.rank > 0) return base::ExitCode::kOk;
  std::cerr << plan.str();
  std::cout << model::to_json(config).dump(2) << "\n";
  return base::ExitCode::kOk;
}

base::ExitCode write_untrained(const Arguments& a) {
  if (runs::list_checkpoints(a.start.run).empty()) gan::check_start(a.start, nullptr);  // before the folder is made
  const runs::RunLock lock(a.start.run);
  const gan::LoadedRun start = start_run(a, nullptr);
  if (start.state.iteration > 0) throw base::UsageError("no dataset: a run that has begun needs its DATASET");
  const std::string path = a.start.run + "/" + model::checkpoint_name(0);
  gan::keep_damaged(start);
  gan::save_checkpoint(path, start.config, start.state, start.provenance);
  std::cout << path << "\n";
  return base::ExitCode::kOk;
}

/// The dataset, and in rank 0 all that reads or makes the run's folder.
struct Start {
  Start(const Arguments& a, parallel::Group& group) : dataset(a.dataset) {
    gan::require_same_start(dataset, gan::options_text(a.start) + " " + a.on_nan + " " + a.kernel, group);
    if (group.rank() > 0) return;
    if (runs::list_checkpoints(a.start.run).empty()) gan::check_start(a.start, &dataset);  // before the folder is made
    lock.emplace(a.start.run);
    run = start_run(a, &dataset);
    parallel::images_of_rank(run.config.training.batch, 0, group.size());  // can it be shared out?
    gan::require_writable_run(a.trainer, run.config);
    gan::keep_damaged(run);
  }
  dataset::DatasetReader dataset;
  std::optional<runs::RunLock> lock;
  gan::LoadedRun run;
};

base::ExitCode train(Arguments& a, const parallel::Launch& launch) {
  parallel::Group group(launch, a.trainer.device);
  std::unique_ptr<Start> start;
  try {
    start = std::make_unique<Start>(a, group);
  } catch (const base::Error& fault) {  // the others do not wait for what will not come
    group.end(fault);
    throw;
  }
  gan::share_run(start->run, group);
  const bool tells = launch.rank == 0 && base::log_level() != base::LogLevel::kQuiet;
  cli::InterruptFlag interrupt(tells ? kFinishing : "");
  a.trainer.stop = [&interrupt] { return interrupt.raised(); };
  if (a.trainer.score_every > 0 && launch.rank == 0) a.trainer.score = make_score(a);
  const gan::TrainResult result = gan::train(std::move(start->run), start->dataset, a.trainer, group);
  interrupt.settle();
  if (launch.rank == 0) std::cout << result.checkpoint << "\n";
  if (!result.interrupted) return base::ExitCode::kOk;
  base::log_info("stopped at iteration " + std::to_string(result.iteration) + "; the same command with --resume" +
                 (a.start.resume.empty() || a.start.resume == "auto" ? "" : " instead of --resume=FILE") + " goes on");
  return base::ExitCode::kInterrupted;
}

/// What the words of the command line alone tell to be wrong.
void check_use(const Arguments& a) {
  if (a.start.run.empty() && !a.dry_run) throw base::UsageError("no output folder: give -o RUN");
  const bool untrained = a.start.iterations && *a.start.iterations == 0;
  if (a.dataset.empty() && !untrained && !a.dry_run)
    throw base::UsageError("no dataset: give a DATASET (or --iterations 0 for an untrained checkpoint)");
  if (!a.start.init.empty() && !a.start.resume.empty() && a.start.resume != "auto")
    throw base::UsageError("--init starts a run and --resume FILE goes on with one: give one of them");
}

base::ExitCode run(Arguments& a) {
  const parallel::Launch launch = parallel::read_launch([](const char* name) { return std::getenv(name); });
  if (launch.rank > 0)
    base::init_logging("inr-train (process " + std::to_string(launch.rank) + ")", base::LogLevel::kQuiet);
  check_use(a);
  (void)render::chosen_operations();  // a wrong INR_PROCESSOR fails here, not at the first checkpoint
  if (a.common.n_threads == 0) a.common.n_threads = parallel::default_threads(launch);
  at::set_num_threads(a.common.n_threads);
  a.trainer.device = parallel::open_device(a.common.device, launch.local_rank);
  a.trainer.step.skip_non_finite = a.on_nan == "skip";
  a.trainer.step.kernel = a.kernel == "reference" ? field::Kernel::kReference
                          : a.kernel == "check"   ? field::Kernel::kCheck
                                                  : field::Kernel::kFast;
  a.trainer.run = a.start.run;
  a.start.machine = {{"threads", a.common.n_threads},
                     {"processes", launch.size},
                     {"device", a.trainer.device.is_cuda() ? "cuda" : "cpu"}};
  if (a.dry_run) return dry_run(a, launch);
  if (!a.dataset.empty()) return train(a, launch);
  return launch.rank == 0 ? write_untrained(a) : base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  return cli::run_tool(
      argc, argv, train_tool::kPage, [&](cli::Options& options) { train_tool::bind(options, arguments); },
      [&] { return run(arguments); });
}
