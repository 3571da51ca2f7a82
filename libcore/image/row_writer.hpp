// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures written row by row, from the top, in memory that does not depend on their height.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inr::image {

/// Takes the next bytes of a file. What it throws reaches the caller of write_rows() or finish() unchanged.
using Sink = std::function<void(std::span<const std::byte>)>;

/// Text that travels inside a picture, as (keyword, UTF-8 text). Keywords: 1 to 79 printable ASCII characters.
using TextChunks = std::vector<std::pair<std::string, std::string>>;

/// A picture under way. Used by one thread. Destroyed before finish(), the bytes so far are an unfinished picture.
/// After an exception nothing but destruction is allowed.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;
  /// 8 or 16: which of the two calls below this picture takes (the other throws std::logic_error).
  [[nodiscard]] virtual int bits() const noexcept = 0;
  /// Any whole number of rows, RGB interleaved: [n_rows, width, 3]. Throws std::logic_error (no whole number of rows,
  /// more rows than the height), and what the sink throws.
  virtual void write_rows(std::span<const uint8_t> rows);
  virtual void write_rows16(std::span<const uint16_t> rows);
  /// The end of the picture; std::logic_error where rows are missing. Call once.
  virtual void finish() = 0;

 protected:
  /// Sides are positive, 3 * width fits size_t.
  RowWriter(int64_t width, int64_t height) noexcept : width_(width), height_(height) {}
  [[nodiscard]] int64_t width() const noexcept { return width_; }
  [[nodiscard]] int64_t height() const noexcept { return height_; }
  /// Counts the rows of n_samples samples and returns their number. Throws as write_rows() says.
  size_t accept(size_t n_samples);
  /// To be called by finish(): all rows are there, and it is the first call.
  void accept_end();

 private:
  int64_t width_, height_, n_rows_ = 0;
  bool finished_ = false;
};

/// Threads that a writer may use while it is called. They never change its bytes.
struct Workers {
  int n_threads = 1;
  /// Calls work(0) .. work(n - 1), each once, in any order and thread; returns when all are done and throws what one of
  /// them threw. Null: the calling thread does everything.
  std::function<void(int64_t n, const std::function<void(int64_t)>& work)> run;
};

struct PictureOptions {
  int jpeg_quality = 95;  ///< 1..100
  Workers workers{};      ///< used by PNG
  bool srgb = false;      ///< PNG says that its colours are sRGB; JPEG needs not, its readers take that
};

/// Makes a writer of width x height pixels; the header is written at once. Each format has one function of this type,
/// beside its writer, which says what it does with text and options. Throws UsageError (sizes, options).
using RowWriterMaker = std::unique_ptr<RowWriter> (*)(Sink sink, int64_t width, int64_t height, const TextChunks& text,
                                                      const PictureOptions& options);

}  // namespace inr::image
