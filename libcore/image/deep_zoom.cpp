// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "image/deep_zoom.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "image/deep_zoom_description.hpp"
#include "image/encode.hpp"

namespace inr::image {
namespace {

constexpr int64_t kMaxSide = 0x7fffffff;

size_t row_bytes(int64_t width) { return static_cast<size_t>(width) * 3; }

}  // namespace

std::vector<PixelSize> deep_zoom_levels(int64_t width, int64_t height) {
  std::vector<PixelSize> levels = {{width, height}};
  while (levels.back() != PixelSize{1, 1}) {
    levels.push_back({(levels.back().width + 1) / 2, (levels.back().height + 1) / 2});
  }
  std::ranges::reverse(levels);
  return levels;
}

TileRange tile_range(int64_t side_px, int64_t i) noexcept {
  return {std::max<int64_t>(0, i * kTileSide - kTileOverlap), std::min(side_px, (i + 1) * kTileSide + kTileOverlap)};
}

void average_rows(std::span<const uint8_t> upper, std::span<const uint8_t> lower, int64_t width,
                  std::span<uint8_t> out) noexcept {
  const uint8_t *a = upper.data(), *b = lower.data();
  uint8_t* to = out.data();
  const auto n_pairs = static_cast<size_t>(width / 2);
  for (size_t x = 0; x < n_pairs; ++x) {
    for (size_t c = 0; c < 3; ++c) {
      const size_t left = 6 * x + c, right = left + 3;
      to[3 * x + c] = static_cast<uint8_t>((a[left] + a[right] + b[left] + b[right] + 2) / 4);
    }
  }
  if (width % 2 == 0) return;
  for (size_t c = 0; c < 3; ++c) {
    to[3 * n_pairs + c] = static_cast<uint8_t>((a[6 * n_pairs + c] + b[6 * n_pairs + c] + 1) / 2);
  }
}

struct DeepZoomWriter::Level {
  PixelSize size;
  int64_t n_rows = 0;          // taken so far
  int64_t tile_row = 0;        // the row of tiles that is being filled
  std::vector<uint8_t> strip;  // rows tile_range(tile_row).begin .. n_rows - 1
  std::vector<uint8_t> above;  // a row of the level above, in the making

  [[nodiscard]] std::span<const uint8_t> row(int64_t y) const {
    const int64_t begin = tile_range(size.height, tile_row).begin;
    return std::span(strip).subspan(static_cast<size_t>(y - begin) * row_bytes(size.width), row_bytes(size.width));
  }
};

DeepZoomWriter::DeepZoomWriter(DeepZoomFiles& files, const TileFormat& tiles, int64_t width, int64_t height,
                               const TextChunks& text, PictureOptions options)
    : RowWriter(width, height), files_(files), tiles_(tiles), options_(std::move(options)) {
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
    throw base::UsageError("a Deep Zoom picture cannot have " + std::to_string(width) + " x " + std::to_string(height) +
                           " pixels; its sides are 1 to " + std::to_string(kMaxSide));
  }
  if (options_.jpeg_quality < 1 || options_.jpeg_quality > 100) {
    throw base::UsageError("JPEG quality " + std::to_string(options_.jpeg_quality) + " is not in 1..100");
  }
  for (const PixelSize& size : deep_zoom_levels(width, height)) {
    Level& level = levels_.emplace_back();
    level.size = size;
    const int64_t n_rows = std::min(size.height, kTileSide + 2 * kTileOverlap);
    level.strip.reserve(static_cast<size_t>(n_rows) * row_bytes(size.width));
    level.above.resize(row_bytes((size.width + 1) / 2));
  }
  files_.begin(levels_.size(), to_xml({width, height, kTileSide, kTileOverlap, std::string(tiles.ending), text}));
}

DeepZoomWriter::~DeepZoomWriter() = default;

void DeepZoomWriter::write_rows(std::span<const uint8_t> rows) {
  const size_t n_rows = accept(rows.size()), n_bytes = row_bytes(width());
  for (size_t y = 0; y < n_rows; ++y) take_row(levels_.size() - 1, rows.subspan(y * n_bytes, n_bytes));
}

void DeepZoomWriter::take_row(size_t index, std::span<const uint8_t> row) {
  Level& level = levels_[index];
  level.strip.insert(level.strip.end(), row.begin(), row.end());
  const int64_t y = level.n_rows++;
  const bool is_last = level.n_rows == level.size.height;
  if (index > 0 && (y % 2 == 1 || is_last)) {
    average_rows(level.row(y - y % 2), level.row(y), level.size.width, level.above);
    take_row(index - 1, level.above);
  }
  // A last row of tiles of one pixel is complete together with the one before it.
  while (level.tile_row < n_tiles(level.size.height) &&
         level.n_rows == tile_range(level.size.height, level.tile_row).end) {
    write_tiles(index);
    const int64_t done = tile_range(level.size.height, level.tile_row).begin;
    ++level.tile_row;
    const int64_t next = std::min(level.n_rows, tile_range(level.size.height, level.tile_row).begin);
    level.strip.erase(level.strip.begin(),
                      level.strip.begin() +
                          static_cast<std::ptrdiff_t>(static_cast<size_t>(next - done) * row_bytes(level.size.width)));
  }
}

void DeepZoomWriter::write_tiles(size_t index) {
  const Level& level = levels_[index];
  const TileRange rows = tile_range(level.size.height, level.tile_row);
  const auto write_tile = [&](int64_t column) {
    const TileRange columns = tile_range(level.size.width, column);
    Image tile = make_image(columns.end - columns.begin, rows.end - rows.begin);
    for (int64_t y = 0; y < tile.height; ++y) {
      const std::span<uint8_t> to = tile.row(y);
      std::memcpy(to.data(), &level.row(rows.begin + y)[row_bytes(columns.begin)], to.size());
    }
    std::vector<std::byte> bytes;
    const auto writer =
        tiles_.make(sink_into(bytes), tile.width, tile.height, {}, {.jpeg_quality = options_.jpeg_quality});
    writer->write_rows(tile.rgb);
    writer->finish();
    files_.write_tile(index, column, level.tile_row, tiles_.ending, bytes);
  };
  const int64_t n_columns = n_tiles(level.size.width);
  if (options_.workers.run && n_columns > 1) {
    options_.workers.run(n_columns, write_tile);
  } else {
    for (int64_t column = 0; column < n_columns; ++column) write_tile(column);
  }
}

void DeepZoomWriter::finish() { accept_end(); }

}  // namespace inr::image
