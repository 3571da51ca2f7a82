// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// How pictures that follow one another become the bytes of a format. Which format takes which: formats.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "draw/draw_options.hpp"
#include "draw/picture_job.hpp"
#include "draw/request.hpp"

namespace inr::draw {

/// The bands in which a picture is drawn: rows at a time, by whose threads (as in Renderer::rows), and what is called
/// after each; step may be null.
struct Bands {
  int64_t n_rows = 1;
  base::WorkerPool* pool = nullptr;
  std::function<void()> step{};
};

/// encode() may run in any thread, several at once; all else belongs to one.
class Encoding {
 public:
  Encoding() = default;
  Encoding(const Encoding&) = delete;
  Encoding& operator=(const Encoding&) = delete;
  virtual ~Encoding() = default;

  /// What stands before the first picture of an output; its size is that of the first picture. promised: how many
  /// pictures follow, where the input tells. Not called for numbered files.
  virtual void begin(const OutputTarget& target, int64_t width, int64_t height, std::optional<uint64_t> promised);
  /// Draws a picture into memory, in the form that append() takes.
  [[nodiscard]] virtual std::vector<std::byte> encode(const PictureJob& job, const Bands& bands) const = 0;
  /// Writes what encode() made.
  virtual void append(std::span<const std::byte> encoded, const image::Sink& sink);
  /// Both at once, in the memory of a band.
  virtual void draw(const PictureJob& job, const Bands& bands, const image::Sink& sink) = 0;
  /// The end of an output that begin() was done with, also after a fault.
  virtual void finish(const OutputTarget& target, uint64_t n_written);
};

/// Every picture for itself, by Format::make_still of the request's format.
std::unique_ptr<Encoding> make_picture_encoding(const Request& request);
/// Frames of YUV4MPEG2. draw() throws std::logic_error: a frame is held whole.
std::unique_ptr<Encoding> make_film_encoding(const Request& request);
/// One array of npy, [N, 3, H, W]. draw() draws each picture three times, once for each plane.
std::unique_ptr<Encoding> make_array_encoding(const Request& request);

/// All rows of a job, by a renderer of its own. Its preview takes them too, where it has one.
void draw_picture(const PictureJob& job, const Bands& bands, const TakeRows& take);

inline constexpr int64_t kChannels = 3;

}  // namespace inr::draw
