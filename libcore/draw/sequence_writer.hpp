// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures that follow one another, in one output or in numbered files. How they are encoded: encoding.hpp.
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
#include "draw/encoding.hpp"
#include "draw/frame_pattern.hpp"
#include "draw/picture_job.hpp"
#include "draw/request.hpp"

namespace inr::draw {

/// encode() may run in any thread; all else belongs to one. Numbered files appear whole, each when it is complete;
/// folders in their names are made.
class SequenceWriter {
 public:
  /// request: complete, and of a format with an encoding. pattern: for numbered files (open is not called then).
  /// n_pictures: told by the input, for formats whose header needs it. check_name: DrawOptions'.
  SequenceWriter(const Request& request, std::optional<FramePattern> pattern, OpenOutput open,
                 std::optional<uint64_t> n_pictures, std::function<void(const std::string&)> check_name = {});

  /// Must a picture be held whole (films), however large it is?
  [[nodiscard]] bool holds_frames() const noexcept { return format_.is_film(); }
  /// Memory that encode() fills with the picture, in bytes, at most.
  [[nodiscard]] int64_t encoded_bytes(const PictureJob& job) const {
    return job.n_pixels() * kChannels * format_.bytes_per_value;
  }
  /// Draws a picture into memory.
  [[nodiscard]] std::vector<std::byte> encode(const PictureJob& job, const Bands& bands) const {
    return encoding_->encode(job, bands);
  }
  /// Appends what encode() made of the same job. Throws DataError (another size than the first picture's, where they
  /// must be equal), UsageError (a pipe cannot take the format without a promised number of pictures), SystemError,
  /// BrokenPipe.
  void append(const PictureJob& job, std::span<const std::byte> encoded);
  /// Both at once in the memory of a band: for pictures that do not fit. Not where holds_frames() (std::logic_error).
  void draw(const PictureJob& job, const Bands& bands);
  /// The end, also after a fault: what was written is then a whole film, or array, of fewer pictures, which a piece of
  /// another one may follow. In a pipe a header stays as it was.
  void finish();
  [[nodiscard]] uint64_t n_written() const noexcept { return n_written_; }

 private:
  void begin(const PictureJob& job);
  [[nodiscard]] base::AtomicFile open_numbered();

  const Format& format_;
  std::unique_ptr<Encoding> encoding_;
  std::optional<FramePattern> pattern_;
  OpenOutput open_;
  std::function<void(const std::string&)> check_name_;
  std::string folder_;  // the last that was made for a numbered file
  std::optional<uint64_t> promised_;
  OutputTarget target_;
  int64_t width_ = 0, height_ = 0;  // of the first picture; 0 before it
  uint64_t n_written_ = 0;
};

}  // namespace inr::draw
