// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// How fast large pictures are written, apart from the drawing: a smooth picture 32768 pixels wide, as PNG and as Deep
// Zoom tiles, by one thread and by all. One line a measurement, best of three.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "image/deep_zoom.hpp"
#include "image/png_writer.hpp"

namespace {

using namespace inr;
constexpr int64_t kWidth = 32768, kBandRows = 64, kBands = 16, kHeight = kBandRows * kBands;

/// Slow waves, a level in some tens of pixels, as samples have them at this size; a band of rows that is written
/// downwards and upwards in turn, so that it stays smooth.
std::vector<uint8_t> smooth_band() {
  std::vector<uint8_t> band(static_cast<size_t>(kWidth * kBandRows * 3));
  for (int64_t y = 0; y < kBandRows; ++y) {
    for (int64_t x = 0; x < kWidth; ++x) {
      for (int64_t c = 0; c < 3; ++c) {
        const double u = static_cast<double>(x) / 1500, v = static_cast<double>(y) / 1200, k = static_cast<double>(c);
        const double value = 128 + 70 * std::sin(u + 0.7 * k + v) + 50 * std::sin(0.31 * u * (1 + 0.1 * k) - v);
        band[static_cast<size_t>((y * kWidth + x) * 3 + c)] = static_cast<uint8_t>(std::clamp(value, 0.0, 255.0));
      }
    }
  }
  return band;
}

image::Workers threads(int n) {
  if (n == 1) return {};
  return {n, [n](int64_t count, const std::function<void(int64_t)>& work) {
            std::atomic<int64_t> next = 0;
            const auto serve = [&] {
              for (int64_t i = 0; (i = next++) < count;) work(i);
            };
            std::vector<std::jthread> all;
            for (int i = 1; i < n; ++i) all.emplace_back(serve);
            serve();
          }};
}

void write_picture(image::RowWriter& writer, std::span<const uint8_t> band) {
  for (int64_t i = 0; i < kBands; ++i) {
    for (int64_t y = 0; y < kBandRows; ++y) {
      const int64_t row = i % 2 == 0 ? y : kBandRows - 1 - y;
      writer.write_rows(band.subspan(static_cast<size_t>(row * kWidth * 3), kWidth * 3));
    }
  }
  writer.finish();
}

void measure(const std::string& what, const std::function<void()>& work) {
  double best = std::numeric_limits<double>::infinity();
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  const double megapixels = static_cast<double>(kWidth * kHeight) / 1e6;
  std::printf("%-44s %12.1f %-14s %8.3f s\n", what.c_str(), megapixels / best, "megapixels/s", best);
}

}  // namespace

int main() {
  const std::vector<uint8_t> band = smooth_band();
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("inr-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const int n_all = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  for (const int n : {1, n_all}) {
    const std::string by = ", " + std::to_string(n) + (n == 1 ? " thread" : " threads");
    const image::PictureOptions options{.workers = threads(n)};
    measure("write: PNG, 32768x1024" + by, [&] {
      const image::Sink nowhere = [](std::span<const std::byte>) {};
      write_picture(*image::make_png_writer(nowhere, kWidth, kHeight, {}, options), band);
    });
    measure("write: Deep Zoom, 32768x1024" + by, [&] {
      image::DeepZoomFiles files((folder / "picture.dzi").string());
      image::DeepZoomWriter writer(files, image::kPngTiles, kWidth, kHeight, {}, options);
      write_picture(writer, band);
      files.commit();
    });
  }
  std::filesystem::remove_all(folder);
}
