// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Statistics on disk: .npz with mu [d] and sigma [d, d] in float64, as pytorch-fid and clean-fid write and read them,
// plus info, JSON text as uint8, which says how ours were made. Files without info are read too; their protocol is then
// unknown.
#pragma once
#include <string>

#include "base/json.hpp"
#include "metrics/feature_stats.hpp"

namespace inr::metrics {

/// What is known of where statistics come from. Empty strings: unknown.
struct StatisticsInfo {
  std::string protocol, network, network_hash;
  std::string resolution;  // of the pictures before any resize: "32x32", "mixed"
  std::string source;      // "folder flowers"
  std::string score_name;  // what a distance between such statistics is called: "FD-MobileNetV2"
  std::string filter{};    // by which the pictures were brought to that resolution: "lanczos"
};

struct StatisticsFile {
  Statistics statistics;
  StatisticsInfo info;
};

/// Writes atomically. The factor of few samples is not kept. Throws SystemError.
void save_statistics(const std::string& path, const Statistics& statistics, const StatisticsInfo& info);

/// Throws SystemError (cannot read), DataError (no npz, no mu or sigma, shapes that do not fit, values that are not
/// finite).
StatisticsFile load_statistics(const std::string& path);

}  // namespace inr::metrics
