// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures that follow one another: numbered files, PPMs in a row, the frames of a film, or one array of numbers.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "draw/draw_options.hpp"
#include "draw/frame_pattern.hpp"
#include "draw/picture_job.hpp"
#include "draw/request.hpp"
#include "image/y4m.hpp"

namespace inr::draw {

/// encode() may run in any thread; all else belongs to one. Numbered files appear whole, each when it is complete;
/// folders in their names are made.
class SequenceWriter {
 public:
  /// request: complete. pattern: for numbered files (open is not called then), of a picture format. n_pictures: told by
  /// the input, for the header of npy. check_name: DrawOptions'.
  SequenceWriter(const Request& request, std::optional<FramePattern> pattern, OpenOutput open,
                 std::optional<uint64_t> n_pictures, std::function<void(const std::string&)> check_name = {});

  /// Must a picture be held whole (films), however large it is?
  [[nodiscard]] bool holds_frames() const noexcept { return format_ == Format::kY4m; }
  /// Memory that encode() fills with the picture, in bytes, at most; a film's frame counts twice.
  [[nodiscard]] int64_t encoded_bytes(const PictureJob& job) const;
  /// Draws a picture into memory: a whole file, a frame (RGB), or numbers [3, H, W]. pool as in Renderer::rows;
  /// step is called after every band.
  [[nodiscard]] std::vector<std::byte> encode(const PictureJob& job, int64_t n_band_rows, base::WorkerPool* pool,
                                              const std::function<void()>& step = {}) const;
  /// Appends what encode() made of the same job. Throws DataError (another size than the first picture's, where they
  /// must be equal), UsageError (npy into a pipe with an unknown number of pictures), SystemError, BrokenPipe.
  void append(const PictureJob& job, std::span<const std::byte> encoded);
  /// Both at once in the memory of a band: for pictures that do not fit. step is called after every band. The numbers
  /// of npy are in planes, so each picture is drawn three times. A frame of a film must fit (std::logic_error).
  void draw(const PictureJob& job, int64_t n_band_rows, base::WorkerPool* pool, const std::function<void()>& step);
  /// The end, also after a fault: what was written is then a whole film, or array, of fewer pictures, which a piece of
  /// another one may follow. Where the output is a pipe, the header of npy stays as it was.
  void finish();
  [[nodiscard]] uint64_t n_written() const noexcept { return n_written_; }

 private:
  void begin(const PictureJob& job);
  [[nodiscard]] base::AtomicFile open_numbered();
  void write_picture(const PictureJob& job, int64_t n_band_rows, base::WorkerPool* pool, const image::Sink& sink,
                     const std::function<void()>& step) const;

  Format format_;
  int64_t fps_;
  bool srgb_;
  std::optional<FramePattern> pattern_;
  OpenOutput open_;
  std::function<void(const std::string&)> check_name_;
  std::string folder_;  // the last that was made for a numbered file
  std::optional<uint64_t> promised_;
  OutputTarget target_;
  std::unique_ptr<image::Y4mWriter> film_;
  int64_t width_ = 0, height_ = 0;  // of the first picture; 0 before it
  uint64_t n_written_ = 0;
};

}  // namespace inr::draw
