// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// JPEG: codings and colour spaces, EXIF orientation, damage.
#include <array>
#include <cmath>
#include <string>

#include "base/error.hpp"
#include "image/decode.hpp"
#include "support/test.hpp"
#include "unit/image/samples.hpp"

namespace {

using namespace inr::image;
using inr::test::Bytes;
using inr::test::jpeg_of;
using inr::test::JpegSpec;
using inr::test::make_jpeg;

double mean_error(const Image& got, const Image& want) {
  BOOST_REQUIRE_EQUAL(got.width, want.width);
  BOOST_REQUIRE_EQUAL(got.height, want.height);
  double sum = 0;
  for (size_t i = 0; i < want.rgb.size(); ++i) sum += std::abs(got.rgb[i] - want.rgb[i]);
  return sum / static_cast<double>(want.rgb.size());
}

void full_chroma(jpeg_compress_struct& jpeg) { jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = 1; }

/// Inks 255 - r, 255 - g, 255 - b and no black: the naive conversion brings RGB back.
JpegSpec inks_of(const Image& picture) {
  JpegSpec spec = jpeg_of(picture);
  spec.channels = 4;
  spec.in = JCS_CMYK;
  spec.samples.clear();
  for (size_t i = 0; i < picture.rgb.size(); i += 3) {
    for (size_t c = 0; c < 3; ++c) spec.samples.push_back(static_cast<uint8_t>(255 - picture.rgb[i + c]));
    spec.samples.push_back(0);
  }
  return spec;
}

JpegSpec inverted(JpegSpec spec) {
  for (uint8_t& sample : spec.samples) sample = static_cast<uint8_t>(255 - sample);
  return spec;
}

}  // namespace

// Quality 95 on a smooth picture: a mean error below 2 of 255; any mixed-up channel or inversion is above 40.
BOOST_AUTO_TEST_CASE(jpeg_of_every_coding) {
  const Image picture = inr::test::sample_picture(61, 35);
  JpegSpec spec = jpeg_of(picture);
  BOOST_CHECK_LT(mean_error(decode(make_jpeg(spec), "baseline 4:2:0"), picture), 3.0);
  spec.prepare = full_chroma;
  const Image baseline = decode(make_jpeg(spec), "baseline 4:4:4");
  BOOST_CHECK_LT(mean_error(baseline, picture), 2.0);
  spec.prepare = [](jpeg_compress_struct& jpeg) {
    full_chroma(jpeg);
    jpeg_simple_progression(&jpeg);
  };
  BOOST_CHECK(decode(make_jpeg(spec), "progressive").rgb == baseline.rgb);
  spec.prepare = [](jpeg_compress_struct& jpeg) {
    full_chroma(jpeg);
    jpeg.arith_code = TRUE;
  };
  BOOST_CHECK(decode(make_jpeg(spec), "arithmetic").rgb == baseline.rgb);
  spec.prepare = [](jpeg_compress_struct& jpeg) {
    full_chroma(jpeg);
    jpeg.restart_interval = 2;
  };
  BOOST_CHECK(decode(make_jpeg(spec), "restarts").rgb == baseline.rgb);
  spec.prepare = [](jpeg_compress_struct& jpeg) { jpeg_set_colorspace(&jpeg, JCS_RGB); };
  BOOST_CHECK_LT(mean_error(decode(make_jpeg(spec), "RGB"), picture), 2.0);
}

BOOST_AUTO_TEST_CASE(grey_jpeg_has_three_equal_channels) {
  JpegSpec spec{.width = 20, .height = 17, .channels = 1, .in = JCS_GRAYSCALE};
  for (int i = 0; i < 20 * 17; ++i) spec.samples.push_back(static_cast<uint8_t>(i % 20 * 12));
  const Image got = decode(make_jpeg(spec), "grey");
  BOOST_REQUIRE_EQUAL(got.rgb.size(), spec.samples.size() * 3);
  for (size_t p = 0; p < spec.samples.size(); ++p) {
    BOOST_CHECK_LE(std::abs(got.rgb[3 * p] - spec.samples[p]), 6);
    BOOST_CHECK(got.rgb[3 * p] == got.rgb[3 * p + 1] && got.rgb[3 * p] == got.rgb[3 * p + 2]);
  }
}

BOOST_AUTO_TEST_CASE(cmyk_and_ycck_jpeg) {
  const Image picture = inr::test::sample_picture(48, 40);
  for (const J_COLOR_SPACE space : {JCS_CMYK, JCS_YCCK}) {
    BOOST_TEST_CONTEXT("colour space " << space) {
      JpegSpec spec =
          inverted(inks_of(picture));  // as Adobe's programs write it; libjpeg adds Adobe's marker by itself
      spec.prepare = [space](jpeg_compress_struct& jpeg) {
        jpeg_set_colorspace(&jpeg, space);
        full_chroma(jpeg);
      };
      BOOST_CHECK_LT(mean_error(decode(make_jpeg(spec), "with Adobe's marker"), picture), 2.5);
    }
  }
  JpegSpec plain = inks_of(picture);
  plain.prepare = [](jpeg_compress_struct& jpeg) {
    jpeg_set_colorspace(&jpeg, JCS_CMYK);
    jpeg.write_Adobe_marker = FALSE;
  };
  BOOST_CHECK_LT(mean_error(decode(make_jpeg(plain), "without the marker"), picture), 2.5);
}

