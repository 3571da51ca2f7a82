// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures that a terminal shows while they are drawn into their outputs: one below the other, or, where they are the
// frames of a film, each in the place of the one before and no faster than the film. How a picture looks there is in
// image/terminal_picture.hpp.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/terminal_view.hpp"
#include "draw/request.hpp"
#include "image/row_scaler.hpp"
#include "image/terminal_picture.hpp"

namespace inr::draw {

/// A picture made as small as the terminal shows it while its rows are drawn; shown when its turn has come.
class Preview {
 public:
  Preview(const base::TerminalView& view, int64_t width, int64_t height);
  /// Values of the next rows, [n, width, 3].
  void take(std::span<const float> values);
  [[nodiscard]] const image::ShownSize& size() const noexcept { return size_; }
  /// What has come so far, [n, size().width, 3].
  [[nodiscard]] std::span<const uint8_t> rows() const noexcept { return rows_; }

 private:
  image::ShownSize size_;
  image::RowScaler scaler_;
  std::vector<uint8_t> samples_, rows_;
};

/// preview() may be called in any thread, all else belongs to one.
class PictureShow {
 public:
  /// terminal: takes the text, a line or a picture at a time. request: complete.
  PictureShow(const base::TerminalView& view, image::Sink terminal, const Request& request);

  [[nodiscard]] Preview preview(int64_t width, int64_t height) const { return {view_, width, height}; }
  /// Memory of a preview, in bytes.
  [[nodiscard]] int64_t preview_bytes(int64_t width, int64_t height) const noexcept;
  /// The next picture; all its rows have come. Throws what terminal throws.
  void show(const Preview& preview);
  /// The next picture, shown while it is written: rows go to writer (of width x height), then to the terminal.
  [[nodiscard]] std::unique_ptr<image::RowWriter> beside(std::unique_ptr<image::RowWriter> writer, int64_t width,
                                                         int64_t height);

 private:
  void begin(const image::ShownSize& size);

  base::TerminalView view_;
  image::Sink terminal_;
  std::chrono::nanoseconds frame_time_{0};  // 0: no film
  std::chrono::steady_clock::time_point next_frame_;
  int64_t n_lines_ = 0;  // of the frame before; 0: none
};

}  // namespace inr::draw
