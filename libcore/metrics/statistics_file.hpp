// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Statistics on disk: .npz with mu [d] and sigma [d, d] in float64, as pytorch-fid and clean-fid write and read them,
// plus info (statistics_info.hpp), which says how ours were made. Files without info are read too; their protocol is
// then unknown.
#pragma once
#include <cstdint>
#include <string>

#include "metrics/feature_stats.hpp"
#include "metrics/statistics_info.hpp"

namespace inr::metrics {

struct StatisticsFile {
  Statistics statistics;
  StatisticsInfo info;
};

/// Writes atomically. The factor of few samples is not kept. Throws SystemError.
void save_statistics(const std::string& path, const Statistics& statistics, const StatisticsInfo& info);

/// Throws SystemError (cannot read), DataError (no npz, no mu or sigma, shapes that do not fit, values that are not
/// finite, a sigma that is not a covariance matrix; statistics of a shard).
StatisticsFile load_statistics(const std::string& path);
/// Statistics of a shard, info.shard is there. Throws the same, and DataError on statistics that are not a shard.
StatisticsFile load_part(const std::string& path);

/// What a shard says of itself, without its sigma: small, so that many can be compared before any is joined.
struct PartHead {
  StatisticsInfo info;
  int64_t n_images = 0, dims = 0;
};
/// Throws as load_part() does, as far as it reads.
PartHead load_part_head(const std::string& path);

}  // namespace inr::metrics
