// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Deep Zoom: a picture as a pyramid of tiles, of which a viewer loads what it shows. Level 0 is one pixel, each next
// one has twice the sides, the last one is the picture. NAME.dzi, a piece of XML, tells the size; the tiles lie in
// NAME_files/LEVEL/COLUMN_ROW.png (or .jpg). Layout and pixels are those of `vips dzsave` with its defaults: tiles of
// 254 pixels which overlap by one, levels of half the sides rounded up, a pixel the average of four below it,
// (a + b + c + d + 2) / 4, where at an odd edge the last row or column stands for the missing one too.
// Format: "Deep Zoom File Format Overview" (Microsoft, 2011), schema deepzoom/2008.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "image/deep_zoom_files.hpp"
#include "image/jpeg_writer.hpp"
#include "image/png_writer.hpp"
#include "image/row_writer.hpp"

namespace inr::image {

inline constexpr int64_t kTileSide = 254;   ///< without the overlap
inline constexpr int64_t kTileOverlap = 1;  ///< at every side that has a neighbour

struct PixelSize {
  int64_t width = 0, height = 0;
  bool operator==(const PixelSize&) const = default;
};

/// Sizes of all levels, from 1 x 1 to the picture. Sides are positive.
std::vector<PixelSize> deep_zoom_levels(int64_t width, int64_t height);

/// Tiles along an axis of so many pixels.
constexpr int64_t n_tiles(int64_t side_px) noexcept { return (side_px + kTileSide - 1) / kTileSide; }

/// Pixels begin .. end - 1 of an axis are shown by tile i.
struct TileRange {
  int64_t begin = 0, end = 0;
};
TileRange tile_range(int64_t side_px, int64_t i) noexcept;

/// Two rows of width pixels, [width, 3] each, into one of (width + 1) / 2.
void average_rows(std::span<const uint8_t> upper, std::span<const uint8_t> lower, int64_t width,
                  std::span<uint8_t> out) noexcept;

/// The format of tiles, of 8 bits; the ending is that of their files.
struct TileFormat {
  std::string_view ending;
  RowWriterMaker make;
};
inline constexpr TileFormat kPngTiles = {"png", make_png_writer};
inline constexpr TileFormat kJpegTiles = {"jpg", make_jpeg_writer};

/// Writes a pyramid from the rows of the picture, all levels at a time. Memory: of every level the rows of one row of
/// tiles, so twice 256 rows of the picture in all. Tiles are encoded by the threads of options.workers; what they hold
/// does not depend on them.
class DeepZoomWriter final : public RowWriter {
 public:
  /// files must outlive the writer; commit() of it is up to the caller. Throws UsageError (sides below 1 or above
  /// 2^31 - 1; quality), SystemError.
  DeepZoomWriter(DeepZoomFiles& files, const TileFormat& tiles, int64_t width, int64_t height,
                 const TextChunks& text = {}, PictureOptions options = {});
  ~DeepZoomWriter() override;
  [[nodiscard]] int bits() const noexcept override { return 8; }
  void write_rows(std::span<const uint8_t> rows) override;
  void finish() override;

 private:
  struct Level;
  void take_row(size_t level, std::span<const uint8_t> row);
  void write_tiles(size_t level);

  DeepZoomFiles& files_;
  TileFormat tiles_;
  PictureOptions options_;
  std::vector<Level> levels_;
};

}  // namespace inr::image
