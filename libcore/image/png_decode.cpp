// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// PNG through libpng (its manual, libpng-manual.txt). Warnings about optional chunks are ignored; a wrong CRC anywhere,
// missing pixels and a missing IEND are errors.
#include <png.h>

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "image/codecs.hpp"
#include "image/exif.hpp"

namespace inr::image {
namespace {

/// Everything that outlives a jump out of libpng.
struct Reader {
  std::span<const std::byte> bytes;
  size_t position = 0;
  bool cut = false;
  std::array<char, 128> message{};
  std::jmp_buf jump{};
  png_structp png = nullptr;
  png_infop info = nullptr;

  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

void on_error(png_structp png, png_const_charp message) {
  auto* reader = static_cast<Reader*>(png_get_error_ptr(png));
  std::snprintf(reader->message.data(), reader->message.size(), "%s", message);
  std::longjmp(reader->jump, 1);
}

void on_warning(png_structp /*png*/, png_const_charp /*message*/) {}

void on_read(png_structp png, png_bytep out, size_t n_bytes) {
  auto* reader = static_cast<Reader*>(png_get_io_ptr(png));
  if (reader->bytes.size() - reader->position < n_bytes) {
    reader->cut = true;
    png_error(png, "end of data");
  }
  std::memcpy(out, reader->bytes.data() + reader->position, n_bytes);
  reader->position += n_bytes;
}

[[noreturn]] void throw_fault(const Reader& reader, std::string_view where) {
  if (reader.cut)
    throw base::DataError(base::Fault::kCutShort, where,
                          "the PNG is cut short at " + std::to_string(reader.bytes.size()) + " bytes");
  throw base::DataError(base::Fault::kDamaged, where, "damaged PNG: " + base::printable(reader.message.data()));
}

/// The last chunk, IEND and its checksum, is there.
bool ends_whole(std::span<const std::byte> bytes) noexcept {
  constexpr size_t kEndBytes = 8;
  return bytes.size() >= kEndBytes && std::memcmp(bytes.data() + bytes.size() - kEndBytes, "IEND", 4) == 0;
}

/// Asks libpng for 8-bit RGB, or RGBA where there is any transparency. Called under run_guarded.
void ask_for_rgb(png_structp png, png_infop info) {
  png_set_expand(png);    // palette, 1, 2, 4 bits and tRNS -> 8-bit (or 16-bit) samples and alpha
  png_set_scale_16(png);  // rounds; strip_16 would cut
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

}  // namespace

Stored decode_png(std::span<const std::byte> bytes, std::string_view where, const DecodeOptions& options) {
  constexpr uint32_t kMaxSide = 0x7fffffff;
  constexpr size_t kMaxChunkBytes = 64 << 20;  // of optional chunks held in memory
  constexpr uint64_t kMaxDeflateRatio = 1040;  // deflate never gains more than 1032 to 1
  Reader reader;
  reader.bytes = bytes;
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
  if (reader.png != nullptr) reader.info = png_create_info_struct(reader.png);
  if (reader.info == nullptr) throw std::bad_alloc();
  const bool has_header = run_guarded(reader.jump, [&reader] {
    png_set_read_fn(reader.png, &reader, on_read);
    png_set_user_limits(reader.png, kMaxSide, kMaxSide);
    png_set_chunk_malloc_max(reader.png, kMaxChunkBytes);
    png_set_crc_action(reader.png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_read_info(reader.png, reader.info);
  });
  if (!has_header) throw_fault(reader, where);
  const uint64_t width = png_get_image_width(reader.png, reader.info),
                 height = png_get_image_height(reader.png, reader.info);
  check_size(width, height, where, options);
  const uint64_t stored_row_bytes = png_get_rowbytes(reader.png, reader.info);
  if (stored_row_bytes * height / kMaxDeflateRatio > bytes.size())
    throw_too_short(width, height, bytes.size(), ends_whole(bytes), where);

  if (!run_guarded(reader.jump, [&reader] { ask_for_rgb(reader.png, reader.info); })) throw_fault(reader, where);
  const size_t n_channels = png_get_channels(reader.png, reader.info);
  const size_t row_bytes = png_get_rowbytes(reader.png, reader.info);
  if ((n_channels != 3 && n_channels != 4) || row_bytes != n_channels * width) {
    throw base::DataError(base::Fault::kUnsupported, where, "a PNG of a kind that is not read",
                          "convert it to 8-bit RGB");
  }
  const int n_passes =
      png_get_interlace_type(reader.png, reader.info) == PNG_INTERLACE_ADAM7 ? PNG_INTERLACE_ADAM7_PASSES : 1;
  Stored stored;
  stored.picture = make_image(static_cast<int64_t>(width), static_cast<int64_t>(height));
  // RGB goes straight into the picture; RGBA through one row, or through all of them where the passes of an interlaced
  // file mix.
  std::vector<uint8_t> rgba(n_channels == 4 ? row_bytes * (n_passes > 1 ? height : 1) : 0);
  const size_t rgba_step = n_passes > 1 ? row_bytes : 0;
  const bool has_pixels = run_guarded(reader.jump, [&] {
    for (int pass = 0; pass < n_passes; ++pass) {
      for (uint64_t y = 0; y < height; ++y) {
        const std::span<uint8_t> row = stored.picture.row(static_cast<int64_t>(y));
        uint8_t* target = rgba.empty() ? row.data() : rgba.data() + y * rgba_step;
        png_read_row(reader.png, target, nullptr);
        if (!rgba.empty() && pass + 1 == n_passes) lay_over({target, row_bytes}, options.background, row);
      }
    }
    png_read_end(reader.png, reader.info);
  });
  if (!has_pixels) throw_fault(reader, where);
  png_bytep exif = nullptr;
  png_uint_32 n_exif = 0;
  if (png_get_eXIf_1(reader.png, reader.info, &n_exif, &exif) != 0) {
    stored.orientation = exif_orientation(std::as_bytes(std::span(exif, n_exif)));
  }
  return stored;
}

}  // namespace inr::image
