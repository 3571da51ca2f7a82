// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Resampling against Pillow and clean-fid: every tensor pil_FILTER.INPUT.to_[centercropN_]HxW and
// clean_bicubic.INPUT.to_HxW.rowsAtoB_CtoD_colsEtoF of every safetensors file in the folder fid of the goldens.
#include "image/resample.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <regex>
#include <vector>

#include "base/safetensors.hpp"
#include "support/test.hpp"

namespace {

using inr::base::Safetensors;
using inr::base::TensorInfo;
using inr::image::Image;

Image picture_of(const Safetensors& file, const TensorInfo& tensor) {
  BOOST_REQUIRE_EQUAL(tensor.shape.size(), 3U);
  BOOST_REQUIRE_EQUAL(tensor.shape[2], 3);
  Image image{tensor.shape[1], tensor.shape[0], {}};
  for (const std::byte b : file.bytes(tensor)) image.rgb.push_back(std::to_integer<uint8_t>(b));
  return image;
}

/// Runs body(file, tensor, match) for every tensor whose name matches, and returns how many there were.
template <typename Body>
int for_each_tensor(const std::regex& pattern, Body&& body) {
  int n_tensors = 0;
  for (const auto& entry : std::filesystem::directory_iterator(inr::test::golden_dir() + "/fid")) {
    if (entry.path().extension() != ".safetensors") continue;
    const Safetensors file = Safetensors::open(entry.path().string());
    for (const TensorInfo& tensor : file.tensors()) {
      std::smatch match;
      if (!std::regex_match(tensor.name, match, pattern)) continue;
      BOOST_TEST_CONTEXT(entry.path().filename().string() << ": " << tensor.name) { body(file, tensor, match); }
      ++n_tensors;
    }
  }
  return n_tensors;
}

}  // namespace

// The contract is: no value more than 1 of 255 away, over 99.9 % equal.
BOOST_AUTO_TEST_CASE(resize_equals_pillow) {
  int n_exact = 0;
  const std::regex pattern(R"(pil_([a-z]+)\.(.+)\.to_(?:centercrop(\d+)_)?(\d+)x(\d+))");
  const int n_tensors =
      for_each_tensor(pattern, [&](const Safetensors& file, const TensorInfo& tensor, const std::smatch& match) {
        Image source = picture_of(file, file.at(match[2].str()));
        if (match[3].matched) {
          source = inr::image::center_crop(source);
          BOOST_CHECK_EQUAL(source.width, std::stoll(match[3]));
        }
        const Image want = picture_of(file, tensor);
        const Image got = inr::image::resize(source, std::stoll(match[5]), std::stoll(match[4]),
                                             inr::image::parse_filter(match[1].str()));
        BOOST_REQUIRE_EQUAL(got.width, want.width);
        BOOST_REQUIRE_EQUAL(got.height, want.height);
        BOOST_REQUIRE_EQUAL(got.rgb.size(), want.rgb.size());
        int worst = 0;
        size_t n_equal = 0;
        for (size_t i = 0; i < want.rgb.size(); ++i) {
          worst = std::max(worst, std::abs(int{got.rgb[i]} - int{want.rgb[i]}));
          n_equal += got.rgb[i] == want.rgb[i] ? 1 : 0;
        }
        BOOST_CHECK_LE(worst, 1);
        BOOST_CHECK_GT(static_cast<double>(n_equal), 0.999 * static_cast<double>(want.rgb.size()));
        n_exact += worst == 0 ? 1 : 0;
      });
  BOOST_TEST_MESSAGE(n_exact << " of " << n_tensors << " resized pictures are equal to Pillow's in every value");
  BOOST_CHECK_GT(n_tensors, 0);
}

// Bit-exact in theory; 5e-5 of 255 allows for another order of additions (tests/golden/fid/README.md, section 4).
BOOST_AUTO_TEST_CASE(resize_float_equals_clean_fid) {
  int n_exact = 0;
  const std::regex pattern(R"(clean_([a-z]+)\.(.+)\.to_(\d+)x(\d+)\.rows(\d+)to(\d+)_(\d+)to(\d+)_cols(\d+)to(\d+))");
  const int n_tensors =
      for_each_tensor(pattern, [&](const Safetensors& file, const TensorInfo& tensor, const std::smatch& match) {
        const auto number = [&match](size_t i) { return std::stoll(match[i]); };
        const TensorInfo& input = file.at(match[2].str());
        const int64_t height = number(3), width = number(4);
        const std::vector<float> whole =
            inr::image::resize_float(file.read_f32(input.name), input.shape[1], input.shape[0], 3, width, height,
                                     inr::image::parse_filter(match[1].str()));
        BOOST_REQUIRE_EQUAL(whole.size(), static_cast<size_t>(width * height * 3));
        std::vector<float> got;
        for (int64_t y = 0; y < height; ++y) {
          if (!(y >= number(5) && y <= number(6)) && !(y >= number(7) && y <= number(8))) continue;
          const auto row = whole.begin() + y * width * 3;
          got.insert(got.end(), row + number(9) * 3, row + (number(10) + 1) * 3);
        }
        const std::vector<float> want = file.read_f32(tensor.name);
        BOOST_CHECK_LE((inr::test::worst_ratio<float, float>(got, want, 5e-5, 0)), 1.0);
        n_exact += got == want ? 1 : 0;
      });
  BOOST_TEST_MESSAGE(n_exact << " of " << n_tensors << " float pictures are equal to clean-fid's in every bit");
  BOOST_CHECK_GT(n_tensors, 0);
}
