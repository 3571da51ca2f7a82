// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Whole comparisons on folders and statistics: kinds of sides, results, refusals; and the quick score of training.
#include "metrics/evaluate.hpp"

#include "base/npy.hpp"
#include "metrics/features_file.hpp"
#include "metrics/score.hpp"
#include "metrics/statistics_file.hpp"
#include "stream/inr_stream.hpp"
#include "support.hpp"

namespace {

using namespace inr;
using metrics::detect_side;
using metrics::evaluate;
using metrics::EvaluateOptions;
using metrics::SideKind;
using test::Folders;
using test::says;

BOOST_AUTO_TEST_SUITE(evaluation)

BOOST_AUTO_TEST_CASE(kinds_are_told_by_bytes) {
  const test::TemporaryFolder folder;
  const auto bytes = [](std::string_view text) {
    const auto span = std::as_bytes(std::span(text));
    return std::vector<std::byte>(span.begin(), span.end());
  };
  test::write_bytes(folder / "stream.png", bytes(std::string_view("INRSTRM\0\1\0\0\0", 12)));
  test::write_bytes(folder / "checkpoint.zip", bytes(std::string_view("\x02\0\0\0\0\0\0\0{}", 10)));
  test::write_bytes(folder / "pictures",
                    bytes("PK\x03\x04" + std::string(22, '\0') + std::string("\x05\0\0\0", 4) + "a.png"));
  base::write_npz(folder / "statistics", {{"mu", base::make_npy(std::vector<double>{1.0}, {1})}});
  test::write_folder(folder.path() / "folder", {test::rectangles(1)});
  std::filesystem::create_directories(folder.path() / "run");
  test::write_bytes(folder / "run/log.jsonl", bytes("{}\n"));
  test::write_bytes(folder / "empty", {});
  BOOST_TEST((detect_side(folder / "stream.png") == SideKind::kStream));
  BOOST_TEST((detect_side(folder / "checkpoint.zip") == SideKind::kCheckpoint));
  BOOST_TEST((detect_side(folder / "pictures") == SideKind::kPictures));
  BOOST_TEST((detect_side(folder / "statistics") == SideKind::kStatistics));
  BOOST_TEST((detect_side(folder / "folder") == SideKind::kPictures));
  BOOST_TEST((detect_side(folder / "run") == SideKind::kCheckpoint));
  BOOST_TEST((detect_side("-") == SideKind::kStream));
  BOOST_CHECK_EXCEPTION(detect_side(folder / "empty"), base::DataError, says("empty"));
  BOOST_CHECK_THROW(detect_side(folder / "absent"), base::SystemError);
}

BOOST_FIXTURE_TEST_CASE(folders_and_their_statistics_give_one_score, Folders) {
  EvaluateOptions first = options("a", "");
  first.save_stats = folder / "a.npz";
  const metrics::Evaluation saved = evaluate(first);
  BOOST_TEST(!saved.score.has_value());
  BOOST_TEST(saved.json.at("n_real") == 270);
  BOOST_TEST(saved.line().starts_with("statistics  (random-conv-1"));

  const metrics::Evaluation self = evaluate(options("a.npz", "a"));
  BOOST_REQUIRE(self.score.has_value());
  BOOST_TEST(std::abs(*self.score) < 1e-8);  // either sign; relative to a trace of about 1
  BOOST_TEST(self.json.begin().key() == "fid");
  BOOST_TEST(self.json.at("protocol") == "pil-bicubic-224");
  BOOST_TEST(self.json.at("network") == "random-conv-1");
  BOOST_TEST(self.json.at("network_hash").get<std::string>().size() == 64u);
  BOOST_TEST(self.json.at("n_real") == 270);
  BOOST_TEST(self.json.at("n_fake") == 270);
  BOOST_TEST(self.json.at("resolution") == 32);
  BOOST_TEST(self.json.at("real_resolution") == 32);
  BOOST_TEST(self.json.at("device") == "cpu");
  BOOST_TEST(self.json.at("dtype") == "float32");
  BOOST_TEST(self.json.at("checkpoint").is_null());
  BOOST_TEST(self.json.at("iteration").is_null());
  BOOST_TEST(self.json.at("seconds").get<double>() > 0);
  BOOST_TEST(self.line().find("FD-random") == 0u);
  BOOST_TEST(self.line().find("not comparable with published scores") != std::string::npos);

  const metrics::Evaluation again = evaluate(options("a.npz", "a.npz"));  // needs no network
  BOOST_TEST(std::abs(*again.score) < 1e-8);
  BOOST_TEST(again.score_name == "FD-random");
}

BOOST_FIXTURE_TEST_CASE(few_images_are_refused_unless_allowed, Folders) {
  EvaluateOptions request = options("few", "few");
  BOOST_CHECK_EXCEPTION(evaluate(request), base::DataError, says("20 images for 256 features"));
  request = options("a", "a");
  request.n_fake = 256;
  BOOST_CHECK_EXCEPTION(evaluate(request), base::UsageError, says("256 images for 256 features"));
  request = options("few", "few");
  request.allow_few = true;
  BOOST_TEST(std::abs(*evaluate(request).score) < 1e-8);  // the exact route: no loss from the missing rank
  request.n_fake = 21;
  BOOST_CHECK_EXCEPTION(evaluate(request), base::DataError, says("holds 20 pictures, 21 were asked for"));
}

BOOST_AUTO_TEST_CASE(wrong_requests) {
  const auto refused = [](const EvaluateOptions& request, const std::string& text) {
    BOOST_CHECK_EXCEPTION(evaluate(request), base::UsageError, says(text));
  };
  EvaluateOptions request;
  refused(request, "nothing to compare");
  request.real = "x";
  refused(request, "one side alone");
  request.real = request.fake = "-";
  refused(request, "both be stdin");
  request.fake = "x";
  request.n_real = 1;
  refused(request, "too few images");
  request = {};
  request.fake = "x";
  request.save_stats = "s.npz";
  request.n_real = 5;
  refused(request, "--n-real needs --real");
  std::swap(request.real, request.fake);
  request.n_fake = 5;
  refused(request, "both mean the real side");
  request.n_fake.reset();
  request.save_stats = "-";
  refused(request, "--save-stats -: stdout is for the result");
  request.save_stats = "s.npz";
  request.save_features = "./s.npz";
  refused(request, "--save-stats and --save-features name the same file");
  request.save_features.clear();
  request.protocol = "nonsense";
  refused(request, "is not a protocol of Inception");
}

BOOST_FIXTURE_TEST_CASE(numbers_of_the_only_side, Folders) {
  for (const bool real : {true, false}) {
    EvaluateOptions request = options(real ? "few" : "", real ? "" : "few");
    request.save_stats = folder / "s.npz";
    request.n_fake = 7;
    BOOST_TEST(evaluate(request).json.at(real ? "n_real" : "n_fake") == 7);
    BOOST_TEST(metrics::load_statistics(folder / "s.npz").statistics.n_images == 7);
    request.n_fake = 21;
    BOOST_CHECK_EXCEPTION(evaluate(request), base::DataError, says("holds 20 pictures, 21 were asked for"));
  }
}

// What is asked for beside two files of arrays is looked at as well.
BOOST_FIXTURE_TEST_CASE(options_beside_arrays, Folders) {
  metrics::Statistics statistics{at::zeros({4}, at::kDouble), at::eye(4, at::kDouble), {}, 20000};
  metrics::save_statistics(folder / "s.npz", statistics, {"p", "n", "h", "", "", "FD"});
  statistics.mean = at::zeros({256}, at::kDouble);
  statistics.covariance = at::eye(256, at::kDouble);
  metrics::save_statistics(folder / "random.npz", statistics, {"p", "random-conv-1", "h", "", "", "FD"});
  EvaluateOptions request = options("s.npz", "s.npz");
  request.network = folder / "absent";
  BOOST_CHECK_THROW(evaluate(request), base::SystemError);
  request.network.clear();
  request.upsampling = metrics::Upsampling::kBicubic;
  BOOST_CHECK_EXCEPTION(evaluate(request), base::UsageError, says("--upsampled makes pictures larger"));
  request.upsampling = metrics::Upsampling::kNone;
  request.protocol = "clean";
  BOOST_CHECK_EXCEPTION(evaluate(request), base::DataError, says("statistics of protocol p, but --protocol is clean"));
  request.allow_mixed = true;
  BOOST_TEST(evaluate(request).score.has_value());
}

// A divisor belongs to a protocol: features that do not name theirs take that of what they are compared with.
BOOST_FIXTURE_TEST_CASE(features_that_do_not_say_their_protocol, Folders) {
  const at::Tensor rows = test::normals(4, 40, 3).to(at::kFloat);
  const auto features = [&](const char* name, const char* protocol) {
    metrics::FeaturesWriter writer(folder / name, 3);
    writer.add(rows);
    metrics::StatisticsInfo info;
    info.protocol = protocol;
    writer.commit(info);
  };
  features("none.npz", "");
  for (const auto& [protocol, ddof] : {std::pair("nvidia", 0), std::pair("clean", 1)}) {
    features("named.npz", protocol);
    metrics::FeatureStats stats(3);
    stats.add(rows);
    const metrics::Statistics statistics = stats.finish(ddof);
    metrics::save_statistics(folder / "s.npz", statistics, {protocol, "inception", "h", "", "", "FID"});
    for (const auto& [real, fake] : {std::pair("s.npz", "none.npz"), std::pair("none.npz", "s.npz"),
                                     std::pair("named.npz", "none.npz"), std::pair("named.npz", "s.npz")}) {
      BOOST_TEST(std::abs(*evaluate(options(real, fake)).score) < 1e-9, real << " " << fake << " " << protocol);
    }
    EvaluateOptions asked = options("none.npz", "");
    asked.protocol = protocol;
    asked.save_stats = folder / "saved.npz";
    (void)evaluate(asked);
    BOOST_TEST(test::largest_difference(metrics::load_statistics(folder / "saved.npz").statistics.covariance,
                                        statistics.covariance) < 1e-12);
  }
}

BOOST_FIXTURE_TEST_CASE(statistics_of_another_network_are_refused, Folders) {
  const auto npz = [this](const char* name, int64_t dims, const metrics::StatisticsInfo& info) {
    metrics::Statistics statistics{at::zeros({dims}, at::kDouble), at::eye(dims, at::kDouble), {}, 20000};
    metrics::save_statistics(folder / name, statistics, info);
  };
  npz("inception.npz", 300, {"nvidia", "inception", "aa", "", "", ""});
  npz("old.npz", 256, {"pil-bicubic-224", "random-conv-0", "bb", "", "", ""});
  npz("other.npz", 256, {"pytorch-fid", "random-conv-0", "bb", "64x64", "", ""});
  BOOST_CHECK_EXCEPTION(evaluate(options("inception.npz", "a")), base::DataError, says("inception with 300 features"));
  BOOST_CHECK_EXCEPTION(evaluate(options("a", "old.npz")), base::DataError,
                        says("not the same network: random-conv-1 and random-conv-0"));
  BOOST_CHECK_EXCEPTION(evaluate(options("old.npz", "other.npz")), base::DataError, says("not the same protocol"));
  BOOST_CHECK_EXCEPTION(evaluate(options("old.npz", "inception.npz")), base::DataError, says("not the same network"));
  EvaluateOptions counted = options("old.npz", "a");
  counted.n_real = 10;
  BOOST_CHECK_EXCEPTION(evaluate(counted), base::UsageError, says("a fixed set"));
}

BOOST_FIXTURE_TEST_CASE(quick_score_ranks_samples, Folders) {
  metrics::QuickScoreOptions settings;
  settings.n_fake = 260;
  settings.n_real = 260;
  const metrics::QuickScore score(folder / "a", settings);
  const auto samples = [](double deviation) {
    return [deviation](int64_t first, int64_t n) {
      at::Tensor images = at::empty({n, 3, 32, 32}, at::kByte);
      for (int64_t i = 0; i < n; ++i) {
        image::Image picture = test::noisy(test::rectangles(static_cast<uint64_t>(9000 + first + i)), deviation, 1);
        images[i].copy_(at::tensor(at::ArrayRef<uint8_t>(picture.rgb), at::kByte).view({32, 32, 3}).permute({2, 0, 1}));
      }
      return images;
    };
  };
  const double clean = score(samples(0)), spoilt = score(samples(30));
  BOOST_TEST(clean > 0);
  BOOST_TEST(spoilt > clean);
  BOOST_TEST(score(samples(0)) == clean);
  BOOST_CHECK_THROW((void)score([](int64_t, int64_t n) { return at::zeros({n, 3, 8, 8}); }), base::DataError);
  BOOST_CHECK_THROW((void)score([](int64_t, int64_t) {
                      return at::Tensor(at::zeros({1, 3, 8, 8}, at::kByte));
                    }),
                    base::DataError);
  BOOST_CHECK_EXCEPTION(metrics::QuickScore(folder / "few"), base::DataError, says("20 images for 256"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
