// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What is reported with every score, so that nobody compares numbers that do not compare: how it was made and from
// what.
#pragma once
#include <optional>

#include "base/json.hpp"
#include "metrics/evaluate.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/side.hpp"

namespace inr::metrics {

/// The keys of --json behind the scores. A side may be missing; network is null where nothing had to be measured.
/// upsampled_from: R, where the fakes were made twice as large.
base::Json describe(const Side* real, const Side* fake, const FeatureNetwork* network, const EvaluateOptions& options,
                    int64_t upsampled_from);

}  // namespace inr::metrics