BOOST_AUTO_TEST_CASE(black_ink_darkens) {
  JpegSpec spec{.width = 16, .height = 16, .channels = 4, .in = JCS_CMYK};
  for (int i = 0; i < 256; ++i)
    spec.samples.insert(spec.samples.end(), {255, 255, 255, 100});  // inverted: no colour, some black
  const Image got = decode(make_jpeg(spec), "black");
  for (const uint8_t value : got.rgb) BOOST_CHECK_LE(std::abs(value - 100), 2);
}

// A 32 x 16 picture, red left upper block and green right lower: each orientation's inverse is stored, all must show
// the same.
BOOST_AUTO_TEST_CASE(jpeg_exif_orientations) {
  const Image upright = inr::test::sample_picture(32, 16);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const bool transposed = orientation >= 5;
    Image stored = make_image(transposed ? 16 : 32, transposed ? 32 : 16);
    for (int64_t row = 0; row < stored.height; ++row) {
      for (int64_t column = 0; column < stored.width; ++column) {
        // Table of EXIF 2.32: which side of the upright picture row 0 and column 0 of the stored one are.
        const int64_t w = stored.width - 1 - column, h = stored.height - 1 - row;
        int64_t x = 0, y = 0;
        switch (orientation) {
          case 1:
            x = column, y = row;
            break;  // row 0 is the top, column 0 the left
          case 2:
            x = w, y = row;
            break;  // top, right
          case 3:
            x = w, y = h;
            break;  // bottom, right
          case 4:
            x = column, y = h;
            break;  // bottom, left
          case 5:
            x = row, y = column;
            break;  // left, top
          case 6:
            x = h, y = column;
            break;  // right, top
          case 7:
            x = h, y = w;
            break;  // right, bottom
          default:
            x = row, y = w;
            break;  // left, bottom
        }
        for (size_t c = 0; c < 3; ++c) {
          stored.rgb[static_cast<size_t>(row * stored.width + column) * 3 + c] =
              upright.rgb[static_cast<size_t>(y * 32 + x) * 3 + c];
        }
      }
    }
    for (const bool big_endian : {false, true}) {
      JpegSpec spec = jpeg_of(stored);
      spec.prepare = full_chroma;
      spec.mark = [&](jpeg_compress_struct& jpeg) {
        const std::vector<uint8_t> segment = inr::test::exif_segment(static_cast<uint8_t>(orientation), big_endian);
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, segment.data(), static_cast<unsigned>(segment.size()));
      };
      BOOST_TEST_CONTEXT("orientation " << orientation)
      BOOST_CHECK_LT(mean_error(decode(make_jpeg(spec), "test"), upright), 2.0);
    }
  }
}

BOOST_AUTO_TEST_CASE(nonsense_in_exif_changes_nothing) {
  const Image picture = inr::test::sample_picture(24, 16);
  const Image plain = decode(make_jpeg(jpeg_of(picture)), "plain");
  std::vector<std::vector<uint8_t>> segments{
      inr::test::exif_segment(0, true), inr::test::exif_segment(9, false), {'E', 'x', 'i', 'f', 0, 0}};
  std::vector<uint8_t> far = inr::test::exif_segment(6, true);
  far[6 + 4] = 0xff;  // the directory lies far outside
  segments.push_back(far);
  std::vector<uint8_t> many = inr::test::exif_segment(6, true);
  many[6 + 8] = 0xff;   // 65281 entries
  many[6 + 11] = 0x13;  // none of them the orientation
  segments.push_back(many);
  for (const auto& segment : segments) {
    JpegSpec spec = jpeg_of(picture);
    spec.mark = [&](jpeg_compress_struct& jpeg) {
      jpeg_write_marker(&jpeg, JPEG_APP0 + 1, segment.data(), static_cast<unsigned>(segment.size()));
    };
    BOOST_CHECK(decode(make_jpeg(spec), "test").rgb == plain.rgb);
  }
}

BOOST_AUTO_TEST_CASE(jpeg_cut_anywhere_is_an_error) {
  for (const bool progressive : {false, true}) {
    JpegSpec spec = jpeg_of(inr::test::sample_picture(64, 48));
    if (progressive) spec.prepare = [](jpeg_compress_struct& jpeg) { jpeg_simple_progression(&jpeg); };
    const Bytes whole = make_jpeg(spec);
    BOOST_CHECK_NO_THROW(decode(whole, "test"));
    for (size_t n = 0; n < whole.size(); ++n)
      BOOST_CHECK_THROW(decode(std::span(whole).first(n), "test"), inr::base::DataError);
  }
}

BOOST_AUTO_TEST_CASE(jpeg_that_promises_too_much) {
  Bytes bytes = make_jpeg(jpeg_of(inr::test::sample_picture(16, 16)));
  for (size_t i = 0; i + 8 < bytes.size(); ++i) {
    if (bytes[i] != std::byte{0xff} || bytes[i + 1] != std::byte{0xc0})
      continue;  // SOF0: length, precision, height, width
    bytes[i + 5] = bytes[i + 7] = std::byte{0x3f};
    break;
  }
  BOOST_CHECK_EXCEPTION(decode(bytes, "bomb.jpg"), inr::base::DataError, [](const auto& error) {
    return std::string(error.what()).find("cannot hold") != std::string::npos;
  });
  BOOST_CHECK_EXCEPTION(decode(bytes, "bomb.jpg", {.max_pixels = 1000}), inr::base::DataError, [](const auto& error) {
    return std::string(error.what()).find("above the limit") != std::string::npos;
  });
}
