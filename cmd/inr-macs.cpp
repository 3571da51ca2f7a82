// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-macs: what an image of a model costs, layer by layer, and the paper's Table 1 and Fig. 9 counted again.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "cli/options.hpp"
#include "cli/run_tool.hpp"
#include "inspect/find_config.hpp"
#include "model/cost_report.hpp"
#include "model/presets.hpp"
#include "model/table1.hpp"

namespace {

using namespace inr;
using model::CountedModel;
using model::MacCount;
using model::TableStyle;

struct MacsOptions {
  std::vector<std::string> names;
  std::optional<std::string> checkpoint;
  std::string count;
  int64_t size_px = 0;
  bool layers = false, json = false, tsv = false, markdown = false;
};

cli::ToolPage page() {
  cli::ToolPage page;
  page.name = "inr-macs";
  page.summary = "count the multiply-accumulates and parameters of a model";
  page.synopsis = {"[NAME|FILE...] [OPTION...]"};
  const auto paragraph = [&page](const char* text) { page.description.emplace_back(text); };
  paragraph(
      "NAME is a preset; FILE is a checkpoint, the folder of a run (its newest whole checkpoint), or a configuration "
      "in "
      "JSON (*.json). Without any of them the paper's Table 1 and Fig. 9 are printed, counted again, with the "
      "deviation "
      "from the paper's numbers in every cell, and all presets. --count prints both by that count alone (the paper has "
      "numbers for its own), --size Fig. 9 at that size in place of both, --layers also the layers of the networks of "
      "Table 1 that are not presets.");
  paragraph(
      "Three counts. full: every multiply-accumulate of the formulas as written, with coordinates, the Fourier matrix, "
      "RGB and the products of factorised weights. paper: what the paper's numbers follow from, the hidden columns of "
      "every layer alone, the first layer of a later block at that block's own resolution, and the very first layer as "
      "512 x 512. executed: what our renderer performs, which computes a block's coordinates on a few nodes and splits "
      "its first layer into a product on the coarse grid and one on the fine grid; the eighth of a wide layer's "
      "product "
      "that it saves by seven products in place of eight is not taken off.");
  paragraph(
      "--layers ends with the total and, of it, the layers alone: without the hypernetwork, the products A B of "
      "factorised weights and the phases B q. For inr-gan that is 14.85 of 14.95 GMAC in full and 9.83 of 9.92 "
      "executed, 0.32 of which are the columns of the Fourier terms (rows ending in .e): without them, 9.51.");
  paragraph(
      "Parameters are those of the hypernetwork, its output layer and the shared weights, without the residual "
      "scales.");
  paragraph(
      "Where the paper contradicts itself. Rows hyper, fourier and fmm of Table 1 match no consistent network: their "
      "parameters need more weights than their multiply-accumulates pay for. They are counted for a stand-in of five "
      "or "
      "six layers 512 wide and four uncounted embeddings of the coordinates, which comes within 1.1 %; the presets "
      "hyper128, fourier128, fmm128 and so on are the plain reading, which can be trained.");
  paragraph(
      "The networks of its appendix cost more than its table says: that of 256 (four layers of 512 at 128 and at 256) "
      "86.0 GMAC in the paper's own count, not 38.76; that of 1024 (ffhq1024-appendix) 91.4, not 47.35. The LSUN "
      "models of 128 and 256 cannot be one network on two grids: at 256 the cost would be four times as high.");
  paragraph(
      "Three times fewer multiply-accumulates than StyleGAN2 (config-f, mapping network included) holds where its "
      "up-convolutions are charged at their output of (2h + 1) x (2h + 1), as in the table: 84.77 GMAC at 256 and "
      "143.02 at 1024. At their true cost, by which it stands beside the counts full and executed, the generator "
      "takes 45.12 and 74.27, so that INR-GAN is 1.16 and 1.57 times "
      "cheaper. In Fig. 9 StyleGAN2 draws at 1024 whatever the size that is wanted.");
  page.examples = {{"inr-macs", "The paper's tables:", true},
                   {"inr-macs --count executed", "The same by what is executed:", true},
                   {"inr-macs ffhq1024 --size 256 --json", "One model at a lower resolution:", true},
                   {"inr-macs lsun256 --layers", "Where the time of a model goes:", true}};
  page.see_also = {"inr-info(1)", "inr-train(1)", "inr-render(1)"};
  return page;
}

void bind(cli::Options& options, MacsOptions& macs) {
  options.add_positional("NAME|FILE", macs.names, "presets, checkpoints, runs, configurations",
                         {.completion = cli::Completion::kFile});
  options.add("--checkpoint", macs.checkpoint, "the same as naming it: a checkpoint, or a run's folder",
              {.metavar = "FILE", .completion = cli::Completion::kFile});
  options.add("--count", macs.count, "what is counted",
              {.metavar = "WHICH", .default_text = "all three", .choices = {"paper", "full", "executed"}});
  options.add("--size", macs.size_px, "pixels per side",
              {.metavar = "N", .default_text = "the model's resolution", .min = 1, .max = 1 << 20});
  options.add_flag("--layers", macs.layers, "one row per layer");
  options.add_flag("--json", macs.json, "JSON, one line per model");
  options.add_flag("--tsv", macs.tsv, "tab-separated values");
  options.add_flag("--markdown", macs.markdown, "Markdown tables");
  options.exclusive({"--json", "--tsv", "--markdown"});
}

std::vector<MacCount> wanted_counts(const std::string& count) {
  if (count.empty()) return {MacCount::kPaper, MacCount::kFull, MacCount::kExecuted};
  return {model::parse_mac_count(count)};
}

std::vector<CountedModel> count_models(const MacsOptions& macs) {
  const std::vector<MacCount> counts = wanted_counts(macs.count);
  std::vector<CountedModel> models;
  if (macs.names.empty()) {
    for (const model::Preset& preset : model::presets()) {
      models.push_back(model::count_model({preset.name, preset.config}, counts, macs.size_px));
    }
  }
  for (const std::string& name : macs.names) {
    models.push_back(model::count_model(inspect::find_config(name), counts, macs.size_px));
  }
  return models;
}

// What is printed without any model: Table 1 at its own sizes, Fig. 9 at --size.
struct PaperTables {
  std::vector<model::TableRow> table1;
  std::vector<model::Fig9Column> fig9;
};

PaperTables paper_tables(const MacsOptions& macs) {
  if (!macs.names.empty()) return {};
  if (macs.size_px == 0) return {model::table1(), model::fig9()};
  if (macs.size_px > model::kFig9Largest) return {};
  return {{}, model::fig9({macs.size_px})};
}

std::string json_report(const MacsOptions& macs, std::vector<CountedModel> models) {
  const std::vector<MacCount> counts = wanted_counts(macs.count);
  const PaperTables paper = paper_tables(macs);
  std::string text;
  if (!paper.table1.empty()) text += base::dump_json({{"table1", model::to_json(paper.table1, counts)}}) + "\n";
  if (!paper.fig9.empty()) text += base::dump_json({{"fig9", model::to_json(paper.fig9, counts)}}) + "\n";
  if (macs.layers) {
    for (CountedModel& counted : model::table1_models(paper.table1, counts)) models.push_back(std::move(counted));
  }
  for (const CountedModel& counted : models) text += base::dump_json(model::to_json(counted, macs.layers)) + "\n";
  return text;
}

std::string table_report(const MacsOptions& macs, const std::vector<CountedModel>& models) {
  const std::vector<MacCount> counts = wanted_counts(macs.count);
  const PaperTables paper = paper_tables(macs);
  std::vector<model::Table> tables;
  if (!paper.table1.empty()) tables.push_back(model::table1_table(paper.table1, counts));
  if (!paper.fig9.empty()) tables.push_back(model::fig9_table(paper.fig9, counts));
  if (macs.layers) {
    for (const CountedModel& counted : models) tables.push_back(model::layer_table(counted));
    for (const CountedModel& counted : model::table1_models(paper.table1, counts)) {
      tables.push_back(model::layer_table(counted));
    }
  } else {
    tables.push_back(model::model_table(macs.names.empty() ? "Presets" : "Models", models));
  }
  const TableStyle style = macs.tsv ? TableStyle::kTsv : macs.markdown ? TableStyle::kMarkdown : TableStyle::kText;
  std::string text;
  for (const model::Table& table : tables) text += (text.empty() ? "" : "\n") + model::format_table(table, style);
  return text;
}

base::ExitCode run(MacsOptions& macs) {
  if (macs.checkpoint) macs.names.push_back(*macs.checkpoint);
  const std::vector<CountedModel> models = count_models(macs);
  const std::string text = macs.json ? json_report(macs, models) : table_report(macs, models);
  base::write_all(1, std::as_bytes(std::span(text)), "stdout");
  return base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  MacsOptions macs;
  return inr::cli::run_tool(
      argc, argv, page(), [&](inr::cli::Options& options) { bind(options, macs); }, [&] { return run(macs); });
}
