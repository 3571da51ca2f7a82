// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What inr-prep's options are called, and its presets.
#include <charconv>

#include "base/error.hpp"
#include "dataset/prepare.hpp"

namespace inr::dataset {
namespace {

constexpr int64_t kMaxPictures = int64_t{1} << 40;

}  // namespace

std::string CodecChoice::text() const {
  return codec == Codec::kJpeg ? "jpg:" + std::to_string(jpeg_quality) : codec_name(codec);
}

CodecChoice parse_codec(std::string_view text) {
  if (text == "png") return {.codec = Codec::kPng};
  if (text == "raw") return {.codec = Codec::kRaw};
  if (text == "jpg") return {.codec = Codec::kJpeg};
  if (text.starts_with("jpg:")) {
    const std::string_view number = text.substr(4);
    int quality = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), quality);
    if (error == std::errc() && end == number.data() + number.size() && quality >= 1 && quality <= 100)
      return {.codec = Codec::kJpeg, .jpeg_quality = quality};
  }
  throw base::UsageError("\"" + base::printable(text) +
                         "\" is not a codec; use png, raw, jpg or jpg:Q with Q from 1 to 100");
}

Crop parse_crop(std::string_view text) {
  if (text == "center") return Crop::kCenter;
  if (text == "none") return Crop::kNone;
  throw base::UsageError("\"" + base::printable(text) + "\" is not a crop; use center or none");
}

namespace {

int64_t parse_count(const std::string& text, int64_t min, int64_t max) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max)
    throw base::UsageError("\"" + base::printable(text) + "\" is not a whole number from " + std::to_string(min) +
                           " to " + std::to_string(max));
  return value;
}

}  // namespace

void set_prepare_option(PrepareOptions& options, std::string_view name, const std::string& value) {
  if (name == "--size") {
    options.size = parse_count(value, 1, kMaxPictureSide);
  } else if (name == "--crop") {
    options.crop = parse_crop(value);
  } else if (name == "--filter") {
    options.filter = image::parse_filter(value);
  } else if (name == "--codec") {
    options.codec = parse_codec(value);
  } else if (name == "--background") {
    options.background = image::parse_colour(value);
  } else if (name == "--limit") {
    options.limit = parse_count(value, 1, kMaxPictures);
  } else if (name == "--max-bad") {
    options.max_bad = parse_count(value, 0, kMaxPictures);
    options.skip_bad = true;
  } else {
    throw std::logic_error("not an option of a build: " + std::string(name));
  }
}

void check_prepare_options(const PrepareOptions& options) {
  if (options.out.empty()) throw base::UsageError("no output: name the dataset to write");
  if (options.size < 0 || options.size > kMaxPictureSide) throw base::UsageError("the size must be 1 to 65535 pixels");
  if (options.crop == Crop::kCenter && options.size == 0)
    throw base::UsageError("--crop center needs --size N; with --crop none pictures keep their sizes");
}

std::string result_line(const PrepareReport& report, const std::string& path, bool as_json) {
  const DatasetInfo& info = report.info;
  if (as_json) {
    base::Json json;
    json["dataset"] = path;
    json["count"] = info.count;
    json["width"] = info.width;
    json["height"] = info.height;
    json["codec"] = info.codec;
    json["content_hash"] = info.content_hash;
    json["sources"] = info.n_sources;
    json["skipped"] = info.n_skipped;
    json["resumed_at"] = report.n_resumed;
    json["unchecked"] = report.n_unknown;
    json["changed"] = report.changed.n;
    return base::dump_json(json);
  }
  const std::string size =
      info.width == 0 ? "several sizes" : std::to_string(info.width) + "x" + std::to_string(info.height);
  return base::printable(path) + ": " + std::to_string(info.count) + " pictures, " + size + ", " + info.codec +
         ", content hash " + info.content_hash;
}

std::vector<std::string> remarks(const PrepareReport& report, const PrepareOptions& options) {
  std::vector<std::string> lines;
  const std::string n_done = std::to_string(report.info.count) + " pictures";
  if (report.n_unknown > 0) {
    const std::string which =
        report.n_unknown == report.n_stored_before ? "its" : std::to_string(report.n_unknown) + " of its";
    lines.push_back(
        base::printable(options.out) + " has no sizes and times of " + which +
        " sources (it was made by an older inr-prep), so whether they hold the same pictures cannot be checked");
  }
  if (report.n_retimed > 0)
    lines.push_back(std::to_string(report.n_retimed) + " of " + std::to_string(report.n_stored_before) +
                    " sources have a new modification time; their contents were read and are unchanged");
  switch (report.end) {
    case PrepareEnd::kNothingToDo:
      if (options.recheck)
        lines.push_back("the contents of all " + std::to_string(report.n_stored_before) + " sources are unchanged");
      lines.emplace_back("the dataset is complete; there is nothing to do");
      break;
    case PrepareEnd::kCheckInterrupted:
      lines.emplace_back("interrupted while the sources were compared with the dataset, which is unchanged");
      break;
    case PrepareEnd::kInterrupted:
      lines.push_back("interrupted after " + n_done + "; run the same command to continue");
      break;
    case PrepareEnd::kTooManyBad:
      lines.push_back(std::to_string(report.info.n_skipped) + " pictures could not be read, more than --max-bad " +
                      std::to_string(options.max_bad) + "; raise it to continue after " + n_done);
      break;
    case PrepareEnd::kComplete:
      if (report.n_resumed > 0)
        lines.push_back("continued a build that was interrupted after " + std::to_string(report.n_resumed) +
                        " pictures");
      if (report.n_enlarged > 0)
        lines.push_back(std::to_string(report.n_enlarged) + " pictures were smaller than " +
                        std::to_string(options.size) + " pixels and were enlarged");
      if (report.info.n_skipped > 0)
        lines.push_back(std::to_string(report.info.n_skipped) + " of " + std::to_string(report.info.n_sources) +
                        " pictures could not be read and were left out");
      if (report.changed.n > 0)
        lines.push_back(report.changed.first + " was changed while the dataset was built" +
                        (report.changed.n > 1 ? ", and " + std::to_string(report.changed.n - 1) + " more" : "") +
                        ": the dataset holds what was there before; to take the new ones, delete it and build it anew");
      break;
  }
  return lines;
}

const std::vector<PreparePreset>& prepare_presets() {
  static const std::vector<PreparePreset> presets = {
      {"emoji32",
       {{"--size", "32"}, {"--crop", "center"}, {"--filter", "lanczos"}, {"--codec", "png"}, {"--background", "white"}},
       "colour emoji of a font, what the installed default model was trained on"},
      {"faces64",
       {{"--size", "64"}, {"--crop", "center"}, {"--filter", "lanczos"}, {"--codec", "png"}},
       "aligned faces, small"},
      {"lsun256",
       {{"--size", "256"}, {"--crop", "center"}, {"--filter", "lanczos"}, {"--codec", "png"}, {"--max-bad", "1000"}},
       "an LSUN category; some of its pictures are damaged and left out"},
      {"ffhq1024",
       {{"--size", "1024"}, {"--crop", "center"}, {"--filter", "lanczos"}, {"--codec", "png"}},
       "FFHQ at its full size"},
  };
  return presets;
}

}  // namespace inr::dataset
