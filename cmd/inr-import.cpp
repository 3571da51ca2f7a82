// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-import: the public checkpoints of the released INR-GAN code as checkpoints of ours.
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/progress.hpp"
#include "base/writable.hpp"
#include "cli/common_options.hpp"
#include "cli/interrupt.hpp"
#include "cli/run_tool.hpp"
#include "cli/streams.hpp"
#include "released/released_import.hpp"
#include "released/released_list.hpp"
#include "released/released_shapes.hpp"

namespace {

using namespace inr;

const cli::ToolPage kPage = {
    .name = "inr-import",
    .summary = "convert a checkpoint of the released INR-GAN code",
    .synopsis = {"FILE.pkl -o CHECKPOINT", "FILE.pkl --list"},
    .description =
        {"FILE is a network snapshot of the released code (a pickle), or the generator's state dictionary as "
         "safetensors with its constructor arguments as metadata init_kwargs. From a snapshot the averaged "
         "generator G_ema is taken, with its mean for truncation. Every tool that samples takes the result, which "
         "records the name and SHA-256 of its source.",
         "Six such checkpoints are public, each for pictures of 256 x 256: inr-gan and inr-gan-bil (with bilinear "
         "upsampling and instance norm), each of LSUN churches, LSUN bedrooms and FFHQ faces. What their files are "
         "called does not matter; the result is a model of decoder released.",
         "Nothing in the file is executed. Pickles are programs for Python; this reader follows exactly the structure "
         "that the released code writes, and refuses any other name, which it reports. Caches of coordinates, "
         "which make such files gigabytes large, are skipped.",
         "Models of a kind that no released checkpoint has are refused, and the message names the reason: conditioned "
         "on classes, with noise, "
         "with float16 layers, clamped, with another modulation than demod, kernels larger than 1, one grid of "
         "coordinates for all resolutions, shared, predictable or raw coordinates."},
    .examples =
        {{"inr-import ffhq.pkl -o ffhq.safetensors", "A public checkpoint:"},
         {"inr-sample --checkpoint ffhq.safetensors -n 16 --truncation 0.9 | inr-render --res 1024 -o faces.png",
          "Sixteen of its faces, four times as large as it was trained:"},
         {"inr-import ffhq.pkl --list", "What is inside:"}},
    .see_also = {"inr-sample(1)", "inr-export(1)", "inr-info(1)", "inr-checkpoint(5)"},
    .exit_notes = cli::kEndedBySignal,
};

struct Arguments {
  std::string file, out;
  bool list = false;
};

void import(const released::ReleasedSource& source, const std::string& out) {
  const released::ReleasedPlan plan = released::plan_released(source);
  const model::ModelConfig config = released::check_released(plan, source.where);
  std::error_code none;
  const std::filesystem::file_status there = std::filesystem::status(out, none);
  // A file that was begun has to be removed; a pipe may wait for ever, and is ended in the usual way.
  std::optional<cli::InterruptFlag> interrupt;
  if (!std::filesystem::exists(there) || std::filesystem::is_regular_file(there)) interrupt.emplace();
  const auto go_on = [&] {
    if (interrupt) interrupt->throw_if_raised();
  };
  std::string hash;
  {
    base::Progress progress("reading", source.file->size() >> 20U, "MiB");
    hash = released::hash_released(source, [&](uint64_t n_bytes) {
      progress.update(n_bytes >> 20U);
      go_on();
    });
  }
  const base::Json provenance = {{"program", std::string("inr-import ") + cli::version()},
                                 {"command", cli::command_line()},
                                 {"imported_from", std::filesystem::path(source.where).filename().string()},
                                 {"imported_sha256", hash}};
  released::write_released(plan, out, provenance, go_on);
  const std::string size = std::to_string(config.resolution);
  base::log_info(source.where + " -> " + out + ": decoder released, " + size + "x" + size + ", " +
                 plan.model["upsampling"].get<std::string>() + " upsampling" +
                 (plan.model["instance_norm"].get<bool>() ? ", instance norm" : ""));
}

base::ExitCode run(const Arguments& a) {
  if (a.file.empty()) throw base::UsageError("no checkpoint: give a .pkl of the released code");
  if (a.file == "-") throw base::UsageError("a checkpoint cannot be read from a pipe: give a FILE");
  if (!a.list && (a.out.empty() || a.out == "-"))
    throw base::UsageError("no output file: give -o FILE (a checkpoint cannot be written to a pipe), or --list");
  cli::refuse_same_file(a.file, a.out);
  if (!a.list) base::require_replaceable(a.out);  // before gigabytes are read
  const released::ReleasedSource source = released::open_released(a.file);
  if (a.list) {
    released::list_released(
        source, [](std::string_view lines) { base::write_all(1, std::as_bytes(std::span(lines)), "stdout"); });
  } else {
    import(source, a.out);
  }
  return base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  return cli::run_tool(
      argc, argv, kPage,
      [&](cli::Options& options) {
        options.add_positional("FILE", arguments.file,
                               "a network snapshot (.pkl) of the released code, or its state dictionary as safetensors",
                               {.completion = cli::Completion::kFile});
        cli::add_out(options, arguments.out, "the checkpoint to write");
        options.add_flag("--list", arguments.list, "print modules, tensors and constructor arguments; write nothing");
        options.exclusive({"--list", "--out"});
      },
      [&] { return run(arguments); });
}
