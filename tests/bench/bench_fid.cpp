// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// bench_fid [NETWORK [THREADS]]: what the scores cost. Images a second of the whole path (generated pictures, resize,
// network, statistics) beside the network's forward pass alone, and peak memory for 1,000 and 10,000 images; then at
// 2,048 features the streamed statistics, the Frechet step by both routes (peer_scipy.py is its peer), and for 10,000
// images a side KID and precision and recall. NETWORK is a file as inr-fid takes it, or "" for the built-in random one.
#include <ATen/Parallel.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "base/philox.hpp"
#include "field/torch_pool.hpp"
#include "metrics/frechet.hpp"
#include "metrics/kid.hpp"
#include "metrics/measure.hpp"
#include "metrics/precision_recall.hpp"

namespace {

using namespace inr;
using Clock = std::chrono::steady_clock;

constexpr int64_t kSide = 32;        // of the pictures, px
constexpr int64_t kFeatures = 2048;  // of Inception
constexpr int64_t kImages = 10000;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

template <class Work>
double seconds_of(const Work& work) {
  const auto start = Clock::now();
  work();
  return seconds_since(start);
}

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// n pictures of coloured noise, made when they are asked for.
class NoiseSet final : public metrics::PictureSet {
 public:
  explicit NoiseSet(int64_t n) : n_(n) {}
  [[nodiscard]] std::string kind() const override { return "noise"; }
  [[nodiscard]] std::string name() const override { return "noise"; }
  [[nodiscard]] std::optional<int64_t> count() const override { return n_; }
  bool next(metrics::PictureJob& job) override {
    if (next_ == n_) return false;
    job = [i = next_++] {
      image::Image picture = image::make_image(kSide, kSide);
      base::CounterRng rng(1, static_cast<uint64_t>(i));
      for (uint8_t& value : picture.rgb) value = static_cast<uint8_t>(rng.next_u32() >> 24);
      return picture;
    };
    return true;
  }

 private:
  int64_t n_, next_ = 0;
};

// Images a second of forward() alone, groups as measure() makes them.
double forward_rate(const metrics::FeatureNetwork& network, int64_t n_images, base::WorkerPool& pool) {
  NoiseSet set(metrics::kGroupImages);
  std::vector<at::Tensor> prepared;
  for (metrics::PictureJob job; set.next(job);) prepared.push_back(network.prepare(job()));
  const at::Tensor batch = at::stack(prepared);
  const int64_t n_groups = n_images / metrics::kGroupImages;
  const double seconds = seconds_of([&] { pool.run(n_groups, [&](int64_t) { (void)network.forward(batch); }); });
  return static_cast<double>(n_groups * metrics::kGroupImages) / seconds;
}

void bench_measure(const metrics::FeatureNetwork& network, base::WorkerPool& pool) {
  constexpr int64_t kRateImages = 256;
  std::printf("%s, %lld features, %d threads\n", network.name().c_str(), static_cast<long long>(network.dims()),
              pool.size());
  const auto whole_rate = [&](int64_t n) {
    NoiseSet set(n);
    return static_cast<double>(n) / seconds_of([&] { (void)metrics::measure(set, network, {}, pool); });
  };
  (void)forward_rate(network, kRateImages, pool);  // warms up
  std::vector<double> shares;
  for (int round = 0; round < 5; ++round) {  // in turns: other work on the machine meets both
    const double forward = forward_rate(network, kRateImages, pool), whole = whole_rate(kRateImages);
    std::printf("  forward alone %8.1f images/s, whole path %8.1f images/s: %.3f\n", forward, whole, whole / forward);
    shares.push_back(whole / forward);
  }
  std::nth_element(shares.begin(), shares.begin() + 2, shares.end());
  std::printf("whole path against the forward pass, median    %8.3f\n", shares[2]);
  for (const int64_t n : {int64_t{1000}, kImages}) {
    const double rate = whole_rate(n);
    std::printf("measure: %5lld images %24.1f images/s, peak %.0f MB\n", static_cast<long long>(n), rate,
                peak_megabytes());
  }
}

// Rows whose features differ much in size, as those of pictures do.
at::Tensor rows_of(uint64_t seed, int64_t n) {
  at::Tensor noise = at::empty({n, kFeatures}, at::kFloat);
  base::CounterRng(seed).fill_normal({noise.mutable_data_ptr<float>(), static_cast<size_t>(noise.numel())});
  at::Tensor mix = at::empty({kFeatures, kFeatures}, at::kFloat);
  base::CounterRng(seed, 1).fill_normal({mix.mutable_data_ptr<float>(), static_cast<size_t>(mix.numel())});
  const at::Tensor sizes = at::exp(at::arange(kFeatures, at::kFloat) / -300) / 45;
  return (noise.mm(mix) * sizes).relu();
}

void bench_scores(int n_threads) {
  at::set_num_threads(n_threads);
  const at::Tensor real = rows_of(1, kImages), fake = rows_of(2, kImages);
  const auto statistics_of = [](const at::Tensor& rows) {
    metrics::FeatureStats stats(kFeatures);
    for (const at::Tensor& block : rows.split(64)) stats.add(block);
    return stats.finish();
  };
  at::set_num_threads(1);  // as beside the network
  metrics::Statistics a;
  const double scatter = seconds_of([&] { a = statistics_of(real); });
  std::printf("statistics, 1 thread %25.1f rows/s\n", static_cast<double>(kImages) / scatter);
  at::set_num_threads(n_threads);
  const metrics::Statistics b = statistics_of(fake);
  for (const auto& [name, route] : {std::pair("symmetric", metrics::FrechetRoute::kSymmetric),
                                    std::pair("nuclear", metrics::FrechetRoute::kNuclear)}) {
    double value = 0;
    const double seconds = seconds_of([&] { value = metrics::frechet_distance(a, b, route); });
    std::printf("frechet: %s, %lld features %12.3f s   (%.9g)\n", name, static_cast<long long>(kFeatures), seconds,
                value);
  }
  metrics::KidOptions options;
  options.n_threads = n_threads;
  metrics::Kid kid;
  const double kid_seconds = seconds_of([&] { kid = metrics::kernel_inception_distance(real, fake, options); });
  std::printf("KID, 100 subsets of 1000 %21.3f s   (%.6g +- %.2g)\n", kid_seconds, kid.mean, kid.deviation);
  metrics::PrecisionRecall both;
  const double pr_seconds = seconds_of([&] { both = metrics::precision_recall(real, fake, 3, n_threads); });
  std::printf("precision and recall, %lld a side %13.3f s   (%.4f, %.4f)\n", static_cast<long long>(kImages),
              pr_seconds, both.precision, both.recall);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int wanted = argc > 2 ? std::atoi(argv[2]) : 0;
    int n_threads = 0;
    {
      const auto network = metrics::open_network(argc > 1 ? argv[1] : "");
      field::TorchPool pool(wanted);
      n_threads = pool.size();
      bench_measure(*network, pool);
    }
    bench_scores(n_threads);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_fid: %s\n", error.what());
    return 1;
  }
  return 0;
}
