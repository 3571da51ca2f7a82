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
  const Format& format = *request.format;
  const std::string name(format.name);
  if ((request.labels || !request.compare.empty()) && format.has_values())
    throw UsageError("--labels and --compare make a picture, and " + name + " holds the functions' values");
  if (request.fps && !format.is_film())
    throw UsageError("--fps is the pace of a film in " + format_names(&Format::is_film) + ", and this is " + name);
  if (request.srgb && format.srgb == Srgb::kUnsaid) throw UsageError("--srgb marks PNG files, and this is " + name);
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

model::Cells parse_cells(std::string_view word) {
  if (word == "density") return model::Cells::kDensity;
  if (word == "training") return model::Cells::kTraining;
  throw UsageError("\"" + base::printable(word) + "\" is neither density nor training");
}

render::BackendChoice parse_kernel(std::string_view word) {
  if (word == "reference") return {render::kReference, {}};
  if (word == "fast") return {};
  if (word == "check") return {render::kCpu, render::kReference};
  throw UsageError("\"" + base::printable(word) + "\" is not a kernel; use reference, fast or check");
}

std::vector<image::Filter> parse_compare(std::string_view text) {
  std::vector<image::Filter> out;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const auto* known = std::ranges::find(kCompared, word, [](const auto& entry) { return entry.first; });
    if (known == kCompared.end()) {
      throw UsageError("\"" + base::printable(word) +
                       "\" is not a filter to compare with; list some of nearest,bilinear,bicubic,lanczos");
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
  if (!request.format) request.format = &format_of_output(output, film);
  const std::string name(request.format->name);
  const bool one = request.mode == Mode::kGrid || request.mode == Mode::kSuperres;
  if (one && request.format->is_film()) {
    throw UsageError("a grid is one picture and " + name + " holds films; say inr-render each, or zoom with --to");
  }
  if (request.format->is_pyramid()) {
    if (film || !(one || request.mode == Mode::kZoom))
      throw UsageError(
          name + " is one large picture as a folder of tiles; say inr-render grid, superres, or zoom without --to");
    if (output.empty() || output == "-")
      throw UsageError(name + " is a folder of tiles, which cannot go to a pipe or a terminal; give -o NAME." +
                       std::string(request.format->ending));
  }
  check_parts(request);
}

bool can_upsample(const Request& request) noexcept {
  if (request.cells == model::Cells::kTraining) return false;
  if (is_film(request) || request.width > 0) return true;
  // Of another window the rounded size may be a little denser than the scale.
  return request.scale > 1 || (request.scale > 0 && request.window != model::Window{});
}

bool is_sequence(const Request& request) noexcept {
  return request.mode == Mode::kEach || is_film(request) ||
         (request.format != nullptr && request.format->joins_pictures());
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
