// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/dry_run.hpp"

#include <algorithm>
#include <numeric>

#include "base/json.hpp"
#include "gan/batch_loader.hpp"
#include "model/theta_layout.hpp"
#include "parallel/shard.hpp"

namespace inr::gan {
namespace {

using parallel::kGroupSize;

constexpr int64_t kFloatBytes = 4;
// Tensors of the size of a resolution's features that are alive at the peak: counted along discriminate(), and along
// its gradient's gradient where there is an R1 term; and per layer of a decoder.
constexpr int64_t kTensorsOfD = 6;
constexpr int64_t kTensorsOfR1 = 14;
constexpr int64_t kTensorsOfLayer = 2;

int64_t numel(const std::vector<model::TensorSpec>& specs, std::string_view prefix = {}) {
  int64_t sum = 0;
  for (const model::TensorSpec& spec : specs) {
    if (!spec.name.starts_with(prefix)) continue;
    sum += std::accumulate(spec.shape.begin(), spec.shape.end(), int64_t{1}, std::multiplies<>());
  }
  return sum;
}

int64_t floats_of_d(const model::Config& config) {  // of one image
  int64_t sum = 0;
  for (int64_t r = config.model.resolution; r >= 4; r /= 2)
    sum += std::min(config.discriminator.channel_max, config.discriminator.channel_base / r) * r * r;
  return sum * (config.training.r1 > 0 ? kTensorsOfR1 : kTensorsOfD);
}

int64_t floats_of_g(const model::Config& config) {  // of one image
  int64_t sum = 0;
  for (const model::BlockConfig& block : config.model.blocks)
    sum += block.resolution * block.resolution * block.width * (block.layers + 1) * kTensorsOfLayer;
  return sum;
}

std::string mebibytes(int64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB"; }

std::string shape(const at::Tensor& tensor) {
  std::string text = "[";
  for (const int64_t n : tensor.sizes()) text += (text.size() > 1 ? ", " : "") + std::to_string(n);
  return text + "]";
}

}  // namespace

MemoryEstimate estimate_memory(const model::Config& config, const StepOptions& options, int64_t n_images,
                               int loader_threads) {
  const int64_t n_g = numel(model::generator_tensors(config.model));
  const int64_t n_d = numel(model::discriminator_tensors(config.discriminator, config.model.resolution));
  const int64_t part_g = options.micro_batch > 0 ? std::min(options.micro_batch, n_images) : n_images;
  const int64_t part_d = options.micro_batch > 0
                             ? std::min(n_images, std::max(kGroupSize, options.micro_batch / kGroupSize * kGroupSize))
                             : n_images;
  const int64_t of_saved_d = config.training.beta1 == 0 ? 2 : 3;  // weights, second moments, first ones
  const int64_t saved_d = options.skip_non_finite ? 0 : of_saved_d * n_d;
  const int64_t batch_bytes = kFloatBytes * 3 * n_images * config.model.resolution * config.model.resolution;
  MemoryEstimate out;
  out.weights = kFloatBytes * (2 * n_g + n_d);
  out.moments = kFloatBytes * (3 * n_g + 3 * n_d + saved_d);
  out.activations = kFloatBytes * std::max(part_d * floats_of_d(config), part_g * floats_of_g(config));
  out.pictures = batch_bytes * (batches_ahead(batch_bytes, loader_threads) + 1);
  return out;
}

int64_t checkpoint_bytes(const model::Config& config) {
  constexpr int64_t kSetsOfG = 4;  // the weights, their moving average, two moments
  constexpr int64_t kSetsOfD = 3;
  const int64_t n_g = numel(model::generator_tensors(config.model));
  const int64_t n_d = numel(model::discriminator_tensors(config.discriminator, config.model.resolution));
  return kFloatBytes * (kSetsOfG * n_g + kSetsOfD * n_d);
}

void describe_run(std::ostream& out, const model::Config& config, const StepOptions& options, int n_processes,
                  int loader_threads, int64_t keep, const dataset::DatasetReader* dataset) {
  const std::vector<model::TensorSpec> g = model::generator_tensors(config.model);
  const std::vector<int64_t> shard = parallel::images_of_rank(config.training.batch, 0, n_processes);
  const auto n_images = static_cast<int64_t>(shard.size());
  const MemoryEstimate memory = estimate_memory(config, options, n_images, loader_threads);
  out << "parameters     G " << numel(g) << " (hypernetwork " << numel(g, "hypernet.") << ", shared INR "
      << numel(g, "inr.") << "), D "
      << numel(model::discriminator_tensors(config.discriminator, config.model.resolution)) << "\n";
  for (const model::TensorSpec& spec : g) {
    if (spec.name == "hypernet.out.bias") out << "theta          " << spec.shape.front() << " numbers an image\n";
  }
  out << "memory, about  " << mebibytes(memory.total()) << " a process: weights " << mebibytes(memory.weights)
      << ", moments and gradients " << mebibytes(memory.moments) << ", activations " << mebibytes(memory.activations)
      << ", pictures " << mebibytes(memory.pictures) << "\n"
      << "disk           " << mebibytes(checkpoint_bytes(config)) << " a checkpoint, "
      << (keep == 0 ? "all kept"
                    : mebibytes((keep + 1) * checkpoint_bytes(config)) + " with --keep " + std::to_string(keep) +
                          " and one being written")
      << "; best.safetensors takes another\n"
      << "batch          " << config.training.batch << " images, " << n_images << " in each of " << n_processes
      << (n_processes == 1 ? " process" : " processes");
  if (options.micro_batch > 0 && options.micro_batch < n_images) out << ", " << options.micro_batch << " at once";
  out << "\n";
  if (dataset != nullptr) {
    BatchLoader loader(*dataset, {.seed = config.training.seed,
                                  .batch = config.training.batch,
                                  .resolution = config.model.resolution,
                                  .flip = config.training.flip,
                                  .first_position = 0,
                                  .shard = shard,
                                  .n_threads = 1,
                                  .pinned = false});
    const at::Tensor reals = loader.next();
    out << "first batch    reals " << shape(reals) << " in [" << reals.min().item<float>() << ", "
        << reals.max().item<float>() << "], z [" << n_images << ", " << config.model.z_dim << "]; dataset of "
        << dataset->size() << " pictures, an epoch is "
        << (dataset->size() + config.training.batch - 1) / config.training.batch << " iterations\n";
  }
}

}  // namespace inr::gan
