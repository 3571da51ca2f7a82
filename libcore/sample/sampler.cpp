// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "sample/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.hpp"
#include "base/npy.hpp"
#include "base/philox.hpp"
#include "gan/hypernetwork.hpp"

namespace inr::sample {

Sampler::Sampler(LoadedGenerator generator, std::optional<double> truncation, at::Device device)
    : generator_(std::move(generator)),
      truncation_(truncation),
      device_(device),
      n_theta_(model::theta_layout(generator_.config.model).n_theta) {
  if (truncation_ && !generator_.h_mean) generator_.h_mean = mean_hidden(generator_.config.model, generator_.weights);
  if (truncation_) h_mean_ = generator_.h_mean->to(device_);
  for (const auto& [name, tensor] : generator_.weights)
    if (name.starts_with("hypernet.")) weights_[name] = tensor.to(device_);
}

LatentRow Sampler::latent(uint64_t seed, uint64_t index) const {
  LatentRow row{std::vector<float>(static_cast<size_t>(config().z_dim)), index};
  base::CounterRng(seed, index).fill_normal(row.values);
  return row;
}

std::vector<std::vector<float>> Sampler::map_rows(std::span<const LatentRow> rows, int64_t n_in, int64_t n_out,
                                                  base::WorkerPool& pool, const Map& map) {
  // Consecutive rows that fit one group by their positions share a product; the others' rows are zero.
  std::vector<std::pair<size_t, size_t>> groups;  // [begin, end) of rows
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool fits = !groups.empty() && rows[i].index % kGroup > rows[i - 1].index % kGroup;
    if (fits) {
      groups.back().second = i + 1;
    } else {
      groups.emplace_back(i, i + 1);
    }
  }
  std::vector<std::vector<float>> out(rows.size());
  pool.run(static_cast<int64_t>(groups.size()), [&](int64_t g) {
    const auto [begin, end] = groups[static_cast<size_t>(g)];
    at::Tensor input = at::zeros({kGroup, n_in}, at::kFloat);
    for (size_t i = begin; i < end; ++i) {
      TORCH_CHECK(static_cast<int64_t>(rows[i].values.size()) == n_in, "a latent has another width");
      std::copy(rows[i].values.begin(), rows[i].values.end(),
                input.data_ptr<float>() + static_cast<int64_t>(rows[i].index % kGroup) * n_in);
    }
    const at::Tensor result = map(input).contiguous();
    for (size_t i = begin; i < end; ++i) {
      const float* from = result.const_data_ptr<float>() + static_cast<int64_t>(rows[i].index % kGroup) * n_out;
      out[i].assign(from, from + n_out);
    }
  });
  return out;
}

std::vector<std::vector<float>> Sampler::hidden_rows(std::span<const LatentRow> z, base::WorkerPool& pool) const {
  return map_rows(z, config().z_dim, config().hidden, pool, [this](const at::Tensor& group) {
    const at::Tensor h = hidden(config(), weights_, group.to(device_));
    if (!truncation_) return h.cpu();
    return (h_mean_ + (h - h_mean_) * *truncation_).cpu();  // model.md, section 1
  });
}

std::vector<std::vector<float>> Sampler::theta_rows(std::span<const LatentRow> h, base::WorkerPool& pool) const {
  return map_rows(h, config().hidden, n_theta_, pool,
                  [this](const at::Tensor& group) { return theta(weights_, group.to(device_)).cpu(); });
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
  return field::tensor_views(generator_.weights, "", model::shared_tensors(config()));
}

std::vector<LatentRow> read_latents(const std::string& path, int64_t width) {
  const base::NpyArray array = base::read_npy(path);
  if (array.shape.size() != 2 || array.shape[1] != width || array.shape[0] < 1) {
    throw base::DataError(
        path, "holds an array of shape " + base::shape_text(array.shape),
        "this model takes [N, " + std::to_string(width) + "] (--space w takes rows of h, --space z rows of z)");
  }
  const std::vector<float> values = array.to_f32();
  std::vector<LatentRow> rows;
  for (int64_t i = 0; i < array.shape[0]; ++i) {
    const auto begin = values.begin() + i * width;
    if (!std::all_of(begin, begin + width, [](float v) { return std::isfinite(v); })) {
      throw base::DataError(path, "row " + std::to_string(i) + " holds a value that is not finite");
    }
    rows.push_back({std::vector<float>(begin, begin + width), static_cast<uint64_t>(i)});
  }
  return rows;
}

}  // namespace inr::sample
