// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The table of scores: its rows are whole, and lists and logs follow them.
#include "metrics/score_table.hpp"

#include <algorithm>
#include <set>

#include "metrics/score_request.hpp"
#include "support/test.hpp"

using namespace inr;

BOOST_AUTO_TEST_SUITE(score_table)

BOOST_AUTO_TEST_CASE(rows_are_whole) {
  std::set<std::string> names, keys;
  const std::string options = metrics::score_options(), page = metrics::score_page(), all = metrics::score_keys();
  for (const metrics::FeatureScore& score : metrics::feature_scores()) {
    BOOST_TEST_CONTEXT(score.name) {
      BOOST_TEST(names.insert(score.name).second);
      BOOST_TEST(options.find(std::string("--") + score.name) != std::string::npos);
      BOOST_TEST(page.find(std::string("--") + score.name) != std::string::npos);
      BOOST_TEST((score.compute != nullptr));
      BOOST_TEST((score.least_images > 0) == !score.least_images_for.empty());
      for (const char* const key : score.keys) {
        BOOST_TEST(keys.insert(key).second);
        BOOST_TEST(all.find(key) != std::string::npos);
      }
      for (const metrics::ShownScore& shown : score.shown) {
        BOOST_TEST(keys.contains(shown.key));
        BOOST_TEST((shown.deviation == nullptr || keys.contains(shown.deviation)));
      }
    }
  }
  BOOST_TEST(options.starts_with("--kid, "));
  BOOST_TEST(all.starts_with("kid, kid_deviation, "));
}

BOOST_AUTO_TEST_CASE(questions_about_what_was_asked_for) {
  metrics::AskedScores asked;
  BOOST_TEST(!metrics::asks_single_side(asked));
  asked["kid"] = true;
  asked["is"] = false;
  BOOST_TEST(!metrics::asks_single_side(asked));
  BOOST_TEST(!metrics::asks_classes(asked));
  asked["is"] = true;
  BOOST_TEST(metrics::asks_single_side(asked));
  BOOST_TEST(metrics::asks_classes(asked));
}

// A log line of an earlier version does not name a score that was added since: that was not asked for then.
BOOST_AUTO_TEST_CASE(lines_from_before_a_score_was_added) {
  const base::Json request = {{"network", "n"}, {"kid", false}, {"pr", false}, {"is", true}};
  base::Json line = {{"model_hash", "m"}, {"request", {{"network", "n"}, {"kid", false}, {"is", true}}}};
  BOOST_TEST(metrics::is_scored({line}, request, "m"));
  base::Json with = request;
  with["pr"] = true;
  BOOST_TEST(!metrics::is_scored({line}, with, "m"));
  line["request"]["network"] = "other";
  BOOST_TEST(!metrics::is_scored({line}, request, "m"));
}

BOOST_AUTO_TEST_SUITE_END()
