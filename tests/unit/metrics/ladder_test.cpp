// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A ladder of degradations: the clean half of a set against its other half, then that half blurred, noisy and packed as
// JPEG, more and more; distances must rise in order. By default on pictures made by formula under the built-in network.
// With INR_PHOTOS (a folder, zip or dataset) and INR_FEATURE_NETWORK (a file) on those; INR_PHOTOS_N pictures a half.
//   INR_PHOTOS=flowers.zip INR_FEATURE_NETWORK=mobilenet_v2.safetensors unit_metrics --run_test=ladder
//     --log_level=message
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <iomanip>

#include "field/torch_pool.hpp"
#include "image/decode.hpp"
#include "image/resample.hpp"
#include "metrics/frechet.hpp"
#include "metrics/measure.hpp"
#include "support.hpp"

namespace {

using namespace inr;
using Change = std::function<image::Image(const image::Image&, uint64_t i)>;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// Every second picture of a set, changed.
class HalfSet final : public metrics::PictureSet {
 public:
  HalfSet(std::unique_ptr<PictureSet> set, bool second, Change change)
      : set_(std::move(set)), second_(second), change_(std::move(change)) {}
  [[nodiscard]] std::string kind() const override { return "half"; }
  [[nodiscard]] std::string name() const override { return set_->name(); }
  [[nodiscard]] std::optional<int64_t> count() const override { return set_->count().value() / 2; }
  bool next(metrics::PictureJob& job) override {
    metrics::PictureJob first, second;
    if (!set_->next(first) || !set_->next(second)) return false;
    job = [inner = second_ ? second : first, change = change_, i = n_given_++] { return change(inner(), i); };
    return true;
  }

 private:
  std::unique_ptr<PictureSet> set_;
  bool second_;
  Change change_;
  uint64_t n_given_ = 0;
};

Change clean() {
  return [](const image::Image& picture, uint64_t) { return picture; };
}

// Smaller by a factor and back, both by filters that let no detail through.
Change blurred(double factor) {
  return [factor](const image::Image& picture, uint64_t) {
    const auto part = [factor](int64_t side) {
      return std::max<int64_t>(1, std::lround(static_cast<double>(side) / factor));
    };
    const image::Image small =
        image::resize(picture, part(picture.width), part(picture.height), image::Filter::kBilinear);
    return image::resize(small, picture.width, picture.height, image::Filter::kBicubic);
  };
}

Change noisy(double deviation) {
  return [deviation](const image::Image& picture, uint64_t i) { return test::noisy(picture, deviation, 1000 + i); };
}

Change packed(int quality) {
  return [quality](const image::Image& picture, uint64_t) {
    return image::decode(image::encode_jpeg(picture, quality), "packed");
  };
}

struct Rung {
  std::string name;
  Change change;
};

BOOST_AUTO_TEST_SUITE(ladder)

BOOST_AUTO_TEST_CASE(distances_rise_with_the_degradation) {
  const std::string photos = variable("INR_PHOTOS"), n_text = variable("INR_PHOTOS_N");
  const auto network = metrics::open_network(variable("INR_FEATURE_NETWORK"));
  field::TorchPool pool;
  const auto measured = [&](bool second, const Change& change) {
    std::unique_ptr<metrics::PictureSet> all = photos.empty()
                                                   ? std::make_unique<test::MemorySet>(test::many_rectangles(1, 540))
                                                   : metrics::open_picture_set(photos, {}, pool);
    HalfSet set(std::move(all), second, change);
    metrics::MeasureOptions options;
    if (!n_text.empty()) options.n_images = std::stoll(n_text);
    return metrics::measure(set, *network, options, pool).statistics;
  };
  const metrics::Statistics real = measured(false, clean());
  const auto distance = [&](const Rung& rung) {
    const double value = metrics::frechet_distance(real, measured(true, rung.change));
    BOOST_TEST_MESSAGE(std::left << std::setw(14) << rung.name << std::setprecision(5) << value);
    return value;
  };
  BOOST_TEST_MESSAGE(network->score_name()
                     << ", " << real.n_images << " pictures a half of " << (photos.empty() ? "rectangles" : photos));
  const double lowest = distance({"clean", clean()});
  const std::vector<std::vector<Rung>> ladders = {
      {{"blur 1.5", blurred(1.5)}, {"blur 2", blurred(2)}, {"blur 4", blurred(4)}, {"blur 8", blurred(8)}},
      {{"noise 5", noisy(5)}, {"noise 10", noisy(10)}, {"noise 20", noisy(20)}, {"noise 40", noisy(40)}},
      {{"JPEG 30", packed(30)}, {"JPEG 15", packed(15)}, {"JPEG 8", packed(8)}, {"JPEG 4", packed(4)}}};
  for (const std::vector<Rung>& rungs : ladders) {
    double before = lowest;
    for (const Rung& rung : rungs) {
      const double value = distance(rung);
      BOOST_TEST(value > before, rung.name << ": " << value << " is not above " << before);
      before = value;
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
