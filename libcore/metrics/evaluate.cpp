// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Loads and opens two sides, sees that they compare, measures them, takes the scores.
#include "metrics/evaluate.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "metrics/agreement.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/feature_scores.hpp"
#include "metrics/frechet.hpp"
#include "metrics/measure.hpp"
#include "metrics/result.hpp"
#include "metrics/side.hpp"

namespace inr::metrics {
namespace {

void check_request(const EvaluateOptions& options) {
  if (options.real.empty() && options.fake.empty())
    throw base::UsageError("nothing to compare; give --real and --fake");
  const bool scored = !options.real.empty() && !options.fake.empty();
  if (!scored && options.save_stats.empty() && options.save_features.empty() && !options.inception_score) {
    throw base::UsageError("one side alone has no score; give --real and --fake, or --save-stats FILE");
  }
  for (const auto& [name, asked] : {std::pair("--kid", options.kid), std::pair("--pr", options.precision_recall),
                                    std::pair("--upsampled", options.upsampling != Upsampling::kNone)}) {
    if (asked && !scored) throw base::UsageError(std::string(name) + " compares two sides; give --real and --fake");
  }
  if (options.real == "-" && options.fake == "-") {
    throw base::UsageError("--real and --fake cannot both be stdin; write one of the streams to a file");
  }
  for (const auto& [name, n] : {std::pair("--n-real", options.n_real), std::pair("-n", options.n_fake)}) {
    if (n && *n < 2)
      throw base::UsageError(std::string(name) + " " + std::to_string(*n) + " is too few images; use at least 2");
  }
  if (options.batch < 0)
    throw base::UsageError("--batch " + std::to_string(options.batch) + " is not a positive number");
}

// True where writing to output would replace input, or a file of the folder that input is.
bool would_replace(const std::string& output, const std::string& input) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (input.empty() || input == "-" || !fs::is_regular_file(output, error)) return false;
  if (fs::equivalent(output, input, error)) return true;
  if (!fs::is_directory(input, error)) return false;
  const fs::path folder = fs::canonical(input, error), file = fs::canonical(output, error);
  const auto [end, at] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end == folder.end();
}

void check_outputs(const EvaluateOptions& options) {
  for (const auto& [name, output] :
       {std::pair("--save-stats", options.save_stats), std::pair("--save-features", options.save_features)}) {
    if (output.empty()) continue;
    for (const auto& [of, input] : {std::pair("--real", options.real), std::pair("--fake", options.fake),
                                    std::pair("--network", options.network)}) {
      if (would_replace(output, input)) {
        throw base::UsageError(std::string(name) + " " + base::printable(output) + " would replace what " + of +
                               " reads; name another file");
      }
    }
  }
  if (!options.save_stats.empty() && options.save_stats == options.save_features) {
    throw base::UsageError("--save-stats and --save-features name one file; name two");
  }
}

// What can be told before hours of work: a number of images that was asked for, or that the set states.
void check_rank_early(const PictureSet& set, const std::optional<int64_t>& n_images, const FeatureNetwork& network) {
  if (n_images && *n_images <= network.dims()) {
    throw base::UsageError(std::to_string(*n_images) + " images for " + std::to_string(network.dims()) +
                           " features give a covariance without full rank; use more than " +
                           std::to_string(network.dims()) + " images, or --allow-few");
  }
  if (!n_images) check_rank(base::printable(set.name()), set.count().value_or(0), network.dims());
}

// Both sides, from paths to statistics.
class Comparison {
 public:
  explicit Comparison(const EvaluateOptions& options)
      : options_(options), scored_(!options.real.empty() && !options.fake.empty()) {}

  void measure_all() {
    const ThreadCountGuard keep_threads;
    field::WorkerPool pool(options_.n_threads);
    load_arrays();
    open_pictures(pool);
    check_feature_scores(options_, real(), fake(), network());
    check_early();
    for (std::optional<Side>* side : {&real_, &fake_}) {
      if (*side && (*side)->set) measure(**side, pool);
    }
    if (upsampled_from_ > 0 && fake_->info.resolution == "mixed") {
      throw base::DataError(base::printable(fake_->path),
                            "holds pictures of several sizes, and an upsampled distance is for one",
                            "bring them to one size with inr-prep");
    }
    if (scored_) check_agreement(*real_, *fake_, options_.allow_mixed, true);
    save_loaded_features();
    for (std::optional<Side>* side : {&real_, &fake_}) {
      if (*side) (*side)->set.reset();  // before the pool
    }
  }

  [[nodiscard]] bool scored() const noexcept { return scored_; }
  [[nodiscard]] const Side* real() const { return real_ ? &*real_ : nullptr; }
  [[nodiscard]] const Side* fake() const { return fake_ ? &*fake_ : nullptr; }
  [[nodiscard]] const FeatureNetwork* network() const { return network_.get(); }
  [[nodiscard]] int64_t upsampled_from() const noexcept { return upsampled_from_; }
  /// The side that --save-stats and --save-features are about.
  [[nodiscard]] const Side& saved() const { return real_ ? *real_ : *fake_; }

