// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/batch_loader.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <system_error>

#include "base/error.hpp"
#include "base/philox.hpp"

namespace inr::gan {
namespace {

constexpr uint32_t kOrderStream = 0x4F524445;  // "ORDE"
constexpr uint32_t kFlipStream = 0x464C4950;   // "FLIP"
constexpr int64_t kBatchesAhead = 4;
constexpr int64_t kBytesAhead = int64_t{256} << 20;

}  // namespace

int64_t batches_ahead(int64_t bytes_of_batch, int n_threads) {
  const int64_t useful = std::max<int64_t>(kBatchesAhead, 2 * static_cast<int64_t>(n_threads));
  return std::clamp<int64_t>(kBytesAhead / std::max<int64_t>(1, bytes_of_batch), 2, useful);
}

int64_t DataOrder::index(int64_t position) {
  const int64_t epoch = position / n_;
  if (epoch != epoch_) {
    permutation_.resize(static_cast<size_t>(n_));
    std::iota(permutation_.begin(), permutation_.end(), 0);
    base::CounterRng rng(seed_, static_cast<uint64_t>(epoch), kOrderStream);
    for (size_t i = permutation_.size(); i > 1; --i) std::swap(permutation_[i - 1], permutation_[rng.next_below(i)]);
    epoch_ = epoch;
  }
  return permutation_[static_cast<size_t>(position % n_)];
}

bool DataOrder::flip(int64_t position) const {
  return (base::CounterRng(seed_, static_cast<uint64_t>(position), kFlipStream).next_u32() >> 31) != 0;
}

void require_fitting(const dataset::DatasetReader& dataset, int64_t resolution) {
  const dataset::DatasetInfo& info = dataset.info();
  const std::string side = std::to_string(resolution);
  if (dataset.size() == 0)
    throw base::DataError(dataset.path(), "holds no pictures", "prepare it from a source that has some");
  if (info.width != resolution || info.height != resolution) {
    throw base::DataError(dataset.path(),
                          "holds pictures of " + std::to_string(info.width) + " x " + std::to_string(info.height) +
                              ", the model is trained at " + side + " x " + side,
                          "prepare the dataset with inr-prep --size " + side);
  }
}

BatchLoader::BatchLoader(const dataset::DatasetReader& dataset, const LoaderOptions& options)
    : dataset_(dataset), options_(options), order_(options.seed, std::max<int64_t>(1, dataset.size())) {
  require_fitting(dataset, options.resolution);
  if (options_.shard.empty()) {
    options_.shard.resize(static_cast<size_t>(options.batch));
    std::iota(options_.shard.begin(), options_.shard.end(), 0);
  }
  try {
    for (int i = 0; i < std::max(1, options.n_threads); ++i) threads_.emplace_back([this] { read_ahead(); });
  } catch (const std::system_error& fault) {
    stop();
    throw base::SystemError("threads that read pictures", "start one", fault.code().value());
  }
}

BatchLoader::~BatchLoader() { stop(); }

void BatchLoader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

at::Tensor BatchLoader::next() {
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ready_.contains(next_given_) || faults_.contains(next_given_); });
  stalled_ms_ += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  if (const auto fault = faults_.find(next_given_); fault != faults_.end()) std::rethrow_exception(fault->second);
  at::Tensor batch = std::move(ready_.extract(next_given_).mapped());
  ++next_given_;
  lock.unlock();
  changed_.notify_all();
  return batch;
}

void BatchLoader::read_ahead() {
  const int64_t side = options_.resolution;
  const int64_t bytes = static_cast<int64_t>(options_.shard.size() * sizeof(float)) * 3 * side * side;
  const int64_t ahead = batches_ahead(bytes, options_.n_threads);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || next_read_ < next_given_ + ahead; });
    if (stop_) return;
    const int64_t number = next_read_++;
    try {
      const std::vector<Picture> pictures = plan_batch(number);
      lock.unlock();
      at::Tensor batch = read_batch(pictures);
      lock.lock();
      ready_[number] = std::move(batch);
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      faults_[number] = std::current_exception();
    }
    changed_.notify_all();
  }
}

std::vector<BatchLoader::Picture> BatchLoader::plan_batch(int64_t number) {
  std::vector<Picture> pictures;
  for (const int64_t n : options_.shard) {
    const int64_t position = options_.first_position + number * options_.batch + n;
    pictures.push_back({order_.index(position), options_.flip && order_.flip(position)});
  }
  return pictures;
}

at::Tensor BatchLoader::read_batch(const std::vector<Picture>& pictures) const {
  const int64_t r = options_.resolution;
  at::Tensor out = at::empty({static_cast<int64_t>(pictures.size()), 3, r, r},
                             at::TensorOptions(at::kFloat).pinned_memory(options_.pinned));
  float* data = out.data_ptr<float>();
  std::vector<uint8_t> rgb(static_cast<size_t>(3 * r * r));  // [R, R, 3]
  for (const Picture& picture : pictures) {
    dataset_.read_rgb(picture.index, rgb);
    for (int64_t y = 0; y < r; ++y) {
      for (int64_t x = 0; x < r; ++x) {
        const uint8_t* pixel = rgb.data() + 3 * (y * r + (picture.flip ? r - 1 - x : x));
        for (int64_t c = 0; c < 3; ++c) data[(c * r + y) * r + x] = static_cast<float>(pixel[c]) / 127.5F - 1.0F;
      }
    }
    data += 3 * r * r;
  }
  return out;
}

}  // namespace inr::gan
