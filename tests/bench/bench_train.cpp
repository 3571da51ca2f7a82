// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// bench_train PRESET BATCH ITERATIONS [DATASET]: seconds of a training iteration by phase, by the reference kernel and
// by the fast one in the same run, beside the time that its multiply-adds alone would take at the measured rate of
// matrix products. Frequencies are drawn as a trained model has them, N(0, 10^2): an untrained one's are much slower,
// which would flatter the fast kernel (render.md, section 3). Each kernel has an iteration to warm up.
#include <ATen/Parallel.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "dataset/dataset.hpp"
#include "gan/batch_loader.hpp"
#include "gan/hypernetwork.hpp"
#include "gan/train_step.hpp"
#include "model/macs.hpp"
#include "model/presets.hpp"

namespace {

using namespace inr;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Multiply-adds per second of products of the size of a tile of a layer, all threads together.
double product_rate() {
  constexpr int64_t kPoints = 1024, kWidth = 512, kProducts = 20;
  const int64_t n = at::get_num_threads();
  double best = 0;
  for (int round = 0; round < 3; ++round) {
    const auto start = Clock::now();
    at::parallel_for(0, n, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const at::Tensor x = at::ones({kPoints, kWidth});
        const at::Tensor w = at::ones({kWidth, kWidth});
        at::Tensor y = at::empty({kPoints, kWidth});
        for (int64_t j = 0; j < kProducts; ++j) at::mm_out(y, x, w);
      }
    });
    best = std::max(best, static_cast<double>(n * kProducts * kPoints * kWidth * kWidth) / seconds_since(start));
  }
  return best;
}

/// Multiply-adds of an iteration: G forward for the fakes, forward and back for its step (1 + 1 + 2); D forward on
/// both, back on the fakes, dD/dreal and all the way back through it on the reals (2 + 2 + 1 + 4), and forward and back
/// to the image in G's step (2).
double products_of_iteration(const model::Config& config) {
  const auto batch = static_cast<double>(config.training.batch);
  const auto g = static_cast<double>(model::count_cost(config.model, model::MacCount::kExecuted).macs);
  double d = 0;
  for (const model::TensorSpec& spec : model::discriminator_tensors(config.discriminator, config.model.resolution)) {
    int64_t size = 1;
    for (const int64_t side : spec.shape) size *= side;
    int64_t side = 1;  // of the grid that the layer's weights are used on
    if (spec.shape.size() == 4) {
      if (spec.name.starts_with("rgb")) {
        side = config.model.resolution;
      } else if (spec.name.starts_with("last")) {
        side = 4;
      } else {
        std::from_chars(spec.name.data(), spec.name.data() + spec.name.size(), side);
        if (spec.name.find("conv0") == std::string::npos) side /= 2;
      }
    }
    if (spec.shape.size() > 1) d += static_cast<double>(size * side * side);
  }
  return batch * (4 * g + 11 * d);
}

void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

double peak_gb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024 / 1e9;
  }
  return 0;
}

/// Theta's frequencies as N(0, 1), by way of the connector's bias.
void draw_frequencies(const model::Config& config, gan::TrainState& state) {
  at::Tensor& bias = state.g.at("hypernet.out.bias");
  for (const model::BlockLayout& block : model::theta_layout(config.model).blocks) {
    const int64_t n = 2 * block.frequencies;
    const auto key = static_cast<uint64_t>(block.frequencies_offset);
    bias.narrow(0, block.frequencies_offset, n).copy_(gan::latents(1, key, 1, n)[0]);
  }
  state.ema.at("hypernet.out.bias").copy_(bias);
}

class Bench {
 public:
  Bench(const model::Config& config, const dataset::DatasetReader* dataset)
      : config_(config), state_(gan::initial_state(config)) {
    draw_frequencies(config, state_);
    if (dataset != nullptr) {
      gan::LoaderOptions options;
      options.batch = config.training.batch;
      options.resolution = config.model.resolution;
      loader_ = std::make_unique<gan::BatchLoader>(*dataset, options);
    }
  }

  /// Mean seconds of an iteration; prints its line of the table.
  double measure(const char* name, field::Kernel kernel, int64_t n_iterations) {
    gan::StepOptions options;
    options.kernel = kernel;
    const gan::TrainStep step(config_, options);
    iterate(step);
    reset_peak();
    gan::PhaseSeconds phases;
    const auto start = Clock::now();
    for (int64_t i = 0; i < n_iterations; ++i) phases += iterate(step);
    const auto n = static_cast<double>(n_iterations);
    const double seconds = seconds_since(start) / n;
    std::printf("  %-10s %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f %8.2f\n", name, seconds, phases.data / n,
                phases.g_forward / n, phases.d_forward / n, phases.r1 / n, phases.backward / n, phases.optimiser / n,
                phases.allreduce / n, peak_gb());
    std::fflush(stdout);
    return seconds;
  }

 private:
  gan::PhaseSeconds iterate(const gan::TrainStep& step) {
    const int64_t batch = config_.training.batch;
    const auto latents = [&](uint64_t seed) {
      return gan::latents(seed, static_cast<uint64_t>(state_.images), batch, config_.model.z_dim);
    };
    double waited = 0;
    at::Tensor reals;
    {
      const gan::PhaseTimer timer(waited);
      const int64_t side = config_.model.resolution;
      reals = loader_ ? loader_->next() : at::rand({batch, 3, side, side}) * 2 - 1;
    }
    gan::StepReport report = step.run(state_, reals, latents(1), latents(2));
    if (!report.fault.empty()) throw base::DataError("bench", report.fault + " is not finite");
    report.seconds.data = waited;
    return report.seconds;
  }

  model::Config config_;
  gan::TrainState state_;
  std::unique_ptr<gan::BatchLoader> loader_;
};

int64_t number(const char* text) { return std::stoll(text); }

int run(int argc, char** argv) {
  if (argc < 4 || argc > 5) throw base::UsageError("bench_train PRESET BATCH ITERATIONS [DATASET]");
  model::Config config = model::find_preset(argv[1]).config;
  config.training.batch = number(argv[2]);
  const int64_t n_iterations = number(argv[3]);
  at::set_num_threads(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  std::optional<dataset::DatasetReader> dataset;
  if (argc == 5) dataset.emplace(argv[4]);
  const double rate = product_rate();
  const double products = products_of_iteration(config);
  std::printf("train %s, batch %s, %d threads; %.0f GMAC at %.0f GMAC/s of matrix products: %.3f s\n", argv[1], argv[2],
              at::get_num_threads(), products / 1e9, rate / 1e9, products / rate);
  std::printf("  %-10s %8s %8s %8s %8s %8s %8s %8s %8s %8s\n", "seconds", "step", "data", "G fwd", "D fwd", "R1",
              "back", "optim", "reduce", "peak GB");
  Bench bench(config, dataset ? &*dataset : nullptr);
  const double reference = bench.measure("reference", field::Kernel::kReference, n_iterations);
  const double fast = bench.measure("fast", field::Kernel::kFast, n_iterations);
  std::printf("  fast is %.2f times as fast as reference\n", reference / fast);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_train: %s\n", error.what());
    return 1;
  }
}
