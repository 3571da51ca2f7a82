// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The keys of info, written and read in one place.
#include "metrics/statistics_info.hpp"

#include <array>
#include <string_view>

#include "base/error.hpp"

namespace inr::metrics {
namespace {

struct Key {
  const char* name;
  std::string StatisticsInfo::*text;
};
constexpr std::array<Key, 7> kKeys = {{{"protocol", &StatisticsInfo::protocol},
                                       {"network", &StatisticsInfo::network},
                                       {"network_hash", &StatisticsInfo::network_hash},
                                       {"resolution", &StatisticsInfo::resolution},
                                       {"source", &StatisticsInfo::source},
                                       {"score", &StatisticsInfo::score_name},
                                       {"filter", &StatisticsInfo::filter}}};

std::string text_of(const base::Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int64_t number_of(const base::Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->get<int64_t>() : -1;
}

// The keys of a part; all of them or none.
void read_shard(const base::Json& json, const std::string& path, StatisticsInfo& info) {
  if (!json.contains("shard")) return;
  info.shard = Shard{number_of(json, "shard"), number_of(json, "shards")};
  info.ddof = number_of(json, "ddof");
  info.content = text_of(json, "content");
  if (info.shard->index < 1 || info.shard->count > kMaxShards || info.shard->index > info.shard->count ||
      info.ddof < 0 || info.ddof > 1) {
    throw base::DataError(base::Fault::kDamaged, path, "info does not say which shard this is", "make the part again");
  }
}

}  // namespace

base::NpyArray make_info(const StatisticsInfo& info, int64_t n_images) {
  base::Json json;
  for (const Key& key : kKeys) json[key.name] = base::printable(info.*key.text, 4096);
  if (n_images > 0) json["n"] = n_images;
  if (info.shard) {
    json["shard"] = info.shard->index;
    json["shards"] = info.shard->count;
    json["ddof"] = info.ddof;
    json["content"] = base::printable(info.content, 4096);
  }
  return base::make_npy_text(base::dump_json(json));
}

ReadInfo parse_info(const base::NpyArray& array, const std::string& path) {
  if (array.dtype != base::Dtype::kU8) return {};
  const std::string_view text(reinterpret_cast<const char*>(array.data.data()), array.data.size());
  base::Json json;
  try {
    json = base::parse_json(text, path + ": info");
  } catch (const base::DataError&) {
    return {};
  }
  if (!json.is_object()) return {};
  ReadInfo read;
  for (const Key& key : kKeys) read.info.*key.text = text_of(json, key.name);
  const auto n = json.find("n");
  if (n != json.end() && *n != 0) {  // 0: as earlier versions wrote what is not known
    read.n_images = number_of(json, "n");
    if (read.n_images < 1) {
      throw base::DataError(base::Fault::kDamaged, path, "info does not hold a positive number of images",
                            "make the statistics again");
    }
  }
  read_shard(json, path, read.info);
  if (read.info.shard && read.n_images < 1) {
    throw base::DataError(base::Fault::kDamaged, path, "info does not say how many images this shard has",
                          "make the part again");
  }
  return read;
}

}  // namespace inr::metrics
