// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-sample: draw functions from a checkpoint, as a stream of INR parameters.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/legacy_normal.hpp"
#include "base/progress.hpp"
#include "base/worker_pool.hpp"
#include "cli/common_options.hpp"
#include "cli/interrupt.hpp"
#include "cli/run_tool.hpp"
#include "cli/streams.hpp"
#include "render/processor.hpp"
#include "runs/checkpoint_file.hpp"
#include "sample/generator.hpp"
#include "sample/sampler.hpp"
#include "sample/seeded_latents.hpp"
#include "stream/inr_stream.hpp"

namespace {

using namespace inr;

const cli::ToolPage kPage = {
    .name = "inr-sample",
    .summary = "draw samples from a checkpoint, as a stream of INR parameters",
    .synopsis = {"[-n N] [--seed S] [OPTION...] > STREAM", "--seeds 3,7,10-20 [OPTION...] > STREAM",
                 "--latents z.npy [--space z|w] [OPTION...] > STREAM"},
    .description = {"Each sample is a function from points to colours. What is written is its parameters, together "
                    "with everything a reader needs to "
                    "draw it: inr-render makes pictures of it, inr-interp films, inr-fid scores.",
                    "Sample i is drawn by key (S, i), --seeds by keys (3, 0), (7, 0), ...: the same on every machine, "
                    "and the same bytes "
                    "whatever -n, --batch and --threads are, on every processor with fused multiply-add.",
                    "--seed-style numpy draws as the scripts of the released INR-GAN code do, so that a picture that "
                    "they made for a seed can be made again: sample i is row i of "
                    "numpy.random.RandomState(S).randn(N, z_dim).",
                    "Without --checkpoint and $INR_CHECKPOINT the small model that is installed with the toolkit is "
                    "used; a run folder "
                    "stands for its newest whole checkpoint."},
    .examples = {{"inr-sample -n 64 --checkpoint runs/emoji > samples.inr", "Sixty-four samples of a run:"},
                 {"inr-sample --seeds 3,7,10-20 --truncation 0.7 | inr-render --res 256 > some.png",
                  "Chosen ones, closer to the mean:"},
                 {"inr-sample --checkpoint ffhq.safetensors --seeds 0-15 --seed-style numpy | inr-render > faces.png",
                  "The samples that the released code calls seeds 0 to 15:"},
                 {"inr-sample -n 4 --latents z.npy | inr-render each --format npy > images.npy",
                  "Latents of one's own, numbers out:"},
                 {"inr-sample -n 16 | inr-render --res 512 > grid.png", "A 4 x 4 grid, every cell 512 pixels:", true}},
    .see_also = {"inr-render(1)", "inr-interp(1)", "inr-train(1)", "inr-stream(5)"},
    .exit_notes = cli::kEndedBySignal,
};

struct Arguments {
  int64_t n_records = 1;
  bool n_given = false;
  std::vector<uint64_t> seeds;
  std::string latents, space = "z", seed_style = "inr", checkpoint;
  std::optional<double> truncation;
  bool half = false;
  cli::CommonOptions common;
};

void bind(cli::Options& options, Arguments& a) {
  options.add_parsed("-n,--count",
                     [&a](const std::string& text) {
                       cli::assign_value(text, a.n_records, {.min = 1});
                       a.n_given = true;
                     },
                     "samples to draw", {.metavar = "N", .default_text = "1; all that --seeds or --latents name"});
  cli::add_checkpoint(options, a.checkpoint);
  cli::add_out(options, a.common.out, "the stream",
               {.metavar = "STREAM", .default_text = "stdout", .completion = cli::Completion::kFile});
  options.add_parsed("--seeds", [&a](const std::string& text) { a.seeds = cli::parse_index_list(text); },
                     "one sample of each of these seeds", {.metavar = "LIST"});
  options.add("--seed-style", a.seed_style, "how latents are drawn: ours, or those of numpy's RandomState",
              {.metavar = "inr|numpy", .choices = {"inr", "numpy"}});
  options.add("--latents", a.latents, "take latents from this .npy: float32 [N, z_dim], or [N, hidden] with --space w",
              {.metavar = "FILE", .completion = cli::Completion::kFile});
  options.add("--space", a.space, "what --latents holds: z, or h (the paper's W space)",
              {.metavar = "z|w", .choices = {"z", "w"}});
  options.add("--truncation", a.truncation, "pull h towards its mean by this factor: 1 is none, 0 the mean",
              {.metavar = "PSI", .min = -10, .max = 10});
  options.add_flag("--half", a.half, "float16 parameters: half the size, pictures change by about a level of 255");
  options.exclusive({"--seeds", "--latents", "--seed"});
  options.exclusive({"--latents", "--seed-style"});
  cli::add_common(options, a.common, cli::kSeed | cli::kThreads | cli::kBatch | cli::kDevice);
}

/// Which latents are asked for, one by one.
class Requests {
 public:
  Requests(const Arguments& a, const sample::Sampler& sampler) : a_(a), seeded_(sampler, a.seed_style) {
    if (!a.latents.empty())
      file_ = sample::read_latents(a.latents, a.space == "w" ? sampler.config().hidden : sampler.config().z_dim);
    const auto available = static_cast<int64_t>(a.latents.empty() ? a.seeds.size() : file_.size());
    const bool listed = !a.latents.empty() || !a.seeds.empty();
    if (listed && a.n_given && a.n_records > available) {
      throw base::UsageError("-n " + std::to_string(a.n_records) + ": only " + std::to_string(available) +
                             " seeds or latents were given");
    }
    count_ = listed && !a.n_given ? available : a.n_records;
    if (a.seed_style != "numpy") return;
    for (const uint64_t seed : a.seeds) base::LegacyNormal::require_seed(seed);  // before anything is written
    base::LegacyNormal::require_seed(a.common.seed);
  }
  [[nodiscard]] int64_t count() const { return count_; }
  [[nodiscard]] sample::Sampler::Row row(int64_t i) {
    if (!file_.empty()) return file_[static_cast<size_t>(i)];
    const auto [seed, index] = key(i);
    return seeded_.row(seed, index);
  }
  [[nodiscard]] base::Json info(int64_t i) const {
    base::Json out;
    if (!file_.empty()) {
      out = {{"latents", a_.latents}, {"row", i}};
      if (a_.space == "w") out["space"] = "w";
    } else {
      const auto [seed, index] = key(i);
      out = seeded_.info(seed, index);
    }
    if (a_.truncation) out["truncation"] = *a_.truncation;
    return out;
  }

