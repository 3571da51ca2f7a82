// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See png_writer.hpp. What libpng writes is collected while the library runs and handed to the sink only between calls,
// so that an exception of the sink never passes through C frames.
#include "image/png_writer.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <bit>
#include <csetjmp>
#include <cstdio>
#include <new>
#include <string>

#include "base/error.hpp"
#include "image/codecs.hpp"

namespace inr::image {

struct PngWriter::State {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::jmp_buf jump{};
  std::array<char, 128> message{};
  std::vector<std::byte> pending;
  Sink sink;
  int bits = 8;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { png_destroy_write_struct(&png, &info); }

  template <typename Body>
  void run(Body&& body) {
    if (!run_guarded(jump, body)) throw base::SystemError("cannot write a PNG: " + base::printable(message.data()));
    if (pending.empty()) return;
    sink(pending);
    pending.clear();
  }
};

namespace {

constexpr int kZlibLevel = 4;
constexpr size_t kIdatBytes = 1 << 16;
constexpr int64_t kMaxSide = 0x7fffffff;

bool is_plain(std::string_view text, bool with_newlines) {
  return std::ranges::all_of(text, [&](char c) { return (c >= ' ' && c <= '~') || (with_newlines && c == '\n'); });
}

struct Chunk {
  std::array<png_byte, 5> name;
  std::string data;
};

/// tEXt for plain ASCII, iTXt (UTF-8, uncompressed, no language) for the rest.
Chunk text_chunk(const std::string& keyword, const std::string& text) {
  const bool good = !keyword.empty() && keyword.size() <= 79 && is_plain(keyword, false) && keyword.front() != ' ' &&
                    keyword.back() != ' ';
  if (!good)
    throw base::UsageError("'" + base::printable(keyword) + "' cannot be a PNG keyword; use 1 to 79 ASCII characters");
  if (text.find('\0') != std::string::npos)
    throw base::UsageError("the text of PNG keyword '" + keyword + "' holds a zero byte");
  if (is_plain(text, true)) return {{'t', 'E', 'X', 't', 0}, keyword + '\0' + text};
  return {{'i', 'T', 'X', 't', 0}, keyword + std::string(5, '\0') + text};
}

}  // namespace

PngWriter::PngWriter(Sink sink, int64_t width, int64_t height, int bits, const TextChunks& text)
    : RowWriter(width, height) {
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
    throw base::UsageError("a PNG of " + std::to_string(width) + " x " + std::to_string(height) +
                           " pixels cannot be; its sides are 1 to " + std::to_string(kMaxSide));
  }
  if (bits != 8 && bits != 16)
    throw base::UsageError("a PNG of " + std::to_string(bits) + " bits is not written; use 8 or 16");
  std::vector<Chunk> chunks;
  for (const auto& [keyword, value] : text) chunks.push_back(text_chunk(keyword, value));
  state_ = std::make_unique<State>();
  State& state = *state_;
  state.sink = std::move(sink);
  state.bits = bits;
  const auto on_error = [](png_structp png, png_const_charp message) {
    auto* self = static_cast<State*>(png_get_error_ptr(png));
    std::snprintf(self->message.data(), self->message.size(), "%s", message);
    std::longjmp(self->jump, 1);
  };
  state.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, on_error, [](png_structp, png_const_charp) {});
  if (state.png != nullptr) state.info = png_create_info_struct(state.png);
  if (state.info == nullptr) throw std::bad_alloc();
  const auto on_write = [](png_structp png, png_bytep data, size_t n_bytes) {
    auto* self = static_cast<State*>(png_get_io_ptr(png));
    bool stored = true;
    try {
      const auto* begin = reinterpret_cast<const std::byte*>(data);
      self->pending.insert(self->pending.end(), begin, begin + n_bytes);
    } catch (const std::bad_alloc&) {
      stored = false;
    }
    if (!stored) png_error(png, "out of memory");
  };
  state.run([&state, &chunks, on_write, this] {
    png_set_write_fn(state.png, &state, on_write, [](png_structp) {});
    png_set_user_limits(state.png, kMaxSide, kMaxSide);
    png_set_compression_level(state.png, kZlibLevel);
    png_set_compression_buffer_size(state.png, kIdatBytes);
    png_set_filter(state.png, PNG_FILTER_TYPE_BASE, PNG_FILTER_PAETH);
    png_set_IHDR(state.png, state.info, static_cast<png_uint_32>(this->width()),
                 static_cast<png_uint_32>(this->height()), state.bits, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(state.png, state.info);
    for (const Chunk& chunk : chunks) {
      png_write_chunk(state.png, chunk.name.data(), reinterpret_cast<png_const_bytep>(chunk.data.data()),
                      chunk.data.size());
    }
    if (state.bits == 16 && std::endian::native == std::endian::little) png_set_swap(state.png);
  });
}

PngWriter::~PngWriter() = default;

int PngWriter::bits() const noexcept { return state_->bits; }

void PngWriter::write_rows(std::span<const uint8_t> rows) {
  if (state_->bits != 8) return RowWriter::write_rows(rows);
  const size_t n_rows = accept(rows.size()), row_samples = static_cast<size_t>(width()) * 3;
  for (size_t i = 0; i < n_rows; ++i) {
    state_->run([&] { png_write_row(state_->png, &rows[i * row_samples]); });
  }
}

void PngWriter::write_rows16(std::span<const uint16_t> rows) {
  if (state_->bits != 16) return RowWriter::write_rows16(rows);
  const size_t n_rows = accept(rows.size()), row_samples = static_cast<size_t>(width()) * 3;
  for (size_t i = 0; i < n_rows; ++i) {
    state_->run([&] { png_write_row(state_->png, reinterpret_cast<png_const_bytep>(&rows[i * row_samples])); });
  }
}

void PngWriter::finish() {
  accept_end();
  state_->run([this] { png_write_end(state_->png, nullptr); });
}

}  // namespace inr::image
