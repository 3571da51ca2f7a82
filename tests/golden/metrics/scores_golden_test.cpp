// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// KID, precision and recall of every pair of fid/frechet.json; inception score, Frechet distance and KID of
// fid/scores.json from the outputs in fid/features.safetensors, where those two are among the goldens.
#include <cmath>
#include <string>

#include "base/atomic_file.hpp"
#include "base/json.hpp"
#include "base/safetensors.hpp"
#include "metrics/frechet.hpp"
#include "metrics/inception_score.hpp"
#include "metrics/kid.hpp"
#include "metrics/precision_recall.hpp"
#include "support/golden_table.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;

std::string fid_file(const std::string& name) { return test::golden_dir() + "/fid/" + name; }

base::Json read_json(const std::string& name) {
  const std::vector<std::byte> bytes = base::read_file(fid_file(name));
  return base::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name);
}

at::Tensor rows_of(const base::Safetensors& file, const std::string& name) {
  const std::vector<double> values = file.read_f64(name);
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).view(file.at(name).shape);
}

void check_near(double got, double want, double atol, double rtol, const std::string& file, const std::string& what) {
  const double difference = std::abs(got - want), tolerance = atol + rtol * std::abs(want);
  test::print_golden(file, what, difference, difference / tolerance);
  BOOST_TEST(difference <= tolerance, what << ": " << got << " instead of " << want);
}

// Counts of neighbours: no tolerance.
void check_equal(double got, double want, const std::string& file, const std::string& what) {
  test::print_golden(file, what, std::abs(got - want), got == want ? 0 : 1e3);
  BOOST_TEST(got == want, what);
}

BOOST_AUTO_TEST_SUITE(score_goldens)

BOOST_AUTO_TEST_CASE(kid_precision_and_recall_of_all_pairs) {
  const base::Json json = read_json("frechet.json");
  const auto file = base::Safetensors::open(fid_file("frechet.safetensors"));
  size_t n_checked = 0;
  for (const auto& [name, pair] : json.at("pairs").items()) {
    const at::Tensor real = rows_of(file, pair.at("real")), fake = rows_of(file, pair.at("fake"));
    check_near(metrics::squared_mmd(real, fake), pair.at("kid").at("float64"), 0, 1e-9, "frechet.json kid",
               name + ".kid");
    const auto got = metrics::precision_recall(real.to(at::kFloat), fake.to(at::kFloat));  // as the sets are stored
    const base::Json& want = pair.at("precision_recall_k3");
    check_equal(got.precision, want.at("precision"), "frechet.json precision, recall", name + ".precision");
    check_equal(got.recall, want.at("recall"), "frechet.json precision, recall", name + ".recall");
    ++n_checked;
  }
  BOOST_TEST(n_checked >= 2u);
}

bool have_outputs() { return test::goldens_there("fid", {"features.safetensors", "scores.json"}); }

BOOST_AUTO_TEST_CASE(inception_scores_of_stored_class_scores) {
  if (!have_outputs()) return;
  const auto file = base::Safetensors::open(fid_file("features.safetensors"));
  const base::Json scores = read_json("scores.json");
  size_t n_checked = 0;
  for (const auto& [key, want] : scores.at("inception_score").items()) {  // "tf1.logits splits=3"
    const size_t space = key.find(' '), equals = key.find('=');
    const auto got = metrics::inception_score(rows_of(file, key.substr(0, space)), std::stoll(key.substr(equals + 1)));
    check_near(got.mean, want.at("mean"), 1e-12, 0, "scores.json inception score", key);
    check_near(got.deviation, want.at("std"), 1e-12, 0, "scores.json inception score", key + ", deviation");
    ++n_checked;
  }
  BOOST_TEST(n_checked > 0u);
}

// Images 0..5 against 6..11: the covariances have rank 5, and float32 features carry noise of some 3e-6.
BOOST_AUTO_TEST_CASE(distances_between_stored_features) {
  if (!have_outputs()) return;
  const auto file = base::Safetensors::open(fid_file("features.safetensors"));
  const base::Json scores = read_json("scores.json");
  size_t n_checked = 0;
  for (const auto& [network, want] : scores.at("frechet_images_0to5_vs_6to11").items()) {
    const at::Tensor rows = rows_of(file, network + ".2048");
    const at::Tensor real = rows.slice(0, 0, 6), fake = rows.slice(0, 6, 12);
    metrics::FeatureStats reals(rows.size(1)), fakes(rows.size(1));
    reals.add(real);
    fakes.add(fake);
    for (const int64_t ddof : {0, 1}) {
      const double distance = metrics::frechet_distance(reals.finish(ddof), fakes.finish(ddof));
      const std::string divisor = "ddof" + std::to_string(ddof);
      check_near(distance, want.at(divisor), 0, 5e-5, "scores.json from features", network + ".frechet." + divisor);
    }
    check_near(metrics::squared_mmd(real, fake), scores.at("kid_images_0to5_vs_6to11").at(network), 0, 5e-5,
               "scores.json from features", network + ".kid");
    ++n_checked;
  }
  BOOST_TEST(n_checked > 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
