// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Shards of a set, and the sum of their statistics by the pairwise update of feature_stats.hpp.
#include "metrics/shard.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/writable.hpp"
#include "dataset/source_check.hpp"
#include "dataset/sources.hpp"
#include "field/thread_count.hpp"
#include "field/torch_pool.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/measure.hpp"
#include "metrics/outputs.hpp"
#include "metrics/side.hpp"

namespace inr::metrics {
namespace {

// Of n_total pictures those of one shard.
int64_t share(int64_t n_total, const Shard& shard) {
  return std::max<int64_t>(0, (n_total - shard.index + shard.count) / shard.count);
}

std::string text_of(const Shard& shard) { return std::to_string(shard.index) + "/" + std::to_string(shard.count); }

// All that parts of one side have in common; the name of each is for messages.
struct Item {
  const char* what;
  std::string StatisticsInfo::*text;
};
constexpr std::array<Item, 6> kItems = {{{"network", &StatisticsInfo::network},
                                         {"network file (SHA-256)", &StatisticsInfo::network_hash},
                                         {"protocol", &StatisticsInfo::protocol},
                                         {"filter", &StatisticsInfo::filter},
                                         {"side", &StatisticsInfo::source},
                                         {"content", &StatisticsInfo::content}}};

struct Part {
  std::string path;
  PartHead head;
};

[[noreturn]] void not_alike(const Part& a, const Part& b, const std::string& what, const std::string& of_a,
                            const std::string& of_b, const char* way_out) {
  throw base::DataError(base::printable(a.path) + " and " + base::printable(b.path),
                        "not the same " + what + ": " + base::printable(of_a) + " and " + base::printable(of_b),
                        way_out);
}

void check_alike(const Part& first, const Part& other, bool allow_mixed) {
  const StatisticsInfo &a = first.head.info, &b = other.head.info;
  for (const Item& item : kItems) {
    if (a.*item.text != b.*item.text)
      not_alike(first, other, item.what, a.*item.text, b.*item.text, "make all parts with the same options");
  }
  if (a.shard->count != b.shard->count) {
    not_alike(first, other, "number of shards", text_of(*a.shard), text_of(*b.shard),
              "make all parts with the same options");
  }
  if (a.resolution != b.resolution && a.resolution != "mixed" && b.resolution != "mixed" && !allow_mixed) {
    not_alike(first, other, "resolution", a.resolution, b.resolution,
              "make both from pictures of one size, or join them as they are with --allow-mixed");
  }
  if (first.head.dims != other.head.dims || a.ddof != b.ddof) {
    not_alike(first, other, "form", std::to_string(first.head.dims) + " features",
              std::to_string(other.head.dims) + " features", "make all parts with the same options");
  }
}

// Parts in the order of their shards, each there once.
void check_complete(const std::vector<Part>& parts) {
  const int64_t n_shards = parts.front().head.info.shard->count;
  for (size_t i = 1; i < parts.size(); ++i) {
    const Part &a = parts[i - 1], &b = parts[i];
    if (a.head.info.shard->index == b.head.info.shard->index) {
      throw base::DataError(base::printable(a.path) + " and " + base::printable(b.path),
                            "both are shard " + text_of(*b.head.info.shard), "give every shard once");
    }
  }
  int64_t n_images = 0;
  for (int64_t i = 1; i <= n_shards; ++i) {
    const auto at = static_cast<size_t>(i - 1);
    if (at >= parts.size() || parts[at].head.info.shard->index != i) {
      throw base::DataError("shard " + text_of({i, n_shards}) + " is missing; give all " + std::to_string(n_shards) +
                            " parts");
    }
    n_images += parts[at].head.n_images;
  }
  const auto n_there = [](const Part& part) { return part.head.n_images; };
  if (std::ranges::all_of(parts,
                          [&](const Part& part) { return n_there(part) == share(n_images, *part.head.info.shard); }))
    return;
  // The one that differs most from the usual number is to blame.
  std::vector<int64_t> counts;
  for (const Part& part : parts) counts.push_back(n_there(part));
  std::ranges::sort(counts);
  const int64_t usual = counts[counts.size() / 2];
  const Part& odd =
      *std::ranges::max_element(parts, {}, [&](const Part& part) { return std::abs(n_there(part) - usual); });
  throw base::DataError(base::printable(odd.path),
                        "holds " + std::to_string(n_there(odd)) + " pictures beside parts of " + std::to_string(usual) +
                            ", which is not shard " + text_of(*odd.head.info.shard) + " of the same side",
                        "the pictures have changed in between; make all parts again");
}

// Reads the parts one by one. What joining adds to the scatter is of rank one: the step between the means.
Statistics joined(const std::vector<Part>& parts) {
  const field::ThreadCountGuard one_thread(1);
  const auto ddof = static_cast<double>(parts.front().head.info.ddof);
  at::Tensor mean, scatter;  // [d], [d, d]
  double n = 0;
  for (const Part& part : parts) {
    const StatisticsFile file = load_part(part.path);
    const Statistics& each = file.statistics;
    if (each.n_images != part.head.n_images || each.dims() != part.head.dims) {
      throw base::DataError(base::printable(part.path), "has changed while the parts were joined", "merge them again");
    }
    const auto n_there = static_cast<double>(each.n_images);
    const at::Tensor scatter_there = each.covariance * (n_there - ddof);
    if (n == 0) {
      mean = each.mean;
      scatter = scatter_there;
    } else {
      const at::Tensor step = each.mean - mean;
      scatter = scatter + scatter_there + at::outer(step, step) * (n * n_there / (n + n_there));
      mean = mean + step * (n_there / (n + n_there));
    }
    n += n_there;
  }
  return {mean, scatter / (n - ddof), {}, static_cast<int64_t>(n)};
}

// All that tells whether two shards are of the same pictures.
std::string content_of(const PartOptions& options, const Side& side, const std::string& kind) {
  if (side.origin.contains("checkpoint")) {
    return side.origin.at("model_hash").get<std::string>() + ", seed " + std::to_string(options.seed);
  }
  for (const char* key : {"model_hash", "dataset_hash"}) {
    if (side.origin.contains(key)) return side.origin.at(key).get<std::string>();
  }
  // Of files without a hash of their own: names, sizes and checksums where there are some, which tell most changes
  // between two shards. Without times, since each machine may have its own copy.
  const bool pictures = kind == "folder" || kind == "zip" || kind == "lmdb" || kind == "font";
  return pictures ? dataset::listing_hash(*dataset::open_source(options.side), false) : std::string();
}

}  // namespace

Shard parse_shard(std::string_view text) {
  Shard shard;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, shard.index);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '/') {
    const auto second = std::from_chars(first.ptr + 1, end, shard.count);
    if (second.ec == std::errc() && second.ptr == end && shard.index >= 1 && shard.index <= shard.count &&
        shard.count <= kMaxShards)
      return shard;
  }
  throw base::UsageError("\"" + base::printable(text) + "\" is not a shard; use 1/8, 2/8, ... 8/8, up to " +
                         std::to_string(kMaxShards) + " shards");
}

