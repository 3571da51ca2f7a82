// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/request.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"

namespace inr::draw {
namespace {

using base::UsageError;

constexpr std::array<std::string_view, 4> kModes = {"grid", "each", "zoom", "superres"};
// Enlarged by whole pixels, a box is the nearest pixel.
constexpr std::array<std::pair<std::string_view, image::Filter>, 4> kCompared = {
    {{"nearest", image::Filter::kBox},
     {"bilinear", image::Filter::kBilinear},
     {"bicubic", image::Filter::kBicubic},
     {"lanczos", image::Filter::kLanczos}}};
constexpr std::array<std::string_view, 8> kFormats = {"png", "png16", "jpg", "ppm", "y4m", "npy", "dz", "dz-jpg"};
// Films and pictures that others write; a file so named with a PNG inside would only surprise.
constexpr std::array<std::string_view, 11> kForeignEndings = {"gif", "webp", "bmp", "tif",  "tiff", "svg",
                                                              "mp4", "mkv",  "mov", "webm", "avi"};

// The letters after the last point, in lower case.
std::string ending_of(std::string_view name) {
  const size_t slash = name.rfind('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const size_t point = name.rfind('.');
  if (point == std::string_view::npos) return {};
  std::string ending(name.substr(point + 1));
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return ending;
}

Format format_of(std::string_view output, bool film) {
  const std::string ending = ending_of(output);
  if (std::ranges::find(kForeignEndings, ending) != kForeignEndings.end()) {
    throw UsageError(
        "-o " + base::printable(output) + ": ." + ending +
        " is not written here; take .png, .jpg, .ppm, .y4m, .npy or .dzi, or name the bytes with --format");
  }
  if (ending == "jpeg") return Format::kJpeg;
  if (ending == "dzi") return Format::kDeepZoom;
  constexpr size_t kNamedByEnding = 6;  // the formats before dz
  for (size_t i = 0; i < kNamedByEnding; ++i) {
    if (ending == kFormats[i] && ending != "png16") return static_cast<Format>(i);
  }
  return film ? Format::kY4m : Format::kPng;
}

void check_zoom(Request& request) {
  if (request.mode != Mode::kZoom && (request.to || request.n_frames)) {
    throw UsageError("--to and --frames make a film of one record: say inr-render zoom");
  }
  if (request.n_frames && !request.to) {
    throw UsageError("--frames " + std::to_string(*request.n_frames) +
                     " makes a film between two windows; give the last one with --to x0,y0,x1,y1");
  }
  if (request.mode != Mode::kZoom) return;
  if (request.select.size() > 1) {
    throw UsageError("zoom shows one record, and --select names " + std::to_string(request.select.size()));
  }
  if (request.select.empty()) request.select = {0};
  if (request.to && !request.n_frames) request.n_frames = kDefaultFrames;
}

// What belongs to a picture of several cells, or to one format.
void check_parts(const Request& request) {
  const std::string mode(to_string(request.mode));
  const bool grid = request.mode == Mode::kGrid || request.mode == Mode::kSuperres;
  if (!request.compare.empty() && request.mode != Mode::kSuperres)
    throw UsageError("--compare puts other ways to enlarge a picture beside superres: say inr-render superres");
  if (!request.compare.empty() && request.columns > 0)
    throw UsageError("--columns: with --compare a row is one record, and its columns are the filters");
  if (request.labels && !grid) throw UsageError("--labels writes under the cells of a grid; " + mode + " has none");
  const Format format = *request.format;
  if ((request.labels || !request.compare.empty()) && format == Format::kNpy)
    throw UsageError("--labels and --compare make a picture, and npy holds the functions' values");
  if (request.fps && format != Format::kY4m)
    throw UsageError("--fps is the pace of a film in y4m, and this is " + std::string(to_string(format)));
  if (request.srgb && !is_one_picture_format(format))
    throw UsageError("--srgb marks PNG files, and this is " + std::string(to_string(format)));
}

int64_t scaled_side(double side, double scale, int64_t resolution) {
  const double size = std::round(side * scale * static_cast<double>(resolution));
  constexpr double kBeyond = 1e9;  // refused by plan_grid, which names the limits
  return static_cast<int64_t>(std::clamp(size, 0.0, kBeyond));
}

}  // namespace

std::optional<Mode> parse_mode(std::string_view word) noexcept {
  for (size_t i = 0; i < kModes.size(); ++i) {
    if (word == kModes[i]) return static_cast<Mode>(i);
  }
  return std::nullopt;
}

std::string_view to_string(Mode mode) noexcept { return kModes[static_cast<size_t>(mode)]; }

Format parse_format(std::string_view word) {
  if (word == "jpeg") return Format::kJpeg;
  for (size_t i = 0; i < kFormats.size(); ++i) {
    if (word == kFormats[i]) return static_cast<Format>(i);
  }
  throw UsageError("\"" + base::printable(word) + "\" is no format; use png, png16, jpg, ppm, y4m, npy, dz or dz-jpg");
}

std::string_view to_string(Format format) noexcept { return kFormats[static_cast<size_t>(format)]; }

std::string ending(Format format) {
  if (is_pyramid(format)) return "dzi";
  return std::string(to_string(format == Format::kPng16 ? Format::kPng : format));
}

model::Cells parse_cells(std::string_view word) {
  if (word == "density") return model::Cells::kDensity;
  if (word == "training") return model::Cells::kTraining;
  throw UsageError("\"" + base::printable(word) + "\" is neither density nor training");
}

render::BackendChoice parse_kernel(std::string_view word) {
  if (word == "reference") return {render::kReference, {}};
  if (word == "fast") return {};
  if (word == "check") return {render::kCpu, render::kReference};
  throw UsageError("\"" + base::printable(word) + "\" is no kernel; use reference, fast or check");
}

std::vector<image::Filter> parse_compare(std::string_view text) {
  std::vector<image::Filter> out;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const auto* known = std::ranges::find(kCompared, word, [](const auto& entry) { return entry.first; });
    if (known == kCompared.end()) {
      throw UsageError("\"" + base::printable(word) +
                       "\" is no filter to compare with; list some of nearest,bilinear,bicubic,lanczos");
    }
    out.push_back(known->second);
    begin = end + 1;
  }
  return out;
}

std::string_view compare_name(image::Filter filter) noexcept {
  for (const auto& [name, known] : kCompared) {
    if (known == filter) return name;
  }
  return {};
}

void refuse_misspelt_mode(const std::string& word) {
  std::array<std::string, kModes.size()> modes;
  std::ranges::copy(kModes, modes.begin());
  const std::string nearest = base::nearest_word(word, modes.data(), modes.data() + modes.size());
  std::error_code fault;
  if (nearest.empty() || std::filesystem::exists(word, fault)) return;
  throw UsageError("\"" + base::printable(word) + "\" is neither a mode nor a file; did you mean " + nearest + "?");
}

void refuse_late_mode(const std::vector<std::string>& streams) {
  for (const std::string& word : streams) {
    std::error_code fault;
    if (!parse_mode(word) || std::filesystem::exists(word, fault)) continue;
    const std::string stream = streams.front() == word ? "STREAM" : base::printable(streams.front());
    throw UsageError("there is no file " + word + ", and a mode comes first: inr-render " + word + " " + stream);
  }
}

void complete(Request& request, std::string_view output) {
  check_zoom(request);
  if (request.mode == Mode::kSuperres && request.scale <= 0 && request.width == 0) request.scale = kDefaultSuperres;
  if (request.columns > 0 && (request.mode == Mode::kEach || request.mode == Mode::kZoom)) {
    throw UsageError("--columns arranges the cells of a grid; " + std::string(to_string(request.mode)) + " has none");
  }
  const bool film = is_film(request);
  if (!request.format) request.format = format_of(output, film);
  const bool one = request.mode == Mode::kGrid || request.mode == Mode::kSuperres;
  if (one && *request.format == Format::kY4m) {
    throw UsageError("a grid is one picture and y4m holds films; say inr-render each, or zoom with --to");
  }
  if (is_pyramid(*request.format)) {
    if (film || !(one || request.mode == Mode::kZoom))
      throw UsageError(
          "dz is one large picture as a folder of tiles; say inr-render grid, superres, or zoom without --to");
    if (output.empty() || output == "-")
      throw UsageError("dz is a folder of tiles, which cannot go to a pipe or a terminal; give -o NAME.dzi");
  }
  check_parts(request);
}

bool is_one_picture_format(Format format) noexcept {
  return format == Format::kPng || format == Format::kPng16 || format == Format::kJpeg;
}

bool can_upsample(const Request& request) noexcept {
  if (request.cells == model::Cells::kTraining) return false;
  if (is_film(request) || request.width > 0) return true;
  // Of another window the rounded size may be a little denser than the scale.
  return request.scale > 1 || (request.scale > 0 && request.window != model::Window{});
}

bool is_sequence(const Request& request) noexcept {
  const Format format = request.format.value_or(Format::kPng);
  return request.mode == Mode::kEach || is_film(request) || format == Format::kNpy || format == Format::kY4m;
}

image::PictureFormat picture_format(Format format) {
  switch (format) {
    case Format::kPng:
    case Format::kDeepZoom:
      return image::PictureFormat::kPng;
    case Format::kPng16:
      return image::PictureFormat::kPng16;
    case Format::kJpeg:
    case Format::kDeepZoomJpeg:
      return image::PictureFormat::kJpeg;
    case Format::kPpm:
      return image::PictureFormat::kPpm;
    case Format::kY4m:
    case Format::kNpy:
      break;
  }
  throw std::logic_error("y4m and npy are no picture formats");
}

model::GridRequest grid_request(const Request& request, const model::ModelConfig& config, const model::Window& window) {
  model::GridRequest out{window, request.width, request.height, request.cells, request.upsample_from};
  // The frames of a film have one size: that of the first window.
  const model::Window& sized = is_film(request) ? request.window : window;
  const double scale = request.scale > 0 ? request.scale : (is_film(request) ? 1.0 : 0.0);
  if (request.width == 0 && scale > 0) {
    out.width = scaled_side(sized.x1 - sized.x0, scale, config.resolution);
    out.height = scaled_side(sized.y1 - sized.y0, scale, config.resolution);
    // 0 means the density of training to plan_grid; here it is a size that cannot be drawn.
    if (out.width < 1 || out.height < 1) {
      throw UsageError("at this scale the picture is less than a pixel high or wide; give a larger --scale, or --res");
    }
  }
  return out;
}

}  // namespace inr::draw
