// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Some consecutive rows of a PNG, filtered and deflated for themselves. Internal to this folder.
#pragma once
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inr::image {

/// Used by one thread at a time; keeps its memory from stripe to stripe.
class PngStripe {
 public:
  PngStripe() = default;
  ~PngStripe();
  PngStripe(const PngStripe&) = delete;
  PngStripe& operator=(const PngStripe&) = delete;

  /// rows: the row before the stripe (zeros before the first one), then its own; row_bytes each. last: the end of the
  /// picture. Throws std::bad_alloc.
  void make(std::span<const uint8_t> rows, size_t row_bytes, size_t bytes_per_pixel, bool last);

  /// Raw deflate (RFC 1951), complete bytes; the last stripe's ends the stream.
  [[nodiscard]] std::span<const std::byte> deflated() const noexcept { return std::span(deflated_).first(n_deflated_); }
  /// Of what was deflated: Adler-32 and number of bytes.
  [[nodiscard]] uint32_t checksum() const noexcept { return checksum_; }
  [[nodiscard]] size_t n_filtered() const noexcept { return filtered_.size(); }

 private:
  z_stream stream_{};
  bool opened_ = false;
  std::vector<uint8_t> filtered_;
  std::vector<std::byte> deflated_;
  size_t n_deflated_ = 0;
  uint32_t checksum_ = 0;
};

}  // namespace inr::image
