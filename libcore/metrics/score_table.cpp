// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics/score_table.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "field/thread_count.hpp"
#include "field/torch_pool.hpp"
#include "metrics/feature_scores.hpp"
#include "metrics/inception_score.hpp"
#include "metrics/kid.hpp"
#include "metrics/precision_recall.hpp"

namespace inr::metrics {
namespace {

constexpr int64_t kNeighbours = 3;  // of precision and recall, as its authors and the published tables have it
constexpr int64_t kSplits = 10;     // of the inception score, likewise
constexpr int64_t kLogitRows = 4096;

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

void add_kid(const ScoreInput& input, base::Json& json) {
  KidOptions how;
  how.n_threads = input.n_threads;
  const Kid kid = kernel_inception_distance(input.real->features, input.fake->features, how);
  json["kid"] = kid.mean;
  json["kid_deviation"] = kid.deviation;
  json["kid_subsets"] = kid.n_subsets;
  json["kid_subset_size"] = std::min({how.subset_size, input.real->features.size(0), input.fake->features.size(0)});
}

void add_precision_recall(const ScoreInput& input, base::Json& json) {
  const PrecisionRecall found =
      precision_recall(input.real->features, input.fake->features, kNeighbours, input.n_threads);
  json["precision"] = found.precision;
  json["recall"] = found.recall;
  json["pr_neighbours"] = kNeighbours;
}

void add_inception_score(const ScoreInput& input, base::Json& json) {
  const at::Tensor logits = logits_of(input.single().features, *input.network, input.n_threads);
  const int64_t n_splits = std::min(kSplits, logits.size(0));
  const InceptionScore score = inception_score(logits, n_splits, input.n_threads);
  json["is"] = score.mean;
  json["is_deviation"] = score.deviation;
  json["is_splits"] = n_splits;
}

constexpr auto kKidKeys = std::to_array<const char*>({"kid", "kid_deviation", "kid_subsets", "kid_subset_size"});
constexpr auto kKidShown = std::to_array<ShownScore>({{"KID", "kid", "kid_deviation"}});
constexpr auto kPrKeys = std::to_array<const char*>({"precision", "recall", "pr_neighbours"});
constexpr auto kPrShown = std::to_array<ShownScore>({{"precision", "precision"}, {"recall", "recall"}});
constexpr auto kIsKeys = std::to_array<const char*>({"is", "is_deviation", "is_splits"});
constexpr auto kIsShown = std::to_array<ShownScore>({{"IS", "is", "is_deviation"}});

constexpr auto kScores = std::to_array<FeatureScore>({
    {.name = "kid",
     .help = "kernel inception distance as well",
     .page = "the kernel inception distance (mean and deviation over 100 subsets of at most 1000 images; a set against "
             "itself is slightly negative)",
     .keys = kKidKeys,
     .shown = kKidShown,
     .compute = add_kid},
    {.name = "pr",
     .help = "improved precision and recall as well",
     .page = "precision and recall (by the 3 nearest neighbours)",
     .keys = kPrKeys,
     .shown = kPrShown,
     .compute = add_precision_recall},
    {.name = "is",
     .help = "inception score of the fake side as well",
     .page = "the inception score of the fake side over 10 splits, for networks with class scores",
     .keys = kIsKeys,
     .shown = kIsShown,
     .compares = false,
     .needs_classes = true,
     .least_images = 2 * kSplits,  // a split of one image has no score of its own: that of so few says nothing
     .least_images_for = "the 10 splits of the inception score",
     .compute = add_inception_score},
});

std::string joined(const std::vector<std::string>& words, const char* last) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? last : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace

std::span<const FeatureScore> feature_scores() noexcept { return kScores; }

bool is_asked(const AskedScores& asked, const FeatureScore& score) {
  const auto found = asked.find(std::string_view(score.name));
  return found != asked.end() && found->second;
}

bool asks_single_side(const AskedScores& asked) {
  return std::ranges::any_of(kScores, [&](const FeatureScore& row) { return !row.compares && is_asked(asked, row); });
}

bool asks_classes(const AskedScores& asked) {
  return std::ranges::any_of(kScores,
                             [&](const FeatureScore& row) { return row.needs_classes && is_asked(asked, row); });
}

std::string score_options() {
  std::vector<std::string> words;
  for (const FeatureScore& score : kScores) words.push_back(std::string("--") + score.name);
  return joined(words, " and ");
}

std::string score_page() {
  std::vector<std::string> words;
  for (const FeatureScore& score : kScores) {
    words.push_back(std::string("--") + score.name + (words.empty() ? " adds " : " ") + std::string(score.page));
  }
  return joined(words, ", ");
}

std::string score_keys() {
  std::vector<std::string> words;
  for (const FeatureScore& score : kScores) words.insert(words.end(), score.keys.begin(), score.keys.end());
  return joined(words, ", ");
}

}  // namespace inr::metrics
