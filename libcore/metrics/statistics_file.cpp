// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Reading and writing mu, sigma and info.
#include "metrics/statistics_file.hpp"

#include <array>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/npy.hpp"

namespace inr::metrics {
namespace {

constexpr uint64_t kMaxBytes = uint64_t{1} << 30;  // sigma of 11,000 features; the largest network in use has 2,048

base::NpyArray to_npy(const at::Tensor& tensor) {
  const at::Tensor whole = tensor.to(at::kDouble).contiguous();
  return base::make_npy(std::span(whole.const_data_ptr<double>(), static_cast<size_t>(whole.numel())),
                        whole.sizes().vec());
}

at::Tensor to_tensor(const base::NpyArray& array) {
  const std::vector<double> values = array.to_f64();
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).view(array.shape);
}

std::string text_of(const base::Json& info, const char* key) {
  const auto found = info.find(key);
  return found != info.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The keys of a part; all of them or none. Throws DataError where a value cannot be.
void read_shard(const base::Json& info, const std::string& path, StatisticsInfo& out) {
  const auto number = [&info](const char* key) {
    const auto found = info.find(key);
    return found != info.end() && found->is_number_integer() ? found->get<int64_t>() : -1;
  };
  if (!info.contains("shard")) return;
  out.shard = Shard{number("shard"), number("shards")};
  out.ddof = number("ddof");
  out.content = text_of(info, "content");
  if (out.shard->index < 1 || out.shard->count > kMaxShards || out.shard->index > out.shard->count || out.ddof < 0 ||
      out.ddof > 1) {
    throw base::DataError(path, "info does not say which shard this is", "make the part again");
  }
}

void read_info(const base::NpyArray& array, const std::string& path, StatisticsFile& file) {
  if (array.dtype != base::Dtype::kU8) return;  // some other program's "info"
  std::string text(array.data.size(), '\0');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(array.data[i]);
  const base::Json info = base::parse_json(text, path + ": info");
  if (!info.is_object()) throw base::DataError(path, "info is not a JSON object", "make the statistics again");
  file.info = {text_of(info, "protocol"),   text_of(info, "network"), text_of(info, "network_hash"),
               text_of(info, "resolution"), text_of(info, "source"),  text_of(info, "score"),
               text_of(info, "filter")};
  const auto n = info.find("n");
  if (n != info.end()) {
    if (!n->is_number_integer() || n->get<int64_t>() < 2) {
      throw base::DataError(path, "info does not hold a number of images above 1", "make the statistics again");
    }
    file.statistics.n_images = n->get<int64_t>();
  }
  read_shard(info, path, file.info);
}

StatisticsFile load_any(const std::string& path) {
  constexpr std::array<std::string_view, 3> kNames = {"mu", "sigma", "info"};
  const std::map<std::string, base::NpyArray> arrays = base::read_npz_members(path, kNames, kMaxBytes);
  const auto mu = arrays.find("mu"), sigma = arrays.find("sigma");
  if (mu == arrays.end() || sigma == arrays.end()) {
    throw base::DataError(path, "no statistics: an array mu or sigma is missing",
                          "write them with inr-fid --save-stats");
  }
  const std::vector<int64_t>& shape = mu->second.shape;
  if (shape.size() != 1 || shape[0] < 1 || sigma->second.shape != std::vector<int64_t>{shape[0], shape[0]}) {
    throw base::DataError(path, "mu " + base::shape_text(shape) + " and sigma " +
                                    base::shape_text(sigma->second.shape) + " are not [d] and [d, d]");
  }
  StatisticsFile file;
  file.statistics.mean = to_tensor(mu->second);
  file.statistics.covariance = to_tensor(sigma->second);
  if (!at::isfinite(file.statistics.mean).all().item<bool>() ||
      !at::isfinite(file.statistics.covariance).all().item<bool>()) {
    throw base::DataError(path, "a value of mu or sigma is not finite", "make the statistics again");
  }
  const auto info = arrays.find("info");
  if (info != arrays.end()) read_info(info->second, path, file);
  return file;
}

}  // namespace

void save_statistics(const std::string& path, const Statistics& statistics, const StatisticsInfo& info) {
  base::Json json = {{"protocol", info.protocol},         {"network", info.network},
                     {"network_hash", info.network_hash}, {"n", statistics.n_images},
                     {"resolution", info.resolution},     {"source", base::printable(info.source)},
                     {"score", info.score_name},          {"filter", base::printable(info.filter)}};
  if (info.shard) {
    json["shard"] = info.shard->index;
    json["shards"] = info.shard->count;
    json["ddof"] = info.ddof;
    json["content"] = base::printable(info.content);
  }
  base::write_npz(path, {{"mu", to_npy(statistics.mean)},
                         {"sigma", to_npy(statistics.covariance)},
                         {"info", base::make_npy_text(base::dump_json(json))}});
}

StatisticsFile load_statistics(const std::string& path) {
  StatisticsFile file = load_any(path);
  if (file.info.shard) {
    throw base::DataError(
        base::printable(path),
        "is shard " + std::to_string(file.info.shard->index) + " of " + std::to_string(file.info.shard->count),
        "join all parts with inr-fid merge");
  }
  return file;
}

StatisticsFile load_part(const std::string& path) {
  StatisticsFile file = load_any(path);
  if (file.info.shard) return file;
  throw base::DataError(base::printable(path), "is no shard", "give parts that inr-fid stats --shard wrote");
}

}  // namespace inr::metrics
