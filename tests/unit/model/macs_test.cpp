// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Counts against the paper's Table 1 and Fig. 9, every digit of table1.md.
#include "model/macs.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "model/presets.hpp"
#include "model/table1.hpp"
#include "support/test.hpp"

namespace {

using namespace inr::model;

const ModelConfig& preset(const char* name) { return find_preset(name).config.model; }
// GMAC, rounded to thousandths as an integer so that a comparison is one of printed digits.
int64_t milli_gmacs(int64_t macs) { return (macs + 500000) / 1000000; }

BOOST_AUTO_TEST_SUITE(macs)

BOOST_AUTO_TEST_CASE(parameters_of_table1) {
  const auto parameters = [](const char* name) { return count_cost(preset(name), MacCount::kFull).parameters; };
  BOOST_TEST(parameters("lsun128") == 106798083);
  BOOST_TEST(parameters("lsun256") == 107133094);
  BOOST_TEST(parameters("ffhq256") == 107133094);
  BOOST_TEST(parameters("ffhq1024") == 117347948);
  BOOST_TEST(parameters("latent128") == 7088131);
  BOOST_TEST(parameters("latent1024") == 7088131);
  // The plain readings, 1351.9M, 1620.1M and 72.4M.
  BOOST_TEST(parameters("hyper128") / 100000 == 13518);
  BOOST_TEST(parameters("fourier256") / 100000 == 16200);
  BOOST_TEST(parameters("fmm1024") / 100000 == 724);
}

BOOST_AUTO_TEST_CASE(paper_count_of_table1) {
  const auto gmacs = [](const char* name) { return milli_gmacs(count_cost(preset(name), MacCount::kPaper).macs); };
  BOOST_TEST(gmacs("lsun128") == 21579);
  BOOST_TEST(gmacs("lsun256") == 38759);
  BOOST_TEST(gmacs("ffhq1024") == 47359);
  BOOST_TEST((gmacs("latent128") + 5) / 10 == 3009);
  BOOST_TEST((gmacs("latent256") + 5) / 10 == 12033);
  BOOST_TEST((gmacs("latent1024") + 5) / 10 == 192522);
  BOOST_TEST((gmacs("ffhq1024-appendix") + 50) / 100 == 914);
  // The appendix's network of 256: four layers 512 wide at 128 and at 256. 86.0, where the table has 38.76.
  ModelConfig appendix = preset("lsun256");
  appendix.blocks[1].width = 512;
  BOOST_TEST((milli_gmacs(count_cost(appendix, MacCount::kPaper).macs) + 50) / 100 == 860);
}

BOOST_AUTO_TEST_CASE(fig9) {
  struct Row {
    int64_t size, paper, full;
  };
  for (const Row& row : {Row{64, 299, 487}, Row{128, 853, 1526}, Row{256, 3067, 5682}, Row{512, 11926, 22305},
                         Row{1024, 47359, 88800}}) {
    BOOST_TEST(milli_gmacs(count_cost(preset("ffhq1024"), MacCount::kPaper, row.size).macs) == row.paper);
    BOOST_TEST(milli_gmacs(count_cost(preset("ffhq1024"), MacCount::kFull, row.size).macs) == row.full);
  }
  BOOST_TEST(inr::model::fig9().size() == 5U);
  BOOST_TEST(inr::model::fig9()[4].full == 88.800331264, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(executed_count_of_the_released_models) {
  const auto tenths = [](const char* name) {
    return (count_cost(preset(name), MacCount::kExecuted).macs + 50000000) / 100000000;
  };
  // render.md, section 3.
  BOOST_TEST(tenths("lsun128-released") == 238);
  BOOST_TEST(tenths("lsun256-released") == 377);
  BOOST_TEST(tenths("ffhq1024-released") == 467);
}

// released.md, sections 2 and 4: parameters, and the products of the INR's layers. The columns of waves are counted
// apart (".0.e"), of which `executed` there leaves next to nothing.
BOOST_AUTO_TEST_CASE(public_checkpoints) {
  struct Row {
    const char* name;
    int64_t parameters, n_theta;
    double full, executed;
  };
  for (const Row& row : {Row{"inr-gan", 72436573, 123464, 14.852030464, 9.512681472},
                         Row{"inr-gan-bil", 72436573, 123464, 14.852030464, 9.512681472},
                         Row{"inr-gan-churches", 68414429, 115784, 12.704546816, 7.365197824}}) {
    const auto layers = [&](MacCount count, bool with_waves) {
      int64_t macs = 0;
      for (const LayerCost& layer : count_cost(preset(row.name), count).layers) {
        const bool waves = layer.name.ends_with(".e");
        const bool apart = layer.name.starts_with("hypernet") || layer.name.ends_with("B");
        if (!apart && (with_waves || !waves)) macs += layer.macs;
      }
      return static_cast<double>(macs) / 1e9;
    };
    const Cost cost = count_cost(preset(row.name), MacCount::kFull);
    BOOST_TEST(cost.parameters == row.parameters, row.name);
    BOOST_TEST(cost.n_theta == row.n_theta, row.name);
    BOOST_TEST(layers(MacCount::kFull, true) == row.full, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(layers(MacCount::kExecuted, false) == row.executed, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(layers(MacCount::kExecuted, true) < row.executed + 0.35);
  }
  // Cells of the own grid share what they see of constants and of the block below.
  const auto gmacs = [](MacCount count) { return milli_gmacs(count_cost(preset("inr-gan-bil"), count, 1024).macs); };
  BOOST_TEST(gmacs(MacCount::kExecuted) * 2 < gmacs(MacCount::kFull));
}

BOOST_AUTO_TEST_CASE(full_count_by_hand) {
  ModelConfig config;
  config.resolution = 4;
  config.z_dim = 3;
  config.hidden = 5;
  config.depth = 2;
  config.rank = 2;
  config.upsample_from = 1;
  config.blocks = {{2, 8, 4, 1, false, 0}, {4, 6, 3, 2, true, 6}};
  const Cost cost = count_cost(config, MacCount::kFull);
  // theta: B_0 8, [8, 8] 40; B_1 6, 8 + 18 -> 6: 70, 6 + 18 -> 6: 66, rgb 21
  BOOST_TEST(cost.n_theta == 8 + 40 + 6 + 70 + 66 + 21);
  const int64_t hypernet = 3 * 5 + 5 * 5 + 5 * cost.n_theta;
  const int64_t first = 4 * (2 * 4) + 4 * (8 * 8) + 2 * 8 * 8;  // points, A B
  const int64_t second = 16 * (2 * 9) + 16 * (26 * 6 + 24 * 6 + 3 * 6) + 2 * 6 * (26 + 24);
  BOOST_TEST(cost.macs == hypernet + first + second);
  BOOST_TEST(cost.parameters == (3 * 5 + 5) + (5 * 5 + 5) + 6 * cost.n_theta + 8 * 8 + 26 * 6 + 24 * 6);
}

BOOST_AUTO_TEST_CASE(layers_add_up) {
  for (const Preset& each : presets()) {
    for (const MacCount count : {MacCount::kFull, MacCount::kPaper, MacCount::kExecuted}) {
      const Cost cost = count_cost(each.config.model, count);
      int64_t macs = 0;
      int64_t parameters = 0;
      for (const LayerCost& layer : cost.layers) {
        BOOST_TEST(layer.macs >= 0);
        macs += layer.macs, parameters += layer.parameters;
      }
      BOOST_TEST(macs == cost.macs, each.name);
      BOOST_TEST(parameters == cost.parameters, each.name);
      // On grids hardly finer than the nodes, those of the tiny presets, nodes do not pay.
      if (count == MacCount::kExecuted && each.config.model.resolution < 128) continue;
      BOOST_TEST(count_cost(each.config.model, MacCount::kFull).macs >= cost.macs, each.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(cost_grows_with_the_size) {
  for (const MacCount count : {MacCount::kFull, MacCount::kPaper, MacCount::kExecuted}) {
    int64_t before = 0;
    for (const int64_t size : {1, 16, 31, 32, 64, 100, 1000}) {
      const int64_t macs = count_cost(preset("tiny32"), count, size).macs;
      BOOST_TEST(macs > before);
      before = macs;
    }
  }
  BOOST_TEST(count_cost(preset("tiny32"), MacCount::kFull, 0).macs ==
             count_cost(preset("tiny32"), MacCount::kFull, 32).macs);
  BOOST_CHECK_THROW(count_cost(preset("tiny32"), MacCount::kFull, -1), inr::base::UsageError);
}

BOOST_AUTO_TEST_CASE(counts_beyond_64_bits_are_refused) {
  ModelConfig config = preset("tiny32");
  config.blocks[1].width = 65536;
  config.blocks[1].layers = 256;
  BOOST_CHECK_THROW(count_cost(config, MacCount::kFull, 1 << 20), inr::base::UsageError);
}

BOOST_AUTO_TEST_CASE(table1_cells) {
  const std::vector<TableRow> rows = table1();
  BOOST_REQUIRE(rows.size() == 6U);
  const auto near = [](const Quantity& quantity, double ours) { return std::abs(quantity.ours - ours) < 0.005; };
  const auto exact = [](const Quantity& quantity, double millions) {
    return std::abs(quantity.ours - millions) < 5e-7;
  };
  BOOST_TEST(near(rows[1].cells[0].gmacs, 23.53));
  BOOST_TEST(near(rows[1].cells[1].gmacs, 88.01));
  BOOST_TEST(near(rows[1].cells[2].gmacs, 1377.50));
  BOOST_TEST(exact(rows[1].cells[0].mparameters, 2043.533787));
  BOOST_TEST(near(rows[2].cells[0].gmacs, 28.08));
  BOOST_TEST(near(rows[2].cells[1].gmacs, 105.39));
  BOOST_TEST(near(rows[2].cells[2].gmacs, 1651.58));
  BOOST_TEST(exact(rows[2].cells[1].mparameters, 2310.435587));
  BOOST_TEST(near(rows[3].cells[0].gmacs, 25.88));
  BOOST_TEST(near(rows[3].cells[1].gmacs, 103.19));
  BOOST_TEST(near(rows[3].cells[2].gmacs, 1649.37));
  BOOST_TEST(exact(rows[3].cells[2].mparameters, 109.372995));
  for (const TableRow& row : rows) {
    for (const TableCell& cell : row.cells) {
      BOOST_TEST(std::abs(cell.gmacs.deviation()) < 0.005, row.name);
      BOOST_TEST(std::abs(cell.mparameters.deviation()) < 0.011, row.name);
    }
  }
}

// Every percentage of table1.md, as printed: "+0.10" is 10.
BOOST_AUTO_TEST_CASE(deviations_from_the_paper) {
  const std::vector<TableRow> rows = table1();
  const auto percent = [](const Quantity& quantity) { return std::lround(1e4 * quantity.deviation()); };
  const std::vector<std::vector<std::pair<long, long>>> expected = {
      {{-1, -17}, {0, -17}, {0, -17}}, {{-3, -58}, {0, -58}, {0, -58}}, {{21, -7}, {4, -7}, {0, -7}},
      {{3, 108}, {0, 108}, {0, 108}},  {{0, -22}, {0, 10}, {2, 4}},     {{49, 1}, {-11, 0}}};
  for (size_t r = 0; r < expected.size(); ++r) {
    BOOST_REQUIRE(rows[r].cells.size() == expected[r].size());
    for (size_t c = 0; c < expected[r].size(); ++c) {
      BOOST_TEST(percent(rows[r].cells[c].gmacs) == expected[r][c].first, rows[r].name);
      BOOST_TEST(percent(rows[r].cells[c].mparameters) == expected[r][c].second, rows[r].name);
    }
  }
}

// What the man page says of a fair comparison: 1.57 and 1.16 times cheaper than StyleGAN2 at its true cost.
BOOST_AUTO_TEST_CASE(times_cheaper_than_stylegan2) {
  const auto times = [](const char* name, int64_t size) {
    const Cost ours = count_cost(preset(name), MacCount::kPaper);
    return std::lround(100.0 * static_cast<double>(stylegan2_cost(size, false).macs) / static_cast<double>(ours.macs));
  };
  BOOST_TEST(times("ffhq1024", 1024) == 157);
  BOOST_TEST(times("lsun256", 256) == 116);
}

BOOST_AUTO_TEST_CASE(stylegan2) {
  BOOST_TEST(stylegan2_cost(256, true).parameters == 30034338);
  BOOST_TEST(stylegan2_cost(1024, true).parameters == 30370060);
  const auto centi = [](const Cost& cost) { return (cost.macs + 5000000) / 10000000; };
  BOOST_TEST(centi(stylegan2_cost(256, true)) == 8477);
  BOOST_TEST(centi(stylegan2_cost(1024, true)) == 14302);
  BOOST_TEST(centi(stylegan2_cost(256, false)) == 4512);
  BOOST_TEST(centi(stylegan2_cost(1024, false)) == 7427);
  const auto sum = [](const Cost& cost) {
    return std::accumulate(cost.layers.begin(), cost.layers.end(), int64_t{0},
                           [](int64_t total, const auto& layer) { return total + layer.macs; });
  };
  BOOST_TEST(sum(stylegan2_cost(1024, true)) == stylegan2_cost(1024, true).macs);
}

// A row costs no less in full than in part, presets cost what inr-macs says of them by name, StyleGAN2 its true cost.
BOOST_AUTO_TEST_CASE(table1_by_the_other_counts) {
  const auto macs = [](const TableCell& cell, MacCount count) { return cell.costs[static_cast<size_t>(count)].macs; };
  for (const TableRow& row : table1()) {
    for (const TableCell& cell : row.cells) {
      const int64_t full = macs(cell, MacCount::kFull), paper = macs(cell, MacCount::kPaper),
                    executed = macs(cell, MacCount::kExecuted);
      for (const Cost& cost : cell.costs) {
        int64_t total = 0;
        for (const auto& layer : cost.layers) total += layer.macs;
        BOOST_TEST(total == cost.macs, row.name);
        BOOST_TEST(cost.parameters == cell.costs[0].parameters, row.name);
      }
      if (cell.counted == "config-f") {
        BOOST_TEST(full == stylegan2_cost(cell.resolution, false).macs);
        BOOST_TEST(executed == full);
        continue;
      }
      BOOST_TEST(full > paper, row.name);
      BOOST_TEST(executed <= full, row.name);  // latent has nothing to save
      if (cell.counted == "stand-in") continue;
      BOOST_TEST(full == count_cost(preset(cell.counted.c_str()), MacCount::kFull).macs);
      BOOST_TEST(executed == count_cost(preset(cell.counted.c_str()), MacCount::kExecuted).macs);
    }
  }
  // The features of a point, 328 of them, through four layers of 512, and three colours of 512.
  const TableCell fourier = table1()[2].cells[0];
  const int64_t more = int64_t{128} * 128 * (328 + 4 * 328 * 512 + 3 * 512);
  BOOST_TEST(macs(fourier, MacCount::kFull) - macs(fourier, MacCount::kPaper) == more);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
