// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/shown_picture.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include "image/encode.hpp"
#include "image/quantize.hpp"

namespace inr::draw {
namespace {

using Clock = std::chrono::steady_clock;

/// Rows to two pictures: one that is kept, and one of 8 bits for the eye.
class TwoWriters final : public image::RowWriter {
 public:
  TwoWriters(std::unique_ptr<RowWriter> kept, std::unique_ptr<RowWriter> seen, int64_t width, int64_t height)
      : RowWriter(width, height), kept_(std::move(kept)), seen_(std::move(seen)) {}
  [[nodiscard]] int bits() const noexcept override { return kept_->bits(); }
  void write_rows(std::span<const uint8_t> rows) override {
    kept_->write_rows(rows);
    seen_->write_rows(rows);
  }
  void write_rows16(std::span<const uint16_t> rows) override {
    kept_->write_rows16(rows);
    samples_.resize(rows.size());
    std::ranges::transform(rows, samples_.begin(), [](uint16_t value) { return static_cast<uint8_t>(value >> 8U); });
    seen_->write_rows(samples_);
  }
  void finish() override {
    kept_->finish();
    seen_->finish();
  }

 private:
  std::unique_ptr<RowWriter> kept_, seen_;
  std::vector<uint8_t> samples_;
};

}  // namespace

Preview::Preview(const base::TerminalView& view, int64_t width, int64_t height)
    : size_(image::shown_size(view, width, height)), scaler_(width, height, size_.width, size_.height) {}

void Preview::take(std::span<const float> values) {
  samples_.resize(values.size());
  image::quantize8(values, samples_);
  scaler_.write_rows(samples_,
                     [this](std::span<const uint8_t> row) { rows_.insert(rows_.end(), row.begin(), row.end()); });
}

PictureShow::PictureShow(const base::TerminalView& view, image::Sink terminal, const Request& request)
    : view_(view), terminal_(std::move(terminal)) {
  const bool film = is_film(request) || (request.format != nullptr && request.format->is_film());
  if (film) frame_time_ = std::chrono::nanoseconds(std::chrono::seconds(1)) / request.fps.value_or(kFramesPerSecond);
}

int64_t PictureShow::preview_bytes(int64_t width, int64_t height) const noexcept {
  const image::ShownSize size = image::shown_size(view_, width, height);
  return size.width * size.height * 3;
}

void PictureShow::begin(const image::ShownSize& size) {
  if (frame_time_.count() == 0) return;
  std::this_thread::sleep_until(next_frame_);
  next_frame_ = std::max(next_frame_, Clock::now()) + frame_time_;  // a late frame does not hurry those after it
  if (n_lines_ > 0 && view_.moves) {
    const std::string up = "\033[" + std::to_string(n_lines_) + "A";
    terminal_(std::as_bytes(std::span(up)));
  }
  n_lines_ = size.lines;
}

void PictureShow::show(const Preview& preview) {
  begin(preview.size());
  std::vector<std::byte> text;  // in one piece, so that a frame is seen changing as a whole
  const auto writer = image::make_shown_writer(view_, image::sink_into(text), preview.size());
  writer->write_rows(preview.rows());
  writer->finish();
  terminal_(text);
}

std::unique_ptr<image::RowWriter> PictureShow::beside(std::unique_ptr<image::RowWriter> writer, int64_t width,
                                                      int64_t height) {
  begin(image::shown_size(view_, width, height));
  return std::make_unique<TwoWriters>(std::move(writer), image::make_terminal_writer(view_, terminal_, width, height),
                                      width, height);
}

}  // namespace inr::draw
