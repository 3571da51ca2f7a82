// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// PNG: every colour type, depth and interlace against a plain model of what the specification says about each.
#include <array>
#include <string>

#include "base/error.hpp"
#include "image/decode.hpp"
#include "support/test.hpp"
#include "unit/image/samples.hpp"

namespace {

using namespace inr::image;
using inr::test::make_png;
using inr::test::PngSpec;

struct Kind {
  int colour_type, bits;
};

constexpr std::array<Kind, 15> kKinds{{{PNG_COLOR_TYPE_GRAY, 1},
                                       {PNG_COLOR_TYPE_GRAY, 2},
                                       {PNG_COLOR_TYPE_GRAY, 4},
                                       {PNG_COLOR_TYPE_GRAY, 8},
                                       {PNG_COLOR_TYPE_GRAY, 16},
                                       {PNG_COLOR_TYPE_RGB, 8},
                                       {PNG_COLOR_TYPE_RGB, 16},
                                       {PNG_COLOR_TYPE_PALETTE, 1},
                                       {PNG_COLOR_TYPE_PALETTE, 2},
                                       {PNG_COLOR_TYPE_PALETTE, 4},
                                       {PNG_COLOR_TYPE_PALETTE, 8},
                                       {PNG_COLOR_TYPE_GRAY_ALPHA, 8},
                                       {PNG_COLOR_TYPE_GRAY_ALPHA, 16},
                                       {PNG_COLOR_TYPE_RGB_ALPHA, 8},
                                       {PNG_COLOR_TYPE_RGB_ALPHA, 16}}};

uint8_t to_8_bit(uint32_t value, int bits) {
  const uint32_t top = (1U << bits) - 1;
  return static_cast<uint8_t>((value * 255 + top / 2) / top);
}

uint8_t over(int value, int alpha, int ground) {
  return static_cast<uint8_t>((value * alpha + ground * (255 - alpha) + 127) / 255);
}

PngSpec make_spec(Kind kind, int interlace, int width, int height) {
  PngSpec spec{
      .width = width, .height = height, .bits = kind.bits, .colour_type = kind.colour_type, .interlace = interlace};
  uint32_t state = 12345;
  for (int i = 0; i < width * height * spec.channels(); ++i) {
    state = state * 1664525 + 1013904223;
    spec.samples.push_back(static_cast<uint16_t>((state >> 12) & ((1U << kind.bits) - 1)));
  }
  if (kind.colour_type == PNG_COLOR_TYPE_PALETTE) {
    for (int i = 0; i < 1 << kind.bits; ++i) {
      spec.palette.push_back(
          {static_cast<png_byte>(i * 37), static_cast<png_byte>(255 - i * 11), static_cast<png_byte>(i * i)});
    }
  }
  return spec;
}

/// What a reader of the specification expects, over the given background.
Image expected(const PngSpec& spec, Rgb ground) {
  Image want = make_image(spec.width, spec.height);
  const auto n_channels = static_cast<size_t>(spec.channels());
  const bool has_colour = n_channels >= 3;
  for (size_t p = 0; p < want.rgb.size() / 3; ++p) {
    const uint16_t* sample = &spec.samples[p * n_channels];
    std::array<int, 3> rgb{};
    int alpha = 255;
    if (spec.colour_type == PNG_COLOR_TYPE_PALETTE) {
      const png_color colour = spec.palette[sample[0]];
      rgb = {colour.red, colour.green, colour.blue};
      if (sample[0] < spec.palette_alpha.size()) alpha = spec.palette_alpha[sample[0]];
    } else {
      for (size_t c = 0; c < 3; ++c) rgb[c] = to_8_bit(sample[has_colour ? c : 0], spec.bits);
      if ((spec.colour_type & PNG_COLOR_MASK_ALPHA) != 0) alpha = to_8_bit(sample[n_channels - 1], spec.bits);
      if (const png_color_16* key = spec.transparent; key != nullptr) {
        const bool hit = has_colour ? sample[0] == key->red && sample[1] == key->green && sample[2] == key->blue
                                    : sample[0] == key->gray;
        if (hit) alpha = 0;
      }
    }
    const std::array<int, 3> under{ground.r, ground.g, ground.b};
    for (size_t c = 0; c < 3; ++c) want.rgb[3 * p + c] = over(rgb[c], alpha, under[c]);
  }
  return want;
}

void check(const PngSpec& spec) {
  for (const Rgb ground : {kWhite, kBlack, Rgb{10, 200, 77}}) {
    const Image got = decode(make_png(spec), "test", {.background = ground});
    BOOST_CHECK_EQUAL(got.width, spec.width);
    BOOST_CHECK_EQUAL(got.height, spec.height);
    BOOST_CHECK(got.rgb == expected(spec, ground).rgb);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(png_of_every_kind) {
  for (const Kind kind : kKinds) {
    for (const int interlace : {PNG_INTERLACE_NONE, PNG_INTERLACE_ADAM7}) {
      for (const auto& [width, height] : {std::pair{19, 13}, std::pair{1, 1}, std::pair{3, 9}, std::pair{64, 5}}) {
        BOOST_TEST_CONTEXT("type " << kind.colour_type << ", " << kind.bits << " bits, interlace " << interlace << ", "
                                   << width << " x " << height)
        check(make_spec(kind, interlace, width, height));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(png_with_transparent_colours) {
  for (const Kind kind : kKinds) {
    if ((kind.colour_type & PNG_COLOR_MASK_ALPHA) != 0) continue;
    for (const int interlace : {PNG_INTERLACE_NONE, PNG_INTERLACE_ADAM7}) {
      BOOST_TEST_CONTEXT("type " << kind.colour_type << ", " << kind.bits << " bits, interlace " << interlace) {
        PngSpec spec = make_spec(kind, interlace, 19, 13);
        png_color_16 key{};
        if (kind.colour_type == PNG_COLOR_TYPE_PALETTE) {
          spec.palette_alpha = {0, 128};
        } else {
          key.gray = spec.samples[0];
          key.red = spec.samples[0];
          if (kind.colour_type == PNG_COLOR_TYPE_RGB) {
            key.green = spec.samples[1];
            key.blue = spec.samples[2];
          }
          spec.transparent = &key;
        }
        check(spec);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(png_exif_orientation_is_applied) {
  PngSpec spec = make_spec({PNG_COLOR_TYPE_RGB, 8}, PNG_INTERLACE_NONE, 7, 4);
  const Image plain = decode(make_png(spec), "test");
  spec.exif = inr::test::tiff_orientation(3, true);
  const Image turned = decode(make_png(spec), "test");
  BOOST_REQUIRE_EQUAL(turned.width, 7);
  for (size_t p = 0; p < 28; ++p) {
    for (size_t c = 0; c < 3; ++c) BOOST_CHECK_EQUAL(int{turned.rgb[3 * p + c]}, int{plain.rgb[3 * (27 - p) + c]});
  }
}

BOOST_AUTO_TEST_CASE(png_cut_anywhere_is_an_error) {
  const inr::test::Bytes whole = make_png(make_spec({PNG_COLOR_TYPE_RGB, 8}, PNG_INTERLACE_NONE, 30, 20));
  BOOST_CHECK_NO_THROW(decode(whole, "test"));
  for (size_t n = 0; n < whole.size(); ++n)
    BOOST_CHECK_THROW(decode(std::span(whole).first(n), "test"), inr::base::DataError);
}

BOOST_AUTO_TEST_CASE(png_with_any_flipped_byte_is_an_error) {
  const inr::test::Bytes whole = make_png(make_spec({PNG_COLOR_TYPE_PALETTE, 4}, PNG_INTERLACE_ADAM7, 12, 9));
  for (size_t i = 0; i < whole.size(); ++i) {
    inr::test::Bytes damaged = whole;
    damaged[i] ^= std::byte{0x10};
    BOOST_CHECK_THROW(decode(damaged, "test"), inr::base::DataError);
  }
}

BOOST_AUTO_TEST_CASE(png_larger_than_allowed_or_than_its_bytes) {
  const inr::test::Bytes good = make_png(make_spec({PNG_COLOR_TYPE_GRAY, 8}, PNG_INTERLACE_NONE, 100, 50));
  BOOST_CHECK_NO_THROW(decode(good, "test", {.max_pixels = 5000}));
  BOOST_CHECK_EXCEPTION(decode(good, "here.png", {.max_pixels = 4999}), inr::base::DataError, [](const auto& error) {
    const std::string text = error.what();
    return text.find("here.png: ") == 0 && text.find("100 x 50") != std::string::npos &&
           text.find("4999") != std::string::npos;
  });
}
