// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "dataset/prepare.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "dataset/prepare_queue.hpp"
#include "dataset/source_check.hpp"
#include "image/decode.hpp"
#include "image/encode.hpp"
#include "image/library_versions.hpp"

namespace inr::dataset {
namespace {

using Clock = std::chrono::steady_clock;

// A batch is one transaction with its fsync; what is lost to a kill is at most one batch.
constexpr uint64_t kBatchBytes = uint64_t{8} << 20;
constexpr auto kBatchTime = std::chrono::seconds(1);

struct Made {
  RecordInfo record;
  std::vector<std::byte> encoded;
  std::string name;
  SourceStamp stamp;
  std::string fault;      // empty: a good picture
  bool changing = false;  // the fault is of the moment: another program writes the picture
  bool enlarged = false;
};

image::Image shape(image::Image picture, const PrepareOptions& options, const std::string& where, bool& enlarged) {
  const int64_t shorter = std::min(picture.width, picture.height);
  enlarged = shorter < options.size;
  if (options.crop == Crop::kCenter)
    return image::resize(image::center_crop(picture), options.size, options.size, options.filter);
  if (options.size == 0) return picture;
  const auto scaled = [&](int64_t side) { return (2 * side * options.size + shorter) / (2 * shorter); };
  const int64_t width = scaled(picture.width);
  const int64_t height = scaled(picture.height);
  if (std::max(width, height) > kMaxPictureSide)
    throw base::DataError(where, "would be " + std::to_string(width) + " x " + std::to_string(height) + " pixels");
  return image::resize(picture, width, height, options.filter);
}

std::vector<std::byte> encode(const image::Image& picture, const CodecChoice& codec) {
  switch (codec.codec) {
    case Codec::kPng:
      return image::encode_png(picture);
    case Codec::kJpeg:
      return image::encode_jpeg(picture, codec.jpeg_quality);
    default:
      break;
  }
  const auto bytes = std::as_bytes(std::span(picture.rgb));
  return {bytes.begin(), bytes.end()};
}

Made make(const PictureSource& source, int64_t i, const PrepareOptions& options) {
  Made made;
  made.name = source.name(i);
  const std::string where = base::printable(source.where(i), 4096);
  try {
    image::Image picture =
        image::decode(read_stamped(source, i, made.stamp), where, {.background = options.background});
    if (std::max(picture.width, picture.height) > kMaxPictureSide)
      throw base::DataError(where, "has a side of more than 65535 pixels");
    picture = shape(std::move(picture), options, where, made.enlarged);
    made.record = {options.codec.codec, 3, picture.width, picture.height};
    made.encoded = encode(picture, options.codec);
  } catch (const SourceIsChanging& error) {
    made.fault = error.what();
    made.changing = true;
  } catch (const base::Error& error) {
    made.fault = error.what();
    if (!made.fault.starts_with(where + ": ")) made.fault.insert(0, where + ": ");
  }
  return made;
}

base::Json make_versions(const PrepareOptions& options) {
  base::Json versions = base::Json::object();
  if (!options.program_version.empty()) versions["inr-prep"] = options.program_version;
  for (const auto& [library, version] : image::library_versions()) versions[library] = version;
  return versions;
}

int n_threads_of(const PrepareOptions& options) {
  return options.n_threads > 0 ? options.n_threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// The loop over the pictures that are still to be done, in order.
class Build {
 public:
  Build(const PictureSource& source, const PrepareOptions& options, const PrepareCallbacks& callbacks,
        DatasetWriter& writer, PrepareReport& report)
      : source_(source), options_(options), callbacks_(callbacks), writer_(writer), report_(report) {}

  PrepareEnd run() {
    const int64_t first = writer_.info().n_sources;
    const int n_threads = n_threads_of(options_);
    if (too_many_bad()) return PrepareEnd::kTooManyBad;
    OrderedWork<Made> work(first, source_.size(), n_threads, 4 * int64_t{n_threads},
                           [this](int64_t i) { return make(source_, i, options_); });
    for (int64_t i = first; i < source_.size(); ++i) {
      if (callbacks_.interrupted && callbacks_.interrupted()) return stop(PrepareEnd::kInterrupted);
      Made made = work.take();
      if (made.fault.empty())
        add(made);
      else
        leave_out(made);
      if (too_many_bad()) return stop(PrepareEnd::kTooManyBad);
      if (writer_.pending_bytes() >= kBatchBytes || Clock::now() - committed_ >= kBatchTime) commit();
      if (callbacks_.progress) callbacks_.progress(i + 1, source_.size());
    }
    if (writer_.info().count == 0)
      throw base::DataError(options_.out, "none of the " + std::to_string(source_.size()) + " pictures could be read");
    writer_.finish();
    return PrepareEnd::kComplete;
  }

 private:
  void add(const Made& made) {
    writer_.append(made.record, made.encoded, made.name, made.stamp);
    report_.n_enlarged += made.enlarged ? 1 : 0;
  }
  void leave_out(const Made& made) {
    if (!options_.skip_bad || made.changing) {
      if (writer_.info().count > 0) commit();
      throw base::DataError(made.fault + (made.changing ? "" : "; --skip-bad leaves such pictures out"));
    }
    writer_.skip(made.stamp);
    report_.bad.emplace_back(made.name, made.fault);
    if (callbacks_.bad_picture) callbacks_.bad_picture(made.fault);
  }
  [[nodiscard]] bool too_many_bad() const {
    return options_.max_bad >= 0 && writer_.info().n_skipped > options_.max_bad;
  }
  void commit() {
    writer_.commit();
    committed_ = Clock::now();
  }
  // Keeps what there is; without a single picture the file goes, and the next run begins anew.
  PrepareEnd stop(PrepareEnd end) {
    if (writer_.info().count > 0) commit();
    return end;
  }

  const PictureSource& source_;
  const PrepareOptions& options_;
  const PrepareCallbacks& callbacks_;
  DatasetWriter& writer_;
  PrepareReport& report_;
  Clock::time_point committed_ = Clock::now();
};

// Before anything is added to what there is, or it is called complete: kComplete where the sources are as they were,
// kCheckInterrupted where that is not known.
PrepareEnd check_stored(const PictureSource& source, const PrepareOptions& options, const PrepareCallbacks& callbacks,
                        PrepareReport& report) {
  if (report.n_stored_before == 0) return PrepareEnd::kComplete;
  const DatasetReader dataset(options.out, {.allow_building = true});
  const SourceCheck check = check_sources(
      dataset, source, {options.recheck, n_threads_of(options), callbacks.checked, callbacks.interrupted});
  report.n_unknown = check.n_unknown;
  report.n_retimed = check.n_retimed;
  if (options.recheck && check.n_unknown > 0)
    throw base::DataError(base::printable(options.out, 4096),
                          std::to_string(check.n_unknown) +
                              " of its pictures were stored without a checksum of their "
                              "sources, which --recheck needs",
                          "build another dataset and compare the content hashes");
  return check.interrupted ? PrepareEnd::kCheckInterrupted : PrepareEnd::kComplete;
}

}  // namespace

base::Json make_recipe(const PictureSource& source, const PrepareOptions& options) {
  base::Sha256 listing;
  for (int64_t i = 0; i < source.size(); ++i) listing.update(source.name(i) + '\n');
  std::string colour = "#";
  for (const uint8_t part : {options.background.r, options.background.g, options.background.b})
    (colour += "0123456789abcdef"[part >> 4]) += "0123456789abcdef"[part & 15];
  base::Json recipe;
  recipe["source"] = {{"kind", source.kind()}, {"pictures", source.size()}, {"listing", listing.hex()}};
  recipe["crop"] = options.crop == Crop::kCenter ? "center" : "none";
  recipe["size"] = options.size;
  recipe["filter"] = std::string(image::filter_name(options.filter));
  recipe["background"] = colour;
  return recipe;
}

PrepareReport prepare(const PictureSource& source, const PrepareOptions& options, const PrepareCallbacks& callbacks) {
  check_prepare_options(options);
  DatasetWriter writer(options.out, options.codec.text(), make_recipe(source, options), make_versions(options));
  PrepareReport report;
  report.n_resumed = writer.info().complete ? 0 : writer.info().count;
  report.n_stored_before = writer.info().n_sources;
  report.end = check_stored(source, options, callbacks, report);
  if (report.end == PrepareEnd::kComplete && writer.info().complete) {
    report.end = PrepareEnd::kNothingToDo;
  } else if (report.end == PrepareEnd::kComplete) {
    report.end = Build(source, options, callbacks, writer, report).run();
    if (report.end == PrepareEnd::kComplete)
      report.changed =
          changed_sources(DatasetReader(options.out), source, report.n_stored_before, callbacks.interrupted);
  }
  report.info = writer.info();
  return report;
}

}  // namespace inr::dataset
