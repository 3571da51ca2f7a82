// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Resampling against Pillow and clean-fid: every tensor pil_FILTER.INPUT.to_[centercropN_]HxW and
// clean_bicubic.INPUT.to_HxW.rowsAtoB_CtoD_colsEtoF of every safetensors file in the folder fid of the goldens.
#include "image/resample.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/safetensors.hpp"
#include "support/golden_table.hpp"
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

/// The parts of FILTER.INPUT.to_...: numbers are all that stand after "to_", in order.
struct Job {
  inr::image::Filter filter;
  std::string input;
  bool is_cropped = false;
  std::vector<int64_t> numbers{};
};

Job parse_job(std::string_view name) {
  const size_t dot = name.find('.'), to = name.find(".to_");
  BOOST_REQUIRE(dot != std::string_view::npos && to != std::string_view::npos && dot < to);
  Job job{inr::image::parse_filter(name.substr(0, dot)), std::string(name.substr(dot + 1, to - dot - 1))};
  const std::string_view rest = name.substr(to);
  job.is_cropped = rest.starts_with(".to_centercrop");
  for (const char* at = rest.data(); at != rest.data() + rest.size();) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(at, rest.data() + rest.size(), number);
    if (error == std::errc{}) job.numbers.push_back(number);
    at = error == std::errc{} ? end : at + 1;
  }
  return job;
}

/// Runs body(file, tensor, job), which gives error and tolerance, for every tensor whose name begins with prefix, and
/// returns how many there were.
template <typename Body>
int for_each_tensor(std::string_view prefix, Body&& body) {
  int n_tensors = 0;
  for (const auto& entry : std::filesystem::directory_iterator(inr::test::golden_dir() + "/fid")) {
    if (entry.path().extension() != ".safetensors") continue;
    const Safetensors file = Safetensors::open(entry.path().string());
    for (const TensorInfo& tensor : file.tensors()) {
      if (!tensor.name.starts_with(prefix)) continue;
      BOOST_TEST_CONTEXT(entry.path().filename().string() << ": " << tensor.name) {
        const auto [error, tolerance] =
            body(file, tensor, parse_job(std::string_view(tensor.name).substr(prefix.size())));
        inr::test::print_golden(entry.path().filename().string(), tensor.name, error, error / tolerance);
      }
      ++n_tensors;
    }
  }
  return n_tensors;
}

}  // namespace

// The contract is: no value more than 1 of 255 away, over 99.9 % equal.
BOOST_AUTO_TEST_CASE(resize_equals_pillow) {
  int n_exact = 0;
  const int n_tensors = for_each_tensor("pil_", [&](const Safetensors& file, const TensorInfo& tensor, const Job& job) {
    BOOST_REQUIRE_EQUAL(job.numbers.size(), job.is_cropped ? 3U : 2U);
    Image source = picture_of(file, file.at(job.input));
    if (job.is_cropped) {
      source = inr::image::center_crop(source);
      BOOST_CHECK_EQUAL(source.width, job.numbers[0]);
    }
    const int64_t height = job.numbers[job.numbers.size() - 2], width = job.numbers.back();
    const Image want = picture_of(file, tensor), got = inr::image::resize(source, width, height, job.filter);
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
    return std::pair<double, double>(worst, 1);
  });
  BOOST_TEST_MESSAGE(n_exact << " of " << n_tensors << " resized pictures are equal to Pillow's in every value");
  BOOST_CHECK_GT(n_tensors, 0);
}

// Bit-exact in theory; 5e-5 of 255 allows for another order of additions (tests/golden/fid/README.md, section 4).
BOOST_AUTO_TEST_CASE(resize_float_equals_clean_fid) {
  int n_exact = 0;
  const int n_tensors =
      for_each_tensor("clean_", [&](const Safetensors& file, const TensorInfo& tensor, const Job& job) {
        BOOST_REQUIRE_EQUAL(job.numbers.size(), 8U);  // height, width, rows a to b and c to d, columns e to f
        const auto& n = job.numbers;
        const TensorInfo& input = file.at(job.input);
        const std::vector<float> whole = inr::image::resize_float(file.read_f32(input.name), input.shape[1],
                                                                  input.shape[0], 3, n[1], n[0], job.filter);
        BOOST_REQUIRE_EQUAL(whole.size(), static_cast<size_t>(n[0] * n[1] * 3));
        std::vector<float> got;
        for (int64_t y = 0; y < n[0]; ++y) {
          if (!(y >= n[2] && y <= n[3]) && !(y >= n[4] && y <= n[5])) continue;
          const auto row = whole.begin() + y * n[1] * 3;
          got.insert(got.end(), row + n[6] * 3, row + (n[7] + 1) * 3);
        }
        const std::vector<float> want = file.read_f32(tensor.name);
        constexpr double kTolerance = 5e-5;
        const double used = inr::test::worst_ratio<float, float>(got, want, kTolerance, 0);
        BOOST_CHECK_LE(used, 1.0);
        n_exact += got == want ? 1 : 0;
        return std::pair<double, double>(used * kTolerance, kTolerance);
      });
  BOOST_TEST_MESSAGE(n_exact << " of " << n_tensors << " float pictures are equal to clean-fid's in every bit");
  BOOST_CHECK_GT(n_tensors, 0);
}
