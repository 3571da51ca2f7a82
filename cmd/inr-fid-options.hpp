// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What inr-fid says of itself, its option table and its variables.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/common_options.hpp"
#include "cli/tool_page.hpp"
#include "metrics/evaluate.hpp"
#include "metrics/newest_score.hpp"
#include "metrics/shard.hpp"
#include "metrics/upsampled.hpp"

namespace inr::fid {

inline const cli::ToolPage kPage = {
    .name = "inr-fid",
    .summary = "score generated pictures against real ones by the Frechet distance",
    .synopsis = {"--real A --fake B [OPTION...]", "--real A --save-stats FILE [OPTION...]",
                 "stats SIDE [--shard I/N] -o PART [OPTION...]", "merge PART... -o STATS"},
    .description =
        {"Prints one line: the Frechet distance between the features of two sets of pictures, lower is better, other "
         "scores that were asked for, and how they were made. A and B are recognised by their bytes: a dataset of "
         "inr-prep, a folder or zip of pictures of any mix of sizes, statistics (.npz with mu and sigma, ours or those "
         "of another program, whatever else they hold), features (.npz of --save-features), an INR stream (- is "
         "stdin), a checkpoint, or the folder of a training run, whose newest whole checkpoint is taken. Pictures of a "
         "checkpoint are drawn by keys (SEED, 0), (SEED, 1), ... at the resolution of training, as inr-sample draws "
         "them. -n (of the fake side, or of the only one) and --n-real are exact: more pictures are not read, fewer "
         "are an error that says how many there "
         "are.",
         "Scores compare only where the network, its protocol (resize, normalisation, divisor) and the numbers of "
         "images are the same; all of these are part of the result, with the SHA-256 of the network's file. Without "
         "--network a small random network that is built in sees the pictures: it ranks checkpoints, and is "
         "not comparable with published scores. --network takes Inception v3 as FID has it (examples/inception "
         "converts the "
         "published files) and MobileNetV2 as safetensors files; only Inception's distance is called FID, another is "
         "FD-MobileNetV2. Inception has four protocols: nvidia is that of the StyleGAN2 and 3 code, pytorch-fid, "
         "clean and torch-fidelity those of the packages of these names. The two other networks see every picture "
         "resized to 224 x 224 "
         "by Pillow's bicubic filter.",
         "The bias of the distance falls with the number of images: fewer than 10000 on a side give a warning. With no "
         "more images than features (256, 1280 for MobileNetV2, 2048 for Inception) the covariance lacks rank, which "
         "is refused unless --allow-few is given, as are fewer than 20 images for the inception score. Where both "
         "sides say by which network, protocol, resolution or "
         "filter they were made and these differ, that is an error that names both, unless --allow-mixed is given; the "
         "result "
         "is then called FD-mixed. A folder of pictures of several sizes says no resolution. Features that do not say "
         "their protocol are taken by that of the other side, or by --protocol.",
         metrics::score_page() +
             ". These need the features of "
             "all pictures, which are kept in memory up to 256 MiB per side and beyond it in an unnamed file in "
             "$TMPDIR "
             "(/tmp). The memory of the Frechet distance alone does not depend on the number of pictures.",
         "--upsampled compares at twice the resolution R of the fake pictures: they are enlarged by a filter (those of "
         "torch's interpolate, before the values are rounded to 8 bits) or, with inr, the function itself is drawn on "
         "the denser grid. The real pictures come from their original files, of which the centred square is resized "
         "to 2R by Lanczos as inr-prep does; a dataset must have been prepared at 2R. The result, UpsampledFID, says "
         "of which size the files were, and how many of them were smaller than 2R and had to be enlarged.",
         "With --json the result is one JSON object with the keys fid, score (the name of the distance), mixed, " +
             metrics::score_keys() +
             ", "
             "protocol, network, network_file, network_hash (SHA-256), real_protocol, real_network, real_network_hash, "
             "n_real, "
             "n_fake, resolution, real_resolution, "
             "real_filter, real_source, real_source_size, real_source_smallest, real_enlarged, upsampled, "
             "upsampled_from, "
             "device, dtype, checkpoint, iteration, model_hash, seed, real, fake, dataset_hash, real_dataset_hash, "
             "note, "
             "seconds; what is not known or was "
             "not asked for is null.",
         "An output that cannot be written is reported before anything is measured. The result is printed as soon as "
         "it is there, "
         "before it is saved, appended or linked; where one of these then fails the others are still done, and the "
         "status is 1.",
         "stats and merge divide the work: stats SIDE --shard I/N -o PART measures every N-th picture of a side, "
         "from the I-th on (1/N to N/N, each by a program of its own; -n is the number of all pictures), and merge "
         "joins the parts to the statistics that one program would have written. Parts that were not made alike, a "
         "missing one and one that is there twice are errors that name them. A checkpoint is best named by its file: "
         "the newest one of a run changes meanwhile, which merge refuses.",
         "From cron, over a run that is being trained: --if-newer --append FILE takes the newest whole "
         "checkpoint and appends its score, unless a line of FILE has it already: the same weights against "
         "the same real side (statistics, streams and datasets by what they hold, others by their path and the names, "
         "sizes and times of their pictures), by the same network, protocol, numbers of images, seed and further "
         "scores. A lock on FILE.lock keeps two from working at once. A folder without a whole checkpoint, and a "
         "checkpoint that vanishes meanwhile, are not "
         "errors: one line on stderr says so and the status is 0. A run that does not exist, or whose checkpoints are "
         "of another version, is one. A line cut short by a crash is removed by the next one.",
         "--best makes RUN/best.safetensors a hard link of the checkpoint where no line of FILE for the same run that "
         "compares with its score is as low, written with --best or without. The link stays when inr-train --keep "
         "removes the checkpoint; where it was removed, the best checkpoint that is still there takes its place. One "
         "that inr-train wrote by --score-every is left."},
    .examples = {{"inr-fid --real flowers.inrd --fake runs/flowers", "Score the newest checkpoint of a run:"},
                 {"inr-fid --real flowers.inrd --save-stats flowers.npz",
                  "Keep the statistics of the real pictures for later scores:"},
                 {"inr-fid --real flowers.npz --fake model.safetensors -n 10000 --threshold 12 --json",
                  "Fail with exit status 3 where a model is worse than 12:"},
                 {"inr-fid --real flowers.npz --fake runs/flowers --if-newer --append scores.jsonl --best",
                  "Score what a training run has written since the last time; for cron:"},
                 {"inr-fid --real photos.zip --fake runs/flowers --network inception.safetensors -n 50000 --kid --pr",
                  "As papers report it, with further scores:"},
                 {"inr-fid --real photos.zip --fake runs/flowers -n 10000 --upsampled inr",
                  "At twice the resolution of training, by the function itself:"},
                 {"parallel inr-fid stats photos.zip --shard {}/8 -o part{}.npz ::: 1 2 3 4 5 6 7 8 && inr-fid merge "
                  "part?.npz -o photos.npz",
                  "Statistics by eight programs, as by one:"},
                 {"inr-sample -n 300 --seed 1 > a.inr && inr-sample -n 300 --seed 2 | inr-fid --real a.inr --fake -",
                  "Two sets of samples against each other:", true}},
    .see_also = {"inr-sample(1)", "inr-train(1)", "inr-prep(1)", "inr-checkpoint(5)"},
    .exit_notes = {"3  the score is above --threshold"},
};

struct FidOptions {
  metrics::EvaluateOptions evaluate;
  metrics::RecordOptions record;
  std::vector<std::string> words;  // stats SIDE, merge PART...; empty: a score
  std::optional<metrics::Shard> shard;
  cli::CommonOptions common;
  std::optional<double> threshold;
  const cli::Options* options = nullptr;  // the table that was parsed: what was given
};

inline void bind(cli::Options& options, FidOptions& fid) {
  using cli::Completion;
  const cli::Hints side = {.metavar = "PATH", .completion = Completion::kFile};
  metrics::EvaluateOptions& evaluate = fid.evaluate;
  options.add_positional("stats SIDE|merge PART", fid.words, "statistics of SIDE, or those of all its parts joined",
                         {.suggestions = {"stats", "merge"}, .completion = Completion::kFile});
  options.add("--real", evaluate.real, "real pictures or their statistics; - is an INR stream on stdin", side);
  options.add("--fake", evaluate.fake,
              "generated pictures, checkpoint, run folder or statistics; - is an INR stream on stdin", side);
  options.add("-n", evaluate.n_fake, "use exactly N of the fake side (of the only side; with stats, of all its shards)",
              {.metavar = "N", .default_text = "all; 50000 of a checkpoint", .min = 2});
  options.add("--n-real", evaluate.n_real, "use exactly N of the real side",
              {.metavar = "N", .default_text = "all", .min = 2});
  options.add("--network", evaluate.network, "feature network, safetensors",
              {.metavar = "FILE", .default_text = "the built-in random network", .completion = Completion::kFile});
  options.add("--protocol", evaluate.protocol,
              "how the network sees pictures: Inception by nvidia, pytorch-fid, clean or torch-fidelity",
              {.metavar = "NAME",
               .default_text = "the network's first",
               .suggestions = {"nvidia", "pytorch-fid", "clean", "torch-fidelity"}});
  for (const metrics::FeatureScore& score : metrics::feature_scores())
    options.add_flag(std::string("--") + score.name, evaluate.scores[score.name], score.help);
  options.add_parsed(
      "--upsampled", [&evaluate](const std::string& text) { evaluate.upsampling = metrics::parse_upsampling(text); },
      "make the fake pictures twice as large first, by a filter or (inr) by drawing the function more densely",
      {.metavar = "nearest|bilinear|bicubic|inr", .suggestions = {"nearest", "bilinear", "bicubic", "inr"}});
  options.add_flag("--allow-few", evaluate.allow_few, "accept no more images than features");
  options.add_flag("--allow-mixed", evaluate.allow_mixed,
                   "accept sides that say that their networks, protocols, resolutions or filters differ");
  options.add("--threshold", fid.threshold, "exit with status 3 where the score is above X", {.metavar = "X"});
  options.add("--append", fid.record.append, "append the result to FILE as one line of JSON",
              {.metavar = "FILE", .completion = Completion::kFile});
  options.add_flag("--if-newer", fid.record.if_newer,
                   "do nothing where FILE has the score of the newest whole checkpoint, or another inr-fid is at work");
  options.add_flag("--best", fid.record.best,
                   "link the checkpoint as RUN/best.safetensors where no score in FILE is better");
  options.add("--save-stats", evaluate.save_stats,
              "write the statistics of the real side (of the fake one where it is alone) as .npz",
              {.metavar = "FILE", .completion = Completion::kFile});
  options.add("--save-features", evaluate.save_features, "write every feature of that side as .npz",
              {.metavar = "FILE", .completion = Completion::kFile});
  options.add_parsed("--shard", [&fid](const std::string& text) { fid.shard = metrics::parse_shard(text); },
                     "of stats: only every N-th picture, from the I-th on",
                     {.metavar = "I/N", .default_text = "all pictures"});
  cli::add_out(options, fid.common.out, "of stats and merge: the statistics, .npz",
               {.metavar = "FILE", .completion = Completion::kFile});
  cli::add_common(options, fid.common, cli::kSeed | cli::kThreads | cli::kBatch | cli::kJson);
}

}  // namespace inr::fid
