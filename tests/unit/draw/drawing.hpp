// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Streams in memory drawn into bytes.
#pragma once
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "draw/grid_picture.hpp"
#include "draw/sequence.hpp"
#include "support/reference_values.hpp"
#include "support/small_models.hpp"

namespace inr::test {

/// A source over inputs that lie in memory.
class MemoryInputs {
 public:
  explicit MemoryInputs(const std::vector<Bytes>& inputs) {
    for (const Bytes& input : inputs) descriptors_.push_back(std::make_unique<BytesDescriptor>(input));
  }
  [[nodiscard]] draw::RecordSource source(std::vector<uint64_t> select = {}) const {
    const auto open = [this](size_t i) {
      return draw::OpenedInput{descriptors_[i]->fd(), "input " + std::to_string(i)};
    };
    return {descriptors_.size(), open, std::move(select)};
  }

 private:
  std::vector<std::unique_ptr<BytesDescriptor>> descriptors_;
};

struct Work {
  int n_threads = 1;
  int64_t memory_bytes = draw::kDefaultMemoryBytes;
  int64_t n_in_flight = 0;
  bool seekable = false;
};

/// What a request writes, the way inr-render goes. The bytes stay where drawing throws: see into.
inline Bytes draw_bytes(draw::Request request, const std::vector<Bytes>& inputs, const Work& work = {},
                        Bytes* into = nullptr) {
  draw::complete(request, {});
  const MemoryInputs memory(inputs);
  draw::RecordSource records = memory.source(request.select);
  base::WorkerPool pool(work.n_threads);
  const draw::DrawOptions options{&pool, work.memory_bytes, work.n_in_flight, "inr-render 0", {}, {}};
  Bytes own;
  Bytes& bytes = into != nullptr ? *into : own;
  const draw::OpenOutput open = [&] {
    draw::OutputTarget target;
    target.write = [&](std::span<const std::byte> more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
    if (work.seekable) {
      target.rewrite = [&](uint64_t offset, std::span<const std::byte> data) {
        std::memcpy(bytes.data() + offset, data.data(), data.size());
      };
    }
    return target;
  };
  if (draw::is_sequence(request))
    draw::draw_pictures(request, records, std::nullopt, open, options);
  else
    draw::draw_records(request, records, open, options);
  return bytes;
}

/// Values of record i at the request's size, [3, H, W], by the reference.
inline std::vector<float> whole_values(const model::ModelConfig& config, uint64_t i,
                                       const model::GridRequest& request) {
  const std::vector<double> values =
      reference_values(*make_small_model(config), random_theta(config, i), plan_grid(config, request));
  std::vector<float> planes(values.size());
  const size_t n_pixels = values.size() / 3;
  for (size_t at = 0; at < values.size(); ++at) planes[at % 3 * n_pixels + at / 3] = static_cast<float>(values[at]);
  return planes;
}

}  // namespace inr::test
