// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Scores from two sides, real and fake, each pictures of any kind or statistics made before; what inr-fid prints.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "metrics/picture_set.hpp"
#include "metrics/score_table.hpp"

namespace inr::metrics {

struct EvaluateOptions {
  std::string real, fake;  // see detect_side(); "-" is stdin, for one side only. One may be empty with save_stats,
                           // save_features or a score of one side
  std::string network;     // file; empty: the built-in random network
  std::string protocol;    // of the network; empty: its own default
  std::optional<int64_t> n_real;  // exactly so many of the real side; nothing: all
  std::optional<int64_t> n_fake;  // the same, of the real side where that is the only one; nothing: all, kUsualSamples
                                  // of a checkpoint
  uint64_t seed = 0;              // of samples drawn from a checkpoint
  int n_threads = 0;              // 0: one per core
  int64_t batch = 0;              // pictures at a time, bounds the memory; 0: enough for all threads
  AskedScores scores;             // by name, beside the Frechet distance (score_table.hpp)
  Upsampling upsampling = Upsampling::kNone;  // fakes twice as large, reals from original files (upsampled.hpp)
  bool allow_few = false;                     // go on where the covariance lacks rank
  bool allow_mixed = false;                   // go on where the sides say that they were not made alike
  std::string save_stats;     // writes the statistics of the real side (of the fake one where that is the only one)
  std::string save_features;  // writes its features
  std::function<void()> check_stop;  // asked between batches; may throw. May be empty
};

/// Scores, or only statistics where one side was given.
struct Evaluation {
  std::optional<double> score;             // the Frechet distance, where there are two sides
  std::string score_name;                  // "FID", "FD-MobileNetV2"; "FD-mixed" where allow_mixed was needed
  base::Json json;                         // keys of inr-fid --json, "fid" first
  [[nodiscard]] std::string line() const;  // the same for people, one line without its newline
};

/// Takes a result for somebody to see.
using Tell = std::function<void(const Evaluation&)>;

/// Measures both sides and compares them. Memory does not depend on the number of pictures; with
/// further scores features are kept (kept_features.hpp). Shows progress bars, logs warnings. Throws UsageError (no
/// side, stdin twice, an output that is an input, a number of images that cannot give full rank, a score the network
/// cannot give), DataError (too few pictures, sides that were not made alike, files that cannot be used), SystemError.
/// Whether save_stats and save_features can be written is tried before anything is read. tell is handed a score before
/// they are written, so that what cannot be saved takes nothing of it away; where there is no score it is handed the
/// result after that. What was measured is saved as well where the score, or tell, throws.
Evaluation evaluate(const EvaluateOptions& options, const Tell& tell = {});

}  // namespace inr::metrics
