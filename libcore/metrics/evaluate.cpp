// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Loads and opens two sides, sees that they compare, measures them, takes the scores.
#include "metrics/evaluate.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/first_fault.hpp"
#include "base/log.hpp"
#include "base/writable.hpp"
#include "field/thread_count.hpp"
#include "field/torch_pool.hpp"
#include "metrics/agreement.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/feature_scores.hpp"
#include "metrics/frechet.hpp"
#include "metrics/measure.hpp"
#include "metrics/outputs.hpp"
#include "metrics/result.hpp"
#include "metrics/side.hpp"

namespace inr::metrics {
namespace {

// The request with -n where it belongs. Throws UsageError on what no file could make right.
EvaluateOptions checked(EvaluateOptions options) {
  if (options.real.empty() && options.fake.empty())
    throw base::UsageError("nothing to compare; give --real and --fake");
  const bool scored = !options.real.empty() && !options.fake.empty();
  if (!scored && options.save_stats.empty() && options.save_features.empty() && !asks_single_side(options.scores)) {
    throw base::UsageError("one side alone has no score; give --real and --fake, or --save-stats FILE");
  }
  const auto refuse_alone = [scored](const std::string& name, bool asked) {
    if (asked && !scored) throw base::UsageError(name + " compares two sides; give --real and --fake");
  };
  for (const FeatureScore& score : feature_scores())
    refuse_alone(std::string("--") + score.name, score.compares && is_asked(options.scores, score));
  refuse_alone("--upsampled", options.upsampling != Upsampling::kNone);
  if (options.real == "-" && options.fake == "-") {
    throw base::UsageError("--real and --fake cannot both be stdin; write one of the streams to a file");
  }
  for (const auto& [name, n] : {std::pair("--n-real", options.n_real), std::pair("-n", options.n_fake)}) {
    if (n && *n < 2)
      throw base::UsageError(std::string(name) + " " + std::to_string(*n) + " is too few images; use at least 2");
  }
  if (options.n_real && options.real.empty())
    throw base::UsageError("--n-real needs --real; for one side alone give -n");
  if (options.fake.empty() && options.n_fake) {  // of the only side there is
    if (options.n_real) throw base::UsageError("-n and --n-real both mean the real side here; give one of them");
    options.n_real = std::exchange(options.n_fake, std::nullopt);
  }
  if (options.batch < 0)
    throw base::UsageError("--batch " + std::to_string(options.batch) + " is not a positive number");
  check_protocol_name(options.protocol);
  check_outputs({{"--save-stats", options.save_stats}, {"--save-features", options.save_features}},
                {{"--real", options.real}, {"--fake", options.fake}, {"--network", options.network}});
  for (const std::string& output : {options.save_stats, options.save_features}) {
    if (!output.empty()) base::require_replaceable(output);
  }
  return options;
}

// What can be found out before hours of work: a number of images that was asked for, or that the set states.
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
    field::TorchPool pool(options_.n_threads);
    load_arrays();
    open_pictures(pool);
    check_feature_scores(options_, real(), fake(), network());
    check_early();
    for (std::optional<Side>* side : {&real_, &fake_}) {
      if (*side && (*side)->set) measure(**side, pool);
    }
    if (upsampled_from_ > 0 && fake_->info.resolution == "mixed") {
      throw base::DataError(base::printable(fake_->path),
                            "holds pictures of several sizes, but an upsampled distance needs one",
                            "bring them to one size with inr-prep");
    }
    mixed_ = scored_ && check_agreement(*real_, *fake_, options_.allow_mixed, true);
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
  /// The sides say that they were not made alike.
  [[nodiscard]] bool mixed() const noexcept { return mixed_; }
  /// The side that --save-stats and --save-features are about.
  [[nodiscard]] const Side& saved() const { return real_ ? *real_ : *fake_; }

 private:
  // Cheap things first: what is wrong with statistics is reported before any work.
  void load_arrays() {
    const auto load = [this](std::optional<Side>& side, const std::string& path, const char* label,
                             const std::optional<int64_t>& n_images) {
      if (path.empty() || detect_side(path) != SideKind::kStatistics) return;
      side = load_side(path, label, n_images);
      if (!options_.allow_mixed) check_protocol(*side, options_.protocol);
    };
    load(real_, options_.real, "real", options_.n_real);
    load(fake_, options_.fake, "fake", options_.n_fake);
    const bool pictures = (!options_.real.empty() && !real_) || (!options_.fake.empty() && !fake_);
    if (options_.upsampling != Upsampling::kNone && fake_) {
      throw base::UsageError("--upsampled makes pictures larger; give pictures, a checkpoint or a stream with --fake");
    }
    if (pictures || asks_classes(options_.scores) || !options_.network.empty()) {
      network_ = open_network(options_.network, options_.protocol);
    }
    for (std::optional<Side>* side : {&real_, &fake_}) {
      if (!*side) continue;
      if (network_) check_network(**side, *network_, !pictures && !options_.allow_mixed);
      if ((*side)->features.defined()) finish_features(**side, divisor_of(**side, pictures));
      const Statistics& loaded = (*side)->statistics;
      if (scored_ && !options_.allow_few) check_rank(base::printable((*side)->path), loaded.n_images, loaded.dims());
    }
  }

