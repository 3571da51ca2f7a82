// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Films as YUV4MPEG2 (.y4m): C444 (no chroma subsampling), BT.601, limited range (Y 16..235, Cb and Cr 16..240),
// progressive. What ffmpeg, mpv and every encoder read from a pipe. Integer arithmetic: the same bytes on every
// machine.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "image/row_writer.hpp"  // Sink

namespace inr::image {

/// {Y, Cb, Cr}, each within 1 of the exact BT.601 value; neutral greys have Cb = Cr = 128 exactly.
std::array<uint8_t, 3> bt601_limited(uint8_t r, uint8_t g, uint8_t b) noexcept;

class Y4mWriter {
 public:
  /// Writes the header. Sides and frame rate fps_num / fps_den are positive, else UsageError.
  Y4mWriter(Sink sink, int64_t width, int64_t height, int64_t fps_num, int64_t fps_den);
  /// rgb [H, W, 3]; another size: std::logic_error. Throws what the sink throws. A film needs no end mark.
  void write_frame(std::span<const uint8_t> rgb);
  [[nodiscard]] int64_t n_frames() const noexcept { return n_frames_; }

 private:
  Sink sink_;
  size_t n_pixels_;
  int64_t n_frames_ = 0;
  std::vector<std::byte> frame_;  // "FRAME\n", then planes Y, Cb, Cr [3, H, W]
};

}  // namespace inr::image
