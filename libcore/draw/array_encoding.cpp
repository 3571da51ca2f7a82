// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Values as one array of npy, float32 [N, 3, H, W]. The header tells N: in a pipe what the input promised, in a file
// what was written in the end.
#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>

#include "base/error.hpp"
#include "base/npy.hpp"
#include "draw/encoding.hpp"

namespace inr::draw {
namespace {

constexpr size_t kHeaderBytes = 128;

// The header of an array of n pictures. Its length does not depend on n, so that it can be corrected at the end.
std::string array_header(uint64_t n, int64_t width, int64_t height) {
  const std::array<int64_t, 4> shape = {static_cast<int64_t>(n), kChannels, height, width};
  std::string header = base::npy_header(base::Dtype::kF32, shape);
  if (header.size() != kHeaderBytes) throw std::logic_error("a header of npy that is not 128 bytes long");
  return header;
}

class ArrayEncoding final : public Encoding {
 public:
  void begin(const OutputTarget& target, int64_t width, int64_t height, std::optional<uint64_t> promised) override {
    if (!promised && !target.rewrite) {
      throw base::UsageError(
          "the header of npy needs the number of pictures, which the input does not tell in advance; write to a file "
          "with -o");
    }
    width_ = width;
    height_ = height;
    promised_ = promised;
    is_final_ = !target.rewrite;
    const std::string header = array_header(promised.value_or(0), width, height);
    target.write(std::as_bytes(std::span(header)));
  }

  [[nodiscard]] std::vector<std::byte> encode(const PictureJob& job, const Bands& bands) const override {
    const auto n_pixels = static_cast<size_t>(job.n_pixels());
    std::vector<std::byte> bytes(n_pixels * kChannels * sizeof(float));
    auto* planes = reinterpret_cast<float*>(bytes.data());  // operator new aligns for any number
    draw_picture(job, bands, [&](int64_t first, std::span<const float> values) {
      const auto at = static_cast<size_t>(first * job.plan->width());
      for (size_t i = 0; i < values.size(); ++i) planes[i % kChannels * n_pixels + at + i / kChannels] = values[i];
    });
    return bytes;
  }

  void append(std::span<const std::byte> encoded, const image::Sink& sink) override {
    count();
    sink(encoded);
  }

  void draw(const PictureJob& job, const Bands& bands, const image::Sink& sink) override {
    count();
    PictureJob plane_job = job;
    std::vector<float> plane;
    for (size_t channel = 0; channel < kChannels; ++channel) {
      draw_picture(plane_job, bands, [&](int64_t, std::span<const float> values) {
        plane.resize(values.size() / kChannels);
        for (size_t i = 0; i < plane.size(); ++i) plane[i] = values[i * kChannels + channel];
        sink(std::as_bytes(std::span(plane)));
      });
      plane_job.preview = nullptr;  // it has seen the picture
    }
  }

  void finish(const OutputTarget& target, uint64_t n_written) override {
    if (!target.rewrite) return;
    uint64_t n = n_written;
    bool has_header = true;
    std::exception_ptr fault;
    if (target.size) {
      uint64_t size = 0;
      try {
        size = target.size();
      } catch (const base::SystemError&) {  // a full disc holds less than was given to it
        fault = std::current_exception();
        size = target.size();
      }
      const uint64_t picture = static_cast<uint64_t>(width_ * height_ * kChannels) * sizeof(float);
      has_header = size >= kHeaderBytes;
      if (has_header) n = std::min(n, (size - kHeaderBytes) / picture);
    }
    if (has_header && promised_ != n) {
      const std::string header = array_header(n, width_, height_);
      target.rewrite(0, std::as_bytes(std::span(header)));
    }
    if (fault) std::rethrow_exception(fault);
  }

 private:
  /// One more picture: where the header cannot be corrected, no more than it says.
  void count() {
    if (is_final_ && promised_ && n_begun_ == *promised_) {
      throw base::DataError("more pictures follow than the " + std::to_string(*promised_) +
                            " that the input promised; write npy of several streams to a file with -o");
    }
    ++n_begun_;
  }

  int64_t width_ = 0, height_ = 0;
  std::optional<uint64_t> promised_;
  bool is_final_ = false;
  uint64_t n_begun_ = 0;
};

}  // namespace

std::unique_ptr<Encoding> make_array_encoding(const Request& /*request*/) { return std::make_unique<ArrayEncoding>(); }

}  // namespace inr::draw
