// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Map and reduce: a side is measured in shards by programs that know nothing of each other (a Slurm array, GNU
// parallel), and the parts are merged to what one program would have found. Shard i of n holds the pictures i - 1,
// i - 1 + n, i - 1 + 2 n, ... of the side.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/picture_set.hpp"
#include "metrics/statistics_file.hpp"

namespace inr::metrics {

/// "2/8". Throws UsageError.
Shard parse_shard(std::string_view text);

/// Every n-th picture of a set.
class ShardSet final : public PictureSet {
 public:
  /// n_total: only the first so many pictures of the set count; nothing: all.
  ShardSet(std::unique_ptr<PictureSet> set, const Shard& shard, const std::optional<int64_t>& n_total);
  [[nodiscard]] std::string kind() const override { return set_->kind(); }
  [[nodiscard]] std::string name() const override { return set_->name(); }
  [[nodiscard]] std::optional<int64_t> count() const override;
  [[nodiscard]] std::optional<int64_t> usual_count() const override;
  [[nodiscard]] PictureSize size() const override { return set_->size(); }
  [[nodiscard]] base::Json origin() const override { return set_->origin(); }
  bool next(PictureJob& job) override;

 private:
  std::unique_ptr<PictureSet> set_;
  Shard shard_;
  std::optional<int64_t> n_total_;
  int64_t position_ = 0;  // of the next picture in the set
};

struct PartOptions {
  std::string side, out;            // a path as in EvaluateOptions, "-" is stdin; the file to write
  std::string network, protocol;    // as in EvaluateOptions
  std::optional<Shard> shard;       // nothing: the whole side, and out holds its statistics
  std::optional<int64_t> n_images;  // of the whole side, not of the shard
  uint64_t seed = 0;
  int n_threads = 0;
  int64_t batch = 0;
  std::function<void()> check_stop;  // asked between batches; may throw. May be empty
};
/// Measures one shard and writes it. Returns one line for people. Throws UsageError, DataError (a shard without
/// pictures enough for a covariance), SystemError.
std::string measure_part(const PartOptions& options);

/// Joins all parts of one side, in any order, and writes its statistics. Returns one line for people. Throws
/// DataError, which names the files, where parts are not of one side, network, protocol, resolution or filter, where
/// one is missing or there twice, or where their numbers of pictures are not those of shards of one side.
/// allow_mixed: resolutions may differ.
/// Memory does not grow with the number of parts.
std::string merge_parts(const std::vector<std::string>& parts, const std::string& out, bool allow_mixed);

}  // namespace inr::metrics
