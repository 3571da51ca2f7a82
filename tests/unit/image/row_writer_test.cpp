// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Row writers: what is written is read back, streaming gives the bytes of one call, wrong use and a failing sink are
// reported.
#include <png.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "image/decode.hpp"
#include "image/encode.hpp"
#include "image/jpeg_writer.hpp"
#include "image/png_text.hpp"
#include "image/png_writer.hpp"
#include "image/ppm_writer.hpp"
#include "support/test.hpp"
#include "unit/image/samples.hpp"

namespace {

using namespace inr::image;
using inr::test::Bytes;
using inr::test::sample_picture;

constexpr std::array<RowWriterMaker, 3> kFormats8{make_png_writer, make_jpeg_writer, make_ppm_writer};

/// The 16-bit samples of an RGB PNG, by libpng.
std::vector<uint16_t> read_png16(const Bytes& bytes) {
  struct Source {
    const std::byte* next;
  } source{bytes.data()};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_read_fn(png, &source, [](png_structp self, png_bytep out, size_t n) {
    auto* from = static_cast<Source*>(png_get_io_ptr(self));
    std::memcpy(out, from->next, n);
    from->next += n;
  });
  png_read_info(png, info);
  BOOST_REQUIRE_EQUAL(int{png_get_bit_depth(png, info)}, 16);
  const size_t row_bytes = png_get_rowbytes(png, info);
  std::vector<png_byte> row(row_bytes);
  std::vector<uint16_t> samples;
  for (png_uint_32 y = 0; y < png_get_image_height(png, info); ++y) {
    png_read_row(png, row.data(), nullptr);
    for (size_t i = 0; i < row_bytes; i += 2) samples.push_back(static_cast<uint16_t>(row[i] << 8 | row[i + 1]));
  }
  png_destroy_read_struct(&png, &info, nullptr);
  return samples;
}

}  // namespace

BOOST_AUTO_TEST_CASE(pictures_come_back) {
  for (const auto& [w, h] : {std::pair{1, 1}, std::pair{37, 20}, std::pair{300, 3}, std::pair{2, 500}}) {
    const Image picture = sample_picture(w, h);
    BOOST_CHECK(decode(encode_png(picture), "png").rgb == picture.rgb);
    BOOST_CHECK(decode(encode_ppm(picture), "ppm").rgb == picture.rgb);
    const Image lossy = decode(encode_jpeg(picture, 100), "jpeg");
    BOOST_REQUIRE_EQUAL(lossy.rgb.size(), picture.rgb.size());
    for (size_t i = 0; i < lossy.rgb.size(); ++i) BOOST_REQUIRE_LE(std::abs(lossy.rgb[i] - picture.rgb[i]), 5);
  }
}

BOOST_AUTO_TEST_CASE(streaming_gives_the_same_bytes) {
  const Image picture = sample_picture(200, 121);
  const TextChunks text{{"Software", "inr"}};
  for (const RowWriterMaker make : kFormats8) {
    Bytes whole, pieces;
    const auto at_once = make(sink_into(whole), 200, 121, text, {});
    at_once->write_rows(picture.rgb);
    at_once->finish();
    const auto streamed = make(sink_into(pieces), 200, 121, text, {});
    size_t step = 1;
    for (size_t y = 0; y < 121; y += step, step = step % 7 + 1) {
      const size_t n_rows = std::min<size_t>(step, 121 - y);
      streamed->write_rows(std::span(picture.rgb).subspan(y * 600, n_rows * 600));
      if (n_rows < step) break;
    }
    streamed->finish();
    BOOST_CHECK(whole == pieces);
    BOOST_CHECK_GT(whole.size(), 1000U);
  }
}

BOOST_AUTO_TEST_CASE(sixteen_bit_png) {
  std::vector<uint16_t> samples;
  for (uint32_t i = 0; i < 50 * 31 * 3; ++i) samples.push_back(static_cast<uint16_t>(i * 40503U >> 3));
  Bytes bytes;
  const auto writer = make_png16_writer(sink_into(bytes), 50, 31);
  BOOST_CHECK_EQUAL(writer->bits(), 16);
  BOOST_CHECK_THROW(writer->write_rows(std::vector<uint8_t>(150)), std::logic_error);
  writer->write_rows16(std::span(samples).first(150));
  writer->write_rows16(std::span(samples).subspan(150));
  writer->finish();
  BOOST_CHECK(read_png16(bytes) == samples);
}

BOOST_AUTO_TEST_CASE(wide_png) {
  constexpr int64_t kWidth = 1 << 20;
  Bytes bytes;
  PngWriter writer(sink_into(bytes), kWidth, 3);
  const Image row = sample_picture(kWidth, 1);
  for (int y = 0; y < 3; ++y) writer.write_rows(row.rgb);
  writer.finish();
  const Image got = decode(bytes, "wide");
  BOOST_CHECK_EQUAL(got.width, kWidth);
  BOOST_CHECK(std::ranges::equal(got.row(2), row.rgb));
}

BOOST_AUTO_TEST_CASE(png_leaves_before_it_is_finished) {
  size_t n_bytes = 0, largest = 0;
  PngWriter writer(
      [&](std::span<const std::byte> data) { n_bytes += data.size(), largest = std::max(largest, data.size()); }, 512,
      4000);
  std::vector<uint8_t> row(512 * 3);
  uint32_t state = 1;
  for (int y = 0; y < 4000; ++y) {
    for (uint8_t& v : row) v = static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    writer.write_rows(row);
  }
  BOOST_CHECK_GT(n_bytes, 5000000U);         // six million in all: the rows do not wait for the end
  BOOST_CHECK_LT(largest, size_t{1} << 18);  // and are handed over in small pieces
  writer.finish();
}

