// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The kind of the errors of every picture format: cut, damaged, foreign, empty, and whole but not read here.
#include "image/decode.hpp"
#include "support/fault_of.hpp"
#include "unit/image/samples.hpp"

using namespace inr;
using base::Fault;
using test::Bytes;
using test::expect_fault;

namespace {

Bytes first(const Bytes& bytes, size_t n) { return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)}; }

void expect(Fault kind, std::string_view label, const Bytes& bytes) {
  expect_fault(kind, label, [&] { image::decode(bytes, "cut short, newer than this program"); });
}

Bytes small_jpeg() { return test::make_jpeg(test::jpeg_of(test::sample_picture(40, 24))); }

Bytes small_png() {
  test::PngSpec spec{.width = 4, .height = 4};
  spec.samples.assign(48, 77);
  return test::make_png(spec);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fault_kinds)

BOOST_AUTO_TEST_CASE(of_no_picture) {
  expect(Fault::kEmpty, "nothing", {});
  expect(Fault::kForeign, "a text", test::bytes_of("a text"));
  expect(Fault::kUnsupported, "GIF", test::bytes_of("GIF89a and so on"));
  expect(Fault::kUnsupported, "PPM in text form", test::bytes_of("P3 1 1 255 1 2 3"));
}

BOOST_AUTO_TEST_CASE(of_png) {
  const Bytes whole = small_png();
  expect(Fault::kCutShort, "PNG", first(whole, whole.size() - 20));
  Bytes flipped = whole;
  flipped[flipped.size() - 20] ^= std::byte{1};
  expect(Fault::kDamaged, "PNG", flipped);
  const image::DecodeOptions few{.max_pixels = 15};
  expect_fault(Fault::kUnsupported, "too many pixels", [&] { image::decode(whole, "file", few); });
}

BOOST_AUTO_TEST_CASE(of_jpeg) {
  const Bytes whole = small_jpeg();
  BOOST_TEST(test::fault_of([&] { image::decode(whole, "file"); }) == "no error");
  expect(Fault::kCutShort, "its end missing", first(whole, whole.size() - 30));
  expect(Fault::kCutShort, "its header cut", first(whole, 30));
  Bytes garbled = whole;  // the length of the quantisation tables, behind their marker
  for (size_t i = 0; i + 4 < garbled.size(); ++i) {
    if (garbled[i] == std::byte{0xFF} && garbled[i + 1] == std::byte{0xDB}) {
      garbled[i + 2] = garbled[i + 3] = std::byte{0};
      break;
    }
  }
  expect(Fault::kDamaged, "a segment without length", garbled);
  // 12 bits per sample: the precision stands after the marker and the length of the frame header.
  Bytes deep = whole;
  for (size_t i = 0; i + 4 < deep.size(); ++i) {
    if (deep[i] == std::byte{0xFF} && deep[i + 1] == std::byte{0xC0}) {
      deep[i + 1] = std::byte{0xC1};
      deep[i + 4] = std::byte{12};
      break;
    }
  }
  expect(Fault::kUnsupported, "12 bits", deep);
  Bytes lossless = whole;
  for (size_t i = 0; i + 4 < lossless.size(); ++i) {
    if (lossless[i] == std::byte{0xFF} && lossless[i + 1] == std::byte{0xC0}) {
      lossless[i + 1] = std::byte{0xC5};
      break;
    }
  }
  expect(Fault::kUnsupported, "hierarchical", lossless);
}

BOOST_AUTO_TEST_CASE(of_webp) {
  const std::vector<uint8_t> rgba(16 * 16 * 4, 200);
  const Bytes whole = test::make_webp(rgba, 16, 16, -1);
  expect(Fault::kCutShort, "WebP", first(whole, whole.size() - 1));
  Bytes garbled = whole;
  for (size_t i = 12; i < garbled.size(); ++i) garbled[i] = std::byte{0x55};
  expect(Fault::kDamaged, "WebP", garbled);
}

BOOST_AUTO_TEST_CASE(of_ppm) {
  expect(Fault::kCutShort, "header", test::bytes_of("P6 2 "));
  expect(Fault::kCutShort, "pixels", test::bytes_of("P6 2 2 255\nabc"));
  expect(Fault::kDamaged, "header", test::bytes_of("P6 x 2 255\nabcdef"));
  expect(Fault::kDamaged, "no size", test::bytes_of("P6 0 2 255\n"));
  expect(Fault::kDamaged, "sample", test::bytes_of("P5 1 1 9\nz"));
}

BOOST_AUTO_TEST_SUITE_END()
