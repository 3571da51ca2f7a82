// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A Deep Zoom picture, NAME.dzi: are all its tiles there? With --check each of them is decoded.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "image/decode.hpp"
#include "image/deep_zoom.hpp"
#include "image/deep_zoom_description.hpp"
#include "inspect/inspect_parts.hpp"

namespace inr::inspect::parts {
namespace {

namespace fs = std::filesystem;
constexpr uintmax_t kMaxDescriptionBytes = uintmax_t{1} << 20;

/// Where a tile lies, by its name "COLUMN_ROW.ending"; false where it is none of so many columns and rows.
bool parse_tile(std::string_view name, std::string_view ending, int64_t n_columns, int64_t n_rows, int64_t& column,
                int64_t& row) {
  const char* end = name.data() + name.size();
  const auto [line, fault] = std::from_chars(name.data(), end, column);
  if (fault != std::errc() || line == end || *line != '_') return false;
  const auto [point, fault_row] = std::from_chars(line + 1, end, row);
  if (fault_row != std::errc() || point == end || *point != '.' || std::string_view(point + 1, end) != ending)
    return false;
  return column >= 0 && column < n_columns && row >= 0 && row < n_rows;
}

void check_tile(const fs::path& path, int64_t width, int64_t height) {
  const image::Image tile = image::decode(base::read_file(path.string()), path.string());
  if (tile.width != width || tile.height != height) {
    throw base::DataError(base::Fault::kDamaged, path.string(),
                          std::to_string(tile.width) + "x" + std::to_string(tile.height) + " pixels instead of " +
                              std::to_string(width) + "x" + std::to_string(height));
  }
}

/// Tiles of a level that are there; its size is size.
int64_t count_tiles(const fs::path& level, const image::DeepZoomDescription& picture, image::PixelSize size,
                    bool check) {
  const auto n_tiles = [&](int64_t side) { return (side + picture.tile - 1) / picture.tile; };
  const auto length = [&](int64_t side, int64_t i) {
    return std::min(side, (i + 1) * picture.tile + picture.overlap) -
           std::max<int64_t>(0, i * picture.tile - picture.overlap);
  };
  int64_t n_found = 0;
  std::error_code fault;
  for (fs::directory_iterator tile(level, fault), end; !fault && tile != end; tile.increment(fault)) {
    int64_t column = 0, row = 0;
    const std::string name = tile->path().filename().string();
    if (!parse_tile(name, picture.ending, n_tiles(size.width), n_tiles(size.height), column, row)) continue;
    if (check) check_tile(tile->path(), length(size.width, column), length(size.height, row));
    ++n_found;
  }
  return n_found;
}

}  // namespace

Finding inspect_pyramid(const std::string& path, const InspectOptions& options) {
  Finding finding;
  std::error_code fault;
  if (fs::file_size(path, fault) > kMaxDescriptionBytes || fault) return finding;
  const std::vector<std::byte> bytes = base::read_file(path);
  const auto picture = image::parse_deep_zoom({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!picture) return finding;
  finding.kind = "Deep Zoom picture";
  finding.state = FileState::kWhole;
  finding.summary = std::to_string(picture->width) + "x" + std::to_string(picture->height);
  finding.details["size"] = {picture->width, picture->height};
  for (const auto& [keyword, text] : picture->text) add_text(finding, keyword, text);

  fs::path stem(path);
  const std::string tiles = stem.replace_extension().string() + "_files";
  const std::vector<image::PixelSize> levels = image::deep_zoom_levels(picture->width, picture->height);
  int64_t n_all = 0;
  try {
    for (size_t i = 0; i < levels.size(); ++i) {
      const auto n_tiles = [&](int64_t side) { return (side + picture->tile - 1) / picture->tile; };
      const int64_t n_expected = n_tiles(levels[i].width) * n_tiles(levels[i].height);
      const int64_t n_found = count_tiles(fs::path(tiles) / std::to_string(i), *picture, levels[i], options.check);
      n_all += n_found;
      if (n_found < n_expected && finding.fault.empty()) {
        set_fault(finding, base::Fault::kCutShort,
                  "cut short: " + std::to_string(n_found) + " of " + std::to_string(n_expected) + " tiles in " + tiles +
                      "/" + std::to_string(i));
      }
    }
    if (options.check && finding.state == FileState::kWhole) finding.details["checked"] = "every tile decoded";
  } catch (const base::Error& error) {
    set_fault(finding, base::Fault::kDamaged, error.what());
  }
  finding.details["levels"] = levels.size();
  finding.details["tiles"] = n_all;
  return finding;
}

}  // namespace inr::inspect::parts