ShardSet::ShardSet(std::unique_ptr<PictureSet> set, const Shard& shard, const std::optional<int64_t>& n_total)
    : set_(std::move(set)), shard_(shard), n_total_(n_total) {}

std::optional<int64_t> ShardSet::count() const {
  const std::optional<int64_t> n_there = set_->count();
  if (!n_there) return std::nullopt;
  return share(n_total_ ? std::min(*n_total_, *n_there) : *n_there, shard_);
}

std::optional<int64_t> ShardSet::usual_count() const {
  const std::optional<int64_t> n = n_total_ ? n_total_ : set_->usual_count();
  return n ? std::optional<int64_t>(share(*n, shard_)) : std::nullopt;
}

bool ShardSet::next(PictureJob& job) {
  while (!n_total_ || position_ < *n_total_) {
    if (!set_->next(job)) return false;
    if (position_++ % shard_.count == shard_.index - 1) return true;
  }
  return false;
}

std::string measure_part(const PartOptions& options) {
  check_outputs({{"-o", options.out}}, {{"stats", options.side}, {"--network", options.network}});
  base::require_replaceable(options.out);
  field::TorchPool pool(options.n_threads);
  const std::unique_ptr<FeatureNetwork> network = open_network(options.network, options.protocol);
  std::unique_ptr<PictureSet> set =
      open_picture_set(options.side, {options.seed, options.n_images, Upsampling::kNone}, pool);
  const std::string kind = set->kind();
  if (options.shard) set = std::make_unique<ShardSet>(std::move(set), *options.shard, options.n_images);
  Side side = open_side(options.side, "pictures", std::move(set), *network);
  std::string content;
  if (options.shard) content = content_of(options, side, kind);  // before, as the other shards do
  MeasureSideOptions how;
  how.measure.batch = options.batch;
  if (!options.shard) how.measure.n_images = options.n_images;
  how.check_stop = options.check_stop;
  measure_side(side, *network, how, pool);
  side.set.reset();  // before the pool
  StatisticsInfo info = side.info;
  info.ddof = network->ddof();
  if (side.origin.contains("model_hash")) content = content_of(options, side, kind);  // of a stream's last model
  info.content = content;
  info.shard = options.shard;
  save_statistics(options.out, side.statistics, info);
  return (info.shard ? "shard " + text_of(*options.shard) : std::string("statistics")) + "  (" +
         std::to_string(side.statistics.n_images) + " pictures; " + info.network + ", " + info.protocol + ")";
}

std::string merge_parts(const std::vector<std::string>& paths, const std::string& out, bool allow_mixed) {
  std::vector<Part> parts;
  for (const std::string& path : paths) check_outputs({{"-o", out}}, {{"merge", path}});
  base::require_replaceable(out);
  for (const std::string& path : paths) {
    parts.push_back({path, load_part_head(path)});
    check_alike(parts.front(), parts.back(), allow_mixed);
  }
  if (parts.empty()) throw base::UsageError("nothing to merge; give the parts that inr-fid stats --shard wrote");
  std::ranges::stable_sort(parts, {}, [](const Part& part) { return part.head.info.shard->index; });
  check_complete(parts);
  StatisticsInfo info = parts.front().head.info;
  info.shard.reset();
  for (const Part& part : parts) {
    if (part.head.info.resolution != info.resolution) info.resolution = "mixed";
  }
  const Statistics statistics = joined(parts);
  save_statistics(out, statistics, info);
  return "statistics  (" + std::to_string(parts.size()) + " shards, " + std::to_string(statistics.n_images) +
         " pictures; " + base::printable(info.network) + ", " + base::printable(info.protocol) + ")";
}

}  // namespace inr::metrics
