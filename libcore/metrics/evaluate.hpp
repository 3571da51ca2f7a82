// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A score from two sides, real and fake, each pictures of any kind or statistics made before; what inr-fid prints.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.hpp"

namespace inr::metrics {

struct EvaluateOptions {
  std::string real, fake;  // see detect_side(); "-" is stdin, for one side only. One may be empty with save_stats
  std::string network;     // file; empty: the built-in random network
  std::optional<int64_t> n_real;  // exactly so many of the real side; nothing: all
  std::optional<int64_t> n_fake;  // the same; nothing: all, kUsualSamples of a checkpoint
  uint64_t seed = 0;              // of samples drawn from a checkpoint
  int n_threads = 0;              // 0: one per core
  int64_t batch = 0;              // pictures at a time, bounds the memory; 0: enough for all threads
  bool allow_few = false;         // go on where the covariance lacks rank
  std::string save_stats;         // writes the statistics of the real side (of the fake one where that is the only one)
};

/// A score, or only statistics where one side was given.
struct Evaluation {
  std::optional<double> score;
  std::string score_name;                  // "FD-MobileNetV2"
  base::Json json;                         // keys of inr-fid --json, "fid" first
  [[nodiscard]] std::string line() const;  // the same for people, one line without its newline
};

/// Measures both sides and compares them. Shows a progress bar, logs warnings. Throws UsageError (no side, stdin twice,
/// a number of images that cannot give full rank), DataError (too few pictures, statistics of another network or
/// protocol, files that cannot be used), SystemError.
Evaluation evaluate(const EvaluateOptions& options);

}  // namespace inr::metrics
