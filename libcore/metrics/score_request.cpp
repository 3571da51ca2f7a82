// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics/score_request.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/sha256.hpp"
#include "dataset/dataset.hpp"
#include "dataset/source_check.hpp"
#include "dataset/sources.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/generated_set.hpp"
#include "metrics/picture_set.hpp"
#include "metrics/upsampled.hpp"
#include "runs/checkpoint_file.hpp"
#include "sample/generator.hpp"

namespace inr::metrics {
namespace {

using base::Json;
namespace fs = std::filesystem;

constexpr const char* kRealState = "real_state";

std::string file_hash(const std::string& path) { return base::sha256_hex(base::MappedFile(path).bytes()); }

// Empty where only the path tells.
std::string content_hash(const std::string& path) {
  std::error_code error;
  if (path == "-") return {};
  switch (detect_side(path)) {
    case SideKind::kStatistics:
      return file_hash(path);
    case SideKind::kStream:
      return fs::is_regular_file(path, error) ? file_hash(path) : std::string();
    case SideKind::kCheckpoint:
      return sample::load_generator(runs::resolve_checkpoint(path)).model_hash;
    case SideKind::kPictures:
      break;
  }
  if (dataset::open_source(path)->kind() != "dataset") return {};
  return dataset::DatasetReader(path).info().content_hash;
}

// What shows that files without a hash of their own are others under the same path; empty where nothing does.
std::string state_of(const std::string& path) {
  if (path == "-" || detect_side(path) != SideKind::kPictures) return {};
  return dataset::listing_hash(*dataset::open_source(path), true);
}

bool draws_samples(const std::string& fake) { return fake != "-" && detect_side(fake) == SideKind::kCheckpoint; }

// Lines of before do not tell the state of the real side: the path alone says that it is the same. Nor do they name
// scores that were added since: these were not asked for then.
bool is_of_request(const Json& record, const Json& request) {
  if (!record.contains("request")) return false;
  Json expected = request;
  const Json& there = record.at("request");
  if (!there.is_object()) return false;
  if (!there.contains(kRealState)) expected.erase(kRealState);
  for (const FeatureScore& score : feature_scores()) {
    if (!there.contains(score.name) && expected.value(score.name, false) == false) expected.erase(score.name);
  }
  return there == expected;
}

double score_of(const Json& record) {
  const auto fid = record.find("fid");
  return fid != record.end() && fid->is_number() ? fid->get<double>() : NAN;
}

bool is_text(const Json& record, const char* key, const std::string& text) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() && found->get<std::string>() == text;
}

}  // namespace

Json request_of(const EvaluateOptions& options) {
  const std::unique_ptr<FeatureNetwork> network = open_network(options.network, options.protocol);
  const auto or_null = [](const std::optional<int64_t>& n) { return n ? Json(*n) : Json(); };
  const std::string hash = content_hash(options.real);
  std::optional<int64_t> n_fake = options.n_fake;
  if (!n_fake && draws_samples(options.fake)) n_fake = kUsualSamples;
  Json request = {{"network", network->name()},
                  {"network_hash", network->hash()},
                  {"protocol", network->protocol()},
                  {"real", hash.empty() ? Json(base::printable(canonical_path(options.real), 4096)) : Json()},
                  {"real_hash", hash.empty() ? Json() : Json(hash)},
                  {"n_real", or_null(options.n_real)},
                  {"n_fake", or_null(n_fake)},
                  {"seed", options.seed},
                  {"upsampled", std::string(upsampling_name(options.upsampling))},
                  {"mixed", options.allow_mixed}};
  for (const FeatureScore& score : feature_scores()) request[score.name] = is_asked(options.scores, score);
  const std::string state = hash.empty() ? state_of(options.real) : std::string();
  if (!state.empty()) request[kRealState] = state;
  return request;
}

std::string canonical_path(const std::string& path) {
  if (path == "-") return path;
  std::error_code error;
  const fs::path found = fs::weakly_canonical(fs::absolute(path, error), error);
  std::string text = error ? path : found.string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

bool is_scored(const std::vector<Json>& records, const Json& request, const std::string& model_hash) {
  return std::any_of(records.begin(), records.end(), [&](const Json& each) {
    return is_of_request(each, request) && is_text(each, "model_hash", model_hash);
  });
}

bool is_best(const std::vector<Json>& records, const Json& line, const std::string& best_hash) {
  const double score = score_of(line);
  if (!std::isfinite(score)) return false;
  const auto run = line.at("run").get<std::string>();
  return std::none_of(records.begin(), records.end(), [&](const Json& each) {
    if (!is_of_request(each, line.at("request"))) return false;
    const bool beside = is_text(each, "run", run) || (!best_hash.empty() && is_text(each, "model_hash", best_hash));
    return beside && score_of(each) <= score;
  });
}

std::vector<Json> comparable_by_score(const std::vector<Json>& records, const Json& line) {
  const auto run = line.at("run").get<std::string>();
  std::vector<Json> out;
  for (const Json& each : records) {
    if (is_of_request(each, line.at("request")) && is_text(each, "run", run) && std::isfinite(score_of(each)))
      out.push_back(each);
  }
  if (std::isfinite(score_of(line))) out.push_back(line);
  std::stable_sort(out.begin(), out.end(), [](const Json& a, const Json& b) { return score_of(a) < score_of(b); });
  return out;
}

}  // namespace inr::metrics
