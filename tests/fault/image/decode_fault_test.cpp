// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Damaged and hostile pictures: each is decoded into a picture of a sensible size or refused with one line, never
// anything else.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "image/decode.hpp"
#include "image/encode.hpp"
#include "image/png_text.hpp"
#include "support/mutate.hpp"
#include "support/test.hpp"
#include "unit/image/samples.hpp"

namespace {

using namespace inr::image;
using inr::test::Bytes;
using inr::test::sample_picture;

constexpr uint64_t kMaxPixels = 1 << 24;
constexpr uint64_t kCasesPerSample = 400;

/// Whether bytes were refused. Fails the test where the answer is neither a picture nor one line that names the file.
bool is_refused(const Bytes& bytes) {
  try {
    const Image picture = decode(bytes, "FILE", {.max_pixels = kMaxPixels});
    BOOST_REQUIRE(picture.width > 0 && picture.height > 0);
    BOOST_REQUIRE_LE(static_cast<uint64_t>(picture.width) * static_cast<uint64_t>(picture.height), kMaxPixels);
    BOOST_REQUIRE_EQUAL(picture.rgb.size(), static_cast<size_t>(picture.width * picture.height * 3));
    return false;
  } catch (const inr::base::DataError& error) {
    const std::string text = error.what();
    BOOST_REQUIRE_MESSAGE(text.starts_with("FILE: ") && text.size() > 10 && text.find('\n') == std::string::npos, text);
    return true;
  }
}

/// Decodes kCasesPerSample damaged copies of each sample and returns the share that was refused.
double share_refused(const std::vector<Bytes>& samples, Bytes (*repair)(Bytes) = nullptr) {
  size_t n_refused = 0, n_cases = 0;
  for (size_t s = 0; s < samples.size(); ++s) {
    BOOST_REQUIRE(!is_refused(samples[s]));
    for (uint64_t i = 0; i < kCasesPerSample; ++i, ++n_cases) {
      Bytes damaged = inr::test::mutate(samples[s], s * kCasesPerSample + i);
      if (repair != nullptr) damaged = repair(std::move(damaged));
      BOOST_TEST_CONTEXT("sample " << s << ", case " << i) n_refused += is_refused(damaged) ? 1 : 0;
    }
  }
  BOOST_TEST_MESSAGE(n_refused << " of " << n_cases << " damaged files refused");
  return static_cast<double>(n_refused) / static_cast<double>(n_cases);
}

uint32_t crc32_of(std::span<const std::byte> bytes) {
  uint32_t crc = 0xffffffff;
  for (const std::byte b : bytes) {
    crc ^= std::to_integer<uint32_t>(b);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0);
  }
  return ~crc;
}