 private:
  // Cheap things first: what is wrong with statistics is told before any work.
  void load_arrays() {
    const auto load = [this](std::optional<Side>& side, const std::string& path, const char* label,
                             const std::optional<int64_t>& n_images) {
      if (path.empty() || detect_side(path) != SideKind::kStatistics) return;
      side = load_side(path, label, n_images);
      const Statistics& loaded = side->statistics;
      const std::string& stated = side->info.protocol;
      if (!options_.protocol.empty() && !stated.empty() && stated != options_.protocol && !options_.allow_mixed) {
        throw base::DataError(base::printable(path),
                              "statistics of protocol " + base::printable(stated) + ", and --protocol is " +
                                  base::printable(options_.protocol),
                              "leave --protocol out, make them anew, or go on with --allow-mixed");
      }
      if (scored_ && !options_.allow_few) check_rank(base::printable(path), loaded.n_images, loaded.dims());
    };
    load(real_, options_.real, "real", options_.n_real);
    load(fake_, options_.fake, "fake", options_.n_fake);
  }

  void open_pictures(field::WorkerPool& pool) {
    const bool reals = !options_.real.empty() && !real_, fakes = !options_.fake.empty() && !fake_;
    if (!reals && !fakes && !options_.inception_score) return;
    network_ = open_network(options_.network, options_.protocol);
    for (const std::optional<Side>* side : {&real_, &fake_}) {
      if (*side) check_dims(**side, *network_);
    }
    if (options_.upsampling != Upsampling::kNone && !fakes) {
      throw base::UsageError("--upsampled makes pictures larger; give pictures, a checkpoint or a stream with --fake");
    }
    const PictureSetOptions real_options{options_.seed, options_.n_real, Upsampling::kNone};
    const PictureSetOptions fake_options{options_.seed, options_.n_fake, options_.upsampling};
    if (options_.upsampling != Upsampling::kNone) {
      UpsampledFakes upsampled = open_upsampled_fakes(options_.fake, fake_options, pool);
      upsampled_from_ = upsampled.resolution;
      fake_ = open_side(options_.fake, "fake", std::move(upsampled.set), *network_);
      fake_->info.resolution = std::to_string(2 * upsampled_from_) + "x" + std::to_string(2 * upsampled_from_);
    } else if (fakes) {
      fake_ = open_side(options_.fake, "fake", open_picture_set(options_.fake, fake_options, pool), *network_);
    }
    if (!reals) return;
    std::unique_ptr<PictureSet> set = upsampled_from_ > 0
                                          ? open_upsampled_reals(options_.real, 2 * upsampled_from_, real_options, pool)
                                          : open_picture_set(options_.real, real_options, pool);
    real_ = open_side(options_.real, "real", std::move(set), *network_);
  }

  void check_early() {
    if (!scored_) return;
    check_agreement(*real_, *fake_, options_.allow_mixed, false);
    if (options_.allow_few) return;
    if (real_->set) check_rank_early(*real_->set, options_.n_real, *network_);
    if (fake_->set) check_rank_early(*fake_->set, options_.n_fake, *network_);
  }

  void measure(Side& side, field::WorkerPool& pool) {
    MeasureSideOptions how;
    const bool fake_side = fake_ && &side == &*fake_;
    how.measure.n_images = !fake_side ? options_.n_real : options_.n_fake;
    how.measure.batch = options_.batch;
    const bool saved = fake_side ? options_.real.empty() : true;
    if (saved) how.save_features = options_.save_features;
    how.keep_features = needs_features(options_, fake_side);
    measure_side(side, *network_, how, pool);
  }

  // Features that came from a file are saved as any others; statistics have none.
  void save_loaded_features() {
    Side& side = real_ ? *real_ : *fake_;
    if (options_.save_features.empty() || side.features_writer) return;
    if (!side.features.defined()) {
      throw base::DataError(base::printable(side.path), "holds statistics, and --save-features writes every feature",
                            "give the pictures");
    }
    side.features_writer = std::make_shared<FeaturesWriter>(options_.save_features, side.features.size(1));
    side.features_writer->add(side.features);
  }

  const EvaluateOptions& options_;
  bool scored_;
  std::unique_ptr<FeatureNetwork> network_;  // null where nothing has to be measured
  std::optional<Side> real_, fake_;
  int64_t upsampled_from_ = 0;  // R
};

}  // namespace

Evaluation evaluate(const EvaluateOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  check_request(options);
  check_outputs(options);
  Comparison sides(options);
  sides.measure_all();
  if (!options.save_stats.empty()) save_statistics(options.save_stats, sides.saved().statistics, sides.saved().info);
  if (sides.saved().features_writer) sides.saved().features_writer->commit(sides.saved().info);

  Evaluation out;
  const Side* real = sides.real();
  const Side* fake = sides.fake();
  if (sides.scored()) {
    for (const Side* side : {real, fake}) {
      if (!options.allow_few) {
        check_rank(base::printable(side->path), side->statistics.n_images, side->statistics.dims());
      }
      warn_few(base::printable(side->path), side->statistics.n_images);
    }
    out.score = frechet_distance(real->statistics, fake->statistics);
    out.json["fid"] = *out.score;
  }
  const bool fake_named = fake != nullptr && !fake->info.score_name.empty();
  const std::string& name = (fake_named || real == nullptr ? fake : real)->info.score_name;
  out.score_name = (sides.upsampled_from() > 0 ? "Upsampled" : "") + (name.empty() ? "FD" : base::printable(name));
  out.json["score"] = out.score_name;
  add_feature_scores(out.json, options, real, fake, sides.network());
  out.json.update(describe(real, fake, sides.network(), options, sides.upsampled_from()));
  out.json["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (real != nullptr && real->sources && real->sources->n_enlarged > 0) {
    base::log_warning(base::printable(real->path) + ": " + std::to_string(real->sources->n_enlarged) + " of " +
                      std::to_string(real->statistics.n_images) + " real pictures are smaller than " +
                      real->info.resolution + " and were enlarged");
  }
  return out;
}

}  // namespace inr::metrics
