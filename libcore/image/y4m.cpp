// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See y4m.hpp.
#include "image/y4m.hpp"

#include <cstring>
#include <stdexcept>
#include <string>

#include "base/error.hpp"

namespace inr::image {
namespace {

constexpr std::string_view kFrameMark = "FRAME\n";

}  // namespace

std::array<uint8_t, 3> bt601_limited(uint8_t r, uint8_t g, uint8_t b) noexcept {
  // 65.481, 128.553, 24.966; -37.797, -74.203, 112; 112, -93.786, -18.214, each times 2^16 / 255. The chroma rows are
  // rounded so that they sum to 0: grey stays grey. Shifts of negative numbers round towards minus infinity (C++20), so
  // + 2^15 rounds to nearest.
  constexpr int kHalf = 1 << 15;
  const int y = (16829 * r + 33039 * g + 6416 * b + kHalf) >> 16;
  const int cb = (-9714 * r - 19070 * g + 28784 * b + kHalf) >> 16;
  const int cr = (28784 * r - 24103 * g - 4681 * b + kHalf) >> 16;
  return {static_cast<uint8_t>(16 + y), static_cast<uint8_t>(128 + cb), static_cast<uint8_t>(128 + cr)};
}

Y4mWriter::Y4mWriter(Sink sink, int64_t width, int64_t height, int64_t fps_num, int64_t fps_den)
    : sink_(std::move(sink)) {
  constexpr int64_t kMaxSide = 1 << 20;
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
    throw base::UsageError("a film of " + std::to_string(width) + " x " + std::to_string(height) +
                           " pixels cannot be written; sides are 1 to " + std::to_string(kMaxSide));
  }
  if (fps_num < 1 || fps_den < 1) {
    throw base::UsageError("a frame rate of " + std::to_string(fps_num) + "/" + std::to_string(fps_den) +
                           " cannot be played; both of its numbers must be positive");
  }
  n_pixels_ = static_cast<size_t>(width * height);
  frame_.resize(kFrameMark.size() + 3 * n_pixels_);
  std::memcpy(frame_.data(), kFrameMark.data(), kFrameMark.size());
  const std::string header = "YUV4MPEG2 W" + std::to_string(width) + " H" + std::to_string(height) + " F" +
                             std::to_string(fps_num) + ":" + std::to_string(fps_den) +
                             " Ip A1:1 C444 XCOLORRANGE=LIMITED\n";
  sink_(std::as_bytes(std::span(header)));
}

void Y4mWriter::write_frame(std::span<const uint8_t> rgb) {
  if (rgb.size() != 3 * n_pixels_) throw std::logic_error("Y4mWriter: a frame of another size");
  std::byte* luma = frame_.data() + kFrameMark.size();
  for (size_t i = 0; i < n_pixels_; ++i) {
    const auto [y, cb, cr] = bt601_limited(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
    luma[i] = std::byte{y};
    luma[n_pixels_ + i] = std::byte{cb};
    luma[2 * n_pixels_ + i] = std::byte{cr};
  }
  sink_(frame_);
  ++n_frames_;
}

}  // namespace inr::image
