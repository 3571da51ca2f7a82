// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What statistics and features say of how they were made: the member info of their .npz files, JSON text as uint8.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "base/npy.hpp"

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
  int64_t ddof = 1;              // sigma was divided by n - ddof; given for shards only
  std::optional<Shard> shard{};  // only part of a side
};

/// n_images 0: not known, and left out.
base::NpyArray make_info(const StatisticsInfo& info, int64_t n_images);

struct ReadInfo {
  StatisticsInfo info;
  int64_t n_images = 0;
};
/// Some other program's "info", which is not a JSON object, says nothing. Throws DataError where ours holds what cannot
/// be: a number of images below 1, a shard of no known number.
ReadInfo parse_info(const base::NpyArray& array, const std::string& path);

}  // namespace inr::metrics
