// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The loop over batches: exact numbers, sizes, errors, threads.
#include "metrics/measure.hpp"

#include <ATen/Parallel.h>

#include "field/torch_pool.hpp"
#include "support.hpp"

namespace {

using namespace inr;
using metrics::measure;
using metrics::MeasureOptions;
using test::MemorySet;
using test::rectangles;
using test::says;

// Two features: mean of the red and of the green channel. No resize, so that statistics can be told by hand.
class MeanColour final : public metrics::FeatureNetwork {
 public:
  [[nodiscard]] std::string name() const override { return "mean-colour"; }
  [[nodiscard]] std::string protocol() const override { return "none"; }
  [[nodiscard]] std::string hash() const override { return ""; }
  [[nodiscard]] std::string score_name() const override { return "FD"; }
  [[nodiscard]] std::string note() const override { return ""; }
  [[nodiscard]] int64_t dims() const override { return 2; }
  [[nodiscard]] at::Tensor prepare(const image::Image& picture) const override {
    return at::tensor({static_cast<float>(picture.rgb[0]), static_cast<float>(picture.rgb[1])}).view({2, 1, 1});
  }
  [[nodiscard]] at::Tensor forward(const at::Tensor& batch) const override { return batch.mean({2, 3}); }
};

std::vector<image::Image> greys(size_t n) {
  std::vector<image::Image> pictures;
  for (size_t i = 0; i < n; ++i) {
    const auto level = static_cast<uint8_t>(i);
    pictures.push_back(image::make_image(4, 4, {level, static_cast<uint8_t>(2 * level), 0}));
  }
  return pictures;
}

BOOST_AUTO_TEST_SUITE(measuring)

BOOST_AUTO_TEST_CASE(all_pictures_in_batches_of_any_size) {
  for (const int64_t batch : {1, 4, 10, 64}) {
    for (const int threads : {1, 3}) {
      MemorySet set(greys(10));
      MeasureOptions options;
      options.batch = batch;
      field::TorchPool pool(threads);
      int64_t last = 0;
      options.progress = [&last](int64_t n_done) { last = n_done; };
      const metrics::Measured got = measure(set, MeanColour(), options, pool);
      BOOST_TEST(got.statistics.n_images == 10);
      BOOST_TEST(last == 10);
      BOOST_TEST(got.resolution == "4x4");
      BOOST_TEST(got.statistics.mean[0].item<double>() == 4.5, boost::test_tools::tolerance(1e-12));
      BOOST_TEST(got.statistics.covariance[0][1].item<double>() == 2 * 82.5 / 9, boost::test_tools::tolerance(1e-12));
    }
  }
}

BOOST_AUTO_TEST_CASE(features_are_handed_out_in_order) {
  for (const int threads : {1, 3}) {
    MemorySet set(greys(50));
    MeasureOptions options;
    options.batch = 16;
    std::vector<at::Tensor> blocks;
    options.features = [&blocks](const at::Tensor& block) { blocks.push_back(block); };
    field::TorchPool pool(threads);
    (void)measure(set, MeanColour(), options, pool);
    const at::Tensor all = at::cat(blocks);
    BOOST_REQUIRE_EQUAL(all.size(0), 50);
    for (int64_t i = 0; i < 50; ++i) BOOST_TEST(all[i][0].item<double>() == static_cast<double>(i));
    options.features = [](const at::Tensor&) { throw base::DataError("no space"); };
    MemorySet again(greys(50));
    BOOST_CHECK_EXCEPTION(measure(again, MeanColour(), options, pool), base::DataError, says("no space"));
  }
}

BOOST_AUTO_TEST_CASE(exactly_as_many_as_asked_for) {
  for (const bool counted : {true, false}) {
    MemorySet set(greys(10), counted);
    MeasureOptions options;
    options.n_images = 7;
    options.batch = 4;
    field::TorchPool pool(2);
    BOOST_TEST(measure(set, MeanColour(), options, pool).statistics.n_images == 7);
    BOOST_TEST(set.n_taken() == 7u);
  }
}

BOOST_AUTO_TEST_CASE(fewer_than_asked_for_is_an_error) {
  MeasureOptions options;
  options.n_images = 11;
  field::TorchPool pool(2);
  MemorySet counted(greys(10)), stream(greys(10), false), empty({}, false);
  BOOST_CHECK_EXCEPTION(measure(counted, MeanColour(), options, pool), base::DataError,
                        says("holds 10 pictures, 11 were asked"));
  BOOST_TEST(counted.n_taken() == 0u);  // told before any work
  BOOST_CHECK_EXCEPTION(measure(stream, MeanColour(), options, pool), base::DataError,
                        says("holds 10 pictures, 11 were asked"));
  BOOST_CHECK_EXCEPTION(measure(empty, MeanColour(), {}, pool), base::DataError, says("holds no pictures"));
}

BOOST_AUTO_TEST_CASE(sizes_may_differ) {
  MemorySet set({rectangles(1, 8, 8), rectangles(2, 9, 8)});
  field::TorchPool pool(1);
  BOOST_TEST(measure(set, MeanColour(), {}, pool).resolution == "mixed");
}

BOOST_AUTO_TEST_CASE(the_first_damaged_picture_is_named) {
  std::vector<image::Image> pictures = greys(10);
  pictures[3] = pictures[8] = {};
  for (const int threads : {1, 4}) {
    MemorySet set(pictures);
    field::TorchPool pool(threads);
    BOOST_CHECK_EXCEPTION(measure(set, MeanColour(), {}, pool), base::DataError, says("picture 3 is damaged"));
  }
}

BOOST_AUTO_TEST_CASE(threads_and_batch_change_no_bit) {
  const auto network = metrics::open_network("");
  const auto statistics = [&network](int threads, int64_t batch) {
    MemorySet set(test::many_rectangles(1, 75));
    field::TorchPool pool(threads);
    MeasureOptions options;
    options.batch = batch;
    return measure(set, *network, options, pool).statistics;
  };
  const metrics::Statistics one = statistics(1, 0);
  for (const auto& [threads, batch] : {std::pair(2, 0), std::pair(5, 1), std::pair(2, 33)}) {
    const metrics::Statistics other = statistics(threads, batch);
    BOOST_TEST(at::equal(one.mean, other.mean));
    BOOST_TEST(at::equal(one.covariance, other.covariance));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
