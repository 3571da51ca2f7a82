// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The plug-in for GPUs: where there is one, a group of one adds up; where something is missing, one line says what.
#include <ATen/Functions.h>

#include <filesystem>

#include "base/error.hpp"
#include "parallel/device.hpp"
#include "parallel/nccl_plugin.hpp"
#include "support/test.hpp"

namespace {

using inr::parallel::NcclStart;
using inr::parallel::open_nccl_wire;

/// Nobody else is there who could be gone.
class Alone final : public inr::parallel::Waiter {
 public:
  void wait(const std::function<bool()>& done) override { poll(done); }
  void poll(const std::function<bool()>& done) override {
    while (!done()) {
    }
  }
  [[nodiscard]] std::function<void()> notifier() const override {
    return [] {};
  }
  [[noreturn]] void fail(const std::string& fault) override { throw inr::base::SystemError(fault); }
};

bool is_one_line_about_a_missing_gpu(const inr::base::SystemError& error) {
  const std::string text = error.what();
  BOOST_TEST_INFO(text);
  return text.find("CUDA") != std::string::npos && text.find('\n') == std::string::npos;
}

BOOST_AUTO_TEST_CASE(the_plug_in_works_on_a_gpu_and_says_what_is_missing_elsewhere) {
  Alone waiter;
  NcclStart start{
      .rank = 0, .size = 1, .device = at::Device(at::kCUDA, 0), .waiter = &waiter, .from_rank_0 = [](auto) {}};
#ifdef INR_HAS_NCCL
  if (inr::parallel::open_device("auto").is_cpu()) {
    BOOST_CHECK_EXCEPTION(open_nccl_wire(start), inr::base::SystemError, is_one_line_about_a_missing_gpu);
    return;
  }
  const auto wire = open_nccl_wire(start);
  const at::Tensor values = at::arange(1000, at::TensorOptions(start.device).dtype(at::kFloat));
  const at::Tensor sum = values.clone();
  wire->start_sum(sum)->wait();
  BOOST_CHECK(at::equal(sum, values));
#else
  BOOST_CHECK_EXCEPTION(open_nccl_wire(start), inr::base::SystemError, [](const inr::base::SystemError& error) {
    return std::string(error.what()).find("no plug-in for NCCL") != std::string::npos;
  });
#endif
}

}  // namespace
