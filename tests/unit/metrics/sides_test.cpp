// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What two sides must have in common, what outputs may not replace, and distances of upsampled pictures.
#include <filesystem>

#include "base/atomic_file.hpp"
#include "image/resample.hpp"
#include "metrics/evaluate.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/kid.hpp"
#include "metrics/precision_recall.hpp"
#include "metrics/statistics_file.hpp"
#include "metrics/upsampled.hpp"
#include "support.hpp"

namespace {

using namespace inr;
using metrics::evaluate;
using metrics::EvaluateOptions;
using test::Folders;
using test::says;

BOOST_AUTO_TEST_SUITE(sides)

BOOST_FIXTURE_TEST_CASE(sides_that_differ_are_named_and_refused_unless_allowed, Folders) {
  const auto npz = [this](const char* name, const metrics::StatisticsInfo& info) {
    metrics::Statistics statistics{at::zeros({4}, at::kDouble), at::eye(4, at::kDouble), {}, 20000};
    metrics::save_statistics(folder / name, statistics, info);
  };
  const metrics::StatisticsInfo plain{"p", "n", "h", "32x32", "s", "FD", "lanczos"};
  npz("plain.npz", plain);
  metrics::StatisticsInfo other = plain;
  const auto refused = [&](const char* name, const std::string& text) {
    npz(name, other);
    EvaluateOptions request = options("plain.npz", name);
    BOOST_CHECK_EXCEPTION(evaluate(request), base::DataError, says(text));
    BOOST_CHECK_EXCEPTION(evaluate(request), base::DataError, says("plain.npz and "));
    BOOST_CHECK_EXCEPTION(evaluate(request), base::DataError, says("--allow-mixed"));
    request.allow_mixed = true;
    const metrics::Evaluation mixed = evaluate(request);
    BOOST_TEST(mixed.json.at("mixed") == true);
    BOOST_TEST(mixed.score_name == "FD-mixed");
    BOOST_TEST(mixed.json.at("network") == other.network);
    BOOST_TEST(mixed.json.at("protocol") == other.protocol);
    BOOST_TEST(mixed.json.at("real_network") == "n");
    BOOST_TEST(mixed.json.at("real_protocol") == "p");
    BOOST_TEST(mixed.json.at("real_network_hash") == "h");
    BOOST_TEST(mixed.line().find("mixed: the real side is of n, p, resolution 32") != std::string::npos);
    other = plain;
  };
  other.network = "m";
  refused("network.npz", "not the same network: n and m");
  other.network_hash = "g";
  refused("hash.npz", "not the same network file (SHA-256): h and g");
  other.protocol = "q";
  refused("protocol.npz", "not the same protocol: p and q");
  other.resolution = "64x64";
  refused("resolution.npz", "not the same resolution: 32x32 and 64x64");
  other.filter = "bicubic";
  refused("filter.npz", "resized the pictures: lanczos and bicubic");
  other = {};  // what is not said is no difference
  npz("silent.npz", other);
  BOOST_TEST(evaluate(options("plain.npz", "silent.npz")).score.has_value());
  BOOST_TEST(evaluate(options("plain.npz", "silent.npz")).json.at("mixed") == false);
  other = plain;
  other.resolution = "mixed";  // nor are pictures of several sizes
  npz("mixed.npz", other);
  BOOST_TEST(evaluate(options("plain.npz", "mixed.npz")).score.has_value());
}

BOOST_FIXTURE_TEST_CASE(statistics_of_a_known_number_take_that_number, Folders) {
  metrics::Statistics statistics{at::zeros({4}, at::kDouble), at::eye(4, at::kDouble), {}, 20000};
  metrics::save_statistics(folder / "s.npz", statistics, {});
  EvaluateOptions request = options("s.npz", "s.npz");
  request.n_real = request.n_fake = 20000;
  BOOST_TEST(evaluate(request).score.has_value());
  request.n_fake = 19999;
  BOOST_CHECK_EXCEPTION(evaluate(request), base::UsageError, says("fixed set of 20000 images"));
}

BOOST_FIXTURE_TEST_CASE(outputs_replace_no_input, Folders) {
  EvaluateOptions request = options("a", "");
  request.save_stats = folder / "a.npz";
  (void)evaluate(request);
  const auto before = base::read_file(folder / "a.npz");
  std::filesystem::create_symlink(folder / "a.npz", folder / "link.npz");
  for (const char* output : {"a.npz", "link.npz", "a/000.png", "few/../a.npz"}) {
    EvaluateOptions replacing = options("a.npz", "a");
    replacing.save_stats = folder / output;
    BOOST_CHECK_EXCEPTION(evaluate(replacing), base::UsageError, says("would replace what --"));
  }
  BOOST_TEST((base::read_file(folder / "a.npz") == before));
  EvaluateOptions beside = options("a.npz", "few");
  beside.allow_few = true;
  beside.save_stats = folder / "few/new.npz";  // a new file in a folder of pictures replaces nothing
  BOOST_TEST(evaluate(beside).score.has_value());
}

BOOST_FIXTURE_TEST_CASE(upsampled_fakes_against_original_files, Folders) {
  // Reals are files of 70 x 64 or 64 x 70, fakes are 32 x 32.
  std::vector<image::Image> originals;
  for (uint64_t i = 0; i < 20; ++i)
    originals.push_back(test::rectangles(i, i % 2 == 0 ? 70 : 64, i % 2 == 0 ? 64 : 70));
  test::write_folder(folder.path() / "originals", originals);
  EvaluateOptions request = options("originals", "few");
  request.allow_few = true;
  request.upsampling = metrics::Upsampling::kBicubic;
  request.save_stats = folder / "reals.npz";
  const metrics::Evaluation got = evaluate(request);
  BOOST_TEST(got.score_name == "UpsampledFD-random");
  BOOST_TEST(got.json.at("upsampled") == "bicubic");
  BOOST_TEST(got.json.at("upsampled_from") == 32);
  BOOST_TEST(got.json.at("resolution") == 64);
  BOOST_TEST(got.json.at("real_resolution") == 64);
  BOOST_TEST(got.json.at("real_filter") == "lanczos");
  BOOST_TEST(got.json.at("real_source_size") == "mixed");
  BOOST_TEST(got.json.at("real_source_smallest") == 64);
  BOOST_TEST(got.json.at("real_enlarged") == 0);
  BOOST_TEST(got.line().find("resolution 64, fakes from 32 by bicubic, reals from mixed by lanczos;") !=
             std::string::npos);
  // The same by hand: fakes enlarged and reals resized before.
  std::vector<image::Image> fakes, reals;
  for (uint64_t i = 0; i < 20; ++i) {
    fakes.push_back(upsample_twice(test::rectangles(5000 + i), metrics::Upsampling::kBicubic));
    reals.push_back(image::resize(image::center_crop(originals[i]), 64, 64, image::Filter::kLanczos));
  }
  test::write_folder(folder.path() / "fakes", fakes);
  test::write_folder(folder.path() / "reals", reals);
  EvaluateOptions by_hand = options("reals", "fakes");
  by_hand.allow_few = true;
  BOOST_TEST(*evaluate(by_hand).score == *got.score);
  // And against the statistics, which say how they were made. (Another route for few images: 1e-3.)
  request = options("reals.npz", "few");
  request.allow_few = true;
  request.upsampling = metrics::Upsampling::kBicubic;
  BOOST_TEST(std::abs(*evaluate(request).score - *got.score) < 1e-3);
  request.upsampling = metrics::Upsampling::kNone;
  BOOST_CHECK_EXCEPTION(evaluate(request), base::DataError, says("not the same resolution: 64x64 and 32x32"));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_upsampled_is_told, Folders) {
  const auto refused = [&](const EvaluateOptions& request, const std::string& text) {
    BOOST_CHECK_EXCEPTION(evaluate(request), base::Error, says(text));
  };
  EvaluateOptions request = options("few", "few");
  request.allow_few = true;
  request.upsampling = metrics::Upsampling::kInr;
  refused(request, "cannot be drawn more densely");
  test::write_folder(folder.path() / "wide", {test::rectangles(1, 32, 16), test::rectangles(2, 32, 16)});
  test::write_folder(folder.path() / "mixed", {test::rectangles(1), test::rectangles(2, 16, 16)});
  request.upsampling = metrics::Upsampling::kNearest;
  request.fake = folder / "wide";
  refused(request, "32x16, but an upsampled distance needs square ones");
  request.fake = folder / "mixed";
  refused(request, "several sizes");
  request.real = "";
  request.save_stats = folder / "s.npz";
  refused(request, "--upsampled compares two sides");
}

BOOST_FIXTURE_TEST_CASE(further_scores_from_the_features_of_all_pictures, Folders) {
  EvaluateOptions request = options("few", "a");
  request.allow_few = true;
  BOOST_TEST(evaluate(request).json.at("kid").is_null());
  request.scores["kid"] = request.scores["pr"] = true;
  request.n_fake = 30;
  const metrics::Evaluation got = evaluate(request);
  // The same by hand from the features.
  const auto network = metrics::open_network("");
  const auto features = [&](uint64_t first, size_t n) {
    std::vector<at::Tensor> prepared;
    for (const image::Image& picture : test::many_rectangles(first, n)) prepared.push_back(network->prepare(picture));
    return network->forward(at::stack(prepared));
  };
  const at::Tensor real = features(5000, 20), fake = features(0, 30);
  const metrics::Kid kid = metrics::kernel_inception_distance(real, fake);
  const metrics::PrecisionRecall found = metrics::precision_recall(real, fake);
  BOOST_TEST(got.json.at("kid").get<double>() == kid.mean, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(got.json.at("kid_subset_size") == 20);
  BOOST_TEST(got.json.at("precision").get<double>() == found.precision);
  BOOST_TEST(got.json.at("recall").get<double>() == found.recall);
  BOOST_TEST(got.json.at("is").is_null());
  BOOST_TEST(got.line().find("  KID ") != std::string::npos);
  BOOST_TEST(got.line().find("  recall ") != std::string::npos);
  request.scores["precision"] = true;  // the name of a key, not of a score
  BOOST_CHECK_EXCEPTION(evaluate(request), base::UsageError, says("is not a score; use --kid"));
  request.scores["precision"] = false;
  request.scores["is"] = true;
  BOOST_CHECK_EXCEPTION(evaluate(request), base::UsageError, says("class scores, which random-conv-1 does not give"));
}

BOOST_FIXTURE_TEST_CASE(statistics_hold_no_features, Folders) {
  EvaluateOptions request = options("few", "");
  request.save_stats = folder / "few.npz";
  request.allow_few = true;
  request.scores["kid"] = true;
  BOOST_CHECK_EXCEPTION(evaluate(request), base::UsageError, says("--kid compares two sides"));
  request.scores["kid"] = false;
  (void)evaluate(request);
  request = options("few.npz", "few");
  request.allow_few = request.scores["kid"] = true;
  BOOST_CHECK_EXCEPTION(evaluate(request), base::DataError, says("few.npz: holds statistics, but --kid"));
  request.scores["kid"] = false;
  request.protocol = "nvidia";
  BOOST_CHECK_EXCEPTION(evaluate(request), base::DataError, says("of protocol pil-bicubic-224, but --protocol is"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
