// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Every discriminator golden: logits, the gradient with respect to the images, R1 and its gradient (double backward).
#include "gan/discriminator.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <set>

#include "golden/gan/golden_files.hpp"

namespace {

using namespace inr;

void check_batch(const test::Golden& golden, const std::string& batch, at::ScalarType type, const std::string& suffix) {
  field::TensorMap weights = test::read_set(golden.checkpoint, "d.", type);
  std::vector<at::Tensor> leaves;
  std::vector<std::string> names;
  for (auto& [name, tensor] : weights) {
    tensor.requires_grad_(true);
    leaves.push_back(tensor);
    names.push_back(name);
  }
  const bool wide = type == at::kDouble;
  const test::Tolerance of_values = wide ? test::Tolerance{1e-12, 1e-12} : test::Tolerance{1e-5, 1e-5};
  const test::Tolerance of_slopes = {.of_largest = wide ? 1e-11 : 1e-5};
  const test::Tolerance of_penalty = {.of_largest = wide ? 1e-10 : 5e-5};
  const at::Tensor x = test::read_tensor(golden.expected, batch + ".x").to(type).requires_grad_(true);
  const at::Tensor logits = gan::discriminate(weights, x);
  const at::Tensor slope = torch::autograd::grad({logits.sum()}, {x}, {}, std::nullopt, true)[0];
  const at::Tensor r1 = slope.square().sum({1, 2, 3});
  const auto grads = torch::autograd::grad({r1.mean()}, leaves, {}, std::nullopt, false, true);
  const auto check = [&](const std::string& name, const at::Tensor& got, const test::Tolerance& tolerance) {
    const std::string full = batch + "." + name + suffix;
    if (golden.expected.find(full) != nullptr) {
      test::check_tensor(golden.name, full, got, test::read_tensor(golden.expected, full), tolerance);
    }
  };
  check("logits", logits, of_values);
  check("grad_x", slope, of_slopes);
  check("r1", r1, of_slopes);
  check("penalty", r1.mean(), of_slopes);
  for (size_t i = 0; i < leaves.size(); ++i) {
    check("penalty_grad." + names[i], grads[i].defined() ? grads[i] : at::zeros_like(leaves[i]), of_penalty);
  }
}

BOOST_AUTO_TEST_CASE(discriminators_agree_with_the_research_code) {
  int n_checked = 0;
  for (const test::Golden& golden : test::find_goldens(".expected.safetensors")) {
    std::set<std::string> batches;
    for (const base::TensorInfo& info : golden.expected.tensors()) {
      if (info.name.starts_with("b") && info.name.ends_with(".x"))
        batches.insert(info.name.substr(0, info.name.size() - 2));
    }
    for (const std::string& batch : batches) {
      check_batch(golden, batch, at::kFloat, "");
      check_batch(golden, batch, at::kDouble, "_f64");
      ++n_checked;
    }
  }
  BOOST_CHECK_GT(n_checked, 0);
}

}  // namespace
