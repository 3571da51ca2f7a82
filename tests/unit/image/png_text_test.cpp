// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inspect_png: text, and whole, cut and damaged told apart.
#include "image/png_text.hpp"

#include <string>

#include "image/encode.hpp"
#include "support/test.hpp"
#include "unit/image/samples.hpp"

namespace {

using namespace inr::image;
using inr::test::Bytes;

const Bytes& whole_png() {
  static const Bytes kBytes = encode_png(inr::test::sample_picture(20, 10), {{"Command", "inr-render -n 4"}});
  return kBytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_whole_png) {
  const PngReport report = inspect_png(whole_png());
  BOOST_CHECK(report.state == Wholeness::kWhole);
  BOOST_CHECK_EQUAL(report.fault, "");
  BOOST_CHECK_EQUAL(report.width, 20U);
  BOOST_CHECK_EQUAL(report.height, 10U);
  BOOST_CHECK_EQUAL(report.bits, 8);
  BOOST_CHECK_EQUAL(report.channels, 3);
  BOOST_REQUIRE_EQUAL(report.text.size(), 1U);
  BOOST_CHECK_EQUAL(report.text[0].second, "inr-render -n 4");
  Bytes longer = whole_png();
  longer.push_back(std::byte{0});  // what follows IEND is not the picture's
  BOOST_CHECK(inspect_png(longer).state == Wholeness::kWhole);
}

BOOST_AUTO_TEST_CASE(every_cut_is_cut) {
  for (size_t n = 1; n < whole_png().size(); ++n) {
    const PngReport report = inspect_png(std::span(whole_png()).first(n));
    BOOST_TEST_CONTEXT(n << " bytes: " << report.fault) BOOST_CHECK(report.state == Wholeness::kCut);
    BOOST_CHECK(!report.fault.empty());
  }
  BOOST_CHECK(inspect_png({}).state == Wholeness::kDamaged);
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_seen) {
  for (size_t i = 0; i < whole_png().size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = whole_png();
      damaged[i] ^= static_cast<std::byte>(1 << bit);
      // A flipped length may look like a cut; nothing may look whole.
      BOOST_CHECK(inspect_png(damaged).state != Wholeness::kWhole);
    }
  }
}

BOOST_AUTO_TEST_CASE(other_files_are_not_png) {
  BOOST_CHECK_EQUAL(inspect_png(inr::test::bytes_of("GIF89a")).fault, "not a PNG");
  BOOST_CHECK(inspect_png(inr::test::bytes_of("GIF89a")).state == Wholeness::kDamaged);
}

BOOST_AUTO_TEST_CASE(latin_1_becomes_utf_8) {
  // A tEXt chunk between IHDR (ends at byte 33) and the rest: keyword "k", text E9 (e with acute accent), CRC by zlib's
  // crc32.
  Bytes bytes = whole_png();
  const Bytes chunk = inr::test::bytes_of(std::string_view("\0\0\0\x03tEXtk\0\xe9\xab\xb4\x7d\x45", 15));
  bytes.insert(bytes.begin() + 33, chunk.begin(), chunk.end());
  const PngReport report = inspect_png(bytes);
  BOOST_CHECK_EQUAL(report.fault, "");
  BOOST_REQUIRE_EQUAL(report.text.size(), 2U);
  BOOST_CHECK_EQUAL(report.text[0].second, "\xc3\xa9");
}