void put_u32(Bytes& bytes, size_t at, uint32_t value) {
  for (size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::byte>(value >> (24 - 8 * i));
}

/// Right CRCs on whatever chunks can still be walked, so that the damage reaches what lies behind the checksums.
Bytes with_right_crcs(Bytes bytes) {
  for (size_t at = 8; at + 12 <= bytes.size();) {
    uint32_t n_bytes = 0;
    for (size_t i = 0; i < 4; ++i) n_bytes = n_bytes << 8 | std::to_integer<uint32_t>(bytes[at + i]);
    if (n_bytes > bytes.size() - at - 12) break;
    put_u32(bytes, at + 8 + n_bytes, crc32_of(std::span(bytes).subspan(at + 4, n_bytes + 4)));
    at += 12 + size_t{n_bytes};
  }
  return bytes;
}

std::vector<Bytes> png_samples() {
  std::vector<Bytes> samples{encode_png(sample_picture(40, 30), {{"Software", "inr"}})};
  for (const auto& [type, bits] : {std::pair{PNG_COLOR_TYPE_PALETTE, 4}, std::pair{PNG_COLOR_TYPE_RGB_ALPHA, 16},
                                   std::pair{PNG_COLOR_TYPE_GRAY, 1}}) {
    inr::test::PngSpec spec{
        .width = 25, .height = 18, .bits = bits, .colour_type = type, .interlace = PNG_INTERLACE_ADAM7};
    for (int i = 0; i < 25 * 18 * spec.channels(); ++i)
      spec.samples.push_back(static_cast<uint16_t>(i * 7 % (1 << bits)));
    if (type == PNG_COLOR_TYPE_PALETTE) {
      spec.palette.resize(16);
      spec.palette_alpha = {0, 100};
    }
    spec.exif = inr::test::tiff_orientation(6, false);
    samples.push_back(inr::test::make_png(spec));
  }
  return samples;
}

std::vector<Bytes> jpeg_samples() {
  std::vector<Bytes> samples;
  for (int kind = 0; kind < 4; ++kind) {
    inr::test::JpegSpec spec = inr::test::jpeg_of(sample_picture(50, 40));
    if (kind == 3) {
      spec.channels = 4;
      spec.in = JCS_CMYK;
      spec.samples.resize(50 * 40 * 4, 77);
    }
    spec.prepare = [kind](jpeg_compress_struct& jpeg) {
      if (kind == 1) jpeg_simple_progression(&jpeg);
      if (kind == 2) jpeg.arith_code = TRUE;
      if (kind == 3) jpeg_set_colorspace(&jpeg, JCS_YCCK);
    };
    spec.mark = [](jpeg_compress_struct& jpeg) {
      const std::vector<uint8_t> segment = inr::test::exif_segment(8, true);
      jpeg_write_marker(&jpeg, JPEG_APP0 + 1, segment.data(), static_cast<unsigned>(segment.size()));
    };
    samples.push_back(inr::test::make_jpeg(spec));
  }
  return samples;
}

std::vector<Bytes> webp_samples() {
  std::vector<uint8_t> clear, opaque;
  const Image picture = sample_picture(40, 30);
  for (size_t p = 0; p < picture.rgb.size() / 3; ++p) {
    for (std::vector<uint8_t>* rgba : {&clear, &opaque})
      rgba->insert(rgba->end(), &picture.rgb[3 * p], &picture.rgb[3 * p] + 3);
    clear.push_back(static_cast<uint8_t>(p % 200));
    opaque.push_back(255);
  }
  return {inr::test::make_webp(opaque, 40, 30, -1), inr::test::make_webp(clear, 40, 30, -1),
          inr::test::make_webp(opaque, 40, 30, 80), inr::test::make_webp(clear, 40, 30, 80)};
}

}  // namespace

// The shares are lower bounds; what is measured stands behind each. A reader that lets damage pass falls below them.
// What is not refused is damage that its format cannot tell (JPEG, WebP and PPM have no checksums) or that lies behind
// the end of the picture.
BOOST_AUTO_TEST_CASE(damaged_png) { BOOST_CHECK_GT(share_refused(png_samples()), 0.9); }  // 0.96

BOOST_AUTO_TEST_CASE(damaged_png_behind_right_checksums) {
  BOOST_CHECK_GT(share_refused(png_samples(), with_right_crcs), 0.75);  // 0.88
}

BOOST_AUTO_TEST_CASE(damaged_jpeg) { BOOST_CHECK_GT(share_refused(jpeg_samples()), 0.5); }  // 0.66

BOOST_AUTO_TEST_CASE(damaged_webp) { BOOST_CHECK_GT(share_refused(webp_samples()), 0.6); }  // 0.80

BOOST_AUTO_TEST_CASE(damaged_ppm) {
  const Bytes ppm = encode_ppm(sample_picture(12, 9));
  const Bytes deep = inr::test::bytes_of("P5 # grey\n8 3\n500\n" + std::string(48, '\1'));
  BOOST_CHECK_GT(share_refused({ppm, deep}), 0.4);  // 0.53
}

