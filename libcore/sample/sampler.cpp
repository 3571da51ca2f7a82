// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "sample/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/npy.hpp"
#include "base/philox.hpp"
#include "render/processor.hpp"

namespace inr::sample {

Sampler::Sampler(LoadedGenerator generator, std::optional<double> truncation, const render::ForEach& for_each)
    : generator_(std::move(generator)),
      truncation_(truncation),
      hypernetwork_(generator_.config.model, generator_.weights, render::chosen_operations()),
      n_theta_(model::theta_layout(generator_.config.model).n_theta) {
  if (truncation_ && !generator_.h_mean) generator_.h_mean = hypernetwork_.mean_hidden(for_each);
}

Sampler::Row Sampler::latent(uint64_t seed, uint64_t index) const {
  Row row(static_cast<size_t>(config().z_dim));
  base::CounterRng(seed, index).fill_normal(row);
  return row;
}

std::vector<Sampler::Row> Sampler::hidden_rows(std::span<const Row> z, const render::ForEach& for_each) const {
  std::vector<Row> out = hypernetwork_.hidden(z, for_each);
  if (truncation_) {
    for (Row& h : out) render::truncate(h, *generator_.h_mean, *truncation_);
  }
  return out;
}

std::vector<Sampler::Row> Sampler::theta_rows(std::span<const Row> h, const render::ForEach& for_each) const {
  return hypernetwork_.theta(h, for_each);
}

stream::StreamHeader Sampler::header(std::optional<uint64_t> count, const std::string& what,
                                     stream::ThetaDtype dtype) const {
  stream::StreamHeader header;
  header.config = model::to_json(config());
  header.n_theta = n_theta_;
  header.model_hash = generator_.model_hash;
  header.count = count;
  header.what = what;
  header.dtype = dtype;
  return header;
}

std::vector<base::TensorView> Sampler::shared() const {
  return model::tensor_views(generator_.weights, "", model::shared_tensors(config()));
}

std::vector<Sampler::Row> read_latents(const std::string& path, int64_t width) {
  const base::NpyArray array = base::read_npy(path);
  if (array.shape.size() != 2 || array.shape[1] != width || array.shape[0] < 1) {
    throw base::DataError(
        path, "holds an array of shape " + base::shape_text(array.shape),
        "this model takes [N, " + std::to_string(width) + "] (--space w takes rows of h, --space z rows of z)");
  }
  const std::vector<float> values = array.to_f32();
  std::vector<Sampler::Row> rows;
  for (int64_t i = 0; i < array.shape[0]; ++i) {
    const auto begin = values.begin() + i * width;
    if (!std::all_of(begin, begin + width, [](float v) { return std::isfinite(v); })) {
      throw base::DataError(path, "row " + std::to_string(i) + " holds a value that is not finite");
    }
    rows.emplace_back(begin, begin + width);
  }
  return rows;
}

}  // namespace inr::sample
