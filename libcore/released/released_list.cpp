// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "released/released_list.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/safetensors.hpp"

namespace inr::released {
namespace {

// In columns: the name padded to a width, two spaces, the rest.
std::string row(const std::string& name, size_t width, const std::string& rest) {
  return name + std::string(std::max(width, name.size()) - name.size() + 2, ' ') + rest + "\n";
}

}  // namespace

void list_released(const ReleasedSource& source, const std::function<void(std::string_view)>& sink) {
  size_t width = 0;
  for (const ReleasedModule& module : source.modules) width = std::max(width, module.name.size());
  for (const auto& [name, tensor] : source.tensors) width = std::max(width, base::printable(name, 400).size());
  width = std::min<size_t>(width, 80);
  for (const std::string& entry : source.entries) sink("entry   " + entry + "\n");
  for (const ReleasedModule& module : source.modules)
    sink("module  " + row(module.name.empty() ? "G_ema" : module.name, width, module.class_name));
  int64_t n_values = 0;
  for (const auto& [name, tensor] : source.tensors) {
    sink("tensor  " + row(base::printable(name, 400), width, base::shape_text(tensor.shape)));
    n_values += tensor.numel;
  }
  sink("kwargs  " + source.kwargs.dump(-1, ' ', true, base::Json::error_handler_t::replace) + "\n");
  const uint64_t n_bytes = static_cast<uint64_t>(n_values) * sizeof(float);
  sink("total   " + std::to_string(source.tensors.size()) + " tensors, " + std::to_string(n_values) + " values, " +
       std::to_string(n_bytes) + " of " + std::to_string(source.file->size()) + " bytes\n");
}

}  // namespace inr::released
