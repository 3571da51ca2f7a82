// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/request.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "base/error.hpp"

namespace inr::draw {
namespace {

using base::UsageError;

constexpr std::array<std::string_view, 4> kModes = {"grid", "each", "zoom", "superres"};
constexpr std::array<std::string_view, 6> kFormats = {"png", "png16", "jpg", "ppm", "y4m", "npy"};
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
    throw UsageError("-o " + base::printable(output) + ": ." + ending +
                     " is not written here; take .png, .jpg, .ppm, .y4m or .npy, or name the bytes with --format");
  }
  if (ending == "jpeg") return Format::kJpeg;
  for (size_t i = 0; i < kFormats.size(); ++i) {
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
  throw UsageError("\"" + base::printable(word) + "\" is no format; use png, png16, jpg, ppm, y4m or npy");
}

std::string_view to_string(Format format) noexcept { return kFormats[static_cast<size_t>(format)]; }

std::string ending(Format format) { return std::string(to_string(format == Format::kPng16 ? Format::kPng : format)); }

model::Cells parse_cells(std::string_view word) {
  if (word == "density") return model::Cells::kDensity;
  if (word == "training") return model::Cells::kTraining;
  throw UsageError("\"" + base::printable(word) + "\" is neither density nor training");
}

field::Kernel parse_kernel(std::string_view word) {
  if (word == "reference") return field::Kernel::kReference;
  if (word == "fast") return field::Kernel::kFast;
  if (word == "check") return field::Kernel::kCheck;
  throw UsageError("\"" + base::printable(word) + "\" is no kernel; use reference, fast or check");
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
}

bool is_one_picture_format(Format format) noexcept {
  return format == Format::kPng || format == Format::kPng16 || format == Format::kJpeg;
}

bool is_sequence(const Request& request) noexcept {
  const Format format = request.format.value_or(Format::kPng);
  return request.mode == Mode::kEach || is_film(request) || format == Format::kNpy || format == Format::kY4m;
}

image::PictureFormat picture_format(Format format) {
  switch (format) {
    case Format::kPng:
      return image::PictureFormat::kPng;
    case Format::kPng16:
      return image::PictureFormat::kPng16;
    case Format::kJpeg:
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
