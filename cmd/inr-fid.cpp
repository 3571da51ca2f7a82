// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-fid: how near generated pictures are to real ones. The work is metrics/evaluate.hpp, from cron
// metrics/newest_score.hpp.
#include <ATen/Parallel.h>
#include <torch/types.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "cli/interrupt.hpp"
#include "cli/run_tool.hpp"
#include "inr-fid-options.hpp"
#include "render/processor.hpp"

namespace {

using namespace inr;
using fid::FidOptions;

void print(const std::string& line) {
  const std::string text = line + "\n";
  base::write_all(STDOUT_FILENO, std::as_bytes(std::span(text)), "stdout");
}

// What a mode reads of the options; the others would be ignored silently.
const std::vector<std::string>& options_of(const std::string& mode) {
  static const std::vector<std::string> kStats = {"-o",     "-n",      "--network", "--protocol",
                                                  "--seed", "--shard", "--threads", "--batch"};
  static const std::vector<std::string> kMerge = {"-o", "--allow-mixed", "--threads"};
  return mode == "stats" ? kStats : kMerge;
}

void check_options(const std::string& mode, const cli::Options& options) {
  const std::vector<std::string>& allowed = options_of(mode);
  std::string list;
  for (const std::string& name : allowed) list += (list.empty() ? "" : " ") + name;
  for (const cli::OptionEntry& entry : options.table()) {
    if (entry.positional() || entry.group == "Common" || !options.given(entry.names.front())) continue;
    const auto is_allowed = [&allowed](const std::string& name) {
      return std::find(allowed.begin(), allowed.end(), name) != allowed.end();
    };
    if (std::none_of(entry.names.begin(), entry.names.end(), is_allowed)) {
      throw base::UsageError(mode + " does not take " + entry.label() + "; its options are " + list);
    }
  }
}

// stats SIDE, merge PART...
base::ExitCode run_mode(const FidOptions& request, const std::function<void()>& check_stop) {
  const std::string& mode = request.words.front();
  const metrics::EvaluateOptions& evaluate = request.evaluate;
  if (mode != "stats" && mode != "merge") {
    throw base::UsageError("\"" + base::printable(mode) +
                           "\" is neither stats nor merge; for a score give --real and --fake");
  }
  check_options(mode, *request.options);
  if (request.common.out.empty() || request.common.out == "-") {
    throw base::UsageError(mode + " writes a file; name it with -o FILE");
  }
  const std::vector<std::string> paths(request.words.begin() + 1, request.words.end());
  if (mode == "merge") {
    print(metrics::merge_parts(paths, request.common.out, evaluate.allow_mixed));
    return base::ExitCode::kOk;
  }
  if (paths.size() != 1) throw base::UsageError("stats takes one side; give one path, - is an INR stream on stdin");
  print(metrics::measure_part({.side = paths.front(),
                               .out = request.common.out,
                               .network = evaluate.network,
                               .protocol = evaluate.protocol,
                               .shard = request.shard,
                               .n_images = evaluate.n_fake,
                               .seed = request.common.seed,
                               .n_threads = request.common.n_threads,
                               .batch = request.common.batch,
                               .check_stop = check_stop}));
  return base::ExitCode::kOk;
}

base::ExitCode run(FidOptions& request) {
  if (request.threshold && (request.evaluate.real.empty() || request.evaluate.fake.empty())) {
    throw base::UsageError("--threshold needs a score; give --real and --fake");
  }
  (void)render::chosen_operations();  // a wrong INR_PROCESSOR fails here, before anything is read
  request.evaluate.seed = request.common.seed;
  request.evaluate.n_threads = request.common.n_threads;
  if (request.common.batch > 0) request.evaluate.batch = request.common.batch;
  if (request.common.n_threads > 0) at::set_num_threads(request.common.n_threads);
  const cli::InterruptFlag interrupt;  // what was begun has to be removed
  const auto check_stop = [&interrupt] { interrupt.throw_if_raised(); };
  if (!request.words.empty()) return run_mode(request, check_stop);
  if (!request.common.out.empty() || request.shard) {
    throw base::UsageError("-o and --shard belong to inr-fid stats and merge; a score goes to stdout");
  }

  request.evaluate.check_stop = check_stop;
  const auto tell = [&request](const metrics::Evaluation& result) {
    print(request.common.json ? base::dump_json(result.json) : result.line());
  };
  const std::optional<metrics::Evaluation> result =
      metrics::evaluate_and_record(request.evaluate, request.record, tell);
  if (!result) return base::ExitCode::kOk;
  return request.threshold && *result->score > *request.threshold ? base::ExitCode::kThreshold : base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  FidOptions request;
  return inr::cli::run_tool(
      argc, argv, fid::kPage,
      [&](inr::cli::Options& options) {
        fid::bind(options, request);
        request.options = &options;
      },
      [&] { return run(request); });
}
