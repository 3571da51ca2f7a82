// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See row_writer.hpp.
#include "image/row_writer.hpp"

#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "image/jpeg_writer.hpp"
#include "image/png_writer.hpp"

namespace inr::image {
namespace {

class PpmWriter final : public RowWriter {
 public:
  PpmWriter(Sink sink, int64_t width, int64_t height) : RowWriter(width, height), sink_(std::move(sink)) {
    if (width < 1 || height < 1) throw base::UsageError("a PPM cannot be empty; its sides must be positive");
    const std::string header = "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
    sink_(std::as_bytes(std::span(header)));
  }
  [[nodiscard]] int bits() const noexcept override { return 8; }
  void write_rows(std::span<const uint8_t> rows) override {
    accept(rows.size());
    sink_(std::as_bytes(rows));
  }
  void finish() override { accept_end(); }

 private:
  Sink sink_;
};

}  // namespace

void RowWriter::write_rows(std::span<const uint8_t> /*rows*/) {
  throw std::logic_error("RowWriter: 8-bit rows for a 16-bit picture");
}

void RowWriter::write_rows16(std::span<const uint16_t> /*rows*/) {
  throw std::logic_error("RowWriter: 16-bit rows for an 8-bit picture");
}

size_t RowWriter::accept(size_t n_samples) {
  const size_t row_samples = static_cast<size_t>(width_) * 3, n_rows = n_samples / row_samples;
  if (n_samples % row_samples != 0) throw std::logic_error("RowWriter: not a whole number of rows");
  if (finished_ || n_rows > static_cast<size_t>(height_ - n_rows_))
    throw std::logic_error("RowWriter: more rows than the picture has");
  n_rows_ += static_cast<int64_t>(n_rows);
  return n_rows;
}

void RowWriter::accept_end() {
  if (finished_) throw std::logic_error("RowWriter: finished twice");
  if (n_rows_ != height_) throw std::logic_error("RowWriter: finished with rows missing");
  finished_ = true;
}

PictureFormat parse_picture_format(std::string_view name) {
  if (name == "png") return PictureFormat::kPng;
  if (name == "png16") return PictureFormat::kPng16;
  if (name == "jpg" || name == "jpeg") return PictureFormat::kJpeg;
  if (name == "ppm") return PictureFormat::kPpm;
  throw base::UsageError("'" + base::printable(name) + "' is not a picture format; use png, png16, jpg or ppm");
}

std::unique_ptr<RowWriter> make_row_writer(PictureFormat format, Sink sink, int64_t width, int64_t height,
                                           const TextChunks& text, const PictureOptions& options) {
  switch (format) {
    case PictureFormat::kPng:
      return std::make_unique<PngWriter>(std::move(sink), width, height, 8, text, options.workers, options.srgb);
    case PictureFormat::kPng16:
      return std::make_unique<PngWriter>(std::move(sink), width, height, 16, text, options.workers, options.srgb);
    case PictureFormat::kJpeg:
      return std::make_unique<JpegWriter>(std::move(sink), width, height, options.jpeg_quality, text);
    case PictureFormat::kPpm:
      return std::make_unique<PpmWriter>(std::move(sink), width, height);
  }
  throw std::logic_error("make_row_writer: unknown format");
}

}  // namespace inr::image
