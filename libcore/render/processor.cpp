// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "render/processor.hpp"

#include <cstdlib>
#include <string>

#include "base/error.hpp"
#include "kernels/processor.hpp"

namespace inr::render {
namespace {

const kernels::Operations& choose() {
  const char* variable = std::getenv("INR_PROCESSOR");
  const std::string wanted = variable != nullptr ? variable : "";
  if (wanted.empty()) return kernels::operations(kernels::best_processor());
  std::string names;
  for (const kernels::Processor processor : kernels::usable_processors()) {
    const kernels::Operations& operations = kernels::operations(processor);
    if (wanted == operations.name) return operations;
    names += (names.empty() ? "" : ", ") + std::string(operations.name);
  }
  throw base::UsageError("INR_PROCESSOR=" + base::printable(wanted) + ": this processor runs " + names +
                         "; name one of them, or unset the variable");
}

}  // namespace

const kernels::Operations& chosen_operations() {
  static const kernels::Operations& chosen = choose();
  return chosen;
}

}  // namespace inr::render
