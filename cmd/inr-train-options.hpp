// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-train's page and options.
#pragma once
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/common_options.hpp"
#include "cli/run_tool.hpp"
#include "gan/start.hpp"
#include "gan/trainer.hpp"
#include "model/presets.hpp"

namespace inr::train_tool {

inline const cli::ToolPage kPage = {
    .name = "inr-train",
    .summary = "train a generator of continuous images",
    .synopsis = {"DATASET -o RUN [--preset NAME | --config FILE] [OPTION...]", "DATASET -o RUN --resume [OPTION...]",
                 "DATASET -o RUN --init CHECKPOINT [OPTION...]", "--iterations 0 -o RUN --preset NAME",
                 "DATASET --dry-run [--preset NAME | --config FILE] [OPTION...]"},
    .description =
        {"Trains the INR-GAN of the paper: a hypernetwork that emits the weights of a coordinate network, against a "
         "convolutional "
         "discriminator, with the non-saturating loss, R1 and a moving average of the weights. RUN then holds "
         "checkpoint-000001500.safetensors (the newest few), best.safetensors (by --score-every), log.jsonl (one JSON "
         "object a "
         "line) and samples/000001500.png.",
         "SIGINT, SIGTERM and SIGHUP write a checkpoint and exit with status 75; so does --duration. A second signal "
         "gives "
         "the checkpoint up. --resume goes on from the "
         "newest "
         "whole checkpoint, with the same pictures and latents as if there had been no interruption: at the same "
         "--threads, device and number of processes every tensor ends with the same bits. The command that began the "
         "run goes on with it when --resume is added. A run keeps its networks: --preset, --config and --set that "
         "together give others are refused; training.* may change. A damaged checkpoint newer than the one it goes on "
         "from is kept as NAME.damaged.",
         "Before the next checkpoint is written those beyond --keep go; where the disk has no room for one more, the "
         "oldest of the --keep goes too. The newest that is whole always stays, so that a run which found no room goes "
         "on with --resume once there is some.",
         "Started by torchrun or srun as several processes, each takes an equal share of every batch, and the run goes "
         "as that of one process would, to the order of summation: same pictures, same latents, same gradients, and "
         "checkpoints that any number of processes resumes. The share is a multiple of four images, the groups of the "
         "minibatch standard deviation. When one process dies, the others say which, and end; --resume goes on.",
         "A line of log.jsonl has time (UTC) and iteration, and every --log-every iterations, and at the end: images "
         "(shown to D so far), loss_d, loss_g, r1 (without its weight; null where the step had none), logits_real and "
         "logits_fake (means of D), grad_norm_d, grad_norm_hypernet, grad_norm_shared, it_per_s, images_per_s, seconds "
         "(of training, over all resumes), stalled_ms (waited for pictures since this start), data_share (of the time, "
         "since the last line), seconds_per_it (of its phases), memory_bytes, and with --kernel check "
         "kernel_difference. Lines of scores have score and score_seconds. Other lines have event: start, resume, "
         "interrupted, done; with fault: skipped, not finite, unreadable, not written.",
         "With --iterations 0 no dataset is needed: the untrained checkpoint of a preset is written."},
    .examples = {{"inr-train emoji32.inrd -o runs/emoji --preset tiny32 --iterations 12000",
                  "Twelve thousand steps at 32 x 32:"},
                 {"inr-train emoji32.inrd -o runs/emoji --resume --iterations 24000", "Go on to twice as many:"},
                 {"inr-train photos.inrd -o runs/photos --preset lsun128 --set training.batch=16 --duration 3h",
                  "A time limit:"},
                 {"inr-train cats.inrd -o runs/cats --init runs/emoji --iterations 4000",
                  "Fine-tune on pictures of one's own:"},
                 {"inr-train photos.inrd --preset lsun128 --set training.batch=8 --micro-batch 4 --dry-run",
                  "Will it fit?"},
                 {"torchrun --no-python --nproc-per-node 2 inr-train emoji32.inrd -o runs/two --preset tiny32",
                  "Two processes on one machine:"},
                 {"inr-train --iterations 0 --preset tiny32 -o untrained", "An untrained checkpoint:", true}},
    .see_also = {"inr-prep(1)", "inr-sample(1)", "inr-fid(1)", "inr-checkpoint(5)"},
    .exit_notes = {"75  interrupted by SIGINT, SIGTERM, SIGHUP or --duration; --resume goes on"},
};

struct Arguments {
  std::string dataset;
  gan::StartOptions start;
  gan::TrainerOptions trainer;
  std::string on_nan = "stop";
  std::string kernel = "fast";
  bool dry_run = false;
  cli::CommonOptions common;
};

inline void bind(cli::Options& options, Arguments& a) {
  std::vector<std::string> presets;
  for (const model::Preset& preset : model::presets()) presets.push_back(preset.name);
  options.add_positional("DATASET", a.dataset, "what inr-prep made, at the model's resolution",
                         {.completion = cli::Completion::kFile});
  cli::add_out(options, a.start.run, "folder of the run", {.metavar = "RUN", .completion = cli::Completion::kFolder});
  options.group("Model and training");
  options.add("--preset", a.start.preset,
              "a named configuration (inr-macs lists them); default: the tiny one of the dataset's size",
              {.metavar = "NAME", .suggestions = presets});
  options.add("--config", a.start.config_file,
              "a JSON file: model, discriminator, training; absent keys are those of the model of 256 x 256 pixels",
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
  options.add("--init", a.start.init,
              "start from the networks of a checkpoint or run (G, its average, D where it is there); without --preset "
              "and --config its configuration too",
              {.metavar = "CHECKPOINT", .completion = cli::Completion::kFile});
  options.group("Run");
  options.add_flag(
      "--dry-run", a.dry_run,
      "print the configuration on stdout; sizes, memory, disk and the first batch's shapes on stderr; train and write "
      "nothing");
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
  options.add("--score-samples", a.trainer.score_samples, "samples of each score", {.metavar = "N", .min = 300});
  options.group("Machine");
  options.add("--micro-batch", a.trainer.step.micro_batch,
              "images worked on at once, for a large batch in little memory: the same gradients, one more pass of G; D "
              "takes whole groups of 4, so 4 at least; 0: all",
              {.metavar = "N", .min = 0});
  options.add("--on-nan", a.on_nan,
              "where a loss or gradient is not finite: stop, with the state before it saved, or skip that half step",
              {.metavar = "WHAT", .choices = {"stop", "skip"}});
  options.add(
      "--kernel", a.kernel,
      "how images are evaluated: point by point, through the coordinate term's nodes, or both, with the largest "
      "difference in the log",
      {.metavar = "KIND", .choices = {"reference", "fast", "check"}});
  options.add("--loader-threads", a.trainer.loader_threads, "threads that read pictures ahead",
              {.metavar = "N", .min = 1, .max = 64});
  options.add(
      "--threads", a.common.n_threads,
      "processor threads of each process; the same number gives the same bits, another one the same up to rounding",
      {.metavar = "N", .default_text = "its share of the processors", .min = 1, .max = 4096});
  cli::add_common(options, a.common, cli::kDevice);
}

}  // namespace inr::train_tool
