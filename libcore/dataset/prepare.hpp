// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Making a dataset: decode, crop, resize, encode in several threads, append in the order of the sources. The records do
// not depend on the number of threads, nor on how often the build was killed and begun again.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "dataset/dataset_writer.hpp"
#include "dataset/source_check.hpp"
#include "dataset/sources.hpp"
#include "image/image.hpp"
#include "image/resample.hpp"

namespace inr::dataset {

inline constexpr int64_t kMaxPictureSide = 65535;  // px, of a picture to be stored

enum class Crop { kCenter, kNone };

/// "png", "raw", "jpg" (quality 95) or "jpg:Q" with Q in 1..100.
struct CodecChoice {
  Codec codec = Codec::kPng;
  int jpeg_quality = 95;
  [[nodiscard]] std::string text() const;
};
/// Throws UsageError.
CodecChoice parse_codec(std::string_view text);
/// "center" or "none". Throws UsageError.
Crop parse_crop(std::string_view text);

struct PrepareOptions {
  std::string out;            // the dataset's path
  int64_t size = 0;           // px; 0 = as the sources are (crop none only)
  Crop crop = Crop::kCenter;  // kCenter: the centred square, then size x size. kNone: the shorter side becomes size
  image::Filter filter = image::Filter::kLanczos;
  CodecChoice codec;
  image::Rgb background = image::kWhite;  // behind transparent pixels
  int64_t limit = 0;                      // pictures; 0 = all
  bool skip_bad = false;                  // leave out pictures that cannot be read instead of stopping
  int64_t max_bad = -1;                   // stop after more than this many bad ones; -1 = no bound
  bool recheck = false;                   // compare the contents of sources with what an existing dataset was made of
  int n_threads = 0;                      // 0 = one per core
  std::string program_version;            // noted in the header, never compared
};

enum class PrepareEnd { kComplete, kNothingToDo, kTooManyBad, kInterrupted, kCheckInterrupted };

struct PrepareReport {
  PrepareEnd end = PrepareEnd::kComplete;
  DatasetInfo info;                                      // as the file now is
  int64_t n_resumed = 0;                                 // records that an earlier, interrupted build had left
  int64_t n_stored_before = 0;                           // source pictures that an existing dataset had consumed
  int64_t n_unknown = 0;                                 // of these: nothing is kept of them that could be compared
  int64_t n_retimed = 0;                                 // of these: have another time and the same contents
  ChangedSources changed;                                // changed while they were read into a dataset of this run
  int64_t n_enlarged = 0;                                // pictures smaller than size, in this run
  std::vector<std::pair<std::string, std::string>> bad;  // (name, fault) in this run, in order
};

/// What happens during a build. All called from the thread that called prepare(); any may be null.
struct PrepareCallbacks {
  std::function<void(int64_t n_done, int64_t n_total)> progress{};  // source pictures
  std::function<void(int64_t n_done, int64_t n_total)> checked{};   // the same, of those stored before
  std::function<void(const std::string& fault)> bad_picture{};      // with skip_bad: one line that names it
  std::function<bool()> interrupted{};                              // true: commit what is done and return
};

/// What makes two builds the same build: compared before an interrupted one is continued. n_threads, skip_bad, max_bad
/// are not part of it.
base::Json make_recipe(const PictureSource& source, const PrepareOptions& options);

/// Builds options.out, or continues an interrupted build with the same recipe, or finds it complete. Throws DataError
/// (a bad picture without skip_bad, another recipe, a source picture that is no longer the one that was stored, ...),
/// SystemError (disk full), UsageError (options that contradict each other). Records committed before an error stay,
/// and the next call continues after them.
PrepareReport prepare(const PictureSource& source, const PrepareOptions& options,
                      const PrepareCallbacks& callbacks = {});

/// Writes every record to folder/000000.png (.jpg for JPEG records, raw ones as PNG); the folder is made where it is
/// missing. Files of these names are replaced. Throws DataError / SystemError. Returns the number of files.
int64_t export_pictures(const DatasetReader& dataset, const std::string& folder,
                        const std::function<void(int64_t n_done, int64_t n_total)>& progress = nullptr);

/// Sets one option as typed on a command line: "--size", "--crop", "--filter", "--codec", "--background", "--limit",
/// "--max-bad" (which implies skip_bad). Throws UsageError about the value, without the option's name.
void set_prepare_option(PrepareOptions& options, std::string_view name, const std::string& value);

/// Throws UsageError where options contradict each other; prepare() begins with it.
void check_prepare_options(const PrepareOptions& options);

/// The result for stdout, without a line end: for people, or one JSON object.
std::string result_line(const PrepareReport& report, const std::string& path, bool as_json);
/// What else is worth saying after a build, for stderr; often nothing.
std::vector<std::string> remarks(const PrepareReport& report, const PrepareOptions& options);

/// A named set of options: "emoji32", "faces64", "lsun256", "ffhq1024". options are as typed on a command line.
struct PreparePreset {
  std::string name;
  std::vector<std::pair<std::string, std::string>> options;  // ("--size", "32")
  std::string about;
};
const std::vector<PreparePreset>& prepare_presets();

}  // namespace inr::dataset
