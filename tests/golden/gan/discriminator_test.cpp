// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Every discriminator golden: logits, the gradient with respect to the images, R1 and its gradient (double backward).
#include "gan/discriminator.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <map>
#include <set>
#include <string_view>

#include "golden/gan/golden_files.hpp"

namespace {

using namespace inr;

/// What the discriminator gives for a batch, by the names of the goldens without the batch's.
std::map<std::string, at::Tensor> results_of(const field::TensorMap& d, const at::Tensor& images) {
  const at::Tensor x = images.detach().requires_grad_(true);
  std::vector<at::Tensor> leaves;
  for (const auto& [name, tensor] : d) leaves.push_back(tensor);
  std::map<std::string, at::Tensor> out;
  out["logits"] = gan::discriminate(d, x);
  out["grad_x"] = torch::autograd::grad({out["logits"].sum()}, {x}, {}, std::nullopt, true)[0];
  out["r1"] = out["grad_x"].square().sum({1, 2, 3});
  out["penalty"] = out["r1"].mean();
  const auto grads = torch::autograd::grad({out["penalty"]}, leaves, {}, std::nullopt, false, true);
  size_t i = 0;
  for (const auto& [name, tensor] : d) {
    out["penalty_grad." + name] = grads[i].defined() ? grads[i] : at::zeros_like(tensor);
    ++i;
  }
  return out;
}

test::Tolerance tolerance_of(const std::string& name, bool wide) {
  if (name == "logits") return wide ? test::Tolerance{1e-12, 1e-12} : test::Tolerance{1e-5, 1e-5};
  if (name.starts_with("penalty_grad")) return {.of_largest = wide ? 1e-10 : 5e-5};
  return {.of_largest = wide ? 1e-11 : 1e-5};
}

/// Every tensor that the file has of the batch, in one of the two types (those of float64 have "_f64" somewhere in
/// their names); it must have some of each kind in float32.
void check_batch(const test::Golden& golden, const std::string& batch, at::ScalarType type) {
  constexpr std::string_view kMark = "_f64";
  const bool wide = type == at::kDouble;
  field::TensorMap d = test::read_set(golden.checkpoint, "d.", type);
  for (auto& [name, tensor] : d) tensor.requires_grad_(true);
  const auto results = results_of(d, test::read_tensor(golden.expected, batch + ".x").to(type));
  for (const base::TensorInfo& info : golden.expected.tensors()) {
    if (!info.name.starts_with(batch + ".") || info.name == batch + ".x") continue;
    std::string name = info.name.substr(batch.size() + 1);
    const size_t mark = name.find(kMark);
    if ((mark != std::string::npos) != wide) continue;
    if (wide) name.erase(mark, kMark.size());
    const auto result = results.find(name);
    BOOST_REQUIRE_MESSAGE(result != results.end(), golden.name << " " << info.name << ": what is that?");
    test::check_tensor(golden.name, info.name, result->second, test::read_tensor(golden.expected, info.name),
                       tolerance_of(name, wide));
  }
  if (wide) return;
  for (const char* name : {"logits", "grad_x", "r1", "penalty"})
    BOOST_CHECK_MESSAGE(golden.expected.find(batch + "." + name) != nullptr, golden.name << " lacks " << name);
  BOOST_CHECK_MESSAGE(test::has_tensor(golden.expected, batch + ".penalty_grad."),
                      golden.name << " lacks penalty_grad");
}

BOOST_AUTO_TEST_CASE(discriminators_agree_with_the_research_code) {
  int n_checked = 0;
  for (const test::Golden& golden : test::find_goldens(".expected.safetensors")) {
    std::set<std::string> batches;  // "b8" of "b8.x", "b8.logits", ...
    for (const base::TensorInfo& info : golden.expected.tensors()) {
      const size_t end = info.name.find('.');
      if (end != std::string::npos && end > 1 && info.name[0] == 'b' &&
          info.name.find_first_not_of("0123456789", 1) == end)
        batches.insert(info.name.substr(0, end));
    }
    for (const std::string& batch : batches) {
      check_batch(golden, batch, at::kFloat);
      check_batch(golden, batch, at::kDouble);
      ++n_checked;
    }
  }
  test::require_some(n_checked, "discriminator");
}

}  // namespace
