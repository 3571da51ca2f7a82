// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Films: an encoded picture is a frame in RGB, 8 bits; image::Y4mWriter makes Y, Cb and Cr of it.
#include <stdexcept>

#include "base/error.hpp"
#include "draw/encoding.hpp"
#include "image/quantize.hpp"
#include "image/y4m.hpp"

namespace inr::draw {
namespace {

constexpr int64_t kMaxFramePixels = int64_t{1} << 28;  // a frame is held whole: 3 bytes here, 3 in the writer

class FilmEncoding final : public Encoding {
 public:
  explicit FilmEncoding(int64_t fps) : fps_(fps) {}

  void begin(const OutputTarget& target, int64_t width, int64_t height, std::optional<uint64_t> /*promised*/) override {
    film_ = std::make_unique<image::Y4mWriter>(target.write, width, height, fps_, 1);
  }
  [[nodiscard]] std::vector<std::byte> encode(const PictureJob& job, const Bands& bands) const override {
    const int64_t width = job.plan->width();
    if (job.n_pixels() > kMaxFramePixels) {
      throw base::UsageError("a film of " + size_text(width, job.plan->height()) +
                             " pixels: a frame has to fit into memory, up to 16384x16384");
    }
    std::vector<std::byte> frame(static_cast<size_t>(job.n_pixels() * kChannels));
    draw_picture(job, bands, [&](int64_t first, std::span<const float> values) {
      auto* to = reinterpret_cast<uint8_t*>(frame.data()) + static_cast<size_t>(first * width * kChannels);
      image::quantize8(values, std::span(to, values.size()));
    });
    return frame;
  }
  void append(std::span<const std::byte> encoded, const image::Sink& /*sink*/) override {
    film_->write_frame(std::span(reinterpret_cast<const uint8_t*>(encoded.data()), encoded.size()));
  }
  void draw(const PictureJob& /*job*/, const Bands& /*bands*/, const image::Sink& /*sink*/) override {
    throw std::logic_error("FilmEncoding: a frame is drawn in memory");
  }

 private:
  int64_t fps_;
  std::unique_ptr<image::Y4mWriter> film_;
};

}  // namespace

std::unique_ptr<Encoding> make_film_encoding(const Request& request) {
  return std::make_unique<FilmEncoding>(request.fps.value_or(kFramesPerSecond));
}

}  // namespace inr::draw