 private:
  [[nodiscard]] std::pair<uint64_t, uint64_t> key(int64_t i) const {
    if (!a_.seeds.empty()) return {a_.seeds[static_cast<size_t>(i)], 0};
    return {a_.common.seed, static_cast<uint64_t>(i)};
  }

  const Arguments& a_;
  sample::SeededLatents seeded_;
  std::vector<sample::Sampler::Row> file_;
  int64_t count_ = 0;
};

base::ExitCode run(const Arguments& a) {
  (void)render::chosen_operations();  // a wrong INR_PROCESSOR is refused before a checkpoint is read
  if (a.common.device.starts_with("cuda")) {
    throw base::UsageError(
        "--device " + base::printable(a.common.device) +
        ": sampling on a GPU comes with the CUDA plug-in, which this build lacks; leave --device out");
  }
  cli::refuse_same_file(a.latents, a.common.out);
  if (a.space == "w" && a.latents.empty()) throw base::UsageError("--space w says what --latents holds; give that too");
  if (a.space == "w" && a.truncation) {
    throw base::UsageError("--truncation maps z to h; rows of h (--space w) are taken as they are");
  }
  const std::string out = a.common.out.empty() ? "-" : a.common.out;
  const char* const hint = "pipe it into inr-render, or give -o FILE";
  cli::check_output(out, hint);  // before gigabytes are read
  const std::string checkpoint = runs::resolve_checkpoint(cli::checkpoint_path(a.checkpoint));
  cli::refuse_same_file(checkpoint, a.common.out);
  std::optional<cli::InterruptFlag> interrupt;
  cli::Output output(out, hint);
  // A file has to be removed; writing to a pipe may take for ever, and is ended in the usual way.
  if (output.file() != nullptr) interrupt.emplace();
  base::WorkerPool pool(a.common.n_threads);
  const render::ForEach threads = render::by_threads(pool);
  const sample::Sampler sampler(sample::load_generator(checkpoint), a.truncation, threads);
  Requests requests(a, sampler);
  const int64_t batch = a.common.batch > 0 ? a.common.batch : sample::Sampler::kGroup * pool.size();
  const bool from_w = !a.latents.empty() && a.space == "w";
  stream::StreamHeader header = sampler.header(static_cast<uint64_t>(requests.count()), "samples",
                                               a.half ? stream::ThetaDtype::kF16 : stream::ThetaDtype::kF32);
  header.checkpoint = cli::checkpoint_name(a.checkpoint);
  stream::InrStreamWriter writer([&](std::span<const std::byte> bytes) { output.write(bytes); }, header,
                                 sampler.shared());
  base::Progress progress("sampling", static_cast<uint64_t>(requests.count()), "samples");
  for (int64_t first = 0; first < requests.count(); first += batch) {
    std::vector<sample::Sampler::Row> rows;
    for (int64_t i = first; i < std::min(first + batch, requests.count()); ++i) rows.push_back(requests.row(i));
    if (!from_w) rows = sampler.hidden_rows(rows, threads);
    const auto thetas = sampler.theta_rows(rows, threads);
    for (size_t i = 0; i < thetas.size(); ++i) writer.write(requests.info(first + static_cast<int64_t>(i)), thetas[i]);
    progress.update(writer.records_written());
    if (interrupt) interrupt->throw_if_raised();
  }
  writer.finish();
  output.commit();
  return base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  return cli::run_tool(
      argc, argv, kPage, [&](cli::Options& options) { bind(options, arguments); }, [&] { return run(arguments); });
}
