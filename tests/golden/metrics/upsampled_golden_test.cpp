// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Doubling against torch's interpolate: every tensor torch_FILTER_x2.T of a safetensors file in the folder fid of the
// goldens, made of torch_in.T [N, C, H, W] there.
#include <filesystem>
#include <string>
#include <vector>

#include "base/safetensors.hpp"
#include "metrics/upsampled.hpp"
#include "support/golden_table.hpp"
#include "support/test.hpp"

namespace {

using inr::base::Safetensors;
using inr::base::TensorInfo;
using namespace inr::metrics;

BOOST_AUTO_TEST_CASE(doubling_equals_torch) {
  int n_tensors = 0;
  for (const auto& entry : std::filesystem::directory_iterator(inr::test::golden_dir() + "/fid")) {
    if (entry.path().extension() != ".safetensors") continue;
    const Safetensors file = Safetensors::open(entry.path().string());
    for (const TensorInfo& tensor : file.tensors()) {
      const size_t end = tensor.name.find("_x2.");
      if (!tensor.name.starts_with("torch_") || end == std::string::npos) continue;
      const Upsampling upsampling = parse_upsampling(tensor.name.substr(6, end - 6));
      const TensorInfo& input = file.at("torch_in." + tensor.name.substr(end + 4));
      BOOST_REQUIRE_EQUAL(input.shape.size(), 4U);
      const std::vector<float> values = file.read_f32(input.name), want = file.read_f32(tensor.name);
      const int64_t height = input.shape[2], width = input.shape[3], plane = height * width;
      BOOST_REQUIRE_EQUAL(want.size(), 4 * values.size());
      std::vector<float> got;
      for (int64_t p = 0; p < std::ssize(values) / plane; ++p) {
        const auto first = static_cast<size_t>(p * plane);
        const std::vector<float> twice =
            upsample_twice(std::span(values).subspan(first, static_cast<size_t>(plane)), width, height, 1, upsampling);
        got.insert(got.end(), twice.begin(), twice.end());
      }
      // 1e-6 allows for another order of float32 sums; repeating pixels is exact.
      const double atol = upsampling == Upsampling::kNearest ? 0 : 1e-6;
      double largest = 0;
      for (size_t i = 0; i < want.size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(got[i]) - static_cast<double>(want[i])));
      }
      inr::test::print_golden(entry.path().filename().string() + " doubled", tensor.name, largest,
                              atol > 0 ? largest / atol : 1e3 * largest);
      BOOST_TEST(largest <= atol, tensor.name);
      ++n_tensors;
    }
  }
  BOOST_TEST(n_tensors > 0);
}

}  // namespace
