// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Shards of a side, merged: what one program finds, to 1e-9; parts that do not fit are named.
#include "metrics/shard.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>

#include "support.hpp"

namespace {

using namespace inr;
using metrics::Shard;
using test::says;

// The statistics of rows of features as a part. Rows i - 1, i - 1 + n, ... of all.
std::string write_part(const test::TemporaryFolder& folder, const at::Tensor& rows, const Shard& shard,
                       const std::function<void(metrics::StatisticsInfo&)>& change = {}) {
  metrics::FeatureStats stats(rows.size(1));
  stats.add(rows.slice(0, shard.index - 1, rows.size(0), shard.count));
  metrics::StatisticsInfo info{"pil", "random", "ab12", "32x32", "folder a", "FD-random"};
  info.ddof = 1;
  info.shard = shard;
  if (change) change(info);
  std::string path = folder / ("part" + std::to_string(shard.index) + (change ? "x" : "") + ".npz");
  metrics::save_statistics(path, stats.finish(1), info);
  return path;
}

BOOST_AUTO_TEST_SUITE(shard)

BOOST_AUTO_TEST_CASE(texts) {
  BOOST_TEST(metrics::parse_shard("2/8").index == 2);
  BOOST_TEST(metrics::parse_shard("8/8").count == 8);
  for (const char* text : {"", "3", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "1/ 2", "a/b", "1/9999999"}) {
    BOOST_CHECK_EXCEPTION(metrics::parse_shard(text), base::UsageError, says("is not a shard"));
  }
}

BOOST_AUTO_TEST_CASE(sets_are_cut_without_gap) {
  for (const bool counted : {true, false}) {
    for (const std::optional<int64_t> n_total : {std::optional<int64_t>(), std::optional<int64_t>(7)}) {
      std::vector<int64_t> seen(11, 0);
      for (int64_t i = 1; i <= 3; ++i) {
        metrics::ShardSet set(std::make_unique<test::MemorySet>(test::many_rectangles(0, 11), counted), {i, 3},
                              n_total);
        const auto pictures = test::many_rectangles(0, 11);
        int64_t n = 0;
        for (metrics::PictureJob job; set.next(job); ++n) {
          const auto at = std::ranges::find(pictures, job().rgb, &image::Image::rgb) - pictures.begin();
          BOOST_TEST(at == i - 1 + 3 * n);
          ++seen.at(static_cast<size_t>(at));
        }
        if (counted) BOOST_TEST(set.count().value() == n);
        if (n_total) BOOST_TEST(set.usual_count().value() == n);
      }
      BOOST_TEST(std::ranges::count(seen, 1) == n_total.value_or(11));
    }
  }
}

BOOST_AUTO_TEST_CASE(merged_parts_are_the_whole) {
  const test::TemporaryFolder folder;
  const at::Tensor rows = test::normals(3, 100, 12) * 0.01 + 50;  // a mean that eats digits
  metrics::FeatureStats whole(12);
  whole.add(rows);
  std::vector<std::string> parts;
  for (int64_t i = 7; i >= 1; --i) parts.push_back(write_part(folder, rows, {i, 7}));
  metrics::merge_parts(parts, folder / "all.npz", false);
  const metrics::StatisticsFile merged = metrics::load_statistics(folder / "all.npz");
  BOOST_TEST(merged.statistics.n_images == 100);
  BOOST_TEST(test::largest_difference(merged.statistics.mean, whole.finish(1).mean) < 1e-12);
  BOOST_TEST(test::largest_difference(merged.statistics.covariance, whole.finish(1).covariance) < 1e-13);
  BOOST_TEST(merged.info.network == "random");
  BOOST_TEST(merged.info.resolution == "32x32");
}

// Divided by N, one picture has a covariance, and a shard may be as small.
BOOST_AUTO_TEST_CASE(parts_of_one_picture) {
  const test::TemporaryFolder folder;
  const at::Tensor rows = test::normals(5, 3, 4);
  metrics::FeatureStats whole(4);
  whole.add(rows);
  std::vector<std::string> parts;
  for (int64_t i = 1; i <= 3; ++i) {
    metrics::FeatureStats stats(4);
    stats.add(rows.slice(0, i - 1, i));
    metrics::StatisticsInfo info{"nvidia", "inception", "ab12", "32x32", "folder a", "FID"};
    info.ddof = 0;
    info.shard = Shard{i, 3};
    parts.push_back(folder / ("one" + std::to_string(i) + ".npz"));
    metrics::save_statistics(parts.back(), stats.finish(0), info);
  }
  metrics::merge_parts(parts, folder / "all.npz", false);
  const metrics::Statistics merged = metrics::load_statistics(folder / "all.npz").statistics;
  BOOST_TEST(merged.n_images == 3);
  BOOST_TEST(test::largest_difference(merged.covariance, whole.finish(0).covariance) < 1e-14);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_named) {
  const test::TemporaryFolder folder;
  const at::Tensor rows = test::normals(3, 30, 4);
  const std::string a = write_part(folder, rows, {1, 3}), b = write_part(folder, rows, {2, 3}),
                    c = write_part(folder, rows, {3, 3}), out = folder / "all.npz";
  const auto refused = [&](const std::vector<std::string>& parts, const std::string& text) {
    BOOST_CHECK_EXCEPTION(metrics::merge_parts(parts, out, false), base::DataError, says(text));
    BOOST_TEST(!std::filesystem::exists(out));
  };
  refused({a, c}, "shard 2/3 is missing");
  refused({a, b}, "shard 3/3 is missing");
  refused({a, b, c, b}, "both are shard 2/3");
  const auto other = [&](const std::function<void(metrics::StatisticsInfo&)>& change) {
    return write_part(folder, rows, {2, 3}, change);
  };
  refused({a, other([](auto& info) { info.network = "mobilenet"; }), c}, "part1.npz and ");
  refused({a, other([](auto& info) { info.network_hash = "cd"; }), c}, "SHA-256): ab12 and cd");
  refused({a, other([](auto& info) { info.protocol = "clean"; }), c}, "protocol: pil and clean");
  refused({a, other([](auto& info) { info.content = "xy"; }), c}, "content");
  refused({a, other([](auto& info) { info.shard->count = 4; }), c}, "number of shards: 1/3 and 2/4");
  const std::string larger = other([](auto& info) { info.resolution = "64x64"; });
  refused({a, larger, c}, "resolution: 32x32 and 64x64");
  refused({a, write_part(folder, rows.slice(0, 0, 20), {2, 3}), c}, "part2.npz: holds 7 pictures beside parts of 10");
  metrics::merge_parts({a, other([](auto& info) { info.resolution = "64x64"; }), c}, out, true);
  BOOST_TEST(metrics::load_statistics(out).info.resolution == "mixed");
  BOOST_CHECK_EXCEPTION(metrics::load_statistics(a), base::DataError, says("is shard 1 of 3"));
  BOOST_CHECK_EXCEPTION(metrics::load_part(out), base::DataError, says("is not a shard"));
  BOOST_CHECK_EXCEPTION(metrics::merge_parts({a, b, c}, a, false), base::UsageError, says("would replace"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
