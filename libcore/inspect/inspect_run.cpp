// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Logs (JSON lines), configurations, and run folders: progress, curves, best score, newest whole checkpoint.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "inspect/inspect_parts.hpp"
#include "model/checkpoint_name.hpp"

namespace inr::inspect::parts {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxDocumentBytes = uint64_t{1} << 26;
constexpr size_t kCurvePoints = 48;
constexpr size_t kLastLines = 3;
constexpr size_t kMaxEvents = 32;

// Values along a log, thinned to kCurvePoints means when they are read.
class Curve {
 public:
  void add(const base::Json& line, const char* key) {
    const auto value = line.find(key);
    if (value != line.end() && value->is_number() && std::isfinite(value->get<double>()))
      values_.push_back(value->get<double>());
  }
  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] base::Json means() const {
    base::Json out = base::Json::array();
    const size_t n = std::min(kCurvePoints, values_.size());
    for (size_t i = 0; i < n; ++i) {
      const size_t begin = i * values_.size() / n, end = (i + 1) * values_.size() / n;
      double sum = 0;
      for (size_t k = begin; k < end; ++k) sum += values_[k];
      out.push_back(sum / static_cast<double>(end - begin));
    }
    return out;
  }

 private:
  std::vector<double> values_;
};

// Smaller is better: the trainer's own scores, or Frechet distances that were appended.
void keep_best(const base::Json& line, base::Json& best) {
  for (const std::string key : {"score", "fid"}) {
    const auto value = line.find(key);
    if (value == line.end() || !value->is_number()) continue;
    if (best.contains(key) && best[key].get<double>() <= value->get<double>()) continue;
    if (!best.empty() && !best.contains(key)) continue;  // one kind of score a log: the first that was met
    best = {{key, *value}};
    if (const auto iteration = line.find("iteration"); iteration != line.end()) best["iteration"] = *iteration;
  }
}

struct LogFacts {
  uint64_t n_lines = 0, n_unreadable = 0;
  bool ends_whole = true;
  base::Json first, last, best = base::Json::object();
  base::Json step;                           // the last line of an iteration: losses, rates
  base::Json scores = base::Json::array();   // the last few, oldest first
  base::Json events = base::Json::object();  // how often each kind was met
  base::Json faults = base::Json::array();   // the last few: not finite, not written, not readable
  Curve loss_d, loss_g, score;
};

void keep_last(const base::Json& line, base::Json& list) {
  list.push_back(line);
  if (list.size() > kLastLines) list.erase(list.begin());
}

// Scores, rates and events of one line.
void add_line(const base::Json& line, LogFacts& facts) {
  const auto event = line.find("event");
  if (event != line.end() && event->is_string()) {
    const std::string name = event->get<std::string>();
    if (facts.events.size() < kMaxEvents || facts.events.contains(name))
      facts.events[name] = facts.events.value(name, int64_t{0}) + 1;
    if (line.contains("fault")) keep_last(line, facts.faults);
  }
  if (line.contains("score") || line.contains("fid")) keep_last(line, facts.scores);
  if (line.contains("images_per_s")) facts.step = line;
}

LogFacts scan_log(std::span<const std::byte> bytes) {
  LogFacts facts;
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view row = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (row.empty()) continue;
    base::Json line;
    try {
      line = base::parse_json(row, "line");
    } catch (const base::DataError&) {
    }
    if (!line.is_object()) {
      ++facts.n_unreadable;
      facts.ends_whole = end != std::string_view::npos;
      continue;
    }
    facts.ends_whole = true;
    if (facts.n_lines++ == 0) facts.first = line;
    facts.loss_d.add(line, "loss_d");
    facts.loss_g.add(line, "loss_g");
    facts.score.add(line, "score");
    keep_best(line, facts.best);
    add_line(line, facts);
    facts.last = std::move(line);
  }
  return facts;
}

