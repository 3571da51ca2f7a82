// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures made by formula, and sets of them in memory, for the tests of this folder.
#pragma once
#include <torch/types.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/philox.hpp"
#include "image/encode.hpp"
#include "image/image.hpp"
#include "metrics/evaluate.hpp"
#include "metrics/picture_set.hpp"
#include "support/test.hpp"

namespace inr::test {

/// Coloured rectangles on white, the same for the same seed.
inline image::Image rectangles(uint64_t seed, int64_t width = 32, int64_t height = 32) {
  base::CounterRng rng(seed, 7);
  image::Image picture = image::make_image(width, height);
  for (int shape = 0; shape < 4; ++shape) {
    const auto below = [&rng](int64_t n) { return static_cast<int64_t>(rng.next_below(static_cast<uint64_t>(n))); };
    const int64_t x0 = below(width), y0 = below(height), x1 = x0 + 1 + below(width - x0),
                  y1 = y0 + 1 + below(height - y0);
    const uint8_t colour[3] = {static_cast<uint8_t>(below(256)), static_cast<uint8_t>(below(256)),
                               static_cast<uint8_t>(below(256))};
    for (int64_t y = y0; y < y1; ++y) {
      for (int64_t x = x0; x < x1; ++x) {
        for (int64_t c = 0; c < 3; ++c) picture.rgb[static_cast<size_t>((y * width + x) * 3 + c)] = colour[c];
      }
    }
  }
  return picture;
}

/// Adds noise of the given deviation, clipped.
inline image::Image noisy(image::Image picture, double deviation, uint64_t seed) {
  base::CounterRng rng(seed, 8);
  for (uint8_t& value : picture.rgb) {
    value = static_cast<uint8_t>(std::clamp(static_cast<double>(value) + deviation * rng.next_normal(), 0.0, 255.0));
  }
  return picture;
}

/// Pictures held in memory; a picture without pixels makes its job throw DataError("picture I is damaged").
class MemorySet final : public metrics::PictureSet {
 public:
  explicit MemorySet(std::vector<image::Image> pictures, bool counted = true)
      : pictures_(std::move(pictures)), counted_(counted) {}
  [[nodiscard]] std::string kind() const override { return "memory"; }
  [[nodiscard]] std::string name() const override { return "memory"; }
  [[nodiscard]] std::optional<int64_t> count() const override {
    return counted_ ? std::optional<int64_t>(std::ssize(pictures_)) : std::nullopt;
  }
  bool next(metrics::PictureJob& job) override {
    if (next_ == pictures_.size()) return false;
    job = [picture = pictures_[next_], i = next_] {
      if (picture.rgb.empty()) throw base::DataError("picture " + std::to_string(i) + " is damaged");
      return picture;
    };
    ++next_;
    return true;
  }
  [[nodiscard]] size_t n_taken() const noexcept { return next_; }

 private:
  std::vector<image::Image> pictures_;
  bool counted_;
  size_t next_ = 0;
};

inline std::vector<image::Image> many_rectangles(uint64_t first_seed, size_t n) {
  std::vector<image::Image> pictures;
  for (size_t i = 0; i < n; ++i) pictures.push_back(rectangles(first_seed + i));
  return pictures;
}

inline void write_bytes(const std::string& path, const std::vector<std::byte>& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("cannot write " + path);
}

/// PNG files FOLDER/000.png ...
inline void write_folder(const std::filesystem::path& folder, const std::vector<image::Image>& pictures) {
  std::filesystem::create_directories(folder);
  for (size_t i = 0; i < pictures.size(); ++i) {
    const std::string number = std::to_string(1000 + i).substr(1);
    write_bytes((folder / (number + ".png")).string(), image::encode_png(pictures[i]));
  }
}

/// Folders a: 270 pictures, more than the built-in network's 256 features; few: 20.
struct Folders {
  Folders() {
    write_folder(folder.path() / "a", many_rectangles(0, 270));
    write_folder(folder.path() / "few", many_rectangles(5000, 20));
  }
  TemporaryFolder folder;
  [[nodiscard]] metrics::EvaluateOptions options(const std::string& real, const std::string& fake) const {
    metrics::EvaluateOptions out;
    if (!real.empty()) out.real = folder / real;
    if (!fake.empty()) out.fake = folder / fake;
    return out;
  }
};

/// Seeded normal numbers [n, d] in float64.
inline at::Tensor normals(uint64_t seed, int64_t n, int64_t d) {
  at::Tensor out = at::empty({n, d}, at::kDouble);
  base::CounterRng rng(seed, 9);
  auto* values = out.mutable_data_ptr<double>();
  for (int64_t i = 0; i < n * d; ++i) values[i] = rng.next_normal();
  return out;
}

inline double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

/// For BOOST_CHECK_EXCEPTION: the message contains text.
inline auto says(std::string text) {
  return [text = std::move(text)](const std::exception& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

}  // namespace inr::test
