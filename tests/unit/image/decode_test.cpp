// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Telling formats apart, WebP, PPM, and what is refused.
#include "image/decode.hpp"

#include <cmath>
#include <string>

#include "base/error.hpp"
#include "image/encode.hpp"
#include "support/test.hpp"
#include "unit/image/samples.hpp"

namespace {

using namespace inr::image;
using inr::test::Bytes;
using inr::test::bytes_of;

std::string fault_of(const Bytes& bytes) {
  try {
    decode(bytes, "FILE");
  } catch (const inr::base::DataError& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::vector<uint8_t> rgba_of(const Image& picture, bool varied_alpha) {
  std::vector<uint8_t> rgba;
  for (size_t p = 0; p < picture.rgb.size() / 3; ++p) {
    rgba.insert(rgba.end(), &picture.rgb[3 * p], &picture.rgb[3 * p] + 3);
    rgba.push_back(varied_alpha ? static_cast<uint8_t>(1 + p * 13 % 255) : 255);
  }
  return rgba;
}

}  // namespace

BOOST_AUTO_TEST_CASE(formats_by_their_bytes) {
  const Image picture = inr::test::sample_picture(8, 8);
  BOOST_CHECK(sniff(encode_png(picture)) == Format::kPng);
  BOOST_CHECK(sniff(encode_jpeg(picture, 90)) == Format::kJpeg);
  BOOST_CHECK(sniff(encode_ppm(picture)) == Format::kPpm);
  BOOST_CHECK(sniff(inr::test::make_webp(rgba_of(picture, false), 8, 8, 90)) == Format::kWebp);
  BOOST_CHECK(sniff({}) == Format::kUnknown);
  BOOST_CHECK(sniff(bytes_of("RIFF....WAVE")) == Format::kUnknown);
  BOOST_CHECK_EQUAL(format_name(Format::kWebp), "WebP");
}

BOOST_AUTO_TEST_CASE(foreign_files_are_named) {
  BOOST_CHECK(contains(fault_of({}), "FILE: the file is empty"));
  BOOST_CHECK(
      contains(fault_of(bytes_of("GIF89a...")), "FILE: a GIF picture; PNG, JPEG, WebP and binary PPM are read"));
  BOOST_CHECK(contains(fault_of(bytes_of("....ftypavif")), "AVIF"));
  BOOST_CHECK(contains(fault_of(bytes_of("# read me")), "not a picture of a known format"));
}

BOOST_AUTO_TEST_CASE(lossless_webp_is_exact_and_alpha_lies_over_the_background) {
  const Image picture = inr::test::sample_picture(33, 21);
  BOOST_CHECK(decode(inr::test::make_webp(rgba_of(picture, false), 33, 21, -1), "test").rgb == picture.rgb);
  const std::vector<uint8_t> rgba = rgba_of(picture, true);
  for (const Rgb ground : {kWhite, Rgb{0, 100, 3}}) {
    const Image got = decode(inr::test::make_webp(rgba, 33, 21, -1), "test", {.background = ground});
    const std::array<int, 3> under{ground.r, ground.g, ground.b};
    for (size_t i = 0; i < got.rgb.size(); ++i) {
      const int alpha = rgba[i / 3 * 4 + 3];
      BOOST_REQUIRE_EQUAL(int{got.rgb[i]}, (picture.rgb[i] * alpha + under[i % 3] * (255 - alpha) + 127) / 255);
    }
  }
}

BOOST_AUTO_TEST_CASE(lossy_webp_is_near) {
  const Image picture = inr::test::sample_picture(40, 30),
              got = decode(inr::test::make_webp(rgba_of(picture, false), 40, 30, 95), "test");
  double sum = 0;
  for (size_t i = 0; i < picture.rgb.size(); ++i) sum += std::abs(got.rgb[i] - picture.rgb[i]);
  BOOST_CHECK_LT(sum / static_cast<double>(picture.rgb.size()),
                 6.0);  // chroma is subsampled; a swapped channel is above 40
}

BOOST_AUTO_TEST_CASE(webp_exif_orientation) {
  const Image picture = inr::test::sample_picture(6, 4);
  const Bytes plain = inr::test::make_webp(rgba_of(picture, false), 6, 4, -1);
  // The extended container: VP8X with the EXIF flag and the canvas less one, the picture's chunk, EXIF.
  Bytes extended = bytes_of(std::string_view("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0\0\x05\0\0\x03\0\0", 30));
  extended.insert(extended.end(), plain.begin() + 12, plain.end());
  const std::vector<uint8_t> tiff = inr::test::tiff_orientation(6, true);
  const Bytes header = bytes_of(std::string_view("EXIF\x1a\0\0\0", 8));
  extended.insert(extended.end(), header.begin(), header.end());
  BOOST_REQUIRE_EQUAL(tiff.size(), 0x1aU);
  for (const uint8_t value : tiff) extended.push_back(std::byte{value});
  extended[4] = static_cast<std::byte>(extended.size() - 8);
  BOOST_REQUIRE_LT(extended.size(), 264U);
  const Image got = decode(extended, "test");
  BOOST_REQUIRE_EQUAL(got.width, 4);
  BOOST_REQUIRE_EQUAL(got.height, 6);
  for (int64_t y = 0; y < 6; ++y) {  // turned clockwise: the left column, from below, is the first row
    for (int64_t x = 0; x < 4; ++x) {
      const auto shown = static_cast<size_t>(y * 4 + x) * 3, stored = static_cast<size_t>((3 - x) * 6 + y) * 3;
      for (size_t c = 0; c < 3; ++c) BOOST_CHECK_EQUAL(int{got.rgb[shown + c]}, int{picture.rgb[stored + c]});
    }
  }
}

BOOST_AUTO_TEST_CASE(webp_cut_anywhere_is_an_error) {
  const Image picture = inr::test::sample_picture(40, 30);
  for (const float quality : {-1.0F, 80.0F}) {
    const Bytes whole = inr::test::make_webp(rgba_of(picture, true), 40, 30, quality);
    for (size_t n = 0; n < whole.size(); ++n)
      BOOST_CHECK_THROW(decode(std::span(whole).first(n), "test"), inr::base::DataError);
  }
}

BOOST_AUTO_TEST_CASE(ppm_kinds) {
  const std::vector<uint8_t> first{1, 2, 3, 250, 251, 252};
  BOOST_CHECK(decode(bytes_of("P6\n2 1\n255\n\x01\x02\x03\xfa\xfb\xfc"), "test").rgb == first);
  BOOST_CHECK(decode(bytes_of("P6 # a comment\n#another\n 2\t1 255 \x01\x02\x03\xfa\xfb\xfc"), "test").rgb == first);
  BOOST_CHECK((decode(bytes_of("P5 2 1 255\n\x07\xff"), "test").rgb == std::vector<uint8_t>{7, 7, 7, 255, 255, 255}));
  BOOST_CHECK((decode(bytes_of("P5 3 1 7\n\x01\x03\x07"), "test").rgb ==
               std::vector<uint8_t>{36, 36, 36, 109, 109, 109, 255, 255, 255}));
  // 16 bit, most significant byte first: 0x0101 -> 1, 0x8000 -> round(127.502) = 128, 65535 -> 255.
  BOOST_CHECK((decode(bytes_of(std::string_view("P6 1 1 65535\n\x01\x01\x80\x00\xff\xff", 19)), "test").rgb ==
               std::vector<uint8_t>{1, 128, 255}));
}

BOOST_AUTO_TEST_CASE(ppm_faults) {
  BOOST_CHECK(contains(fault_of(bytes_of("P6\n2 1\n255\n\x01\x02\x03\xfa\xfb")), "cut short: 5 of 6 bytes"));
  BOOST_CHECK(contains(fault_of(bytes_of("P6\n2")), "cut short in its header"));
  BOOST_CHECK(contains(fault_of(bytes_of("P6\n2 x 255\n......")), "header cannot be read"));
  BOOST_CHECK(contains(fault_of(bytes_of("P6\n99999999999999999999 1 255\n.")), "header cannot be read"));
  BOOST_CHECK(contains(fault_of(bytes_of("P6 0 1 255\n.")), "0 x 1 pixels"));
  BOOST_CHECK(contains(fault_of(bytes_of("P6 1 1 0\n...")), "maximum of 0"));
  BOOST_CHECK(contains(fault_of(bytes_of("P5 1 1 65536\n...")), "header cannot be read"));
  BOOST_CHECK(contains(fault_of(bytes_of("P5 1 1 9\n\x0a")), "above the stated maximum of 9"));
  BOOST_CHECK(contains(fault_of(bytes_of("P5 2000000000 2000000000 255\n.")), "above the limit"));
}

BOOST_AUTO_TEST_CASE(colours) {
  BOOST_CHECK(parse_colour("white") == kWhite);
  BOOST_CHECK(parse_colour("black") == kBlack);
  BOOST_CHECK((parse_colour("#0aFf80") == Rgb{10, 255, 128}));
  for (const char* wrong : {"", "White", "#12345", "#1234567", "#12345g", "123456"})
    BOOST_CHECK_THROW(parse_colour(wrong), inr::base::UsageError);
  const Image picture = make_image(2, 3, {1, 2, 3});
  BOOST_CHECK_EQUAL(picture.rgb.size(), 18U);
  BOOST_CHECK(picture.rgb[15] == 1 && picture.rgb[16] == 2 && picture.rgb[17] == 3);
}
