// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-export: the part of a checkpoint that sampling needs, as a file of its own.
#include <iostream>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/worker_pool.hpp"
#include "base/writable.hpp"
#include "cli/common_options.hpp"
#include "cli/run_tool.hpp"
#include "cli/streams.hpp"
#include "runs/checkpoint_file.hpp"
#include "sample/generator.hpp"

namespace {

using namespace inr;

const cli::ToolPage kPage = {
    .name = "inr-export",
    .summary = "strip a checkpoint to what sampling needs",
    .synopsis = {"CHECKPOINT -o MODEL [--half]"},
    .description =
        {"Writes the averaged generator (ema.*, with the mean of h for truncation) without the discriminator, the "
         "trained copy and "
         "the optimiser's state: about a tenth of the checkpoint, and with --half a twentieth. CHECKPOINT is a file or "
         "a run "
         "folder (its newest whole checkpoint). The result is a checkpoint itself: every tool that samples takes it.",
         "--half rounds to float16; it is converted back to float32 when read. Pictures change by about one level of "
         "255."},
    .examples = {{"inr-export runs/emoji -o emoji.safetensors --half", "A model to give away:"},
                 {"inr-export runs/emoji/best.safetensors -o best.safetensors", "The checkpoint with the best score:"},
                 {"inr-train --iterations 0 --preset tiny32 -o untrained && inr-export untrained -o model.safetensors",
                  "From an untrained run:", true}},
    .see_also = {"inr-train(1)", "inr-sample(1)", "inr-checkpoint(5)"},
};

struct Arguments {
  std::string checkpoint, out;
  bool half = false;
};

base::ExitCode run(const Arguments& arguments) {
  if (arguments.checkpoint.empty()) throw base::UsageError("no checkpoint: give a file or a run folder");
  if (arguments.out.empty() || arguments.out == "-")
    throw base::UsageError("no output file: give -o FILE (a checkpoint cannot be written to a pipe)");
  base::require_replaceable(arguments.out);  // before gigabytes are read
  const std::string path = runs::resolve_checkpoint(arguments.checkpoint);
  cli::refuse_same_file(path, arguments.out);
  base::WorkerPool pool;
  sample::export_generator(sample::load_generator(path), arguments.out, arguments.half, render::by_threads(pool));
  base::log_info(path + " -> " + arguments.out);
  return base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  return cli::run_tool(
      argc, argv, kPage,
      [&](cli::Options& options) {
        options.add_positional("CHECKPOINT", arguments.checkpoint, "a file, or a run folder",
                               {.completion = cli::Completion::kFile});
        cli::add_out(options, arguments.out, "the checkpoint to write");
        options.add_flag("--half", arguments.half, "store the weights as float16");
      },
      [&] { return run(arguments); });
}
