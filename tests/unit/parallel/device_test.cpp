// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Names of devices. A GPU is opened where there is one; where there is none, the message says what is missing.
#include "parallel/device.hpp"

#include "base/error.hpp"
#include "support/test.hpp"

namespace {

using inr::parallel::open_device;

BOOST_AUTO_TEST_CASE(the_processor_is_always_there) { BOOST_CHECK(open_device("cpu") == at::Device(at::kCPU)); }

BOOST_AUTO_TEST_CASE(names_that_are_no_device_are_wrong_use) {
  for (const char* name : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda:1000", "CPU"})
    BOOST_CHECK_THROW(open_device(name), inr::base::UsageError);
}

BOOST_AUTO_TEST_CASE(auto_finds_what_cuda_finds) {
  const at::Device found = open_device("auto");
  if (found.is_cuda()) {
    BOOST_CHECK(open_device("cuda") == found);
    return;
  }
  BOOST_CHECK_EXCEPTION(open_device("cuda"), inr::base::SystemError, [](const inr::base::SystemError& error) {
    const std::string text = error.what();
    BOOST_TEST_INFO(text);
    return text.starts_with("--device cuda: ") && text.ends_with("--device cpu") &&
           text.find('\n') == std::string::npos;
  });
  BOOST_CHECK_THROW(open_device("cuda:3"), inr::base::SystemError);
}

}  // namespace
