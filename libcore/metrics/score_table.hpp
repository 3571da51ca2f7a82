// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The scores that are taken beside the Frechet distance, one row each: KID, precision and recall, inception score. The
// options of inr-fid, its man page, what is checked before any work, the keys of --json, the line for people and the
// requests in a log of scores are made from the rows. To add a score, write its computation in a file of its own and
// its row in score_table.cpp; nothing else names a score.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace inr::metrics {

struct ScoreInput;

/// A number on the line for people: "KID 0.01 +- 0.002".
struct ShownScore {
  std::string_view name;
  const char* key;                  ///< of --json
  const char* deviation = nullptr;  ///< its key; null: none
};

struct FeatureScore {
  const char* name;                     ///< of the option without its dashes, and in requests: "kid"
  const char* help;                     ///< of the option
  std::string_view page;                ///< for the man page, behind "--kid adds"
  std::span<const char* const> keys;    ///< of --json in their order; null where the score was not asked for
  std::span<const ShownScore> shown;    ///< in their order
  bool compares = true;                 ///< takes both sides; else the fake one, or the only one there is
  bool needs_classes = false;           ///< of the network: class scores
  int64_t least_images = 0;             ///< fewer are refused without allow_few; 0: the computation says so itself
  std::string_view least_images_for{};  ///< why: "the 10 splits of the inception score"
  /// Adds all of keys. Throws DataError (too few images).
  void (*compute)(const ScoreInput& input, base::Json& json) = nullptr;
};

/// All rows, in the order in which they are told. Constant.
std::span<const FeatureScore> feature_scores() noexcept;

/// Which scores were asked for, by name; a name that is missing was not.
using AskedScores = std::map<std::string, bool, std::less<>>;
bool is_asked(const AskedScores& asked, const FeatureScore& score);
/// Is there one that takes a single side?
bool asks_single_side(const AskedScores& asked);
bool asks_classes(const AskedScores& asked);

/// "--kid, --pr and --is"
std::string score_options();
/// What the man page says of the scores: "--kid adds ..., --pr ..., --is ...".
std::string score_page();
/// All keys of --json: "kid, kid_deviation, ...".
std::string score_keys();

}  // namespace inr::metrics
