// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The options that several tools share: same word, same meaning, same help everywhere.
#pragma once
#include <cstdint>
#include <string>

#include "cli/options.hpp"

namespace inr::cli {

struct CommonOptions {
  std::string out;              ///< -o, --out: a file, "-" is stdout, empty: not given
  uint64_t seed = 0;            ///< --seed
  std::string device = "auto";  ///< --device: auto, cpu, cuda, cuda:N (checked)
  int n_threads = 0;            ///< --threads; 0 = one per core
  int batch = 0;                ///< --batch; 0 = the tool chooses
  bool json = false;            ///< --json
};

/// Which of them a tool has: kSeed | kThreads. --quiet, --verbose, --help and --version belong to every tool.
enum CommonSet : unsigned { kSeed = 1, kDevice = 2, kThreads = 4, kBatch = 8, kJson = 16 };

void add_common(Options& options, CommonOptions& common, unsigned set);
/// For a tool without a part for GPUs: throws UsageError where device names one.
void require_processor(const std::string& device);
/// -o, --out. help: what is written; it or hints.default_text says what the default is.
void add_out(Options& options, std::string& out, const std::string& help,
             Hints hints = {.metavar = "FILE", .completion = Completion::kFile});
/// --checkpoint FILE, whose help describes the look-up; use checkpoint_path() on the result.
void add_checkpoint(Options& options, std::string& checkpoint);

/// --checkpoint, else $INR_CHECKPOINT, else the installed default model. Throws DataError where there is none of them.
std::string checkpoint_path(const std::string& option);
/// The name that was given for it: --checkpoint, else $INR_CHECKPOINT; empty for the installed default model.
std::string checkpoint_name(const std::string& option);

/// A file that is installed with the toolkit, found beside the executable: ../share/inr/NAME (the build tree has the
/// same layout). Throws DataError naming where it was looked for.
std::string data_file(const std::string& name);

}  // namespace inr::cli
