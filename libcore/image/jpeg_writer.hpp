// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A JPEG written row by row: baseline, 4:4:4, one pass.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "image/row_writer.hpp"

namespace inr::image {

class JpegWriter final : public RowWriter {
 public:
  /// Sides 1 to 65500, quality 1 to 100; throws UsageError. text becomes comments "keyword: text".
  JpegWriter(Sink sink, int64_t width, int64_t height, int quality, const TextChunks& text);
  ~JpegWriter() override;
  [[nodiscard]] int bits() const noexcept override { return 8; }
  void write_rows(std::span<const uint8_t> rows) override;
  void finish() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Of options the quality is used.
std::unique_ptr<RowWriter> make_jpeg_writer(Sink sink, int64_t width, int64_t height, const TextChunks& text = {},
                                            const PictureOptions& options = {});

}  // namespace inr::image
