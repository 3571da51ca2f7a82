// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Whether two sides may be compared: a score is a number only between pictures that were made alike and seen by the
// same network in the same way.
#pragma once
#include "metrics/side.hpp"

namespace inr::metrics {

/// Where both sides state a network, the SHA-256 of its file, a protocol, a resolution or a filter and they differ: a
/// DataError that names both, or a warning where allow_mixed. "mixed", the resolution of pictures of several sizes, is
/// no statement and gives a warning at most. Where sides differ in the number of features: DataError always, once both
/// have statistics.
/// known: say also what is missing and what is mixed; that is for the second call, when all is measured.
void check_agreement(const Side& real, const Side& fake, bool allow_mixed, bool known);

/// Loaded arrays beside pictures that are to be measured: the number of features must be the network's. Throws
/// DataError.
void check_dims(const Side& loaded, const FeatureNetwork& network);

}  // namespace inr::metrics
