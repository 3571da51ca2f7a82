// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Memory for the kernels.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace inr::kernels {

/// Floats on a cache line's boundary, all zero at first. Movable; owns its memory.
class Buffer {
 public:
  Buffer() noexcept = default;
  explicit Buffer(int64_t n) : size_(n), data_(allocate(n)) {}
  [[nodiscard]] float* data() noexcept { return data_.get(); }
  [[nodiscard]] const float* data() const noexcept { return data_.get(); }
  [[nodiscard]] int64_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// At least n floats; what they held is lost where it grows.
  void reserve(int64_t n) {
    if (n > size_) *this = Buffer(n);
  }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(float* p) const noexcept { ::operator delete(p, kAlignment); }
  };
  static float* allocate(int64_t n) {
    const auto count = static_cast<size_t>(n);
    auto* p = static_cast<float*>(::operator new(count * sizeof(float), kAlignment));
    if (count > 0) std::memset(p, 0, count * sizeof(float));
    return p;
  }
  int64_t size_ = 0;
  std::unique_ptr<float, Free> data_;
};

}  // namespace inr::kernels
