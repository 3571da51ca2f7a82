// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Whole images by the fast kernel against the reference one: values and gradients of every parameter, for every join,
// grid and window, both types.
#include <ATen/Parallel.h>

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "field/block_shape.hpp"
#include "field/decoder.hpp"
#include "field/thread_count.hpp"
#include "support/small_tensors.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

struct Case {
  std::string name;
  model::ModelConfig config;
  model::GridRequest request;
};

std::vector<Case> cases() {
  const model::ModelConfig concat = test::small_model();
  const model::ModelConfig split = test::small_model(model::Join::kSplit);
  model::ModelConfig single = concat;
  single.decoder = model::Decoder::kFmm;
  single.upsample_from = 0;
  single.blocks = {{16, 12, 6, 3, true, 0}};
  model::ModelConfig one_rgb = split;
  one_rgb.blocks[0].rgb = false;
  model::ModelConfig no_skip = concat;
  no_skip.skip_coords = false;
  model::ModelConfig fixed = split;
  fixed.blocks[0].fixed_frequencies = 8;   // the axes
  fixed.blocks[1].fixed_frequencies = 20;  // and the diagonals
  model::ModelConfig three = test::small_model(model::Join::kConcat, 0);
  three.resolution = 32;
  three.blocks = {{8, 12, 5, 2, false, 0}, {16, 10, 4, 1, true, 0}, {32, 8, 3, 2, true, 0}};
  const model::Window inside{0.1, 0.25, 0.73, 0.6};
  const model::Window beyond{-0.3, -0.2, 1.3, 1.1};
  return {{"concat", concat, {{}, 16, 16}},
          {"split", split, {{}, 16, 16}},
          {"uneven", split, {{}, 67, 41}},
          {"window", concat, {inside, 50, 33}},
          {"beyond, at the density of training", concat, {beyond, 40, 40, model::Cells::kTraining}},
          {"one to-RGB", one_rgb, {{}, 37, 64}},
          {"single scale", single, {{}, 30, 31}},
          {"no coordinates in inner layers", no_skip, {{}, 32, 32}},
          {"fixed frequencies", fixed, {{}, 32, 32}},
          {"fixed frequencies, window", fixed, {inside, 31, 57}},
          {"three blocks", three, {{}, 64, 64}}};
}

struct Result {
  at::Tensor image;
  std::vector<at::Tensor> gradients;  // theta, then the shared tensors
};

Result evaluate(const Case& c, at::ScalarType type, const field::DecodeOptions& options) {
  const auto inr_model = test::make_small_model(c.config);
  std::vector<at::Tensor> rows;
  for (uint64_t i = 0; i < 3; ++i) {
    const std::vector<float> theta = test::random_theta(c.config, i);
    rows.push_back(at::tensor(at::ArrayRef<float>(theta)));
  }
  const at::Tensor theta = at::stack(rows).to(type).requires_grad_(true);
  field::TensorMap shared;
  std::vector<at::Tensor> leaves{theta};
  for (const auto& [name, tensor] : test::tensors_of(*inr_model, type)) {
    shared[name] = tensor.detach().requires_grad_(true);
    leaves.push_back(shared[name]);
  }
  const at::Tensor image =
      field::decode(c.config, inr_model->layout, shared, theta, model::plan_grid(c.config, c.request), options);
  at::manual_seed(3);
  const at::Tensor direction = at::randn(image.sizes(), at::kFloat).to(type);
  return {image.detach(), torch::autograd::grad({(image * direction).sum()}, leaves)};
}

double worst(const at::Tensor& got, const at::Tensor& want) {
  return ((got - want).abs().max() / want.abs().max()).item<double>();
}

}  // namespace

BOOST_AUTO_TEST_CASE(fast_kernel_equals_reference) {
  for (const Case& c : cases()) {
    for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
      const Result want = evaluate(c, type, {.kernel = field::Kernel::kReference});
      const Result got = evaluate(c, type, {.kernel = field::Kernel::kFast, .term = {.always = true}});
      // float32: a few layers of sums of 10 to 20 products; float64: the nodes' 1e-14 through the same.
      const double tolerance = type == at::kDouble ? 1e-12 : 2e-5;
      BOOST_TEST_CONTEXT(c.name << (type == at::kDouble ? ", float64" : ", float32")) {
        BOOST_TEST(worst(got.image, want.image) <= tolerance);
        BOOST_TEST(!got.image.equal(want.image));  // it was the other way
        for (size_t i = 0; i < want.gradients.size(); ++i)
          BOOST_TEST(worst(got.gradients[i], want.gradients[i]) <= tolerance);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(gradients_have_the_same_bits_for_any_number_of_threads) {
  const Case c = cases()[1];
  const field::DecodeOptions options{.kernel = field::Kernel::kFast, .term = {.always = true}};
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const Result one = evaluate(c, at::kFloat, options);
  at::set_num_threads(3);
  const Result three = evaluate(c, at::kFloat, options);
  at::set_num_threads(before);
  BOOST_TEST(one.image.equal(three.image));
  for (size_t i = 0; i < one.gradients.size(); ++i) BOOST_TEST(one.gradients[i].equal(three.gradients[i]));
}

// What a product's bits could depend on: the number that MKL plans for, in each thread that draws bands.
BOOST_AUTO_TEST_CASE(bands_are_products_of_one_thread) {
  field::block::BlockShape shape;
  shape.n_images = 4;
  shape.n_bands = 2;
  for (const int n_threads : {1, 3}) {
    const field::ThreadCountGuard threads(n_threads);
    std::array<std::atomic<int>, 8> seen{};
    const int before = field::mkl_threads();
    field::block::for_each_band(shape, true, [&seen](int64_t image, int64_t band) {
      seen.at(static_cast<size_t>(2 * image + band)) = field::mkl_threads();
    });
    for (const std::atomic<int>& each : seen) BOOST_TEST(each == 1);
    BOOST_TEST(field::mkl_threads() == before);
  }
}

BOOST_AUTO_TEST_CASE(check_reports_the_difference) {
  const Case c = cases()[0];
  double difference = 0;
  const Result checked = evaluate(
      c, at::kFloat, {.kernel = field::Kernel::kCheck, .term = {.always = true}, .worst_difference = &difference});
  const Result fast = evaluate(c, at::kFloat, {.kernel = field::Kernel::kFast, .term = {.always = true}});
  const Result reference = evaluate(c, at::kFloat, {.kernel = field::Kernel::kReference});
  BOOST_TEST(checked.image.equal(fast.image));
  BOOST_TEST(difference == (fast.image - reference.image).abs().max().item<double>());
  // Too few nodes are told.
  double coarse = 0;
  evaluate(c, at::kFloat,
           {.kernel = field::Kernel::kCheck, .term = {.accuracy = 1e-2, .always = true}, .worst_difference = &coarse});
  BOOST_TEST(coarse > 10 * difference);
}

BOOST_AUTO_TEST_CASE(a_second_derivative_is_refused) {
  const Case c = cases()[0];
  const auto inr_model = test::make_small_model(c.config);
  const std::vector<float> row = test::random_theta(c.config, 0);
  const at::Tensor theta = at::tensor(at::ArrayRef<float>(row)).unsqueeze(0).requires_grad_(true);
  const at::Tensor image = field::decode(c.config, inr_model->layout, test::tensors_of(*inr_model), theta,
                                         model::plan_grid(c.config, c.request), {.term = {.always = true}});
  BOOST_CHECK_THROW(torch::autograd::grad({image.sum()}, {theta}, {}, std::nullopt, true), c10::Error);
}
