// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What LibTorch and c10d say when they fail, made one line.
#pragma once
#include <c10/util/Exception.h>

#include <exception>
#include <string>

#include "base/error.hpp"

namespace inr::parallel {

/// Without the stack that LibTorch's errors carry.
inline std::string first_line(const std::exception& fault) {
  const auto* own = dynamic_cast<const c10::Error*>(&fault);
  const std::string text = own != nullptr ? own->what_without_backtrace() : fault.what();
  return base::printable(text.substr(0, text.find('\n')), 300);
}

}  // namespace inr::parallel
