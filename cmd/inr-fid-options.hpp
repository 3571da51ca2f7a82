// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What inr-fid says of itself, its option table and its variables.
#pragma once
#include <optional>
#include <string>

#include "cli/common_options.hpp"
#include "cli/tool_page.hpp"
#include "metrics/evaluate.hpp"
#include "metrics/upsampled.hpp"

namespace inr::fid {

inline const cli::ToolPage kPage = {
    .name = "inr-fid",
    .summary = "score generated pictures against real ones by the Frechet distance",
    .synopsis = {"--real A --fake B [OPTION...]", "--real A --save-stats FILE [OPTION...]"},
    .description = {"Prints one line: the Frechet distance between the features of two sets of pictures, lower is "
                    "better. A and B are told "
                    "apart by their bytes: a dataset of inr-prep, a folder or zip of pictures of any size, statistics "
                    "(.npz with mu and "
                    "sigma, ours or those of another program), an INR stream (- is stdin), a checkpoint, or the folder "
                    "of a training run, "
                    "whose newest whole checkpoint is taken. Pictures of a checkpoint are drawn by keys (SEED, 0), "
                    "(SEED, 1), ... at the "
                    "resolution of training, as inr-sample draws them.",
                    "Scores compare only where the network, its protocol (resize, normalisation, divisor) and the "
                    "numbers of images are the "
                    "same; all of these are part of the result. Without --network a small random network that is built "
                    "in sees the "
                    "pictures: it ranks checkpoints, and compares with no published number. --network takes "
                    "MobileNetV2 as a safetensors file; "
                    "such a score is called FD-MobileNetV2. Both see every picture resized to 224 x 224 by Pillow's "
                    "bicubic filter.",
                    "The bias of the distance falls with the number of images: fewer than 10000 on a side give a "
                    "warning. With no more images "
                    "than features (256, or 1280 for MobileNetV2) the covariance lacks rank, which is refused unless "
                    "--allow-few is given. "
                    "Statistics that say by which network they were made are refused beside another one.",
                    "With --json the result is one JSON object with the keys fid, score (the name of the distance), "
                    "protocol, network, "
                    "network_hash (SHA-256), n_real, n_fake, resolution, real_resolution, device, dtype, checkpoint, "
                    "iteration, model_hash, "
                    "seed, real, fake, note, seconds; what is not known is null."},
    .examples = {{"inr-fid --real flowers.inrd --fake runs/flowers", "Score the newest checkpoint of a run:"},
                 {"inr-fid --real flowers.inrd --save-stats flowers.npz",
                  "Keep the statistics of the real pictures for later scores:"},
                 {"inr-fid --real flowers.npz --fake model.safetensors -n 10000 --threshold 12 --json",
                  "Fail with exit status 3 where a model is worse than 12:"},
                 {"inr-sample -n 300 --seed 1 > a.inr && inr-sample -n 300 --seed 2 | inr-fid --real a.inr --fake -",
                  "Two sets of samples against each other:", true}},
    .see_also = {"inr-sample(1)", "inr-train(1)", "inr-prep(1)", "inr-checkpoint(5)"},
    .exit_notes = {"3  the score is above --threshold"},
};

struct FidOptions {
  metrics::EvaluateOptions evaluate;
  cli::CommonOptions common;
  std::optional<double> threshold;
};

inline void bind(cli::Options& options, FidOptions& fid) {
  using cli::Completion;
  const cli::Hints side = {.metavar = "PATH", .completion = Completion::kFile};
  metrics::EvaluateOptions& evaluate = fid.evaluate;
  options.add("--real", evaluate.real, "real pictures or their statistics; - is an INR stream on stdin", side);
  options.add("--fake", evaluate.fake,
              "generated pictures, checkpoint, run folder or statistics; - is an INR stream on stdin", side);
  options.add("-n", evaluate.n_fake, "exactly so many of the fake side",
              {.metavar = "N", .default_text = "all; 50000 of a checkpoint", .min = 2});
  options.add("--n-real", evaluate.n_real, "exactly so many of the real side",
              {.metavar = "N", .default_text = "all", .min = 2});
  options.add("--network", evaluate.network, "feature network, safetensors",
              {.metavar = "FILE", .default_text = "the built-in random network", .completion = Completion::kFile});
  options.add_parsed(
      "--upsampled", [&evaluate](const std::string& text) { evaluate.upsampling = metrics::parse_upsampling(text); },
      "make the fake pictures twice as large first, by a filter or (inr) by drawing the function more densely",
      {.metavar = "nearest|bilinear|bicubic|inr", .suggestions = {"nearest", "bilinear", "bicubic", "inr"}});
  options.add_flag("--allow-few", evaluate.allow_few, "go on with no more images than features");
  options.add_flag("--allow-mixed", evaluate.allow_mixed,
                   "go on where the sides say that their networks, protocols, resolutions or filters differ");
  options.add("--threshold", fid.threshold, "exit with status 3 where the score is above X", {.metavar = "X"});
  options.add("--save-stats", evaluate.save_stats,
              "write the statistics of the real side (of the fake one where it is alone) as .npz",
              {.metavar = "FILE", .completion = Completion::kFile});
  cli::add_common(options, fid.common, cli::kSeed | cli::kThreads | cli::kBatch | cli::kJson);
}

}  // namespace inr::fid
