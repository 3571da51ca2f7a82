// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "image/ppm_writer.hpp"

#include <string>

#include "base/error.hpp"

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

std::unique_ptr<RowWriter> make_ppm_writer(Sink sink, int64_t width, int64_t height, const TextChunks& /*text*/,
                                           const PictureOptions& /*options*/) {
  return std::make_unique<PpmWriter>(std::move(sink), width, height);
}

}  // namespace inr::image
