// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-info: of any file, what it is and whether it is whole.
#include <span>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "cli/options.hpp"
#include "cli/run_tool.hpp"
#include "cli/streams.hpp"
#include "inspect/inspect.hpp"

namespace {

using namespace inr;

struct InfoOptions {
  std::vector<std::string> paths;
  inspect::InspectOptions inspect;
  bool json = false;
};

cli::ToolPage page() {
  cli::ToolPage page;
  page.name = "inr-info";
  page.summary = "say what a file is and whether it is whole";
  page.synopsis = {"FILE... [OPTION...]"};
  page.description = {
      "Files are recognised by their bytes: checkpoints and other safetensors files, INR streams, datasets, "
      "statistics, "
      "arrays, logs, configurations, pictures and films. A folder is a run of inr-train: its progress, curves, best "
      "score, the scores that inr-fid --append wrote to its scores.jsonl, and newest whole checkpoint are shown. Of a "
      "picture that this toolkit made, the command is shown.",
      "The first line of a file reads FILE: KIND, STATE: SUMMARY, where STATE is whole, building (a dataset or run "
      "that is not finished), cut short, damaged, not ours, newer than this program, or unsupported (whole, but of a "
      "kind that this program does not read). The fault and further facts follow, one per line. With --json, "
      "fault_kind names the kind of the fault: foreign, empty, cut short, damaged, newer, unsupported or other.",
      "Checkpoints: configuration, checksum, and every tensor that the configuration asks for, with its shape. "
      "Streams: "
      "every record. Pictures and arrays: their structure and size. --check reads the rest."};
  page.examples = {
      {"inr-info run/", "How far a run is, and its curves:"},
      {"inr-info --check flowers.inrd && inr-train flowers.inrd -o run",
       "Every picture of a dataset, before a long run:"},
      {"inr-info --config model.safetensors > model.json", "The configuration of a model, to train it again:"},
      {"inr-sample -n 4 | inr-info -", "What travels through a pipe:", true}};
  page.see_also = {"inr-macs(1)", "inr-checkpoint(5)", "inr-stream(5)", "inr-dataset(5)"};
  page.exit_notes = {"0  every file is whole", "1  a file is not whole, not ours, or cannot be read"};
  return page;
}

void bind(cli::Options& options, InfoOptions& info) {
  options.add_positional("FILE", info.paths, "files and run folders; - is an INR stream on stdin",
                         {.completion = cli::Completion::kFile, .required = true});
  options.add_flag(
      "--check", info.inspect.check,
      "read and decode everything: all pictures of a dataset and its content hash, values that are not finite");
  options.add_flag("--tensors", info.inspect.tensors, "list the tensors: name, type, shape");
  options.add_flag("--config", info.inspect.config,
                   "print the configuration of a checkpoint, run or stream in JSON, and nothing else");
  options.add_flag("--json", info.json, "one JSON object per file");
}

inspect::Finding look_at(const std::string& path, const inspect::InspectOptions& options) {
  if (path != "-") return inspect::inspect(path, options);
  const cli::Input input(path, "pipe an INR stream in, or name a file");
  return inspect::inspect_stream(input.fd(), input.where(), options);
}

// What is printed of a finding. Throws DataError where a configuration is asked for and there is none.
std::string report(const inspect::Finding& finding, const InfoOptions& info) {
  if (info.json) return base::dump_json(inspect::to_json(finding)) + "\n";
  if (!info.inspect.config) return inspect::to_text(finding);
  if (!finding.details.contains("config"))
    throw base::DataError(finding.path, "has no configuration" + (finding.fault.empty() ? "" : ": " + finding.fault),
                          "checkpoints, runs and INR streams have one");
  return finding.details["config"].dump(2, ' ', false, base::Json::error_handler_t::replace) + "\n";
}

base::ExitCode run(const InfoOptions& info) {
  base::ExitCode status = base::ExitCode::kOk;
  for (const std::string& path : info.paths) {
    std::string text;
    try {
      const inspect::Finding finding = look_at(path, info.inspect);
      if (finding.state != inspect::FileState::kWhole) status = base::ExitCode::kFailed;
      text = report(finding, info);
    } catch (const base::UsageError&) {
      throw;
    } catch (const base::Error& error) {
      if (info.paths.size() == 1) throw;
      // The next file may be fine.
      const std::string line = std::string("inr-info: ") + error.what() + "\n";
      base::write_all(2, std::as_bytes(std::span(line)), "stderr");
      status = base::ExitCode::kFailed;
    }
    base::write_all(1, std::as_bytes(std::span(text)), "stdout");
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  InfoOptions info;
  return cli::run_tool(
      argc, argv, page(), [&](cli::Options& options) { bind(options, info); }, [&] { return run(info); });
}
