// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The quick score: two passes of measure().
#include "metrics/score.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "field/thread_count.hpp"
#include "field/torch_pool.hpp"
#include "metrics/frechet.hpp"
#include "metrics/measure.hpp"

namespace inr::metrics {
namespace {

// At most n_wanted pictures of another set, evenly spread.
class SpreadSet final : public PictureSet {
 public:
  SpreadSet(std::unique_ptr<PictureSet> set, int64_t n_wanted)
      : set_(std::move(set)), n_there_(set_->count().value_or(n_wanted)), n_taken_(std::min(n_there_, n_wanted)) {}
  [[nodiscard]] std::string kind() const override { return set_->kind(); }
  [[nodiscard]] std::string name() const override { return set_->name(); }
  [[nodiscard]] std::optional<int64_t> count() const override { return n_taken_; }
  bool next(PictureJob& job) override {
    if (n_done_ == n_taken_) return false;
    const int64_t target = n_done_++ * n_there_ / n_taken_;
    for (; position_ <= target; ++position_) {
      if (!set_->next(job)) return false;
    }
    return true;
  }

 private:
  std::unique_ptr<PictureSet> set_;
  int64_t n_there_, n_taken_, n_done_ = 0, position_ = 0;
};

// Samples, drawn a batch at a time.
class SampleSet final : public PictureSet {
 public:
  // n_threads: LibTorch's while samples are drawn, which no worker does.
  SampleSet(const SampleImages& images, int64_t n, int64_t batch, int n_threads)
      : images_(images), n_(n), batch_(batch), n_threads_(n_threads) {}
  [[nodiscard]] std::string kind() const override { return "samples"; }
  [[nodiscard]] std::string name() const override { return "samples"; }
  [[nodiscard]] std::optional<int64_t> count() const override { return n_; }
  bool next(PictureJob& job) override {
    if (next_ == n_) return false;
    const int64_t within = next_ % batch_;
    if (within == 0) {
      const int64_t n = std::min(batch_, n_ - next_);
      {
        const field::ThreadCountGuard as_outside(n_threads_);
        drawn_ = images_(next_, n);
      }
      if (drawn_.dim() != 4 || drawn_.size(0) != n) throw base::DataError("samples: not as many images as asked for");
    }
    job = [batch = drawn_, within] { return to_image(batch, within); };
    ++next_;
    return true;
  }

 private:
  const SampleImages& images_;
  int64_t n_, batch_, next_ = 0;
  int n_threads_;
  at::Tensor drawn_;
};

}  // namespace

image::Image to_image(const at::Tensor& images_u8, int64_t i) {
  if (images_u8.dim() != 4 || images_u8.size(1) != 3 || images_u8.scalar_type() != at::kByte ||
      i >= images_u8.size(0)) {
    throw base::DataError("images: not uint8 [N, 3, H, W]");
  }
  const at::Tensor pixels = images_u8[i].permute({1, 2, 0}).contiguous();  // [H, W, 3]
  const auto* first = pixels.const_data_ptr<uint8_t>();
  return {pixels.size(1), pixels.size(0), {first, first + pixels.numel()}};
}

QuickScore::QuickScore(const std::string& dataset, const QuickScoreOptions& options)
    : options_(options), network_(open_network("")) {
  field::TorchPool pool(options_.n_threads);
  SpreadSet reals(open_picture_set(dataset, {}, pool), options_.n_real);
  check_rank(base::printable(dataset), reals.count().value_or(0), network_->dims());
  real_ = measure(reals, *network_, {}, pool).statistics;
}

double QuickScore::operator()(const SampleImages& images) const {
  Statistics fake;
  {
    const int n_threads = at::get_num_threads();
    field::TorchPool pool(options_.n_threads);
    SampleSet fakes(images, options_.n_fake, options_.batch, n_threads);
    fake = measure(fakes, *network_, {}, pool).statistics;
  }
  return frechet_distance(real_, fake);
}

}  // namespace inr::metrics