  // Features that do not say their protocol are taken by that of what they are compared with.
  [[nodiscard]] int64_t divisor_of(const Side& side, bool pictures) const {
    StatisticsInfo asked;
    asked.protocol = options_.protocol;
    std::optional<int64_t> ddof = ddof_of(side.info);
    if (!ddof && pictures) ddof = network_->ddof();
    if (!ddof) ddof = ddof_of(asked);
    for (const std::optional<Side>* other : {&real_, &fake_}) {
      if (!ddof && *other) ddof = ddof_of((*other)->info);
    }
    if (!ddof && network_) ddof = network_->ddof();
    return ddof.value_or(1);
  }

  void open_pictures(base::WorkerPool& pool) {
    const bool reals = !options_.real.empty() && !real_, fakes = !options_.fake.empty() && !fake_;
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

  void measure(Side& side, base::WorkerPool& pool) {
    MeasureSideOptions how;
    const bool fake_side = fake_ && &side == &*fake_;
    how.measure.n_images = !fake_side ? options_.n_real : options_.n_fake;
    how.measure.batch = options_.batch;
    how.check_stop = options_.check_stop;
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
      throw base::DataError(base::printable(side.path),
                            "holds statistics, but --save-features needs the features of every picture",
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
  bool mixed_ = false;
};

// All that is reported of sides that were measured, except the time it took.
Evaluation result_of(const Comparison& sides, const EvaluateOptions& options) {
  Evaluation out;
  const Side* real = sides.real();
  const Side* fake = sides.fake();
  if (sides.scored()) {
    for (const Side* side : {real, fake}) {
      const Statistics& found = side->statistics;
      if (!options.allow_few) check_rank(base::printable(side->path), found.n_images, found.dims());
    }
    out.score = frechet_distance(real->statistics, fake->statistics);
    out.json["fid"] = *out.score;
  }
  const bool fake_named = fake != nullptr && !fake->info.score_name.empty();
  const std::string& name = (fake_named || real == nullptr ? fake : real)->info.score_name;
  out.score_name = (sides.upsampled_from() > 0 ? "Upsampled" : "") + (sides.mixed()  ? "FD-mixed"
                                                                      : name.empty() ? "FD"
                                                                                     : base::printable(name));
  out.json["score"] = out.score_name;
  out.json["mixed"] = sides.mixed();
  add_feature_scores(out.json, options, real, fake, sides.network());
  for (const Side* side : {real, fake}) {
    if (side == nullptr || !(sides.scored() || asks_single_side(options.scores))) continue;
    warn_few(base::printable(side->path), side->statistics.n_images);
  }
  out.json.update(describe(real, fake, sides.network(), options, sides.upsampled_from()));
  if (real != nullptr && real->sources && real->sources->n_enlarged > 0) {
    base::log_warning(base::printable(real->path) + ": " + std::to_string(real->sources->n_enlarged) + " of " +
                      std::to_string(real->statistics.n_images) + " real pictures are smaller than " +
                      real->info.resolution + " and were enlarged");
  }
  return out;
}

}  // namespace

Evaluation evaluate(const EvaluateOptions& request, const Tell& tell) {
  const auto start = std::chrono::steady_clock::now();
  const EvaluateOptions options = checked(request);
  Comparison sides(options);
  sides.measure_all();
  const Side& saved = sides.saved();
  const bool has_score = sides.scored() || asks_single_side(options.scores);
  Evaluation out;
  base::FirstFault fault;
  fault.run([&] {
    out = result_of(sides, options);
    out.json["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (tell && has_score) tell(out);
  });
  if (!options.save_stats.empty())
    fault.run([&] { save_statistics(options.save_stats, saved.statistics, saved.info); });
  if (saved.features_writer) fault.run([&] { saved.features_writer->commit(saved.info); });
  fault.rethrow();
  if (tell && !has_score) tell(out);
  return out;
}

}  // namespace inr::metrics
