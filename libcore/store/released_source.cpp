// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "store/released_source.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "store/little_endian.hpp"

namespace inr::store {
namespace {

bool is_contiguous(const ReleasedTensor& tensor) {
  int64_t step = 1;
  for (size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i] != 1 && tensor.stride[i] != step) return false;
    step *= tensor.shape[i];
  }
  return true;
}

float float_at(std::span<const std::byte> bytes, int64_t index) {
  return std::bit_cast<float>(load_le<uint32_t>(bytes.subspan(static_cast<size_t>(index) * sizeof(float))));
}

// A safetensors file has its JSON header behind eight bytes of length; a pickle has opcodes there.
bool looks_like_safetensors(std::span<const std::byte> file) { return file.size() > 8 && file[8] == std::byte{'{'}; }

ReleasedSource from_safetensors(const std::string& path) {
  const auto file = std::make_shared<const base::Safetensors>(base::Safetensors::open(path));
  ReleasedSource source;
  source.where = path;
  const std::string kwargs = file->metadata("init_kwargs");
  if (kwargs.empty()) {
    throw base::DataError(path, "is no released model: its metadata lacks init_kwargs",
                          "give a network snapshot (.pkl) of the released training code");
  }
  source.kwargs = base::parse_json(kwargs, path + ": init_kwargs");
  for (const base::TensorInfo& info : file->tensors()) {
    if (info.dtype != base::Dtype::kF32) {
      throw base::DataError(path, "tensor '" + base::printable(info.name) + "' is " +
                                      std::string(base::dtype_name(info.dtype)) + ", released models are F32");
    }
    ReleasedTensor tensor;
    tensor.shape = info.shape;
    tensor.stride.assign(info.shape.size(), 1);
    for (size_t i = info.shape.size(); i-- > 1;) tensor.stride[i - 1] = tensor.stride[i] * info.shape[i];
    tensor.bytes = file->bytes(info);
    tensor.numel = info.numel();
    source.tensors.emplace(info.name, std::move(tensor));
  }
  source.keep = file;
  return source;
}

}  // namespace

void ReleasedTensor::read(int64_t first, std::span<float> out) const {
  if (is_contiguous(*this)) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = float_at(bytes, first + static_cast<int64_t>(i));
    return;
  }
  for (size_t k = 0; k < out.size(); ++k) {
    int64_t rest = first + static_cast<int64_t>(k), at = 0;
    for (size_t i = shape.size(); i-- > 0;) {
      at += rest % shape[i] * stride[i];
      rest /= shape[i];
    }
    out[k] = float_at(bytes, at);
  }
}

ReleasedSource open_released(const std::string& path) {
  auto file = std::make_shared<const base::MappedFile>(path);
  const std::span<const std::byte> bytes = file->bytes();
  ReleasedSource source = looks_like_safetensors(bytes) ? from_safetensors(path) : read_released_pickle(bytes, path);
  source.file = bytes;
  source.keep = std::make_shared<const std::pair<decltype(file), std::shared_ptr<const void>>>(file, source.keep);
  return source;
}

}  // namespace inr::store
