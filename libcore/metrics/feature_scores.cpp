// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics/feature_scores.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "metrics/score_table.hpp"

namespace inr::metrics {
namespace {

std::vector<const FeatureScore*> asked_scores(const EvaluateOptions& options) {
  std::vector<const FeatureScore*> out;
  for (const FeatureScore& score : feature_scores()) {
    if (is_asked(options.scores, score)) out.push_back(&score);
  }
  return out;
}

std::vector<const Side*> sides_of(const FeatureScore& score, const ScoreInput& input) {
  return score.compares ? std::vector{input.real, input.fake} : std::vector{&input.single()};
}

void check_least(const FeatureScore& score, const EvaluateOptions& options, const Side& side, int64_t n_images) {
  if (n_images == 0 || n_images >= score.least_images || options.allow_few) return;
  throw base::DataError(base::printable(side.path),
                        std::to_string(n_images) + " images for " + std::string(score.least_images_for),
                        "use at least " + std::to_string(score.least_images) + " images, or --allow-few");
}

void check_classes(const FeatureScore& score, const ScoreInput& input) {
  if (input.network == nullptr || !input.network->has_logits()) {
    throw base::UsageError("--" + std::string(score.name) + " needs class scores, which " +
                           (input.network == nullptr ? std::string("statistics") : input.network->name()) +
                           " does not give; give the Inception network with --network");
  }
  for (const Side* side : sides_of(score, input)) {
    const std::string& hash = side->info.network_hash;
    if (hash.empty() || hash == input.network->hash()) continue;
    throw base::DataError(base::printable(side->path),
                          "holds features of another network than " + input.network->name(),
                          "give the network that made them with --network");
  }
}

}  // namespace

bool needs_features(const EvaluateOptions& options, bool fake_side) {
  return std::ranges::any_of(asked_scores(options), [&](const FeatureScore* score) {
    return score->compares || fake_side || options.fake.empty();
  });
}

void check_feature_scores(const EvaluateOptions& options, const Side* real, const Side* fake,
                          const FeatureNetwork* network) {
  for (const auto& [name, asked] : options.scores) {
    const auto has_name = [&name](const FeatureScore& score) { return name == score.name; };
    if (asked && std::ranges::none_of(feature_scores(), has_name))
      throw base::UsageError("\"" + base::printable(name) + "\" is not a score; use " + score_options());
  }
  const ScoreInput input{real, fake, network, options.n_threads};
  for (const Side* side : {real, fake}) {
    if (side == nullptr || side->set || side->features.defined() || !needs_features(options, side == fake)) continue;
    throw base::DataError(base::printable(side->path),
                          "holds statistics, but " + score_options() + " need the features of every picture",
                          "give pictures, or features written by --save-features");
  }
  for (const FeatureScore* score : asked_scores(options)) {
    if (score->needs_classes) check_classes(*score, input);
    for (const Side* side : sides_of(*score, input)) {
      // -n is of the only side where there is one: evaluate() has made n_real of it.
      const std::optional<int64_t>& n_asked = side == fake ? options.n_fake : options.n_real;
      const int64_t n_there = side->features.defined() ? side->features.size(0) : side->set->count().value_or(0);
      check_least(*score, options, *side, n_asked.value_or(n_there));
    }
  }
}

void add_feature_scores(base::Json& json, const EvaluateOptions& options, const Side* real, const Side* fake,
                        const FeatureNetwork* network) {
  const ScoreInput input{real, fake, network, options.n_threads};
  for (const FeatureScore& score : feature_scores()) {
    for (const char* const key : score.keys) json[key] = nullptr;
  }
  for (const FeatureScore* score : asked_scores(options)) {
    for (const Side* side : sides_of(*score, input)) check_least(*score, options, *side, side->features.size(0));
    score->compute(input, json);
  }
}

}  // namespace inr::metrics
