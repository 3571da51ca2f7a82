// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See exif.hpp.
#include "image/exif.hpp"

#include <cstdint>
#include <cstring>

namespace inr::image {
namespace {

/// Numbers of either byte order out of a block, 0 beyond its end.
class TiffView {
 public:
  TiffView(std::span<const std::byte> bytes, bool big_endian) noexcept : bytes_(bytes), big_endian_(big_endian) {}
  [[nodiscard]] uint32_t u16(size_t offset) const noexcept {
    const uint32_t first = at(offset), second = at(offset + 1);
    return big_endian_ ? first << 8 | second : second << 8 | first;
  }
  [[nodiscard]] uint32_t u32(size_t offset) const noexcept {
    const uint32_t first = u16(offset), second = u16(offset + 2);
    return big_endian_ ? first << 16 | second : second << 16 | first;
  }

 private:
  [[nodiscard]] uint32_t at(size_t offset) const noexcept {
    return offset < bytes_.size() ? std::to_integer<uint32_t>(bytes_[offset]) : 0;
  }
  std::span<const std::byte> bytes_;
  bool big_endian_;
};

}  // namespace

int exif_orientation(std::span<const std::byte> tiff) noexcept {
  constexpr uint32_t kOrientationTag = 0x0112, kShort = 3;
  constexpr size_t kEntryBytes = 12;
  if (tiff.size() >= 6 && std::memcmp(tiff.data(), "Exif\0\0", 6) == 0) tiff = tiff.subspan(6);
  if (tiff.size() < 8) return 1;
  const bool big_endian = tiff[0] == std::byte{'M'};
  if (tiff[0] != tiff[1] || (!big_endian && tiff[0] != std::byte{'I'})) return 1;
  const TiffView view(tiff, big_endian);
  if (view.u16(2) != 42) return 1;
  const size_t directory = view.u32(4);
  const uint32_t n_entries = view.u16(directory);  // at most 65535, each step bounded below
  for (size_t i = 0; i < n_entries; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes;
    if (entry + kEntryBytes > tiff.size()) return 1;
    if (view.u16(entry) != kOrientationTag) continue;
    const uint32_t value = view.u16(entry + 8);
    return view.u16(entry + 2) == kShort && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Image turned_upright(Image stored, int orientation) {
  if (orientation < 2 || orientation > 8) return stored;
  const bool transposed = orientation >= 5;
  const int64_t w = stored.width, h = stored.height;
  Image out = make_image(transposed ? h : w, transposed ? w : h);
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  uint8_t* pixel = out.rgb.data();
  for (int64_t y = 0; y < out.height; ++y) {
    for (int64_t x = 0; x < out.width; ++x, pixel += 3) {
      const int64_t u = transposed ? y : x,
                    v = transposed ? x : y;  // column and row in the stored picture, before mirroring
      const int64_t column = from_right ? w - 1 - u : u, row = from_below ? h - 1 - v : v;
      std::memcpy(pixel, &stored.rgb[static_cast<size_t>((row * w + column) * 3)], 3);
    }
  }
  return out;
}

}  // namespace inr::image
