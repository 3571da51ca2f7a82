// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/sequence_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <filesystem>
#include <stdexcept>

#include "base/error.hpp"
#include "base/npy.hpp"
#include "draw/shown_picture.hpp"
#include "image/encode.hpp"
#include "image/quantize.hpp"

namespace inr::draw {
namespace {

constexpr int64_t kChannels = 3;
constexpr size_t kArrayHeaderBytes = 128;
constexpr int64_t kMaxFramePixels = int64_t{1} << 28;  // a frame is held whole: 3 bytes here, 3 in the writer

std::string size_text(int64_t width, int64_t height) { return std::to_string(width) + "x" + std::to_string(height); }

// The header of an array of n pictures. Its length does not depend on n, so that it can be corrected at the end.
std::string array_header(uint64_t n, int64_t width, int64_t height) {
  const std::array<int64_t, 4> shape = {static_cast<int64_t>(n), kChannels, height, width};
  std::string header = base::npy_header(base::Dtype::kF32, shape);
  if (header.size() != kArrayHeaderBytes) throw std::logic_error("a header of npy that is not 128 bytes long");
  return header;
}

/// Rows go to the preview of the picture as well, where it has one.
TakeRows seen(const PictureJob& job, TakeRows take) {
  if (!job.preview) return take;
  return [preview = job.preview, take = std::move(take)](int64_t first, std::span<const float> values) {
    preview->take(values);
    take(first, values);
  };
}

}  // namespace

SequenceWriter::SequenceWriter(const Request& request, std::optional<FramePattern> pattern, OpenOutput open,
                               std::optional<uint64_t> n_pictures, std::function<void(const std::string&)> check_name)
    : format_(*request.format),
      fps_(request.fps.value_or(kFramesPerSecond)),
      srgb_(request.srgb),
      pattern_(std::move(pattern)),
      open_(std::move(open)),
      check_name_(std::move(check_name)),
      promised_(n_pictures) {}

base::AtomicFile SequenceWriter::open_numbered() {
  const std::string name = pattern_->name(n_written_);
  if (check_name_) check_name_(name);
  const std::string folder = std::filesystem::path(name).parent_path();
  if (!folder.empty() && folder != folder_) {
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    if (fault) throw base::SystemError(folder, "make the folder", fault.value());
    folder_ = folder;
  }
  return base::AtomicFile(name);
}

void SequenceWriter::begin(const PictureJob& job) {
  const int64_t width = job.plan->width();
  const int64_t height = job.plan->height();
  const bool first = width_ == 0;
  const bool one_size = format_ == Format::kNpy || format_ == Format::kY4m;
  if (!first && one_size && (width != width_ || height != height_)) {
    throw base::DataError("picture " + std::to_string(n_written_),
                          "is " + size_text(width, height) + " pixels, those before it " + size_text(width_, height_),
                          "give one size with --res");
  }
  if (format_ == Format::kNpy && promised_ && n_written_ == *promised_ && !target_.rewrite && !first) {
    throw base::DataError("more pictures follow than the " + std::to_string(*promised_) +
                          " that the input promised; write npy of several streams to a file with -o");
  }
  if (!first) return;
  if (!pattern_) target_ = open_();
  if (format_ == Format::kNpy) {
    if (!promised_ && !target_.rewrite) {
      throw base::UsageError(
          "the header of npy needs the number of pictures, which the input does not tell in advance; write to a file "
          "with -o");
    }
    const std::string header = array_header(promised_.value_or(0), width, height);
    target_.write(std::as_bytes(std::span(header)));
  }
  width_ = width;
  height_ = height;
  if (format_ == Format::kY4m) {
    film_ = std::make_unique<image::Y4mWriter>(target_.write, width, height, fps_, 1);
  }
}

int64_t SequenceWriter::encoded_bytes(const PictureJob& job) const {
  const int64_t n_values = job.n_pixels() * kChannels;
  switch (format_) {
    case Format::kNpy:
      return n_values * static_cast<int64_t>(sizeof(float));
    case Format::kPng16:
    case Format::kY4m:
      return n_values * 2;
    case Format::kPng:
    case Format::kJpeg:
    case Format::kPpm:
    case Format::kDeepZoom:
    case Format::kDeepZoomJpeg:
      break;
  }
  return n_values;
}

void SequenceWriter::write_picture(const PictureJob& job, int64_t n_band_rows, base::WorkerPool* pool,
                                   const image::Sink& sink, const std::function<void()>& step) const {
  const int64_t height = job.plan->height();
  const std::unique_ptr<image::RowWriter> writer = image::make_row_writer(
      picture_format(format_), sink, job.plan->width(), height, job.text, picture_options(srgb_, pool));
  render::Renderer renderer = job.renderer();
  std::vector<uint8_t> samples;
  std::vector<uint16_t> samples16;
  const TakeRows take = [&](int64_t, std::span<const float> values) {
    if (writer->bits() == 16) {
      samples16.resize(values.size());
      image::quantize16(values, samples16);
      writer->write_rows16(samples16);
    } else {
      samples.resize(values.size());
      image::quantize8(values, samples);
      writer->write_rows(samples);
    }
    if (step) step();
  };
  draw_rows(renderer, 0, height, n_band_rows, pool, seen(job, take));
  writer->finish();
}

std::vector<std::byte> SequenceWriter::encode(const PictureJob& job, int64_t n_band_rows, base::WorkerPool* pool,
                                              const std::function<void()>& step) const {
  std::vector<std::byte> bytes;
  if (format_ != Format::kNpy && format_ != Format::kY4m) {
    write_picture(job, n_band_rows, pool, image::sink_into(bytes), step);
    return bytes;
  }
  const int64_t width = job.plan->width();
  if (format_ == Format::kY4m && job.n_pixels() > kMaxFramePixels) {
    throw base::UsageError("a film of " + size_text(width, job.plan->height()) +
                           " pixels: a frame has to fit into memory, up to 16384x16384");
  }
  const auto n_pixels = static_cast<size_t>(job.n_pixels());
  render::Renderer renderer = job.renderer();
  bytes.resize(n_pixels * static_cast<size_t>(kChannels) * (format_ == Format::kNpy ? sizeof(float) : 1));
  const TakeRows take = [&](int64_t first, std::span<const float> values) {
    const auto at = static_cast<size_t>(first * width);
    if (format_ == Format::kY4m) {
      auto* to = reinterpret_cast<uint8_t*>(bytes.data()) + at * kChannels;
      image::quantize8(values, std::span(to, values.size()));
    } else {
      auto* planes = reinterpret_cast<float*>(bytes.data());  // operator new aligns for any number
      for (size_t i = 0; i < values.size(); ++i) planes[i % kChannels * n_pixels + at + i / kChannels] = values[i];
    }
    if (step) step();
  };
  draw_rows(renderer, 0, job.plan->height(), n_band_rows, pool, seen(job, take));
  return bytes;
}

void SequenceWriter::append(const PictureJob& job, std::span<const std::byte> encoded) {
  begin(job);
  if (pattern_) {
    base::AtomicFile file = open_numbered();
    file.write(encoded);
    file.commit();
  } else if (film_) {
    film_->write_frame(std::span(reinterpret_cast<const uint8_t*>(encoded.data()), encoded.size()));
  } else {
    target_.write(encoded);
  }
  ++n_written_;
}

void SequenceWriter::draw(const PictureJob& job, int64_t n_band_rows, base::WorkerPool* pool,
                          const std::function<void()>& step) {
  if (format_ == Format::kY4m) throw std::logic_error("SequenceWriter: a frame is drawn in memory");
  begin(job);
  if (pattern_) {
    base::AtomicFile file = open_numbered();
    write_picture(
        job, n_band_rows, pool, [&](std::span<const std::byte> bytes) { file.write(bytes); }, step);
    file.commit();
  } else if (format_ != Format::kNpy) {
    write_picture(job, n_band_rows, pool, target_.write, step);
  } else {
    std::vector<float> plane;
    for (size_t channel = 0; channel < kChannels; ++channel) {
      render::Renderer renderer = job.renderer();
      const TakeRows take = [&](int64_t, std::span<const float> values) {
        plane.resize(values.size() / kChannels);
        for (size_t i = 0; i < plane.size(); ++i) plane[i] = values[i * kChannels + channel];
        target_.write(std::as_bytes(std::span(plane)));
        if (step) step();
      };
      draw_rows(renderer, 0, job.plan->height(), n_band_rows, pool, channel == 0 ? seen(job, take) : take);
    }
  }
  ++n_written_;
}

void SequenceWriter::finish() {
  if (format_ != Format::kNpy || width_ == 0 || !target_.rewrite) return;
  uint64_t n = n_written_;
  bool has_header = true;
  std::exception_ptr fault;
  if (target_.size) {
    uint64_t size = 0;
    try {
      size = target_.size();
    } catch (const base::SystemError&) {  // a full disc holds less than was given to it
      fault = std::current_exception();
      size = target_.size();
    }
    const uint64_t picture = static_cast<uint64_t>(width_ * height_ * kChannels) * sizeof(float);
    has_header = size >= kArrayHeaderBytes;
    if (has_header) n = std::min(n, (size - kArrayHeaderBytes) / picture);
  }
  if (has_header && promised_ != n) {
    const std::string header = array_header(n, width_, height_);
    target_.rewrite(0, std::as_bytes(std::span(header)));
  }
  if (fault) std::rethrow_exception(fault);
}

}  // namespace inr::draw
