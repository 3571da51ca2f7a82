// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/stream_keys.hpp"

#include "base/error.hpp"

namespace inr::gan {
namespace {

constexpr size_t kMaxKeys = 100000;

}  // namespace

std::vector<base::TensorView> StreamKeys::shared() const {
  std::vector<base::TensorView> out;
  for (const base::TensorInfo& info : header.blob->tensors()) {
    out.push_back({info.name, info.dtype, info.shape, header.blob->bytes(info)});
  }
  return out;
}

StreamKeys read_keys(int fd, const std::string& where) {
  store::InrStreamReader reader(fd, where);
  StreamKeys keys;
  bool first = true;
  while (reader.next_stream()) {
    if (first) {
      keys.header = reader.header();
    } else if (reader.header().model_hash != keys.header.model_hash || reader.header().config != keys.header.config) {
      throw base::DataError(where, "holds streams of different models", "interpolate samples of one model");
    }
    first = false;
    store::StreamRecord record;
    while (reader.next(record)) {
      if (keys.thetas.size() == kMaxKeys) {
        throw base::DataError(where, "holds more than " + std::to_string(kMaxKeys) + " records", "take some of them");
      }
      keys.thetas.push_back(record.theta);
    }
  }
  return keys;
}

Space parse_space(std::string_view name) {
  if (name == "z") return Space::kZ;
  if (name == "w") return Space::kW;
  if (name == "params") return Space::kParams;
  throw base::UsageError("\"" + base::printable(name) + "\" is none of z, w, params");
}

KeyFilm::KeyFilm(const Sampler& sampler, std::vector<LatentRow> keys, Space space, bool keys_are_hidden,
                 field::WorkerPool& pool)
    : sampler_(sampler), space_(space) {
  if (space_ != Space::kZ && !(space_ == Space::kW && keys_are_hidden)) {
    const auto hidden = sampler.hidden_rows(keys, pool);
    for (size_t i = 0; i < keys.size(); ++i) keys[i].values = hidden[i];
  }
  if (space_ == Space::kParams) {
    points_ = sampler.theta_rows(keys, pool);
    return;
  }
  for (LatentRow& key : keys) points_.push_back(std::move(key.values));
}

std::vector<std::vector<float>> KeyFilm::thetas(const std::vector<Frame>& frames, size_t first, size_t last,
                                                field::WorkerPool& pool) const {
  std::vector<LatentRow> rows;
  for (size_t i = first; i < last; ++i) {
    const auto& from = points_[static_cast<size_t>(frames[i].from)];
    const auto& to = points_[static_cast<size_t>(frames[i].to)];
    rows.push_back({between(from, to, frames[i].t, space_ == Space::kZ ? Path::kSpherical : Path::kLinear), i});
  }
  if (space_ == Space::kParams) {
    std::vector<std::vector<float>> out;
    for (LatentRow& row : rows) out.push_back(std::move(row.values));
    return out;
  }
  if (space_ == Space::kZ) {
    const auto hidden = sampler_.hidden_rows(rows, pool);
    for (size_t i = 0; i < rows.size(); ++i) rows[i].values = hidden[i];
  }
  return sampler_.theta_rows(rows, pool);
}

}  // namespace inr::gan
