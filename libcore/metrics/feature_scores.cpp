// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics/feature_scores.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "field/thread_count.hpp"
#include "field/torch_pool.hpp"
#include "metrics/inception_score.hpp"
#include "metrics/kid.hpp"
#include "metrics/precision_recall.hpp"

namespace inr::metrics {
namespace {

constexpr int64_t kNeighbours = 3;  // of precision and recall, as its authors and the published tables have it
constexpr int64_t kSplits = 10;     // of the inception score, likewise
constexpr int64_t kLogitRows = 4096;

const Side& scored_alone(const Side* real, const Side* fake) { return fake != nullptr ? *fake : *real; }

// A split of one image has no score of its own: the inception score of so few says nothing.
void check_splits(const EvaluateOptions& options, const Side& side, int64_t n_images) {
  if (n_images == 0 || n_images >= 2 * kSplits || options.allow_few) return;
  throw base::DataError(
      base::printable(side.path),
      std::to_string(n_images) + " images for the " + std::to_string(kSplits) + " splits of the inception score",
      "use at least " + std::to_string(2 * kSplits) + " images, or --allow-few");
}

// Each block is one product by one thread, whatever their number.
at::Tensor logits_of(const at::Tensor& features, const FeatureNetwork& network, int n_threads) {
  const c10::InferenceMode no_gradients;
  const field::ThreadCountGuard one_thread(1);
  std::vector<at::Tensor> blocks = features.split(kLogitRows);
  field::TorchPool pool(n_threads);
  pool.run(std::ssize(blocks), [&](int64_t i) {
    at::Tensor& block = blocks[static_cast<size_t>(i)];
    block = network.logits(block.clone());  // features may lie at any address, and products go by that too
  });
  return at::cat(blocks);
}

}  // namespace

bool needs_features(const EvaluateOptions& options, bool fake_side) {
  if (options.kid || options.precision_recall) return true;
  return options.inception_score && (fake_side || options.fake.empty());
}

void check_feature_scores(const EvaluateOptions& options, const Side* real, const Side* fake,
                          const FeatureNetwork* network) {
  for (const Side* side : {real, fake}) {
    if (side == nullptr || side->set || side->features.defined() || !needs_features(options, side == fake)) continue;
    throw base::DataError(base::printable(side->path),
                          "holds statistics, but --kid, --pr and --is need the features of every picture",
                          "give pictures, or features written by --save-features");
  }
  if (options.inception_score && (network == nullptr || !network->has_logits())) {
    throw base::UsageError("--is needs class scores, which " +
                           (network == nullptr ? std::string("statistics") : network->name()) +
                           " does not give; give the Inception network with --network");
  }
  if (!options.inception_score) return;
  const Side& side = scored_alone(real, fake);
  const std::string& hash = side.info.network_hash;
  if (!hash.empty() && hash != network->hash()) {
    throw base::DataError(base::printable(side.path), "holds features of another network than " + network->name(),
                          "give the network that made them with --network");
  }
  const std::optional<int64_t>& n_asked = fake != nullptr ? options.n_fake : options.n_real;
  const int64_t n_there = side.features.defined() ? side.features.size(0) : side.set->count().value_or(0);
  check_splits(options, side, n_asked.value_or(n_there));
}

void add_feature_scores(base::Json& json, const EvaluateOptions& options, const Side* real, const Side* fake,
                        const FeatureNetwork* network) {
  for (const char* key : {"kid", "kid_deviation", "kid_subsets", "kid_subset_size", "precision", "recall",
                          "pr_neighbours", "is", "is_deviation", "is_splits"}) {
    json[key] = nullptr;
  }
  if (options.kid) {
    KidOptions how;
    how.n_threads = options.n_threads;
    const Kid kid = kernel_inception_distance(real->features, fake->features, how);
    json["kid"] = kid.mean;
    json["kid_deviation"] = kid.deviation;
    json["kid_subsets"] = kid.n_subsets;
    json["kid_subset_size"] = std::min({how.subset_size, real->features.size(0), fake->features.size(0)});
  }
  if (options.precision_recall) {
    const PrecisionRecall found = precision_recall(real->features, fake->features, kNeighbours, options.n_threads);
    json["precision"] = found.precision;
    json["recall"] = found.recall;
    json["pr_neighbours"] = kNeighbours;
  }
  if (options.inception_score) {
    check_splits(options, scored_alone(real, fake), scored_alone(real, fake).features.size(0));
    const at::Tensor logits = logits_of(scored_alone(real, fake).features, *network, options.n_threads);
    const int64_t n_splits = std::min(kSplits, logits.size(0));
    const InceptionScore score = inception_score(logits, n_splits, options.n_threads);
    json["is"] = score.mean;
    json["is_deviation"] = score.deviation;
    json["is_splits"] = n_splits;
  }
}

}  // namespace inr::metrics
