// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The way from a run to a line of its log.
#include "metrics/newest_score.hpp"

#include <array>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "gan/checkpoint.hpp"
#include "metrics/best_link.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/picture_set.hpp"
#include "metrics/score_log.hpp"
#include "metrics/upsampled.hpp"

namespace inr::metrics {
namespace {

using base::Json;
namespace fs = std::filesystem;

void check_request(const EvaluateOptions& options, const RecordOptions& record) {
  const bool scored = !options.real.empty() && !options.fake.empty();
  if (!record.append.empty() && !scored) throw base::UsageError("--append needs a score; give --real and --fake");
  if (record.if_newer && record.append.empty())
    throw base::UsageError("--if-newer looks into a log of scores; name it with --append FILE");
  if (record.best && record.append.empty())
    throw base::UsageError("--best compares with the scores before; name their log with --append FILE");
  if (record.if_newer && (options.real == "-" || options.fake == "-"))
    throw base::UsageError("--if-newer does not know stdin again; give files");
  std::error_code error;
  if (record.best && (options.fake == "-" || fs::is_regular_file(options.fake, error)))
    throw base::UsageError("--best links a checkpoint of a run; give the run's folder with --fake");
}

// All that a score depends on besides the model.
Json request_of(const EvaluateOptions& options) {
  const std::unique_ptr<FeatureNetwork> network = open_network(options.network);
  const auto or_null = [](const std::optional<int64_t>& n) { return n ? Json(*n) : Json(); };
  Json real_hash;  // statistics are one file, and small
  if (options.real != "-" && detect_side(options.real) == SideKind::kStatistics) {
    real_hash = base::sha256_hex(base::MappedFile(options.real).bytes());
  }
  return {{"network", network->name()},
          {"network_hash", network->hash()},
          {"protocol", options.protocol.empty() ? network->protocol() : options.protocol},
          {"real", base::printable(options.real, 4096)},
          {"real_hash", real_hash},
          {"n_real", or_null(options.n_real)},
          {"n_fake", options.n_fake.value_or(kUsualSamples)},
          {"seed", options.seed},
          {"upsampled", std::string(upsampling_name(options.upsampling))},
          {"kid", options.kid},
          {"pr", options.precision_recall},
          {"is", options.inception_score}};
}

struct Candidate {
  std::string path, model_hash;
};

// The checkpoint that is to be scored; nothing, and a line, where there is none yet.
std::optional<Candidate> find_candidate(const std::string& fake) {
  try {
    std::string path = gan::resolve_checkpoint(fake);
    std::string hash = gan::load_generator(path).model_hash;
    return Candidate{std::move(path), std::move(hash)};
  } catch (const base::Error& error) {
    base::log_info(std::string("not yet: ") + error.what());
    return std::nullopt;
  }
}

bool is_of_request(const Json& record, const Json& request) {
  return record.contains("request") && record.at("request") == request;
}

bool is_scored(const std::vector<Json>& records, const Json& request, const std::string& model_hash) {
  for (const Json& each : records) {
    if (is_of_request(each, request) && each.value("model_hash", Json()) == model_hash) return true;
  }
  return false;
}

// Is score below that of everything that was linked before?
bool is_best(const std::vector<Json>& records, const Json& request, const Json& fake, double score) {
  if (!std::isfinite(score)) return false;
  for (const Json& each : records) {
    if (!is_of_request(each, request) || each.value("best", Json()) != true || each.value("fake", Json()) != fake)
      continue;
    const Json before = each.value("fid", Json());
    if (before.is_number() && before.get<double>() <= score) return false;
  }
  return true;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), n};
}

// True where the checkpoint was linked.
bool link_if_best(const Evaluation& result, const std::string& run, const std::string& checkpoint,
                  const std::vector<Json>& records, const Json& request) {
  if (!is_best(records, request, result.json.at("fake"), *result.score)) return false;
  const std::string fault = best_link_fault(run);
  if (!fault.empty()) {
    base::log_warning(fault + "; it is left as it is");
    return false;
  }
  if (link_best(run, checkpoint)) return true;
  base::log_warning(base::printable(checkpoint) + " is the best but has vanished; not linked");
  return false;
}

}  // namespace

std::optional<Evaluation> evaluate_and_record(const EvaluateOptions& options, const RecordOptions& record) {
  check_request(options, record);
  if (record.append.empty()) return evaluate(options);
  std::optional<ScoreLock> lock;
  if (record.if_newer) {
    lock.emplace(record.append);
    if (!lock->held()) {
      base::log_info("another inr-fid is at work for " + base::printable(record.append) + "; nothing done");
      return std::nullopt;
    }
  }
  ScoreLog log(record.append);
  std::vector<Json> records = log.read();
  const Json request = request_of(options);
  EvaluateOptions resolved = options;
  if (record.if_newer) {
    const std::optional<Candidate> candidate = find_candidate(options.fake);
    if (!candidate) return std::nullopt;
    if (is_scored(records, request, candidate->model_hash)) {
      base::log_info(base::printable(candidate->path) + " has its score in " + base::printable(record.append));
      return std::nullopt;
    }
    resolved.fake = candidate->path;
  } else if (record.best) {
    resolved.fake = gan::resolve_checkpoint(options.fake);
  }
  Evaluation result;
  std::error_code error;
  try {
    result = evaluate(resolved);
  } catch (const base::Error&) {  // the checkpoint's, where that is gone
    if (!record.if_newer || fs::exists(resolved.fake, error)) throw;
    base::log_info("not yet: " + base::printable(resolved.fake) + " has vanished");
    return std::nullopt;
  }
  result.json["fake"] = base::printable(options.fake);
  Json line = result.json;
  line["request"] = request;
  line["best"] = record.best ? Json(link_if_best(result, options.fake, resolved.fake, records, request)) : Json();
  line["time"] = utc_now();
  log.append(line);
  return result;
}

}  // namespace inr::metrics
