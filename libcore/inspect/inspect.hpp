// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a file is, and whether it is whole: checkpoints, INR streams, datasets, statistics, arrays, logs, run folders
// and pictures, told apart by their bytes, never by their names. What inr-info prints.
//
// Every reader used here checks its input; inspecting a hostile file yields a finding, never a crash. Thread-safe.
#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"

namespace inr::inspect {

enum class FileState {
  kWhole,
  kBuilding,  // a dataset whose inr-prep was interrupted or still runs
  kCutShort,
  kDamaged,
  kNotOurs,      // nothing this project reads or writes
  kNewer,        // of a format version this program does not know
  kUnsupported,  // whole, and of a kind of its format that this program does not read
};
/// "whole", "building", "cut short", "damaged", "not ours", "newer than this program", "unsupported"
std::string_view to_string(FileState state) noexcept;

struct InspectOptions {
  bool check =
      false;  // read and decode everything: pictures of a dataset, its content hash, values that are not finite
  bool tensors = false;  // details["tensors"]: name, dtype and shape of each
  bool config = false;   // details["config"]: the configuration, complete
};

struct Finding {
  std::string path;
  std::string kind = "file";  // "checkpoint", "INR stream", "dataset", "statistics", "PNG picture", "run folder", ...
  FileState state = FileState::kNotOurs;
  std::string summary;  // one printable line: "32x32 multiscale, fmm rank 3, iteration 1500"; may be empty
  std::string fault;    // one printable line: what is wrong; empty where whole
  // What kind of fault it is, for programs; without meaning where fault is empty. kOther where the state is kBuilding.
  base::Fault fault_kind = base::Fault::kOther;
  base::Json details = base::Json::object();  // further facts in the order they should be shown
};

/// A file or a run folder. Throws SystemError where it cannot be read at all.
Finding inspect(const std::string& path, const InspectOptions& options = {});

/// INR streams from a descriptor, read to the end; where names it. Something else found there is kNotOurs.
Finding inspect_stream(int fd, const std::string& where, const InspectOptions& options = {});

/// "PATH: KIND, STATE: SUMMARY", then one indented line per detail; ends in a newline.
std::string to_text(const Finding& finding);
/// One object: file, kind, state, summary, fault, fault_kind, then the details. fault and fault_kind are there
/// together.
base::Json to_json(const Finding& finding);

}  // namespace inr::inspect
