// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// JPEG through libjpeg-turbo (its libjpeg.txt). Where the library fills up what is missing with grey and goes on with a
// warning, this reader stops with an error; warnings about oddities that lose no pixel (stray bytes between segments,
// version numbers) pass.
#include <cstddef>
#include <cstdio>
// jpeglib.h needs FILE and size_t before it.
#include <jerror.h>
#include <jpeglib.h>

#include <array>
#include <csetjmp>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "image/codecs.hpp"
#include "image/exif.hpp"

namespace inr::image {
namespace {

constexpr int kTooManyScans = -1;  // beside libjpeg's own codes
constexpr int kMaxScans = 200;     // a progressive file of a camera has about ten; thousands are an attack on time

/// Everything that outlives a jump out of libjpeg.
struct Reader {
  jpeg_error_mgr errors{};  // first: libjpeg hands back a pointer to it
  jpeg_decompress_struct jpeg{};
  jpeg_progress_mgr progress{};
  std::jmp_buf jump{};
  std::array<char, JMSG_LENGTH_MAX> message{};
  int jump_code = 0;  // of libjpeg's jerror.h: what message says

  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { jpeg_destroy_decompress(&jpeg); }
};

Reader* reader_of(j_common_ptr jpeg) { return static_cast<Reader*>(jpeg->client_data); }

[[noreturn]] void on_error(j_common_ptr jpeg) {
  Reader* reader = reader_of(jpeg);
  jpeg->err->format_message(jpeg, reader->message.data());
  reader->jump_code = jpeg->err->msg_code;
  std::longjmp(reader->jump, 1);
}

void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;  // trace
  switch (jpeg->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
      return;
    default:
      on_error(jpeg);
  }
}

void on_output(j_common_ptr /*jpeg*/) {}

void on_progress(j_common_ptr jpeg) {
  Reader* reader = reader_of(jpeg);
  if (reader->jpeg.input_scan_number <= kMaxScans) return;
  std::snprintf(reader->message.data(), reader->message.size(), "more than %d scans", kMaxScans);
  reader->jump_code = kTooManyScans;
  std::longjmp(reader->jump, 1);
}

[[noreturn]] void throw_fault(const Reader& reader, std::string_view where) {
  const std::string text = base::printable(reader.message.data());
  switch (reader.jump_code) {
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
    case JWRN_JPEG_EOF:
      throw base::DataError(base::Fault::kCutShort, where, "the JPEG is cut short: " + text);
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
    case kTooManyScans:
      throw base::DataError(base::Fault::kUnsupported, where, "a JPEG of a kind that is not read: " + text,
                            "save it as a baseline JPEG of 8 bits");
    default:
      throw base::DataError(base::Fault::kDamaged, where, "damaged JPEG: " + text);
  }
}

/// The end marker is there.
bool ends_whole(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= 2 && bytes[bytes.size() - 2] == std::byte{0xFF} && bytes.back() == std::byte{0xD9};
}

/// Orientation from the first APP1 segment that carries EXIF.
int stored_orientation(const jpeg_decompress_struct& jpeg) {
  for (const jpeg_marker_struct* marker = jpeg.marker_list; marker != nullptr; marker = marker->next) {
    if (marker->data_length >= 6 && std::memcmp(marker->data, "Exif\0\0", 6) == 0) {
      return exif_orientation(std::as_bytes(std::span(marker->data, marker->data_length)));
    }
  }
  return 1;
}

/// Four inks to RGB without a colour profile: (255 - C)(255 - K) / 255, rounded. inverted: samples are 255 - ink.
void inks_to_rgb(std::span<const uint8_t> cmyk, bool inverted, std::span<uint8_t> rgb) noexcept {
  const int flip = inverted ? 0 : 255;
  for (size_t i = 0; i < rgb.size() / 3; ++i) {
    const int light = cmyk[4 * i + 3] ^ flip;
    for (size_t c = 0; c < 3; ++c)
      rgb[3 * i + c] = static_cast<uint8_t>(((cmyk[4 * i + c] ^ flip) * light + 127) / 255);
  }
}

}  // namespace

Stored decode_jpeg(std::span<const std::byte> bytes, std::string_view where, const DecodeOptions& options) {
  // Huffman coding spends at least one bit on each block of 8 x 8 samples, and one component has full resolution.
  constexpr uint64_t kMaxPixelsPerByte = 512;
  Reader reader;
  reader.jpeg.err = jpeg_std_error(&reader.errors);
  reader.jpeg.client_data = &reader;
  reader.errors.error_exit = on_error;
  reader.errors.emit_message = on_message;
  reader.errors.output_message = on_output;
  reader.progress.progress_monitor = on_progress;
  const bool has_header = run_guarded(reader.jump, [&] {
    jpeg_create_decompress(&reader.jpeg);
    reader.jpeg.progress = &reader.progress;
    const std::span<const uint8_t> source(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    jpeg_mem_src(&reader.jpeg, source.data(), source.size());
    jpeg_save_markers(&reader.jpeg, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(&reader.jpeg, TRUE);
  });
  if (!has_header) throw_fault(reader, where);
  const uint64_t width = reader.jpeg.image_width, height = reader.jpeg.image_height;
  check_size(width, height, where, options);
  if (reader.jpeg.arith_code == FALSE && width * height / kMaxPixelsPerByte > bytes.size()) {
    throw_too_short(width, height, bytes.size(), ends_whole(bytes), where);
  }
  Stored stored;
  stored.orientation = stored_orientation(reader.jpeg);

  const bool has_inks = reader.jpeg.jpeg_color_space == JCS_CMYK || reader.jpeg.jpeg_color_space == JCS_YCCK;
  reader.jpeg.out_color_space = has_inks ? JCS_CMYK : JCS_RGB;
  reader.jpeg.dct_method = JDCT_ISLOW;
  const bool inverted = reader.jpeg.saw_Adobe_marker == TRUE;
  stored.picture = make_image(static_cast<int64_t>(width), static_cast<int64_t>(height));
  std::vector<uint8_t> cmyk(has_inks ? width * 4 : 0);
  const bool has_pixels = run_guarded(reader.jump, [&] {
    jpeg_start_decompress(&reader.jpeg);
    while (reader.jpeg.output_scanline < reader.jpeg.output_height) {
      const std::span<uint8_t> row = stored.picture.row(reader.jpeg.output_scanline);
      JSAMPROW target = has_inks ? cmyk.data() : row.data();
      if (jpeg_read_scanlines(&reader.jpeg, &target, 1) == 1 && has_inks) inks_to_rgb(cmyk, inverted, row);
    }
    jpeg_finish_decompress(&reader.jpeg);
  });
  if (!has_pixels) throw_fault(reader, where);
  return stored;
}

}  // namespace inr::image
