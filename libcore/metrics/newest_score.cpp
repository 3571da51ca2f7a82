// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The way from a run to a line of its log.
#include "metrics/newest_score.hpp"

#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <utility>

#include "base/error.hpp"
#include "base/first_fault.hpp"
#include "base/log.hpp"
#include "base/safetensors.hpp"
#include "base/writable.hpp"
#include "metrics/outputs.hpp"
#include "metrics/picture_set.hpp"
#include "metrics/score_request.hpp"
#include "runs/best_link.hpp"
#include "runs/checkpoint_file.hpp"
#include "runs/score_log.hpp"
#include "sample/generator.hpp"

namespace inr::metrics {
namespace {

using base::Json;
namespace fs = std::filesystem;

void check_request(const EvaluateOptions& options, const RecordOptions& record) {
  const bool scored = !options.real.empty() && !options.fake.empty();
  if (!record.append.empty() && !scored) throw base::UsageError("--append needs a score; give --real and --fake");
  if (record.if_newer && record.append.empty())
    throw base::UsageError("--if-newer needs a log of scores; name it with --append FILE");
  if (record.best && record.append.empty())
    throw base::UsageError("--best compares with earlier scores; name their log with --append FILE");
  if (record.if_newer && (options.real == "-" || options.fake == "-"))
    throw base::UsageError("--if-newer cannot recognise stdin the next time; give files");
  if (!record.append.empty()) {
    check_outputs(
        {{"--save-stats", options.save_stats}, {"--save-features", options.save_features}, {"--append", record.append}},
        {});
  }
  std::error_code error;
  if (record.best && (options.fake == "-" || fs::is_regular_file(options.fake, error)))
    throw base::UsageError("--best links a checkpoint of a run; give the run's folder with --fake");
}

struct Candidate {
  std::string path, model_hash;
};

// Nothing, where the folder has no whole checkpoint (yet). A checkpoint that no waiting makes readable (of another
// version, or none of ours at all) is an error.
std::string newest_of(const std::string& run) {
  std::string path = runs::newest_checkpoint(run);
  if (!path.empty()) return path;
  for (const auto& [iteration, listed] : runs::list_checkpoints(run)) {
    try {
      if (!runs::is_cut_or_damaged(listed, base::Check::kHead)) (void)runs::checkpoint_provenance(listed);
    } catch (const base::SystemError& error) {
      if (error.error_number() != ENOENT) throw;  // gone since it was listed
    }
  }
  return {};
}

// The checkpoint that is to be scored; nothing, and a line, where there is none yet.
std::optional<Candidate> find_candidate(const std::string& fake) {
  std::error_code error;
  const auto not_yet = [](const std::string& why) {
    base::log_info("not yet: " + why);
    return std::nullopt;
  };
  if (!fs::exists(fake, error)) throw base::SystemError(base::printable(fake), "open", ENOENT);
  const bool run = fs::is_directory(fake, error);
  if (!run && detect_side(fake) != SideKind::kCheckpoint) {
    throw base::DataError(base::printable(fake), "is neither the folder of a run nor a checkpoint",
                          "leave --if-newer out, or give a run with --fake");
  }
  const std::string path = run ? newest_of(fake) : fake;
  if (path.empty()) return not_yet(base::printable(fake) + " has no whole checkpoint");
  try {
    return Candidate{path, sample::load_generator(path).model_hash};
  } catch (const base::SystemError&) {
    if (!run || fs::exists(path, error)) throw;
  }
  return not_yet(base::printable(path) + " has vanished");
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), n};
}

// Links the best checkpoint that is still there, where the linked one was removed.
void restore_best(const std::string& run, const std::vector<Json>& by_score) {
  std::error_code error;
  if (fs::exists(run + "/best.safetensors", error)) return;
  for (const Json& each : by_score) {
    const Json checkpoint = each.value("checkpoint", Json()), hash = each.value("model_hash", Json());
    if (!checkpoint.is_string() || !hash.is_string()) continue;
    const std::string path = run + "/" + fs::path(checkpoint.get<std::string>()).filename().string();
    try {
      if (!fs::exists(path, error) || sample::load_generator(path).model_hash != hash.get<std::string>()) continue;
    } catch (const base::Error&) {  // vanished, or another by now
      continue;
    }
    if (runs::link_best(run, path)) return;
  }
}

// A kill may have come between a line that calls its checkpoint the best and the link to it.
void make_up_link(const std::string& run, const std::vector<Json>& records, const Json& request,
                  const Candidate& candidate) {
  const std::string linked = runs::best_model_hash(run);
  if (linked == candidate.model_hash || !runs::best_link_fault(run).empty()) return;
  std::optional<Json> line;
  std::vector<Json> others;
  for (const Json& each : records) {
    if (each.value("model_hash", Json()) != candidate.model_hash) {
      others.push_back(each);
    } else if (each.value("request", Json()) == request && each.value("best", Json()) == true &&
               each.value("run", Json()) == base::printable(canonical_path(run), 4096)) {
      line = each;
    }
  }
  if (line && is_best(others, *line, {}) && is_best(others, *line, linked)) runs::link_best(run, candidate.path);
}

