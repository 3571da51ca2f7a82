// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What the golden tests of models share: finding files, reading tensors, the tolerance table of the goldens' README.
#pragma once
#include <torch/types.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/safetensors.hpp"
#include "field/tensor_map.hpp"
#include "model/config.hpp"
#include "support/test.hpp"

namespace inr::test {

/// One golden: NAME.safetensors and NAME.expected.safetensors (or another ending).
struct Golden {
  std::string name;
  base::Safetensors checkpoint, expected;
  model::Config config;
};

inline std::vector<Golden> find_goldens(const std::string& ending) {
  std::vector<Golden> out;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(golden_dir() + "/model"))
    paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    if (!path.ends_with(ending)) continue;
    const std::string stem = path.substr(0, path.size() - ending.size());
    if (stem.ends_with(".windows")) continue;  // another ending of NAME
    base::Safetensors checkpoint = base::Safetensors::open(stem + ".safetensors");
    model::Config config = model::parse_config(base::parse_json(checkpoint.metadata("config"), stem), stem);
    out.push_back({std::filesystem::path(stem).filename().string(), std::move(checkpoint),
                   base::Safetensors::open(path), config});
  }
  return out;
}

/// Does the file hold a tensor whose name begins so?
inline bool has_tensor(const base::Safetensors& file, const std::string& prefix) {
  return std::any_of(file.tensors().begin(), file.tensors().end(),
                     [&](const base::TensorInfo& info) { return info.name.starts_with(prefix); });
}

/// A folder of one's own ($INR_GOLDEN_DIR) may have no golden of a kind; the committed one has some of each.
inline void require_some(int n_checked, const std::string& kind) {
  if (n_checked > 0) return;
  if (golden_dir() == INR_DEFAULT_GOLDEN_DIR) BOOST_ERROR("no " + kind + " in " + golden_dir());
  std::printf("skipped: no %s in %s\n", kind.c_str(), golden_dir().c_str());
}

/// A tensor in its own floating type (float32 or float64).
inline at::Tensor read_tensor(const base::Safetensors& file, const std::string& name) {
  const base::TensorInfo& info = file.at(name);
  if (info.dtype == base::Dtype::kF64) {
    const std::vector<double> values = file.read_f64(name);
    return at::tensor(at::ArrayRef<double>(values), at::kDouble).reshape(info.shape);
  }
  const std::vector<float> values = file.read_f32(name);
  return at::tensor(at::ArrayRef<float>(values), at::kFloat).reshape(info.shape);
}

/// Tolerance: |got - want| <= atol + rtol |want|, and atol may be given in units of the tensor's largest value.
struct Tolerance {
  double atol = 0, rtol = 0, of_largest = 0;
};

/// Checks one tensor and prints its line of the table: file, tensor, worst error, share of the tolerance used.
inline void check_tensor(const std::string& file, const std::string& name, const at::Tensor& got,
                         const at::Tensor& want, const Tolerance& tolerance) {
  BOOST_REQUIRE_MESSAGE(got.sizes() == want.sizes(),
                        file << " " << name << ": shape " << got.sizes() << ", expected " << want.sizes());
  const at::Tensor g = got.detach().to(at::kDouble);
  const at::Tensor w = want.to(at::kDouble);
  const at::Tensor error = (g - w).abs();
  const double atol = tolerance.atol + tolerance.of_largest * w.abs().max().item<double>();
  const double used = (error / (atol + tolerance.rtol * w.abs())).nan_to_num(1e300).max().item<double>();
  std::printf("%-28s  %-40s  error %.1e  used %5.1f %%\n", file.c_str(), name.c_str(), error.max().item<double>(),
              100 * used);
  BOOST_CHECK_MESSAGE(used <= 1, file << " " << name << ": worst error is " << used << " times the tolerance");
}

inline field::TensorMap read_set(const base::Safetensors& file, const std::string& prefix,
                                 at::ScalarType type = at::kFloat) {
  field::TensorMap out;
  for (const base::TensorInfo& info : file.tensors()) {
    if (info.name.starts_with(prefix)) out[info.name.substr(prefix.size())] = read_tensor(file, info.name).to(type);
  }
  return out;
}

}  // namespace inr::test
