// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics/kept_features.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <span>
#include <stdexcept>

#include "base/atomic_file.hpp"
#include "base/error.hpp"

namespace inr::metrics {

KeptFeatures::KeptFeatures(int64_t dims, int64_t max_memory_bytes) : dims_(dims), max_memory_bytes_(max_memory_bytes) {}

KeptFeatures::~KeptFeatures() {
  if (mapped_ != nullptr) ::munmap(mapped_, mapped_bytes_);
  if (fd_ >= 0) ::close(fd_);
}

void KeptFeatures::spill() {
  const char* variable = std::getenv("TMPDIR");
  folder_ = variable != nullptr && *variable != '\0' ? variable : "/tmp";
  std::string name = folder_ + "/inr-features-XXXXXX";
  fd_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd_ < 0) throw base::SystemError(folder_, "create a temporary file", errno);
  (void)::unlink(name.c_str());
  base::write_all(fd_, std::as_bytes(std::span(held_)), folder_);
  std::vector<float>().swap(held_);  // gives the memory back
}

void KeptFeatures::add(const at::Tensor& features) {
  if (read_ || features.dim() != 2 || features.size(1) != dims_) throw std::logic_error("KeptFeatures::add");
  const at::Tensor block = features.detach().to(at::kCPU, at::kFloat).contiguous();
  const std::span values(block.const_data_ptr<float>(), static_cast<size_t>(block.numel()));
  const auto bytes = static_cast<int64_t>((held_.size() + values.size()) * sizeof(float));
  if (fd_ < 0 && bytes > max_memory_bytes_) spill();
  if (fd_ >= 0) {
    base::write_all(fd_, std::as_bytes(values), folder_);
  } else {
    held_.insert(held_.end(), values.begin(), values.end());
  }
  n_images_ += block.size(0);
}

at::Tensor KeptFeatures::rows() {
  read_ = true;
  if (fd_ >= 0 && mapped_ == nullptr) {
    mapped_bytes_ = static_cast<size_t>(n_images_ * dims_) * sizeof(float);
    void* at = ::mmap(nullptr, mapped_bytes_, PROT_READ, MAP_PRIVATE, fd_, 0);
    if (at == MAP_FAILED) throw base::SystemError(folder_, "map a temporary file", errno);
    mapped_ = at;
  }
  void* first = mapped_ != nullptr ? mapped_ : static_cast<void*>(held_.data());
  return at::from_blob(first, {n_images_, dims_}, at::TensorOptions().dtype(at::kFloat));
}

}  // namespace inr::metrics
