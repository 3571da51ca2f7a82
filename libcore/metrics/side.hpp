// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One side of a comparison on its way from a path to statistics: arrays are loaded, pictures opened and then measured.
// Between the two, all that is known without work is compared, so that what cannot be compared costs no hours.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "base/worker_pool.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/feature_stats.hpp"
#include "metrics/features_file.hpp"
#include "metrics/measure.hpp"
#include "metrics/picture_set.hpp"
#include "metrics/statistics_file.hpp"
#include "metrics/upsampled.hpp"

namespace inr::metrics {

struct Side {
  std::string path;                 // as given
  const char* label = "";           // "real", "fake"
  std::unique_ptr<PictureSet> set;  // pictures that are still to be measured, or were
  StatisticsInfo info;              // as far as it is known; empty texts are not
  base::Json origin = base::Json::object();
  Statistics statistics;                            // after load_side(), finish_features() or measure_side()
  at::Tensor features;                              // float32 [N, d], where they were loaded or kept; else undefined
  std::shared_ptr<void> features_owner;             // of the memory of features
  std::shared_ptr<FeaturesWriter> features_writer;  // has all rows, where they are to be saved; not yet committed
  std::optional<SourceSizes> sources;               // where original files were resized
};

/// Statistics or features (.npz); of features the statistics are still to be made, by finish_features(). n_images:
/// exactly the first so many rows of features; of statistics it must be their number. Throws UsageError (another number
/// of images than the statistics are of), DataError, SystemError.
Side load_side(const std::string& path, const char* label, const std::optional<int64_t>& n_images);

/// The divisor N - ddof of a covariance belongs to the protocol. Nothing where the info names none that is known here.
std::optional<int64_t> ddof_of(const StatisticsInfo& info);
/// The statistics of loaded features. Throws DataError where they are too few.
void finish_features(Side& side, int64_t ddof);

/// Pictures, not yet read; info says what the network and the set say.
Side open_side(const std::string& path, const char* label, std::unique_ptr<PictureSet> set,
               const FeatureNetwork& network);

struct MeasureSideOptions {
  MeasureOptions measure;            // its progress and features are set by measure_side()
  bool keep_features = false;        // fills Side::features
  std::string save_features;         // file, or empty
  std::function<void()> check_stop;  // after every batch; may throw, may be empty
};
/// Measures side.set. Shows a progress bar. Throws what measure() throws.
void measure_side(Side& side, const FeatureNetwork& network, const MeasureSideOptions& options, base::WorkerPool& pool);

/// The pictures of the fake side, twice as large, and R, the side of what they were. Throws DataError where that is not
/// one square size.
struct UpsampledFakes {
  std::unique_ptr<PictureSet> set;
  int64_t resolution = 0;  // R, px
};
UpsampledFakes open_upsampled_fakes(const std::string& path, const PictureSetOptions& options, base::WorkerPool& pool);

/// The real pictures beside them: original files are cropped and resized to side x side, all others must have that
/// size. Throws DataError.
std::unique_ptr<PictureSet> open_upsampled_reals(const std::string& path, int64_t side,
                                                 const PictureSetOptions& options, base::WorkerPool& pool);

}  // namespace inr::metrics
