// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "image/terminal_picture.hpp"

#include <algorithm>
#include <stdexcept>

#include "image/row_scaler.hpp"
#include "image/terminal_writers.hpp"

namespace inr::image {
namespace {

constexpr int64_t kMaxShownSide = 4096;  // no screen is larger, and a terminal that says so is not believed

/// Scales on the way to a writer of the shown size.
class ScalingWriter final : public RowWriter {
 public:
  ScalingWriter(std::unique_ptr<RowWriter> writer, const ShownSize& size, int64_t width, int64_t height)
      : RowWriter(width, height), scaler_(width, height, size.width, size.height), writer_(std::move(writer)) {}
  [[nodiscard]] int bits() const noexcept override { return 8; }
  void write_rows(std::span<const uint8_t> rows) override {
    accept(rows.size());
    scaler_.write_rows(rows, [this](std::span<const uint8_t> row) { writer_->write_rows(row); });
  }
  void finish() override {
    accept_end();
    writer_->finish();
  }

 private:
  RowScaler scaler_;
  std::unique_ptr<RowWriter> writer_;
};

int64_t divide_up(int64_t a, int64_t b) noexcept { return (a + b - 1) / b; }

}  // namespace

ShownSize shown_size(const base::TerminalView& view, int64_t width, int64_t height) noexcept {
  const bool blocks = view.graphics == base::Graphics::kBlocks;
  const int64_t cell_w = blocks ? 1 : view.cell_width_px, cell_h = blocks ? 2 : view.cell_height_px;
  const int64_t space_w = std::min(view.columns * cell_w, kMaxShownSide);
  const int64_t space_h = std::min(std::max<int64_t>(view.lines - 1, 1) * cell_h, kMaxShownSide);
  ShownSize size;
  if (width <= space_w && height <= space_h) {
    const int64_t factor = std::min({space_w / width, space_h / height, cell_w});
    size.width = width * factor;
    size.height = height * factor;
  } else if (space_w * height <= space_h * width) {  // the width is what does not fit
    size.width = space_w;
    size.height = std::clamp<int64_t>((2 * space_w * height + width) / (2 * width), 1, space_h);
  } else {
    size.height = space_h;
    size.width = std::clamp<int64_t>((2 * space_h * width + height) / (2 * height), 1, space_w);
  }
  size.columns = divide_up(size.width, cell_w);
  size.lines = divide_up(size.height, cell_h);
  return size;
}

std::unique_ptr<RowWriter> make_shown_writer(const base::TerminalView& view, Sink sink, const ShownSize& size) {
  switch (view.graphics) {
    case base::Graphics::kBlocks:
      return std::make_unique<BlocksWriter>(view, std::move(sink), size);
    case base::Graphics::kKitty:
      return std::make_unique<KittyWriter>(view, std::move(sink), size);
    case base::Graphics::kSixel:
      return std::make_unique<SixelWriter>(std::move(sink), size);
  }
  throw std::logic_error("make_shown_writer: unknown graphics");
}

std::unique_ptr<RowWriter> make_terminal_writer(const base::TerminalView& view, Sink sink, int64_t width,
                                                int64_t height) {
  const ShownSize size = shown_size(view, width, height);
  return std::make_unique<ScalingWriter>(make_shown_writer(view, std::move(sink), size), size, width, height);
}

void GraphicsWriter::put(std::string_view picture) const {
  const std::string lines = std::to_string(n_lines_);
  std::string text(kLineStart);
  text.append(static_cast<size_t>(n_lines_), '\n').append("\033[" + lines + "A\0337");
  text.append(picture).append("\0338\033[" + lines + "B");
  send(sink_, text);
}

}  // namespace inr::image
