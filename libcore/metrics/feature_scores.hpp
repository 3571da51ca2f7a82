// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Takes the scores of score_table.hpp: all of them need every feature of a side.
#pragma once
#include "base/json.hpp"
#include "metrics/evaluate.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/side.hpp"

namespace inr::metrics {

/// What a score is computed from. Both sides are measured and have features, as far as the score needs them.
struct ScoreInput {
  const Side* real = nullptr;  ///< null where there is no such side
  const Side* fake = nullptr;
  const FeatureNetwork* network = nullptr;  ///< null where none had to be opened; not for scores that need classes
  int n_threads = 0;                        ///< 0: one per core

  /// The side that a score of one side is about.
  [[nodiscard]] const Side& single() const noexcept { return fake != nullptr ? *fake : *real; }
};

/// True where a score that was asked for needs the features of this side.
bool needs_features(const EvaluateOptions& options, bool fake_side);

/// Wrong use that can be detected before any work: a score that is not in the table, a network without class scores
/// (null: none had to be opened), a side that is loaded and holds no features, too few pictures. Throws UsageError,
/// DataError.
void check_feature_scores(const EvaluateOptions& options, const Side* real, const Side* fake,
                          const FeatureNetwork* network);

/// Takes the scores asked for and adds the keys of all to json; null where not asked for. Both sides are measured.
void add_feature_scores(base::Json& json, const EvaluateOptions& options, const Side* real, const Side* fake,
                        const FeatureNetwork* network);

}  // namespace inr::metrics