void add_log_details(const LogFacts& facts, base::Json& details) {
  details["lines"] = facts.n_lines;
  if (facts.n_unreadable > 0) details["unreadable lines"] = facts.n_unreadable;
  if (!facts.best.empty()) details["best"] = facts.best;
  if (!facts.scores.empty()) details["last scores"] = facts.scores;
  if (!facts.events.empty()) details["events"] = facts.events;
  if (!facts.faults.empty()) details["faults"] = facts.faults;
  if (facts.step.is_object()) {
    base::Json rate = base::Json::object();
    for (const auto* const key : {"images_per_s", "it_per_s", "data_share", "seconds_per_it", "memory_bytes"})
      if (facts.step.contains(key)) rate[key] = facts.step[key];
    details["rate"] = rate;
  }
  if (!facts.last.is_null()) details["last"] = facts.last;
  for (const auto& [name, curve] :
       {std::pair("loss_d", &facts.loss_d), std::pair("loss_g", &facts.loss_g), std::pair("score", &facts.score)})
    if (!curve->empty()) details["curves"][name] = curve->means();
}

bool looks_like_configuration(const base::Json& json) {
  return json.is_object() && (json.contains("model") || json.contains("training") || json.contains("discriminator")) &&
         std::all_of(json.begin(), json.end(), [](const base::Json& part) { return part.is_object(); });
}

// A file that cannot be read at all (no permission) is a finding too: the rest of the run can still be reported.
Finding inspect_part(const std::string& path, const InspectOptions& options) {
  try {
    return inspect_safetensors(path, options);
  } catch (const base::SystemError& error) {
    Finding finding;
    set_fault(finding, base::Fault::kDamaged, error.what());
    return finding;
  }
}

// What is wrong with a run whose part this is: another file under the name of a checkpoint is damage.
base::Fault kind_of_part(const Finding& part) {
  const bool foreign = part.state == FileState::kWhole || part.fault_kind == base::Fault::kForeign;
  return foreign ? base::Fault::kDamaged : part.fault_kind;
}

// The newest checkpoint that is whole. The newest of those that are not goes into finding.fault.
void inspect_checkpoints(const std::string& path, const std::vector<std::pair<int64_t, std::string>>& checkpoints,
                         const InspectOptions& options, Finding& finding) {
  for (const auto& [iteration, name] : checkpoints) {
    const Finding checkpoint = inspect_part(fs::path(path) / name, options);
    if (checkpoint.state != FileState::kWhole || checkpoint.kind != "checkpoint") {
      if (finding.fault.empty())
        set_fault(finding, kind_of_part(checkpoint),
                  name + ": " + (checkpoint.fault.empty() ? "not a checkpoint" : checkpoint.fault));
      continue;
    }
    finding.summary = checkpoint.summary;
    finding.details["newest whole checkpoint"] = name;
    for (const auto* const key : {"progress", "provenance", "iterations", "can be resumed", "config", "tensors"})
      if (checkpoint.details.contains(key)) finding.details[key] = checkpoint.details[key];
    return;
  }
  if (finding.fault.empty()) set_building(finding, "no checkpoint yet; inr-train writes the first one");
}

// Of a run that has not reached its iterations: how long the rest takes at the last rate.
void add_remaining_time(base::Json& details) {
  const auto number = [](const base::Json& json, const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_number() ? json[key].get<double>() : 0.0;
  };
  if (!details.contains("progress") || !details.contains("rate")) return;
  const double left = number(details, "iterations") - number(details["progress"], "iteration");
  const double rate = number(details["rate"], "it_per_s");
  if (left > 0 && rate > 0) details["seconds left at this rate"] = std::round(left / rate);
}

// What inr-fid --append wrote beside the log: smaller is better.
void add_scores(const std::string& path, base::Json& details) {
  base::Json log = base::Json::object(), shown = base::Json::object();
  read_log(path, log);
  shown["lines"] = log["lines"];
  if (log.contains("best")) shown["best"] = log["best"];
  if (log.contains("last scores")) {
    const base::Json& last = log["last scores"].back();
    for (const auto* const key : {"fid", "iteration", "time"})
      if (last.contains(key)) shown["last"][key] = last[key];
  }
  details["scores.jsonl"] = std::move(shown);
}

}  // namespace

