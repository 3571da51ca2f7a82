// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/encoding.hpp"

#include "draw/shown_picture.hpp"
#include "image/encode.hpp"
#include "image/quantize.hpp"

namespace inr::draw {
namespace {

class PictureEncoding final : public Encoding {
 public:
  explicit PictureEncoding(const Request& request) : format_(*request.format), srgb_(request.srgb) {}

  [[nodiscard]] std::vector<std::byte> encode(const PictureJob& job, const Bands& bands) const override {
    std::vector<std::byte> bytes;
    write(job, bands, image::sink_into(bytes));
    return bytes;
  }
  void draw(const PictureJob& job, const Bands& bands, const image::Sink& sink) override { write(job, bands, sink); }

 private:
  void write(const PictureJob& job, const Bands& bands, const image::Sink& sink) const {
    OutputTarget target;
    target.write = sink;
    const std::unique_ptr<image::RowWriter> writer =
        format_.make_still(target, job.plan->width(), job.plan->height(), job.text, picture_options(srgb_, bands.pool));
    std::vector<uint8_t> samples;
    std::vector<uint16_t> samples16;
    draw_picture(job, bands, [&](int64_t, std::span<const float> values) {
      if (writer->bits() == 16) {
        samples16.resize(values.size());
        image::quantize16(values, samples16);
        writer->write_rows16(samples16);
      } else {
        samples.resize(values.size());
        image::quantize8(values, samples);
        writer->write_rows(samples);
      }
    });
    writer->finish();
  }

  const Format& format_;
  bool srgb_;
};

}  // namespace

void Encoding::begin(const OutputTarget& /*target*/, int64_t /*width*/, int64_t /*height*/,
                     std::optional<uint64_t> /*promised*/) {}

void Encoding::append(std::span<const std::byte> encoded, const image::Sink& sink) { sink(encoded); }

void Encoding::finish(const OutputTarget& /*target*/, uint64_t /*n_written*/) {}

std::unique_ptr<Encoding> make_picture_encoding(const Request& request) {
  return std::make_unique<PictureEncoding>(request);
}

void draw_picture(const PictureJob& job, const Bands& bands, const TakeRows& take) {
  render::Renderer renderer = job.renderer();
  draw_rows(renderer, 0, job.plan->height(), bands.n_rows, bands.pool,
            [&](int64_t first, std::span<const float> values) {
              if (job.preview) job.preview->take(values);
              take(first, values);
              if (bands.step) bands.step();
            });
}

}  // namespace inr::draw
