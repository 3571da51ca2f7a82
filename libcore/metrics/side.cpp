// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Loading, opening and measuring one side.
#include "metrics/side.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/npy.hpp"
#include "base/progress.hpp"
#include "metrics/inception_protocol.hpp"
#include "metrics/kept_features.hpp"

namespace inr::metrics {
namespace {

std::string size_text(const PictureSize& size) {
  return size.width == 0 ? std::string() : std::to_string(size.width) + "x" + std::to_string(size.height);
}

std::string square_text(int64_t side) { return size_text({side, side}); }

// The size of the first picture of a set whose pictures lie in files. The set is opened anew afterwards.
PictureSize first_size(PictureSet& set) {
  PictureJob job;
  if (!set.next(job)) throw base::DataError(base::printable(set.name()), "holds no pictures");
  const image::Image picture = job();
  return {picture.width, picture.height};
}

Side load_features_side(const std::string& path, const std::optional<int64_t>& n_images) {
  FeaturesFile file = load_features(path);
  const int64_t n_there = file.features.size(0);
  if (n_images && *n_images > n_there) {
    throw base::DataError(
        base::printable(path),
        "holds features of " + std::to_string(n_there) + " pictures, " + std::to_string(*n_images) + " were asked for",
        "ask for " + std::to_string(n_there) + " at most");
  }
  Side side;
  side.features = n_images ? file.features.slice(0, 0, *n_images) : file.features;
  side.info = std::move(file.info);
  return side;
}

}  // namespace

Side load_side(const std::string& path, const char* label, const std::optional<int64_t>& n_images) {
  const std::vector<std::string> names = base::npz_names(path);
  const auto has = [&names](const char* name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  if (!has("mu.npy") && has("features.npy")) {
    Side side = load_features_side(path, n_images);
    side.path = path;
    side.label = label;
    return side;
  }
  StatisticsFile file = load_statistics(path);
  const int64_t n_there = file.statistics.n_images;
  if (n_images && *n_images != n_there) {
    throw base::UsageError(base::printable(path) + " holds statistics of a fixed set" +
                           (n_there > 0 ? " of " + std::to_string(n_there) + " images" : "") +
                           "; leave out the number of images");
  }
  Side side;
  side.path = path;
  side.label = label;
  side.statistics = std::move(file.statistics);
  side.info = std::move(file.info);
  return side;
}

std::optional<int64_t> ddof_of(const StatisticsInfo& info) {
  if (info.protocol == kBicubic224) return 1;
  const std::array<std::string_view, 4> names = {"nvidia", "torch-fidelity", "pytorch-fid", "clean"};
  if (std::find(names.begin(), names.end(), info.protocol) == names.end()) return std::nullopt;
  return protocol_ddof(parse_inception_protocol(info.protocol));
}

void finish_features(Side& side, int64_t ddof) {
  FeatureStats stats(side.features.size(1));
  for (const at::Tensor& block : side.features.split(4096)) stats.add(block);
  side.statistics = stats.finish(ddof);
}

Side open_side(const std::string& path, const char* label, std::unique_ptr<PictureSet> set,
               const FeatureNetwork& network) {
  Side side;
  side.path = path;
  side.label = label;
  side.origin = set->origin();
  side.info.protocol = network.protocol();
  side.info.network = network.name();
  side.info.network_hash = network.hash();
  side.info.score_name = network.score_name();
  side.info.resolution = size_text(set->size());
  side.info.source = set->kind() + " " + set->name();
  const auto filter = side.origin.find("filter");
  if (filter != side.origin.end()) side.info.filter = filter->get<std::string>();
  side.set = std::move(set);
  return side;
}

void measure_side(Side& side, const FeatureNetwork& network, const MeasureSideOptions& options,
                  base::WorkerPool& pool) {
  MeasureOptions measure_options = options.measure;
  const std::optional<int64_t> n_usual = measure_options.n_images ? measure_options.n_images : side.set->usual_count();
  base::Progress bar(side.label, static_cast<uint64_t>(n_usual ? *n_usual : side.set->count().value_or(0)), "images");
  measure_options.progress = [&bar, &options](int64_t done) {
    bar.update(static_cast<uint64_t>(done));
    if (options.check_stop) options.check_stop();
  };
  std::shared_ptr<KeptFeatures> kept;
  if (options.keep_features) kept = std::make_shared<KeptFeatures>(network.dims());
  if (!options.save_features.empty()) {
    side.features_writer = std::make_shared<FeaturesWriter>(options.save_features, network.dims());
  }
  measure_options.features = [&kept, &side](const at::Tensor& block) {
    if (kept) kept->add(block);
    if (side.features_writer) side.features_writer->add(block);
  };
  Measured measured = measure(*side.set, network, measure_options, pool);
  side.statistics = std::move(measured.statistics);
  side.info.resolution = measured.resolution;
  if (kept) {
    side.features = kept->rows();
    side.features_owner = std::move(kept);
  }
  if (const auto* resized = dynamic_cast<const ResizedSet*>(side.set.get()); resized != nullptr) {
    side.sources = resized->sources();
    side.info.source += ", files of " + side.sources->size;
  }
  side.origin = side.set->origin();  // a stream may have gone on with another model
}

UpsampledFakes open_upsampled_fakes(const std::string& path, const PictureSetOptions& options, base::WorkerPool& pool) {
  UpsampledFakes fakes;
  fakes.set = open_picture_set(path, options, pool);
  PictureSize size = fakes.set->size();
  if (size.width == 0) {  // files: the first one tells, and the others are held against it when they are measured
    size = first_size(*fakes.set);
    fakes.set = open_picture_set(path, options, pool);
  }
  if (size.width != size.height) {
    throw base::DataError(base::printable(path),
                          "holds pictures of " + size_text({size.width / 2, size.height / 2}) +
                              ", but an upsampled distance needs square ones",
                          "crop them with inr-prep");
  }
  fakes.resolution = size.width / 2;
  return fakes;
}

std::unique_ptr<PictureSet> open_upsampled_reals(const std::string& path, int64_t side,
                                                 const PictureSetOptions& options, base::WorkerPool& pool) {
  std::unique_ptr<PictureSet> set = open_picture_set(path, options, pool);
  const bool original = set->kind() != "dataset" && set->kind() != "stream" && set->kind() != "checkpoint";
  if (original) return std::make_unique<ResizedSet>(std::move(set), side);
  if (set->size() == PictureSize{side, side}) return set;
  const std::string there = set->size().width == 0 ? "mixed sizes" : size_text(set->size());
  throw base::DataError(
      base::printable(path),
      "holds pictures of " + there + "; to compare with samples twice as large they must be " + square_text(side),
      "prepare the original files again with inr-prep --size " + std::to_string(side) +
          ", or give their folder or zip");
}

}  // namespace inr::metrics
