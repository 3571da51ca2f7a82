// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// bench_render PRESET [PEER]: seconds of one image at the resolution of training by the fast kernel, by the reference
// one and by PEER, taken in turns in one run, beside the limit: the multiply-adds that are executed over the best
// measured rate of matrix products in the cache, LibTorch's or our own. (It is that of plain products: wide layers do
// with seven eighths of theirs, render/seven_products.hpp, and may pass it.) PEER is a command; it is given STREAM
// RESOLUTION THREADS OUT.npy, draws the stream's first record, and prints "seconds S" (peer_pytorch.py).
//
// bench_render --fig9 PRESET OUT.svg: the same against the size of the picture (the paper's Fig. 9).
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/npy.hpp"
#include "bench_plot.hpp"
#include "bench_sample.hpp"
#include "field/torch_pool.hpp"
#include "model/macs.hpp"
#include "model/presets.hpp"
#include "product_rate.hpp"
#include "render/renderer.hpp"

namespace {

using namespace inr;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = 7;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

double memory_mb(const char* field) {  // VmRSS: now; VmHWM: at most
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::stod(line.substr(std::string(field).size() + 1)) * 1024 / 1e6;
  }
  return 0;
}

/// Multiply-adds of an image from its theta on: the hypernetwork is not timed here.
double image_macs(const model::ModelConfig& config, model::MacCount which, int64_t size) {
  double macs = 0;
  for (const model::LayerCost& layer : model::count_cost(config, which, size).layers) {
    if (!layer.name.starts_with("hypernet")) macs += static_cast<double>(layer.macs);
  }
  return macs;
}

/// A folder that goes with everything in it.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("bench_render-" + std::to_string(getpid()))) {
    std::filesystem::create_directory(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

struct Picture {
  std::vector<float> values;  // [H, W, 3]
  double seconds = 0;
};

Picture draw(const bench::Sample& sample, int64_t resolution, std::string_view backend, base::WorkerPool& pool) {
  const auto start = Clock::now();
  const auto plan = std::make_shared<const model::GridPlan>(
      model::plan_grid(sample.config, {{}, resolution, resolution, model::Cells::kDensity, -1}));
  Picture out;
  out.values.resize(static_cast<size_t>(resolution * resolution * 3));
  render::Renderer renderer(sample.inr_model, sample.theta, plan, {{backend, {}}});
  renderer.rows(0, resolution, out.values, &pool);
  out.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return out;
}

double difference(const std::vector<float>& a, const std::vector<float>& b) {
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    worst = std::max(worst, std::isnan(d) ? INFINITY : d);
  }
  return worst;
}

/// PEER's seconds, and its picture as [H, W, 3].
Picture peer_picture(const std::string& command, const std::string& folder, int64_t resolution, int n_threads) {
  const std::string out = folder + "/peer.npy";
  const std::string line = command + " " + folder + "/sample.inr " + std::to_string(resolution) + " " +
                           std::to_string(n_threads) + " " + out;
  FILE* pipe = popen(line.c_str(), "r");  // NOLINT: the user's own command
  if (pipe == nullptr) throw base::SystemError("cannot start " + command);
  Picture picture;
  char text[256];
  bool told = false;
  while (std::fgets(text, sizeof text, pipe) != nullptr)
    told = std::sscanf(text, "seconds %lf", &picture.seconds) == 1 || told;
  if (pclose(pipe) != 0 || !told) throw base::DataError(command, "failed, or did not print \"seconds S\"", "");
  const base::NpyArray array = base::read_npy(out);
  const std::vector<float> planes = array.to_f32();
  const size_t n = planes.size() / 3;
  picture.values.resize(planes.size());
  for (size_t c = 0; c < 3; ++c) {
    for (size_t i = 0; i < n; ++i) picture.values[3 * i + c] = planes[c * n + i];
  }
  return picture;
}