BOOST_AUTO_TEST_CASE(damaged_png_looked_at_from_outside) {
  for (const Bytes& sample : png_samples()) {
    BOOST_REQUIRE(inspect_png(sample).state == Wholeness::kWhole);
    for (uint64_t i = 0; i < kCasesPerSample; ++i) {
      const Bytes damaged = inr::test::mutate(sample, i);
      const PngReport report = inspect_png(damaged);
      BOOST_CHECK_EQUAL(report.state == Wholeness::kWhole, report.fault.empty());
      // Only a copy with something added after IEND may pass, and the decoder agrees.
      const bool is_longer =
          damaged.size() > sample.size() && std::equal(sample.begin(), sample.end(), damaged.begin());
      BOOST_CHECK_EQUAL(report.state == Wholeness::kWhole, is_longer);
      BOOST_CHECK_EQUAL(is_refused(damaged), !is_longer);
      const PngReport repaired = inspect_png(with_right_crcs(damaged));
      BOOST_CHECK_EQUAL(repaired.state == Wholeness::kWhole, repaired.fault.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(jpeg_with_thousands_of_scans) {
  inr::test::JpegSpec spec = inr::test::jpeg_of(sample_picture(64, 64));
  std::vector<jpeg_scan_info> scans{{3, {0, 1, 2, 0}, 0, 0, 0, 0}};
  for (int i = 0; i < 60; ++i) scans.push_back({1, {0, 0, 0, 0}, i + 1, i + 1, 0, 0});
  spec.prepare = [&](jpeg_compress_struct& jpeg) {
    jpeg.scan_info = scans.data();
    jpeg.num_scans = static_cast<int>(scans.size());
  };
  const Bytes good = inr::test::make_jpeg(spec);
  BOOST_CHECK(!is_refused(good));
  // The last scan again and again: its marker, its header, its data, up to the end mark.
  size_t last = 0;
  for (size_t i = 0; i + 1 < good.size(); ++i) {
    if (good[i] == std::byte{0xff} && good[i + 1] == std::byte{0xda}) last = i;
  }
  Bytes bomb(good.begin(), good.end() - 2);
  for (int i = 0; i < 5000; ++i)
    bomb.insert(bomb.end(), good.begin() + static_cast<std::ptrdiff_t>(last), good.end() - 2);
  bomb.insert(bomb.end(), good.end() - 2, good.end());
  BOOST_CHECK_EXCEPTION(decode(bomb, "FILE"), inr::base::DataError, [](const auto& error) {
    return std::string(error.what()).find("more than 200 scans") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(png_that_promises_gigabytes) {
  for (const auto& [width, height] :
       {std::pair{16384U, 16384U}, std::pair{0x7fffffffU, 1U}, std::pair{0xffffffffU, 0xffffffffU}}) {
    Bytes bytes = encode_png(sample_picture(8, 8));
    put_u32(bytes, 16, width);
    put_u32(bytes, 20, height);
    bytes = with_right_crcs(std::move(bytes));
    BOOST_CHECK_THROW(decode(bytes, "FILE"), inr::base::DataError);
    BOOST_CHECK_THROW(decode(bytes, "FILE", {.max_pixels = ~uint64_t{0}}), inr::base::DataError);
  }
}

BOOST_AUTO_TEST_CASE(pure_noise_after_each_signature) {
  uint32_t state = 99;
  for (const std::string_view start :
       {std::string_view("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16), std::string_view("\xff\xd8\xff\xe0"),
        std::string_view("RIFF\x80\0\0\0WEBPVP8 ", 16), std::string_view("P6\n"), std::string_view("P5 ")}) {
    for (int i = 0; i < 300; ++i) {
      Bytes bytes = inr::test::bytes_of(start);
      for (int j = 0; j < 200; ++j)
        bytes.push_back(static_cast<std::byte>((state = state * 1664525 + 1013904223) >> 24));
      BOOST_CHECK(is_refused(bytes));
    }
  }
}
