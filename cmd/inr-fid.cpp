// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-fid: how near generated pictures are to real ones. The work is metrics/evaluate.hpp, from cron
// metrics/newest_score.hpp.
#include <ATen/Parallel.h>
#include <torch/types.h>
#include <unistd.h>

#include <span>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "cli/run_tool.hpp"
#include "inr-fid-options.hpp"

namespace {

using namespace inr;
using fid::FidOptions;

void print(const std::string& line) {
  const std::string text = line + "\n";
  base::write_all(STDOUT_FILENO, std::as_bytes(std::span(text)), "stdout");
}

// stats SIDE, merge PART...
base::ExitCode run_mode(const FidOptions& request) {
  const std::string& mode = request.words.front();
  const metrics::EvaluateOptions& evaluate = request.evaluate;
  if (mode != "stats" && mode != "merge") {
    throw base::UsageError("\"" + base::printable(mode) +
                           "\" is neither stats nor merge; a score has --real and --fake");
  }
  if (!evaluate.real.empty() || !evaluate.fake.empty()) {
    throw base::UsageError(mode + " takes no --real and --fake, only paths");
  }
  const bool scores = evaluate.kid || evaluate.precision_recall || evaluate.inception_score || request.threshold ||
                      evaluate.upsampling != metrics::Upsampling::kNone;
  const bool records = !request.record.append.empty() || request.record.if_newer || request.record.best;
  if (scores || records || !evaluate.save_stats.empty() || evaluate.n_real || request.common.json) {
    throw base::UsageError(mode +
                           " takes no score; its options are -n --network --protocol --seed --shard --allow-mixed "
                           "--threads --batch");
  }
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
                               .batch = request.common.batch}));
  return base::ExitCode::kOk;
}

base::ExitCode run(FidOptions& request) {
  if (request.threshold && (request.evaluate.real.empty() || request.evaluate.fake.empty())) {
    throw base::UsageError("--threshold needs a score; give --real and --fake");
  }
  request.evaluate.seed = request.common.seed;
  request.evaluate.n_threads = request.common.n_threads;
  if (request.common.batch > 0) request.evaluate.batch = request.common.batch;
  if (request.common.n_threads > 0) at::set_num_threads(request.common.n_threads);
  if (!request.words.empty()) return run_mode(request);
  if (!request.common.out.empty() || request.shard.count > 1) {
    throw base::UsageError("-o and --shard are of inr-fid stats and merge; a score goes to stdout");
  }

  const std::optional<metrics::Evaluation> result = metrics::evaluate_and_record(request.evaluate, request.record);
  if (!result) return base::ExitCode::kOk;
  print(request.common.json ? base::dump_json(result->json) : result->line());
  return request.threshold && *result->score > *request.threshold ? base::ExitCode::kThreshold : base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  FidOptions request;
  return inr::cli::run_tool(
      argc, argv, fid::kPage, [&](inr::cli::Options& options) { fid::bind(options, request); },
      [&] { return run(request); });
}
