// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The PNG writer below its door: the filter against its definition, stripes against one zlib stream, threads.
#include "image/png_writer.hpp"

#include <zlib.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "image/decode.hpp"
#include "image/encode.hpp"
#include "image/png_filter.hpp"
#include "image/png_text.hpp"
#include "support/test.hpp"
#include "unit/image/samples.hpp"

namespace {

using namespace inr::image;
using inr::test::Bytes;
using inr::test::sample_picture;

std::vector<uint8_t> noise(size_t n, uint32_t state) {
  std::vector<uint8_t> bytes(n);
  for (uint8_t& b : bytes) b = static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

/// As the specification words it.
int paeth_predictor(int a, int b, int c) {
  const int p = a + b - c, pa = std::abs(p - a), pb = std::abs(p - b), pc = std::abs(p - c);
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/// Threads of its own for every call, in an order that is nobody's.
Workers threads(int n) {
  return {n, [n](int64_t count, const std::function<void(int64_t)>& work) {
            std::atomic<int64_t> next = count;
            const auto serve = [&] {
              for (int64_t i = 0; (i = --next) >= 0;) work(i);
            };
            std::vector<std::jthread> all;
            for (int i = 0; i < n; ++i) all.emplace_back(serve);
          }};
}

Bytes write(const Image& picture, const Workers& workers, int64_t rows_at_a_time) {
  Bytes bytes;
  PngWriter writer(sink_into(bytes), picture.width, picture.height, 8, {{"Software", "inr"}}, workers);
  for (int64_t y = 0; y < picture.height; y += rows_at_a_time) {
    const int64_t n = std::min(rows_at_a_time, picture.height - y);
    writer.write_rows(
        std::span(picture.rgb)
            .subspan(static_cast<size_t>(y * picture.width * 3), static_cast<size_t>(n * picture.width * 3)));
  }
  writer.finish();
  return bytes;
}

/// The bytes of all IDATs, one after another.
Bytes zlib_stream(const Bytes& png) {
  Bytes stream;
  for (size_t at = 8; at < png.size();) {
    size_t n = 0;
    for (size_t i = 0; i < 4; ++i) n = n << 8 | std::to_integer<size_t>(png[at + i]);
    const std::string_view name(reinterpret_cast<const char*>(&png[at + 4]), 4);
    const auto data = std::span(png).subspan(at + 8, n);
    if (name == "IDAT") stream.insert(stream.end(), data.begin(), data.end());
    at += 12 + n;
  }
  return stream;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_filter_is_the_specifications) {
  for (const size_t bpp : {3, 6}) {
    for (const size_t n : {bpp, 2 * bpp, 17 * bpp, 1000 * bpp}) {
      for (uint32_t seed = 0; seed < 20; ++seed) {
        const std::vector<uint8_t> row = noise(n, seed), above = seed == 0 ? std::vector<uint8_t>(n) : noise(n, ~seed);
        std::vector<uint8_t> got(n);
        filter_paeth(row, above, bpp, got);
        for (size_t i = 0; i < n; ++i) {
          const bool inside = i >= bpp;
          const int want = row[i] - paeth_predictor(inside ? row[i - bpp] : 0, above[i], inside ? above[i - bpp] : 0);
          BOOST_REQUIRE_EQUAL(int{got[i]}, want & 0xff);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(stripes_are_one_zlib_stream) {
  // 128 KiB a stripe: one row, two, one less than a stripe, a stripe, one more, many; a row longer than a stripe.
  const int64_t width = 1000, stripe = (1 << 17) / (width * 3 + 1);
  for (const auto& [w, h] : {std::pair<int64_t, int64_t>{1, 1},
                             {width, 2},
                             {width, stripe - 1},
                             {width, stripe},
                             {width, stripe + 1},
                             {width, 5 * stripe + 7},
                             {50000, 3}}) {
    Image picture = sample_picture(w, h);
    for (size_t i = 0; i < picture.rgb.size(); i += 7) picture.rgb[i] = static_cast<uint8_t>(picture.rgb[i] + i % 11);
    const Bytes png = write(picture, {}, h);
    BOOST_CHECK(inspect_png(png).state == Wholeness::kWhole);
    BOOST_CHECK(decode(png, "png").rgb == picture.rgb);
    const Bytes stream = zlib_stream(png);
    std::vector<Bytef> filtered(static_cast<size_t>(h * (w * 3 + 1)) + 1);
    uLongf n = filtered.size();
    // To the end of the stream and its checksum.
    BOOST_REQUIRE_EQUAL(::uncompress(filtered.data(), &n, reinterpret_cast<const Bytef*>(stream.data()), stream.size()),
                        Z_OK);
    BOOST_CHECK_EQUAL(n, filtered.size() - 1);
  }
}

BOOST_AUTO_TEST_CASE(threads_do_not_change_a_byte) {
  for (const auto& [w, h] : {std::pair{700, 900}, std::pair{60000, 7}, std::pair{3, 5}}) {
    const Image picture = sample_picture(w, h);
    const Bytes want = write(picture, {}, h);
    for (const int n : {1, 2, 3, 16}) {
      for (const int64_t rows : {1, 2, 64, 900}) BOOST_CHECK(write(picture, threads(n), rows) == want);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_worker_throws_reaches_the_caller) {
  struct Stopped {};
  const Workers workers{2, [](int64_t, const std::function<void(int64_t)>&) { throw Stopped(); }};
  BOOST_CHECK_THROW(write(sample_picture(700, 900), workers, 900), Stopped);
}
