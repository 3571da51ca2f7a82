// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "sample/stream_keys.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "model/config.hpp"

namespace inr::sample {
namespace {

constexpr size_t kMaxKeys = 100000;

// The weights themselves are compared, since a stream need not tell the hash of its model.
bool same_tensors(const base::Safetensors& a, const base::Safetensors& b) {
  return std::equal(a.tensors().begin(), a.tensors().end(), b.tensors().begin(), b.tensors().end(),
                    [&](const base::TensorInfo& x, const base::TensorInfo& y) {
                      const auto x_bytes = a.bytes(x), y_bytes = b.bytes(y);
                      return x.name == y.name && x.dtype == y.dtype && x.shape == y.shape &&
                             std::equal(x_bytes.begin(), x_bytes.end(), y_bytes.begin(), y_bytes.end());
                    });
}

bool same_model(const stream::StreamHeader& a, const stream::StreamHeader& b, const std::string& where) {
  return a.model_hash == b.model_hash && a.n_theta == b.n_theta &&
         model::parse_model_config(a.config, where) == model::parse_model_config(b.config, where) &&
         same_tensors(*a.blob, *b.blob);
}

}  // namespace

std::vector<base::TensorView> StreamKeys::shared() const {
  std::vector<base::TensorView> out;
  for (const base::TensorInfo& info : header.blob->tensors()) {
    out.push_back({info.name, info.dtype, info.shape, header.blob->bytes(info)});
  }
  return out;
}

StreamKeys read_keys(int fd, const std::string& where) {
  stream::InrStreamReader reader(fd, where);
  StreamKeys keys;
  while (reader.next_stream()) {
    if (reader.streams_read() == 1) {
      keys.header = reader.header();
    } else if (!same_model(keys.header, reader.header(), where)) {
      throw base::DataError(where, "holds streams of different models", "interpolate samples of one model");
    } else if (reader.header().dtype != keys.header.dtype) {
      keys.header.dtype = stream::ThetaDtype::kF32;
    }
    stream::StreamRecord record;
    while (reader.next(record)) {
      if (keys.thetas.size() == kMaxKeys) {
        throw base::DataError(where, "holds more than " + std::to_string(kMaxKeys) + " records", "take some of them");
      }
      if (reader.header().dtype != stream::ThetaDtype::kF32 && record.info.is_object())
        record.info["dtype"] = stream::to_string(reader.header().dtype);
      keys.infos.push_back(std::move(record.info));
      keys.thetas.push_back(std::move(record.theta));
    }
  }
  return keys;
}

}  // namespace inr::sample
