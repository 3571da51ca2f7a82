// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Opens, measures and compares two sides.
#include "metrics/evaluate.hpp"

#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/progress.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/frechet.hpp"
#include "metrics/measure.hpp"
#include "metrics/picture_set.hpp"
#include "metrics/statistics_file.hpp"

namespace inr::metrics {
namespace {

// One side, measured or loaded.
struct Side {
  Statistics statistics;
  StatisticsInfo info;
  base::Json origin = base::Json::object();
};

void check_numbers(const EvaluateOptions& options) {
  if (options.real.empty() && options.fake.empty())
    throw base::UsageError("nothing to compare; give --real and --fake");
  if ((options.real.empty() || options.fake.empty()) && options.save_stats.empty()) {
    throw base::UsageError("one side alone has no score; give --real and --fake, or --save-stats FILE");
  }
  if (options.real == "-" && options.fake == "-") {
    throw base::UsageError("--real and --fake cannot both be stdin; write one of the streams to a file");
  }
  for (const auto& [name, n] : {std::pair("--n-real", options.n_real), std::pair("-n", options.n_fake)}) {
    if (n && *n < 2)
      throw base::UsageError(std::string(name) + " " + std::to_string(*n) + " is too few images; use at least 2");
  }
  if (options.batch < 0)
    throw base::UsageError("--batch " + std::to_string(options.batch) + " is not a positive number");
}

Side load_side(const std::string& path, const std::optional<int64_t>& n_images) {
  if (n_images) {
    throw base::UsageError(base::printable(path) + " holds statistics of a fixed set; leave out the number of images");
  }
  StatisticsFile file = load_statistics(path);
  return {std::move(file.statistics), std::move(file.info), base::Json::object()};
}

// What can be told before hours of work: a number of images that was asked for, or that the set states.
void check_rank_early(const PictureSet& set, const std::optional<int64_t>& n_images, const FeatureNetwork& network) {
  if (n_images && *n_images <= network.dims()) {
    throw base::UsageError(std::to_string(*n_images) + " images for " + std::to_string(network.dims()) +
                           " features give a covariance without full rank; use more than " +
                           std::to_string(network.dims()) + " images, or --allow-few");
  }
  if (!n_images) check_rank(base::printable(set.name()), set.count().value_or(0), network.dims());
}

// Statistics that were loaded must be of the network that is to measure the other side.
void check_network(const Side& loaded, const std::string& path, const FeatureNetwork& network) {
  const std::string& hash = loaded.info.network_hash;
  if (loaded.statistics.dims() == network.dims() && (hash.empty() || hash == network.hash())) return;
  const std::string there = loaded.info.network.empty() ? std::string("an unnamed network") : loaded.info.network;
  throw base::DataError(base::printable(path),
                        "statistics of " + base::printable(there) + " with " +
                            std::to_string(loaded.statistics.dims()) + " features, the pictures would be seen by " +
                            network.name() + " with " + std::to_string(network.dims()),
                        "give the network of the statistics with --network");
}

Side measure_side(const std::string& path, const char* label, const std::optional<int64_t>& n_images,
                  const FeatureNetwork& network, const EvaluateOptions& options) {
  const ThreadCountGuard keep_threads;
  field::WorkerPool pool(options.n_threads);
  const std::unique_ptr<PictureSet> set = open_picture_set(path, {options.seed, n_images}, pool);
  const bool scored = !options.real.empty() && !options.fake.empty();
  if (scored && !options.allow_few) check_rank_early(*set, n_images, network);
  const std::optional<int64_t> n_usual = n_images ? n_images : set->usual_count();
  base::Progress bar(label, static_cast<uint64_t>(n_usual ? *n_usual : set->count().value_or(0)), "images");
  MeasureOptions measure_options;
  measure_options.n_images = n_images;
  measure_options.batch = options.batch;
  measure_options.progress = [&bar](int64_t done) { bar.update(static_cast<uint64_t>(done)); };
  Measured measured = measure(*set, network, measure_options, pool);
  StatisticsInfo info{
      network.protocol(),  network.name(), network.hash(), measured.resolution, set->kind() + " " + set->name(),
      network.score_name()};
  return {std::move(measured.statistics), std::move(info), set->origin()};
}

// Where both sides say how they were made, they must agree; where one does not say, the number of features must.
void check_agreement(const Side& real, const Side& fake, const EvaluateOptions& options) {
  const auto compare = [&](const char* what, const std::string& a, const std::string& b) {
    if (a.empty() || b.empty() || a == b) return;
    throw base::DataError(
        base::printable(options.real) + " and " + base::printable(options.fake),
        std::string("not the same ") + what + ": " + base::printable(a) + " and " + base::printable(b),
        "compare statistics of the same network and protocol (see --network)");
  };
  compare("network", real.info.network, fake.info.network);
  compare("network file (SHA-256)", real.info.network_hash, fake.info.network_hash);
  compare("protocol", real.info.protocol, fake.info.protocol);
  if (real.info.network.empty() != fake.info.network.empty()) {
    base::log_warning(
        "one side does not say by which network its statistics were made; the score holds only if it is the same");
  }
  const std::string &a = real.info.resolution, &b = fake.info.resolution;
  if (!a.empty() && !b.empty() && a != b) {
    base::log_warning("the real pictures are " + base::printable(a) + ", the fake ones " + base::printable(b));
  }
}

base::Json text_or_null(const std::string& text) {
  return text.empty() ? base::Json() : base::Json(base::printable(text));
}
base::Json count_or_null(int64_t n) { return n == 0 ? base::Json() : base::Json(n); }

// The square side as a number, other sizes as "WxH" or "mixed", null where not known.
base::Json resolution_json(const std::string& text) {
  const size_t cross = text.find('x');
  const std::string side = text.substr(0, cross);
  const bool number = !side.empty() && side.size() < 10 && side.find_first_not_of("0123456789") == std::string::npos;
  if (number && text == side + "x" + side) return std::stoll(side);
  return text_or_null(text);
}

base::Json describe(const std::optional<Side>& real, const std::optional<Side>& fake, const EvaluateOptions& options) {
  const Side& shown = fake ? *fake : *real;
  const Side& known = fake && real && fake->info.network.empty() ? *real : shown;
  const auto fact = [&shown](const char* key) {
    return shown.origin.contains(key) ? shown.origin.at(key) : base::Json();
  };
  base::Json json;
  json["protocol"] = text_or_null(known.info.protocol);
  json["network"] = text_or_null(known.info.network);
  json["network_hash"] = text_or_null(known.info.network_hash);
  json["n_real"] = real ? count_or_null(real->statistics.n_images) : base::Json();
  json["n_fake"] = fake ? count_or_null(fake->statistics.n_images) : base::Json();
  json["resolution"] = resolution_json(shown.info.resolution);
  json["real_resolution"] = real ? resolution_json(real->info.resolution) : base::Json();
  json["device"] = "cpu";
  json["dtype"] = "float32";
  json["checkpoint"] = fact("checkpoint");
  json["iteration"] = fact("iteration");
  json["model_hash"] = fact("model_hash");
  json["seed"] = shown.origin.contains("checkpoint") ? base::Json(options.seed) : base::Json();
  json["real"] = text_or_null(options.real);
  json["fake"] = text_or_null(options.fake);
  return json;
}

}  // namespace

std::string Evaluation::line() const {
  const auto text = [this](const char* key) {
    const base::Json& value = json.at(key);
    return value.is_null() ? std::string("?") : value.is_string() ? value.get<std::string>() : base::dump_json(value);
  };
  std::string out;
  if (score) {
    char number[64];
    std::snprintf(number, sizeof number, "%.6g", *score);
    out = score_name + " " + number;
  } else {
    out = "statistics";
  }
  out += "  (" + text("network") + ", " + text("protocol");
  if (!json.at("real").is_null()) out += "; " + text("n_real") + " real";
  if (!json.at("fake").is_null()) out += "; " + text("n_fake") + " fake";
  out += "; resolution " + text("resolution");
  if (!json.at("iteration").is_null()) out += "; iteration " + text("iteration");
  out += ")";
  if (!json.at("note").is_null()) out += "  " + text("note");
  return out;
}

Evaluation evaluate(const EvaluateOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  check_numbers(options);
  struct Request {
    const std::string& path;
    const char* label;
    const std::optional<int64_t>& n_images;
    std::optional<Side> side;
    [[nodiscard]] bool statistics() const { return detect_side(path) == SideKind::kStatistics; }
  };
  Request real{options.real, "real", options.n_real, {}}, fake{options.fake, "fake", options.n_fake, {}};
  const bool scored = !real.path.empty() && !fake.path.empty();
  for (Request* request :
       {&real, &fake}) {  // cheap things first: what is wrong with statistics is told before any work
    if (request->path.empty() || !request->statistics()) continue;
    request->side = load_side(request->path, request->n_images);
    const Statistics& loaded = request->side->statistics;
    if (scored && !options.allow_few) check_rank(base::printable(request->path), loaded.n_images, loaded.dims());
  }
  std::unique_ptr<FeatureNetwork> network;
  for (Request* request : {&real, &fake}) {
    if (request->path.empty() || request->side) continue;
    if (!network) network = open_network(options.network);
    const Request& other = request == &real ? fake : real;
    if (other.side) check_network(*other.side, other.path, *network);
    request->side = measure_side(request->path, request->label, request->n_images, *network, options);
  }
  if (!options.save_stats.empty()) {
    const Side& saved = real.side ? *real.side : *fake.side;
    save_statistics(options.save_stats, saved.statistics, saved.info);
  }

  Evaluation out;
  if (scored) {
    check_agreement(*real.side, *fake.side, options);
    for (const Request* request : {&real, &fake}) {
      const Statistics& statistics = request->side->statistics;
      if (!options.allow_few) check_rank(base::printable(request->path), statistics.n_images, statistics.dims());
      warn_few(base::printable(request->path), statistics.n_images);
    }
    out.score = frechet_distance(real.side->statistics, fake.side->statistics);
    out.json["fid"] = *out.score;
  }
  const Side& named = fake.side && !fake.side->info.score_name.empty() ? *fake.side
                      : real.side                                      ? *real.side
                                                                       : *fake.side;
  out.score_name = named.info.score_name.empty() ? "FD" : base::printable(named.info.score_name);
  out.json["score"] = out.score_name;
  out.json.update(describe(real.side, fake.side, options));
  out.json["note"] = network ? base::Json(network->note()) : base::Json();
  out.json["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

}  // namespace inr::metrics
