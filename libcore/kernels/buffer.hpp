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

/// Floats on a cache line's boundary, not initialised: whoever fills them first touches their pages. Movable; owns its
/// memory.
class Buffer {
 public:
  Buffer() noexcept = default;
  explicit Buffer(int64_t n) : size_(n), data_(allocate(n)) {}
  static Buffer zeros(int64_t n) {
    Buffer out(n);
    if (n > 0) std::memset(out.data(), 0, static_cast<size_t>(n) * sizeof(float));
    return out;
  }
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
    return static_cast<float*>(::operator new(static_cast<size_t>(n) * sizeof(float), kAlignment));
  }
  int64_t size_ = 0;
  std::unique_ptr<float, Free> data_;
};

}  // namespace inr::kernels