bool read_log(const std::string& path, base::Json& details) {
  const base::MappedFile file(path);
  const LogFacts facts = scan_log(file.bytes());
  add_log_details(facts, details);
  return facts.ends_whole;
}

Finding inspect_json(const std::string& path, const InspectOptions& options) {
  Finding finding;
  finding.state = FileState::kWhole;
  const base::MappedFile file(path);
  const LogFacts facts = scan_log(file.bytes());
  const bool lines = facts.n_lines > 1 || (facts.n_lines == 1 && !looks_like_configuration(facts.first));
  if (lines) {
    finding.kind = "log";
    finding.summary = std::to_string(facts.n_lines) + (facts.n_lines == 1 ? " line" : " lines");
    add_log_details(facts, finding.details);
    if (!facts.ends_whole) set_fault(finding, base::Fault::kCutShort, "its last line is cut short");
    if (facts.n_unreadable > facts.n_lines)
      set_fault(finding, base::Fault::kDamaged, "more lines that are not JSON objects than lines that are");
    return finding;
  }
  finding.kind = "JSON document";
  try {
    if (file.bytes().size() > kMaxDocumentBytes)
      throw base::DataError(base::Fault::kUnsupported, {}, "larger than 64 MiB");
    const base::Json json =
        base::parse_json({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, path);
    if (!looks_like_configuration(json)) return finding;
    finding.kind = "configuration";
    const model::Config config = model::parse_config(json, path);
    finding.summary = model_line(config.model);
    add_config(finding, to_json(config), options);
  } catch (const base::DataError& error) {
    set_fault(finding, error, path);
  }
  return finding;
}

Finding inspect_folder(const std::string& path, const InspectOptions& options) {
  std::error_code error;
  fs::directory_iterator entries(path, error);
  if (error) throw base::SystemError(path, "read the folder", error.value());
  if (fs::exists(path + "/data.mdb", error)) return inspect_dataset(path, options);
  std::vector<std::pair<int64_t, std::string>> checkpoints;
  uint64_t n_entries = 0, n_unfinished = 0;
  bool has_log = false, has_best = false, has_scores = false;
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    if (error) throw base::SystemError(path, "read the folder", error.value());
    ++n_entries;
    const std::string name = entries->path().filename().string();
    if (const auto iteration = model::checkpoint_iteration(name)) checkpoints.emplace_back(*iteration, name);
    has_log |= name == "log.jsonl";
    has_best |= name == "best.safetensors";
    has_scores |= name == "scores.jsonl";
    n_unfinished += name.find(".safetensors.tmp-") != std::string::npos ? 1 : 0;
  }
  Finding finding;
  finding.kind = "folder";
  finding.details["entries"] = n_entries;
  if (checkpoints.empty() && !has_log && !has_best) {
    set_fault(finding, base::Fault::kForeign, "neither a checkpoint nor a log in it: not a run folder");
    return finding;
  }
  finding.kind = "run folder";
  finding.state = FileState::kWhole;
  std::sort(checkpoints.rbegin(), checkpoints.rend());
  finding.details["checkpoints"] = checkpoints.size();
  if (n_unfinished > 0) finding.details["unfinished files"] = n_unfinished;
  inspect_checkpoints(path, checkpoints, options, finding);
  if (has_best) {
    const Finding best = inspect_part(path + "/best.safetensors", {});
    finding.details["best.safetensors"] = std::string(to_string(best.state)) + ", " + best.summary;
    if (best.state != FileState::kWhole && finding.fault.empty())
      set_fault(finding, kind_of_part(best), "best.safetensors: " + best.fault);
  }
  if (has_log) {
    base::Json log = base::Json::object();
    if (!read_log(path + "/log.jsonl", log)) log["unfinished last line"] = true;
    for (auto& [key, value] : log.items()) finding.details[key == "lines" ? "log lines" : key] = value;
    add_remaining_time(finding.details);
  }
  if (has_scores) add_scores(path + "/scores.jsonl", finding.details);
  return finding;
}

}  // namespace inr::inspect::parts
