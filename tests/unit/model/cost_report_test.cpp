// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Tables of costs in their three styles and as JSON.
#include "model/cost_report.hpp"

#include "base/error.hpp"
#include "model/presets.hpp"
#include "support/test.hpp"

namespace {

using namespace inr::model;

CountedModel tiny() {
  return count_model({"tiny\n32", find_preset("tiny32").config}, {MacCount::kPaper, MacCount::kFull}, 0);
}

Table small() { return {"Fruit", {"name", "n"}, {{"fig", "7"}, {"cherry", "1200"}}, 1}; }

const std::vector<MacCount> kAll = {MacCount::kPaper, MacCount::kFull, MacCount::kExecuted};

BOOST_AUTO_TEST_SUITE(cost_report)

BOOST_AUTO_TEST_CASE(styles) {
  BOOST_TEST(format_table(small(), TableStyle::kText) ==
             "Fruit\n\n"
             "name       n\n"
             "fig        7\n"
             "cherry  1200\n");
  BOOST_TEST(format_table(small(), TableStyle::kTsv) == "# Fruit\nname\tn\nfig\t7\ncherry\t1200\n");
  BOOST_TEST(format_table(small(), TableStyle::kMarkdown) ==
             "## Fruit\n\n| name | n |\n|---|---:|\n| fig | 7 |\n| cherry | 1200 |\n");
}

BOOST_AUTO_TEST_CASE(every_row_has_the_columns_of_the_head) {
  for (const Table& table :
       {model_table("m", {tiny()}), layer_table(tiny()), table1_table(table1(), kAll), fig9_table(fig9(), kAll),
        table1_table(table1(), {MacCount::kFull}), fig9_table(fig9(), {MacCount::kPaper}),
        fig9_table(fig9(), {MacCount::kExecuted}), layer_table(table1_models(table1(), kAll).front())}) {
    BOOST_TEST(!table.rows.empty());
    for (const auto& row : table.rows) BOOST_TEST(row.size() == table.head.size());
  }
}

BOOST_AUTO_TEST_CASE(names_from_files_stay_on_their_line) {
  const std::string text = format_table(model_table("m", {tiny()}), TableStyle::kTsv);
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 3);
}

BOOST_AUTO_TEST_CASE(json_has_exact_counts) {
  const auto json = to_json(tiny(), true);
  BOOST_TEST(json["n_theta"] == 6022);
  BOOST_TEST(json["size"] == 32);
  int64_t full = 0;
  for (const auto& layer : json["layers"]) full += layer["macs"]["full"].get<int64_t>();
  BOOST_TEST(json["macs"]["full"] == full);
  BOOST_TEST(!json["macs"].contains("executed"));
  BOOST_TEST(!to_json(tiny(), false).contains("layers"));
}

BOOST_AUTO_TEST_CASE(table1_as_printed) {
  const Table table = table1_table(table1(), {MacCount::kPaper});
  BOOST_TEST(table.rows.size() == 17U);
  BOOST_TEST(table.rows[13] == (std::vector<std::string>{"multiscale", "lsun256", "256", "38.759", "38.76", "+0.00 %",
                                                         "107.13", "107.03", "+0.10 %", "6.27"}),
             boost::test_tools::per_element());
  BOOST_TEST(table.rows[2].back() == "O/M");
  BOOST_TEST(to_json(table1(), kAll).size() == 17U);
  BOOST_TEST(to_json(fig9(), kAll).size() == 5U);
}

BOOST_AUTO_TEST_CASE(names_of_counts) {
  for (const MacCount count : {MacCount::kFull, MacCount::kPaper, MacCount::kExecuted}) {
    BOOST_TEST((parse_mac_count(to_string(count)) == count));
  }
  BOOST_CHECK_THROW(parse_mac_count("all"), inr::base::UsageError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
