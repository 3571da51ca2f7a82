// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The pictures of one side of a comparison, whatever they come from: a dataset, a folder, a zip, an INR stream, a
// checkpoint.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "base/worker_pool.hpp"
#include "image/image.hpp"

namespace inr::metrics {

/// A picture that is still to be read and decoded. Any thread may run it, once, also after the set has gone on.
using PictureJob = std::function<image::Image()>;

/// Pixels; both 0 where not known, or not the same for all.
struct PictureSize {
  int64_t width = 0, height = 0;
  bool operator==(const PictureSize&) const = default;
};

/// Gives pictures in a fixed order. next() belongs to one thread; the jobs it hands out may run in others.
class PictureSet {
 public:
  PictureSet() = default;
  PictureSet(const PictureSet&) = delete;
  PictureSet& operator=(const PictureSet&) = delete;
  virtual ~PictureSet() = default;

  /// "folder", "zip", "dataset", "stream", "checkpoint", ...
  [[nodiscard]] virtual std::string kind() const = 0;
  /// Path or "stdin"; from outside: base::printable() before showing it.
  [[nodiscard]] virtual std::string name() const = 0;
  /// How many pictures there are in all, where that is known beforehand; nothing for a stream that does not say, and
  /// for a checkpoint, which has as many as are asked for.
  [[nodiscard]] virtual std::optional<int64_t> count() const = 0;
  /// How many are taken by default; nothing means all.
  [[nodiscard]] virtual std::optional<int64_t> usual_count() const { return std::nullopt; }
  /// The size of all pictures, where that is known beforehand.
  [[nodiscard]] virtual PictureSize size() const { return {}; }
  /// The next picture; false at the end. Throws what reading throws (DataError, SystemError).
  virtual bool next(PictureJob& job) = 0;
  /// Further facts for the result: {"checkpoint": ..., "iteration": ..., "model_hash": ..., "filter": ...}; {} for
  /// plain pictures. "filter" is the one by which pictures were brought to their size before; of a checkpoint, those it
  /// was trained on.
  [[nodiscard]] virtual base::Json origin() const { return base::Json::object(); }
};

/// How pictures are made twice as large (upsampled.hpp). kInr: the function is drawn on the denser grid.
enum class Upsampling { kNone, kNearest, kBilinear, kBicubic, kInr };

struct PictureSetOptions {
  uint64_t seed = 0;                // checkpoints: picture i is drawn by key (seed, i)
  std::optional<int64_t> n_images;  // checkpoints: nothing is drawn beyond so many
  Upsampling upsampling = Upsampling::kNone;
};

/// What lies at a path, recognised by its bytes (a folder: by what is in it), never by its name.
enum class SideKind { kPictures, kStream, kStatistics, kCheckpoint };
/// path "-" is stdin: an INR stream. Throws SystemError, DataError (nothing that can be compared).
SideKind detect_side(const std::string& path);

/// Opens pictures: everything but kStatistics. pool draws from checkpoints; it must outlive the set, and next() must
/// not be called from inside its work. Throws SystemError, DataError; UsageError where stdin is a terminal.
std::unique_ptr<PictureSet> open_picture_set(const std::string& path, const PictureSetOptions& options,
                                             base::WorkerPool& pool);

/// The filter of a dataset's recipe (DatasetInfo), empty where it names none or kept the size of its sources. Shown
/// with base::printable().
std::string filter_of_recipe(const base::Json& recipe);

/// Number of images drawn from a checkpoint where the user names none.
inline constexpr int64_t kUsualSamples = 50000;

}  // namespace inr::metrics
