// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Statistics on disk: .npz with mu [d] and sigma [d, d] in float64, as pytorch-fid and clean-fid write and read them,
// plus info, JSON text as uint8, which says how ours were made. Files without info are read too; their protocol is then
// unknown.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "metrics/feature_stats.hpp"

namespace inr::metrics {

/// One of count parts of a side, counted from 1 (shard.hpp).
struct Shard {
  int64_t index = 1, count = 1;
};
inline constexpr int64_t kMaxShards = 1'000'000;

/// What is known of where statistics come from. Empty strings: unknown.
struct StatisticsInfo {
  std::string protocol, network, network_hash;
  std::string resolution;        // of the pictures before any resize: "32x32", "mixed"
  std::string source;            // "folder flowers"
  std::string score_name;        // what a distance between such statistics is called: "FD-MobileNetV2"
  std::string filter{};          // by which the pictures were brought to that resolution: "lanczos"
  std::string content{};         // hash of the model or the dataset, of a checkpoint with its seed; of shards alone
  int64_t ddof = 1;              // sigma was divided by n - ddof; told of shards alone
  std::optional<Shard> shard{};  // only part of a side
};

struct StatisticsFile {
  Statistics statistics;
  StatisticsInfo info;
};

/// Writes atomically. The factor of few samples is not kept. Throws SystemError.
void save_statistics(const std::string& path, const Statistics& statistics, const StatisticsInfo& info);

/// Throws SystemError (cannot read), DataError (no npz, no mu or sigma, shapes that do not fit, values that are not
/// finite; statistics of a shard).
StatisticsFile load_statistics(const std::string& path);
/// Statistics of a shard, info.shard is there. Throws the same, and DataError on statistics that are no shard.
StatisticsFile load_part(const std::string& path);

}  // namespace inr::metrics
