// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The scores that need every feature of a side: KID, precision and recall, inception score.
#pragma once
#include "base/json.hpp"
#include "metrics/evaluate.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/side.hpp"

namespace inr::metrics {

/// True where a score that was asked for needs the features of this side.
bool needs_features(const EvaluateOptions& options, bool fake_side);

/// Wrong use that can be detected before any work: a network without class scores (null: none had to be opened), a side
/// that is loaded and holds no features, too few pictures for the splits of the inception score. Throws UsageError,
/// DataError.
void check_feature_scores(const EvaluateOptions& options, const Side* real, const Side* fake,
                          const FeatureNetwork* network);

/// Takes the scores asked for and adds them to json: kid, kid_deviation, kid_subsets, kid_subset_size, precision,
/// recall, pr_neighbours, is, is_deviation, is_splits; null where not asked for. Both sides are measured.
void add_feature_scores(base::Json& json, const EvaluateOptions& options, const Side* real, const Side* fake,
                        const FeatureNetwork* network);

}  // namespace inr::metrics