void compare(const std::string& preset, const std::string& peer) {
  const model::ModelConfig config = model::find_preset(preset).config.model;
  const bench::Sample sample(config);
  const int64_t resolution = config.resolution;
  field::TorchPool pool(0);
  const double at_start = memory_mb("VmRSS:");
  const Picture first = draw(sample, resolution, render::kCpu, pool);
  const double peak = memory_mb("VmHWM:") - at_start;
  std::vector<double> fast;
  std::vector<double> rate;
  std::vector<double> peers;
  double worst_peer = 0;
  const Folder folder;
  sample.write_stream(folder.path() + "/sample.inr");
  for (int round = 0; round < kRounds; ++round) {
    rate.push_back(bench::product_rate(pool));
    fast.push_back(draw(sample, resolution, render::kCpu, pool).seconds);
    if (peer.empty()) continue;
    const Picture other = peer_picture(peer, folder.path(), resolution, pool.size());
    peers.push_back(other.seconds);
    worst_peer = std::max(worst_peer, difference(first.values, other.values));
  }
  const Picture plain = draw(sample, resolution, render::kReference, pool);  // once: it is slow
  const double executed = image_macs(config, model::MacCount::kExecuted, resolution);
  const double full = image_macs(config, model::MacCount::kFull, resolution);
  const double limit = executed / *std::ranges::max_element(rate);
  std::printf("%s, %lld x %lld, %d threads: %.1f GMAC as written, %.1f executed, %.1f GMAC/s in the cache\n",
              preset.c_str(), static_cast<long long>(resolution), static_cast<long long>(resolution), pool.size(),
              full / 1e9, executed / 1e9, *std::ranges::max_element(rate) / 1e9);
  std::printf("  %-10s %8.3f s\n", "limit", limit);
  std::printf("  %-10s %8.3f s  %5.1f %% of the limit  %.0f MB above the start\n", "fast", median(fast),
              100 * limit / median(fast), peak);
  const auto line = [&](const char* name, const std::vector<double>& seconds, double worst) {
    std::printf("  %-10s %8.3f s  %5.2f times the fast kernel  difference at most %.1e\n", name, median(seconds),
                median(seconds) / median(fast), worst);
  };
  line("reference", {plain.seconds}, difference(first.values, plain.values));
  if (!peers.empty()) line("peer", peers, worst_peer);
}

void figure9(const std::string& preset, const std::string& svg) {
  const model::ModelConfig config = model::find_preset(preset).config.model;
  const bench::Sample sample(config);
  field::TorchPool pool(0);
  std::printf("%s: cost against the size of the picture\n  size   GMAC (paper)   (full)   (executed)   seconds\n",
              preset.c_str());
  bench::Series macs{"GMAC, as written", {}, {}};
  bench::Series time{"seconds, fast kernel", {}, {}};
  for (int64_t size = 64; size <= config.resolution; size *= 2) {
    std::vector<double> seconds;
    for (int round = 0; round < kRounds; ++round) {
      seconds.push_back(draw(sample, size, render::kCpu, pool).seconds);
    }
    const auto count = [&](model::MacCount which) { return image_macs(config, which, size) / 1e9; };
    const double full = count(model::MacCount::kFull);
    std::printf("  %4lld %14.3f %8.3f %12.3f %9.4f\n", static_cast<long long>(size), count(model::MacCount::kPaper),
                full, count(model::MacCount::kExecuted), median(seconds));
    macs.add(static_cast<double>(size), full);
    time.add(static_cast<double>(size), median(seconds));
  }
  bench::write_plot(svg, preset + ": an image of S x S pixels costs what its pixels cost", "S (pixels)", {macs, time});
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() == 3 && words[0] == "--fig9") {
      figure9(words[1], words[2]);
    } else if (words.size() == 1 || words.size() == 2) {
      compare(words[0], words.size() == 2 ? words[1] : "");
    } else {
      std::fprintf(stderr, "usage: bench_render PRESET [PEER] | --fig9 PRESET OUT.svg\n");
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_render: %s\n", error.what());
    return 1;
  }
  return 0;
}
