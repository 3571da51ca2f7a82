// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What is to be drawn, apart from the records themselves. Everything here determines the picture; where it goes, how
// much memory and how many threads it takes does not, and is told elsewhere (draw_options.hpp).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "draw/formats.hpp"
#include "draw/recorded_commands.hpp"
#include "image/resample.hpp"
#include "image/row_writer.hpp"
#include "model/config.hpp"
#include "model/grid.hpp"
#include "render/renderer.hpp"

namespace inr::draw {

/// grid: all records as cells of one picture. each: one picture a record. zoom: one record, through one window or as a
/// film from one window to another. superres: a grid at several times the resolution of training.
enum class Mode { kGrid, kEach, kZoom, kSuperres };

struct Request {
  Mode mode = Mode::kGrid;
  int64_t width = 0, height = 0;  ///< pixels of a picture (grid: of a cell); 0: by scale, else the density of training
  double scale = 0;               ///< times the resolution of training; 0: not given
  model::Window window;
  std::optional<model::Window> to;  ///< zoom: the last window of a film
  std::optional<int64_t> n_frames;  ///< of a film; kDefaultFrames where not given
  model::Cells cells = model::Cells::kDensity;
  int64_t upsample_from = -1;  ///< -1 = the configuration's
  int64_t columns = 0;         ///< grid: 0 = ceil(sqrt(n))
  /// superres: filters that enlarge the picture of training, to stand beside the function; nearest is kBox.
  std::vector<image::Filter> compare;
  bool labels = false;             ///< grid: a line under each cell that tells which record it is
  std::vector<uint64_t> select;    ///< records to draw, counted from 0 over all streams; empty = all
  const Format* format = nullptr;  ///< a row of formats(); null: by the output's name
  std::optional<int64_t> fps;      ///< frames a second of y4m; kFramesPerSecond where not given
  bool srgb = false;               ///< PNG: say that the colours are sRGB
  render::BackendChoice kernel;    ///< to rounding the same picture
};

inline constexpr int64_t kDefaultFrames = 120;
inline constexpr int64_t kFramesPerSecond = 30;
inline constexpr double kDefaultSuperres = 4;
inline constexpr double kFarCoordinate = 4000;  ///< beyond, float32 leaves noise of what a function does there

/// "grid", "each", "zoom", "superres"; nothing for another word.
std::optional<Mode> parse_mode(std::string_view word) noexcept;
std::string_view to_string(Mode mode) noexcept;
/// density, training. Throws UsageError.
model::Cells parse_cells(std::string_view word);
/// reference; fast (the back end cpu); check (cpu, compared with reference). Throws UsageError.
render::BackendChoice parse_kernel(std::string_view word);

/// "nearest,bilinear,bicubic,lanczos" or some of these. Throws UsageError.
std::vector<image::Filter> parse_compare(std::string_view text);
/// The name of such a filter.
std::string_view compare_name(image::Filter filter) noexcept;
/// Throws UsageError where a word is no file and almost a mode: "did you mean grid?".
void refuse_misspelt_mode(const std::string& word);

/// The streams of a command line. Throws UsageError where one of these is no file but a mode, which comes first.
void refuse_late_mode(const std::vector<std::string>& streams);

/// Fills in what depends on other parts (the format from the name of the output, "-" or empty: none; the scale of
/// superres; the one record of a zoom) and refuses contradictions. Throws UsageError.
void complete(Request& request, std::string_view output);

/// A film between two windows?
inline bool is_film(const Request& request) noexcept { return request.to.has_value(); }
/// Do pictures follow one another in the output (each, a film, values), or is it one picture?
bool is_sequence(const Request& request) noexcept;
/// Can --upsample-from change the picture, for all that is known without the model?
bool can_upsample(const Request& request) noexcept;

/// Pixels of the picture of one record and its cells. Throws UsageError (sizes out of range).
model::GridRequest grid_request(const Request& request, const model::ModelConfig& config, const model::Window& window);

/// Where a picture of ours says what it shows.
struct Subject {
  const draw::Recipe* records;       ///< all that the picture shows
  const base::Json* info = nullptr;  ///< of the record where the picture shows a single one
  model::Window window{};
  int64_t width = 0, height = 0;  ///< pixels; needed for the frames of a film alone
  uint64_t number = 0;            ///< Record::number, of a single record
};
/// The command that draws the picture again: canonical, without names of files and without what changes no pixel. Where
/// the records say how they were made, that stands in front; where not, it reads the same streams.
std::string command_text(const Request& request, const Subject& subject);
/// "inr.command", "inr.model" (the hash of the weights; of several between spaces), "inr.window", "inr.version", and
/// "inr.seed", "inr.index" of a single record.
image::TextChunks text_chunks(const Request& request, const Subject& subject, std::string_view version);

}  // namespace inr::draw
