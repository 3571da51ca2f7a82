// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-fid: how near generated pictures are to real ones. The work is metrics/evaluate.hpp, from cron
// metrics/newest_score.hpp.
#include <ATen/Parallel.h>
#include <torch/types.h>
#include <unistd.h>

#include <span>
#include <string>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "cli/run_tool.hpp"
#include "inr-fid-options.hpp"

namespace {

using namespace inr;
using fid::FidOptions;

base::ExitCode run(FidOptions& request) {
  if (request.threshold && (request.evaluate.real.empty() || request.evaluate.fake.empty())) {
    throw base::UsageError("--threshold needs a score; give --real and --fake");
  }
  request.evaluate.seed = request.common.seed;
  request.evaluate.n_threads = request.common.n_threads;
  if (request.common.batch > 0) request.evaluate.batch = request.common.batch;
  if (request.common.n_threads > 0) at::set_num_threads(request.common.n_threads);

  const std::optional<metrics::Evaluation> result = metrics::evaluate_and_record(request.evaluate, request.record);
  if (!result) return base::ExitCode::kOk;
  const std::string line = (request.common.json ? base::dump_json(result->json) : result->line()) + "\n";
  base::write_all(STDOUT_FILENO, std::as_bytes(std::span(line)), "stdout");
  return request.threshold && *result->score > *request.threshold ? base::ExitCode::kThreshold : base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  FidOptions request;
  return inr::cli::run_tool(
      argc, argv, fid::kPage, [&](inr::cli::Options& options) { fid::bind(options, request); },
      [&] { return run(request); });
}
