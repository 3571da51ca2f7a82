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
/// known: say also what is missing and what is mixed; that is for the second call, when all is measured. Returns true
/// where they differ.
bool check_agreement(const Side& real, const Side& fake, bool allow_mixed, bool known);

/// Loaded arrays beside a network: the number of features must be its own and, with hash, its SHA-256 the one that
/// they state, where they do. Throws DataError.
void check_network(const Side& loaded, const FeatureNetwork& network, bool hash);

/// Throws DataError where a loaded side states another protocol than the one asked for (empty: none).
void check_protocol(const Side& loaded, const std::string& protocol);

}  // namespace inr::metrics