// What becomes of RUN/best.safetensors with a score: decided on the lines that are in the log when this one joins them.
class BestChoice {
 public:
  BestChoice(std::string run, const std::string& checkpoint) : run_(std::move(run)), held_(run_, checkpoint) {}

  // Of the line that is appended next, the value of "best".
  bool choose(const std::vector<Json>& records, const Json& line) {
    by_score_ = comparable_by_score(records, line);
    best_ = is_best(records, line, {}) && is_best(records, line, runs::best_model_hash(run_));
    fault_ = runs::best_link_fault(run_);
    if (best_ && !fault_.empty()) base::log_warning(fault_ + "; it is left as it is");
    if (!fault_.empty()) best_ = false;
    if (best_ && !held_.held()) {
      base::log_warning("the checkpoint is the best, but it has vanished and is not linked");
      best_ = false;
    }
    return best_;
  }
  void link() {
    if (best_) {
      held_.make_best();
    } else if (fault_.empty()) {
      restore_best(run_, by_score_);
    }
  }
  [[nodiscard]] runs::HeldCheckpoint& held() noexcept { return held_; }

 private:
  std::string run_;
  runs::HeldCheckpoint held_;
  std::vector<Json> by_score_;
  std::string fault_;
  bool best_ = false;
};

// Tells nothing where the checkpoint vanished before it could be read.
void evaluate_newest(EvaluateOptions options, BestChoice* best, const Tell& tell) {
  std::error_code error;
  const std::string checkpoint = options.fake;
  bool reported = false;
  try {
    evaluate(options, [&](const Evaluation& result) {
      reported = true;
      tell(result);
    });
    return;
  } catch (const base::SystemError&) {
    if (reported || fs::exists(checkpoint, error)) throw;
  }
  if (best == nullptr || !best->held().held()) return;
  options.fake = best->held().path();
  evaluate(options, [&](Evaluation result) {
    result.json["checkpoint"] = base::printable(checkpoint, 4096);
    tell(result);
  });
}

}  // namespace

std::optional<Evaluation> evaluate_and_record(const EvaluateOptions& options, const RecordOptions& record,
                                              const Tell& tell) {
  check_request(options, record);
  if (record.append.empty()) return evaluate(options, tell);
  std::optional<runs::ScoreLock> lock;
  if (record.if_newer) {
    lock.emplace(record.append);
    if (!lock->held()) {
      base::log_info("another inr-fid is already working on " + base::printable(record.append) + "; nothing done");
      return std::nullopt;
    }
  }
  runs::ScoreLog log(record.append);
  const std::vector<Json> records = log.read();
  const Json request = request_of(options);
  EvaluateOptions resolved = options;
  if (record.if_newer) {
    const std::optional<Candidate> candidate = find_candidate(options.fake);
    if (!candidate) return std::nullopt;
    if (is_scored(records, request, candidate->model_hash)) {
      if (record.best) make_up_link(options.fake, records, request, *candidate);
      base::log_info(base::printable(candidate->path) + " has its score in " + base::printable(record.append));
      return std::nullopt;
    }
    resolved.fake = candidate->path;
  } else if (record.best) {
    resolved.fake = runs::resolve_checkpoint(options.fake);
  }
  std::optional<BestChoice> best;
  if (record.best) {
    if (runs::best_link_fault(options.fake).empty()) base::require_replaceable(options.fake + "/best.safetensors");
    best.emplace(options.fake, resolved.fake);
  }
  std::optional<Evaluation> result;
  const Tell take = [&](const Evaluation& measured) {
    result = measured;
    result->json["fake"] = base::printable(options.fake);
    if (tell) tell(*result);
  };
  base::FirstFault fault;
  fault.run([&] {
    if (record.if_newer || record.best)
      evaluate_newest(resolved, best ? &*best : nullptr, take);
    else
      evaluate(resolved, take);
  });
  if (!result) {
    fault.rethrow();
    if (!record.if_newer) throw base::SystemError(base::printable(resolved.fake), "open", ENOENT);
    base::log_info("not yet: " + base::printable(resolved.fake) + " has vanished");
    return std::nullopt;
  }
  Json line = result->json;
  line["request"] = request;
  line["run"] = base::printable(canonical_path(options.fake), 4096);
  const auto complete = [&](const std::vector<Json>& before) {
    line["best"] = best ? Json(best->choose(before, line)) : Json();
    line["time"] = utc_now();
    return line;
  };
  fault.run([&] {
    log.append(complete, [&best] {
      if (best) best->link();
    });
  });
  fault.rethrow();
  return result;
}

}  // namespace inr::metrics