BOOST_AUTO_TEST_CASE(text_travels_in_png_and_jpeg) {
  const TextChunks text{{"Software", "inr 0.1"},
                        {"Command", "inr-render --res 512\nsecond line"},
                        {"Comment",
                         "gr\xc3\xbc\xc3\x9f"
                         "e"}};
  const Bytes png = encode_png(sample_picture(9, 9), text);
  const PngReport report = inspect_png(png);
  BOOST_CHECK(report.state == Wholeness::kWhole);
  BOOST_CHECK(report.text == text);
  BOOST_CHECK(decode(png, "png").rgb == sample_picture(9, 9).rgb);
  Bytes jpeg;
  const auto writer = make_jpeg_writer(sink_into(jpeg), 9, 9, text);
  writer->write_rows(sample_picture(9, 9).rgb);
  writer->finish();
  BOOST_CHECK(
      std::string_view(reinterpret_cast<const char*>(jpeg.data()), jpeg.size()).find("Command: inr-render --res 512") !=
      std::string_view::npos);
  BOOST_CHECK_NO_THROW(decode(jpeg, "jpeg"));
}

BOOST_AUTO_TEST_CASE(wrong_use_is_refused) {
  Bytes bytes;
  const Sink sink = sink_into(bytes);
  BOOST_CHECK_THROW(PngWriter(sink, 0, 5), inr::base::UsageError);
  BOOST_CHECK_THROW(PngWriter(sink, 5, int64_t{1} << 31), inr::base::UsageError);
  BOOST_CHECK_THROW(PngWriter(sink, 5, 5, 4), inr::base::UsageError);
  BOOST_CHECK_THROW(PngWriter(sink, 5, 5, 8, {{"", "x"}}), inr::base::UsageError);
  BOOST_CHECK_THROW(PngWriter(sink, 5, 5, 8, {{std::string(80, 'k'), "x"}}), inr::base::UsageError);
  BOOST_CHECK_THROW(PngWriter(sink, 5, 5, 8, {{"key", std::string("a\0b", 3)}}), inr::base::UsageError);
  BOOST_CHECK_THROW(make_jpeg_writer(sink, 65536, 1), inr::base::UsageError);
  BOOST_CHECK_THROW(make_jpeg_writer(sink, 6, 1, {}, {.jpeg_quality = 0}), inr::base::UsageError);
  BOOST_CHECK_THROW(make_ppm_writer(sink, 6, 0), inr::base::UsageError);
  BOOST_CHECK_THROW(encode_jpeg(sample_picture(4, 4), 101), inr::base::UsageError);
  BOOST_CHECK(bytes.empty());
  for (const RowWriterMaker make : kFormats8) {
    const auto writer = make(sink, 4, 2, {}, {});
    BOOST_CHECK_THROW(writer->write_rows(std::vector<uint8_t>(11)), std::logic_error);
    BOOST_CHECK_THROW(writer->write_rows(std::vector<uint8_t>(36)), std::logic_error);
    BOOST_CHECK_THROW(writer->write_rows16(std::vector<uint16_t>(12)), std::logic_error);
    writer->write_rows(std::vector<uint8_t>(12));
    BOOST_CHECK_THROW(writer->finish(), std::logic_error);
    writer->write_rows(std::vector<uint8_t>(12));
    writer->finish();
    BOOST_CHECK_THROW(writer->finish(), std::logic_error);
  }
}

BOOST_AUTO_TEST_CASE(png_says_srgb_where_it_is_asked_to) {
  const auto written = [](RowWriterMaker make, bool srgb) {
    std::vector<std::byte> bytes;
    const auto writer = make(sink_into(bytes), 2, 1, {{"Note", "a"}}, {.srgb = srgb});
    if (writer->bits() == 16) {
      writer->write_rows16(std::vector<uint16_t>(6));
    } else {
      writer->write_rows(std::vector<uint8_t>(6));
    }
    writer->finish();
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  for (const RowWriterMaker make : {make_png_writer, make_png16_writer}) {
    const std::string plain = written(make, false), tagged = written(make, true);
    // Lengths, names, values and the CRCs of the specification's chunks, right behind IHDR.
    const std::string chunks(
        "\0\0\0\1sRGB\0\xae\xce\x1c\xe9"
        "\0\0\0\4gAMA\0\0\xb1\x8f\x0b\xfc\x61\5"
        "\0\0\0\x20\x63HRM\0\0\x7a\x26\0\0\x80\x84\0\0\xfa\0\0\0\x80\xe8\0\0\x75\x30\0\0\xea\x60\0\0\x3a\x98\0\0\x17"
        "\x70"
        "\x9c\xba\x51\x3c",
        13 + 16 + 44);
    constexpr size_t kAfterHeader = 8 + 25;
    BOOST_CHECK(tagged == plain.substr(0, kAfterHeader) + chunks + plain.substr(kAfterHeader));
  }
  BOOST_CHECK(written(make_jpeg_writer, true) == written(make_jpeg_writer, false));
}

BOOST_AUTO_TEST_CASE(a_failing_sink_reaches_the_caller) {
  struct DiskFull {};
  for (const RowWriterMaker make : kFormats8) {
    for (size_t room : {0, 20, 40000}) {
      size_t n_bytes = 0;
      const auto write = [&] {
        const auto writer = make(
            [&](std::span<const std::byte> data) {
              n_bytes += data.size();
              if (n_bytes > room) throw DiskFull();
            },
            300, 300, {}, {.jpeg_quality = 100});
        Image noise = make_image(300, 300);
        uint32_t state = 7;
        for (uint8_t& v : noise.rgb) v = static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24);
        writer->write_rows(noise.rgb);
        writer->finish();
      };
      BOOST_CHECK_THROW(write(), DiskFull);
    }
  }
}
