// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Small INR streams in memory, and a descriptor that reads bytes back.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "stream/inr_stream.hpp"

namespace inr::test {

using Bytes = std::vector<std::byte>;

/// A descriptor at the start of a copy of bytes, closed when the object goes.
class BytesDescriptor {
 public:
  explicit BytesDescriptor(std::span<const std::byte> bytes) : fd_(::memfd_create("inr-test", 0)) {
    if (fd_ < 0) throw std::runtime_error("cannot make a file in memory");
    base::write_all(fd_, bytes, "a file in memory");
    ::lseek(fd_, 0, SEEK_SET);
  }
  ~BytesDescriptor() { ::close(fd_); }
  BytesDescriptor(const BytesDescriptor&) = delete;
  BytesDescriptor& operator=(const BytesDescriptor&) = delete;
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

struct SmallStream {
  int64_t n_theta = 3;
  size_t n_records = 2;
  stream::ThetaDtype dtype = stream::ThetaDtype::kF32;
  bool says_count = true;
  bool ends = true;
};

/// Exactly representable in binary16 and bfloat16, so that every dtype gives them back.
inline std::vector<float> small_theta(size_t record, int64_t n_theta) {
  std::vector<float> theta(static_cast<size_t>(n_theta));
  for (size_t i = 0; i < theta.size(); ++i)
    theta[i] = static_cast<float>(static_cast<int>((7 * record + i) % 41) - 20) / 8;
  return theta;
}

/// boundaries, if given: the offsets behind the head, each record, and the end record.
inline Bytes small_stream(const SmallStream& what, std::vector<size_t>* boundaries = nullptr) {
  Bytes bytes;
  const auto sink = [&](std::span<const std::byte> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    if (boundaries != nullptr) boundaries->push_back(bytes.size());
  };
  const std::vector<float> shared = {1, -2, 3, 4, 5, -6};
  const std::vector<base::TensorView> tensors = {
      {"inr.0.0.shared", base::Dtype::kF32, {2, 3}, std::as_bytes(std::span(shared))}};
  stream::StreamHeader header;
  header.config = {{"resolution", 8}};
  header.n_theta = what.n_theta;
  header.model_hash = "0123abcd";
  if (what.says_count) header.count = what.n_records;
  header.what = "samples";
  header.dtype = what.dtype;
  stream::InrStreamWriter writer(sink, header, tensors);
  for (size_t i = 0; i < what.n_records; ++i) writer.write({{"seed", 0}, {"index", i}}, small_theta(i, what.n_theta));
  if (what.ends) writer.finish();
  return bytes;
}

}  // namespace inr::test
