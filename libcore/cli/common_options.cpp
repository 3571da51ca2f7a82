// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Options shared by the tools, and the files that are found without being named.
#include "cli/common_options.hpp"

#include <sys/auxv.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.hpp"

namespace inr::cli {

void add_common(Options& options, CommonOptions& common, unsigned set) {
  if ((set & kSeed) != 0) options.add("--seed", common.seed, "seed of the random numbers", {.metavar = "S"});
  if ((set & kDevice) != 0)
    options.add_parsed("--device", [&common](const std::string& text) { common.device = parse_device(text); },
                       "where to compute: auto, cpu, cuda or cuda:N",
                       {.metavar = "DEVICE", .default_text = common.device, .suggestions = {"auto", "cpu", "cuda"}});
  if ((set & kThreads) != 0)
    options.add("--threads", common.n_threads, "processor threads; results do not depend on it",
                {.metavar = "N", .default_text = "one per core", .min = 1, .max = 4096});
  if ((set & kBatch) != 0)
    options.add("--batch", common.batch, "items worked on at a time",
                {.metavar = "N", .default_text = "chosen by the tool", .min = 1, .max = 65536});
  if ((set & kJson) != 0) options.add_flag("--json", common.json, "report as JSON on stdout");
}

void require_processor(const std::string& device) {
  if (device.starts_with("cuda")) {
    throw base::UsageError("--device " + base::printable(device) +
                           ": this tool computes on the processor only; use --device cpu");
  }
}

void add_out(Options& options, std::string& out, const std::string& help, Hints hints) {
  options.add("-o,--out", out, help, std::move(hints));
}

void add_checkpoint(Options& options, std::string& checkpoint) {
  options.add("--checkpoint", checkpoint, "model to use: a checkpoint, or a run folder for its newest one",
              {.metavar = "FILE",
               .default_text = "$INR_CHECKPOINT, else the installed model",
               .completion = Completion::kFile});
}

std::string checkpoint_name(const std::string& option) {
  if (!option.empty()) return option;
  const char* variable = std::getenv("INR_CHECKPOINT");
  return variable != nullptr ? variable : "";
}

std::string checkpoint_path(const std::string& option) {
  const std::string name = checkpoint_name(option);
  return name.empty() ? data_file("default.safetensors") : name;
}

std::string data_file(const std::string& name) {
  std::error_code error;
  std::filesystem::path executable = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {  // no /proc, as in a bare chroot: the name the kernel was given
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the auxiliary vector holds addresses as numbers
    const auto* started_as = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
    executable = std::filesystem::canonical(started_as != nullptr ? started_as : "", error);
    if (error) throw base::SystemError("/proc/self/exe", "read", error.value());
  }
  const std::filesystem::path path = executable.parent_path().parent_path() / "share" / "inr" / name;
  if (!std::filesystem::exists(path, error))
    throw base::DataError(path.string(), "is not installed",
                          "give --checkpoint FILE, set INR_CHECKPOINT, or install the toolkit again");
  return path.string();
}

}  // namespace inr::cli
