// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/sample_grid.hpp"

#include <cstring>

#include "base/atomic_file.hpp"
#include "gan/hypernetwork.hpp"
#include "gan/train_step.hpp"
#include "image/encode.hpp"

namespace inr::gan {

at::Tensor quantize(const at::Tensor& images) { return (images * 127.5 + 128).clamp(0, 255).to(at::kByte); }

void write_sample_grid(const std::string& path, const model::Config& config, const field::TensorMap& weights) {
  const at::NoGradGuard no_grad;
  const int64_t r = config.model.resolution;
  const int64_t side = r <= 256 ? 8 : 4;
  const TrainStep step(config);
  std::vector<at::Tensor> rows;
  for (int64_t i = 0; i < side; ++i) {
    const at::Tensor z =
        latents(0, static_cast<uint64_t>(i * side), side, config.model.z_dim).to(weights.begin()->second.device());
    const at::Tensor row = quantize(step.generate(weights, z)).cpu();     // [side, 3, R, R]
    rows.push_back(row.permute({2, 0, 3, 1}).reshape({r, side * r, 3}));  // pixels of one row of cells
  }
  const at::Tensor pixels = at::cat(rows, 0).contiguous();  // [side R, side R, 3]
  image::Image picture = image::make_image(side * r, side * r);
  std::memcpy(picture.rgb.data(), pixels.const_data_ptr<uint8_t>(), picture.rgb.size());
  base::AtomicFile file(path);
  file.write(image::encode_png(picture));
  file.commit();
}

}  // namespace inr::gan
