// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The three filters as one separable loop over taps, and the sets that use them.
#include "metrics/upsampled.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "image/quantize.hpp"
#include "image/resample.hpp"

namespace inr::metrics {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"none", "nearest", "bilinear", "bicubic", "inr"};
constexpr double kCubic = -0.75;  // torch's; Pillow has -0.5

// Output i lies at input (i + 0.5) / 2 - 0.5: a quarter of a pixel before pixel i / 2 where i is even, a quarter behind
// it where i is odd. So there are two sets of weights, for the pixels i / 2 + first, i / 2 + first + 1, ...
struct Phase {
  int64_t first = 0;
  std::vector<double> weights;
};

double cubic_weight(double distance) {
  const double t = std::abs(distance);
  if (t <= 1) return ((kCubic + 2) * t - (kCubic + 3)) * t * t + 1;
  return ((kCubic * t - 5 * kCubic) * t + 8 * kCubic) * t - 4 * kCubic;
}

Phase phase_of(Upsampling upsampling, bool odd) {
  const double offset = odd ? 0.25 : -0.25;
  switch (upsampling) {
    case Upsampling::kNearest:
      return {0, {1}};
    case Upsampling::kBilinear:
      return odd ? Phase{0, {0.75, 0.25}} : Phase{-1, {0.25, 0.75}};
    case Upsampling::kBicubic: {
      Phase phase{odd ? -1 : -2, {}};
      for (int64_t j = 0; j < 4; ++j)
        phase.weights.push_back(cubic_weight(static_cast<double>(phase.first + j) - offset));
      return phase;
    }
    case Upsampling::kNone:
    case Upsampling::kInr:
      break;
  }
  throw std::invalid_argument("upsample_twice: no filter");
}

// One axis: values [n_outer, n, n_inner] -> [n_outer, 2 n, n_inner].
std::vector<float> double_axis(std::span<const float> values, int64_t n_outer, int64_t n, int64_t n_inner,
                               const std::array<Phase, 2>& phases) {
  std::vector<float> out(values.size() * 2);
  std::vector<double> sum(static_cast<size_t>(n_inner));
  for (int64_t o = 0; o < n_outer; ++o) {
    for (int64_t i = 0; i < 2 * n; ++i) {
      const Phase& phase = phases[static_cast<size_t>(i % 2)];
      std::fill(sum.begin(), sum.end(), 0.0);
      for (size_t t = 0; t < phase.weights.size(); ++t) {
        const int64_t at = std::clamp<int64_t>(i / 2 + phase.first + static_cast<int64_t>(t), 0, n - 1);
        const float* source = values.data() + (o * n + at) * n_inner;
        for (size_t k = 0; k < sum.size(); ++k) sum[k] += phase.weights[t] * static_cast<double>(source[k]);
      }
      float* target = out.data() + (o * 2 * n + i) * n_inner;
      for (size_t k = 0; k < sum.size(); ++k) target[k] = static_cast<float>(sum[k]);
    }
  }
  return out;
}

class FilteredSet final : public PictureSet {
 public:
  FilteredSet(std::unique_ptr<PictureSet> set, Upsampling upsampling) : set_(std::move(set)), upsampling_(upsampling) {}
  [[nodiscard]] std::string kind() const override { return set_->kind(); }
  [[nodiscard]] std::string name() const override { return set_->name(); }
  [[nodiscard]] std::optional<int64_t> count() const override { return set_->count(); }
  [[nodiscard]] base::Json origin() const override { return set_->origin(); }
  [[nodiscard]] PictureSize size() const override {
    const PictureSize inner = set_->size();
    return {2 * inner.width, 2 * inner.height};
  }
  bool next(PictureJob& job) override {
    PictureJob inner;
    if (!set_->next(inner)) return false;
    job = [inner = std::move(inner), upsampling = upsampling_] { return upsample_twice(inner(), upsampling); };
    return true;
  }

 private:
  std::unique_ptr<PictureSet> set_;
  Upsampling upsampling_;
};

}  // namespace

Upsampling parse_upsampling(std::string_view text) {
  for (size_t i = 1; i < kNames.size(); ++i) {
    if (text == kNames[i]) return static_cast<Upsampling>(i);
  }
  throw base::UsageError("\"" + base::printable(text) + "\" is not nearest, bilinear, bicubic or inr");
}

std::string_view upsampling_name(Upsampling upsampling) noexcept { return kNames[static_cast<size_t>(upsampling)]; }

std::vector<float> upsample_twice(std::span<const float> pixels, int64_t width, int64_t height, int64_t channels,
                                  Upsampling upsampling) {
  if (width < 1 || height < 1 || channels < 1 || std::ssize(pixels) != width * height * channels) {
    throw std::invalid_argument("upsample_twice: pixels do not fit their sizes");
  }
  const std::array<Phase, 2> phases = {phase_of(upsampling, false), phase_of(upsampling, true)};
  const std::vector<float> wide = double_axis(pixels, height, width, channels, phases);
  return double_axis(wide, 1, height, 2 * width * channels, phases);
}

image::Image upsample_twice(const image::Image& picture, Upsampling upsampling) {
  std::vector<float> values(picture.rgb.size());
  std::transform(picture.rgb.begin(), picture.rgb.end(), values.begin(),
                 [](uint8_t value) { return static_cast<float>(value) / 127.5F - 1; });
  values = upsample_twice(values, picture.width, picture.height, 3, upsampling);
  image::Image out{2 * picture.width, 2 * picture.height, std::vector<uint8_t>(values.size())};
  image::quantize8(values, out.rgb);
  return out;
}

std::unique_ptr<PictureSet> upsample_set(std::unique_ptr<PictureSet> set, Upsampling upsampling) {
  if (upsampling == Upsampling::kNone) return set;
  if (upsampling == Upsampling::kInr) {
    throw base::DataError(base::printable(set->name()), "holds pictures, which cannot be drawn more densely",
                          "give a checkpoint, a run or an INR stream with --upsampled inr");
  }
  return std::make_unique<FilteredSet>(std::move(set), upsampling);
}

struct ResizedSet::Log {
  std::mutex mutex;
  SourceSizes sizes;

  void add(const image::Image& picture, int64_t side) {
    const std::string text = std::to_string(picture.width) + "x" + std::to_string(picture.height);
    const int64_t shorter = std::min(picture.width, picture.height);
    const std::scoped_lock lock(mutex);
    sizes.smallest = sizes.size.empty() ? shorter : std::min(sizes.smallest, shorter);
    if (sizes.size.empty()) sizes.size = text;
    if (sizes.size != text) sizes.size = "mixed";
    if (shorter < side) ++sizes.n_enlarged;
  }
};

ResizedSet::ResizedSet(std::unique_ptr<PictureSet> set, int64_t side)
    : set_(std::move(set)), side_(side), log_(std::make_shared<Log>()) {}
ResizedSet::~ResizedSet() = default;

base::Json ResizedSet::origin() const {
  base::Json json = set_->origin();
  json["filter"] = std::string(image::filter_name(image::Filter::kLanczos));
  return json;
}

bool ResizedSet::next(PictureJob& job) {
  PictureJob inner;
  if (!set_->next(inner)) return false;
  job = [inner = std::move(inner), log = log_, side = side_] {
    const image::Image picture = inner();
    log->add(picture, side);
    return image::resize(image::center_crop(picture), side, side, image::Filter::kLanczos);
  };
  return true;
}

SourceSizes ResizedSet::sources() const {
  const std::scoped_lock lock(log_->mutex);
  return log_->sizes;
}

}  // namespace inr::metrics
