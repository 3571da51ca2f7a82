// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "parallel/nccl_plugin.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace inr::parallel {
namespace {

constexpr const char* kPlugin = "libinr_nccl.so";

/// Beside the tools, as they are built and installed: bin/../lib/inr.
std::filesystem::path plugin_file() {
  std::error_code fault;
  const std::filesystem::path executable = std::filesystem::read_symlink("/proc/self/exe", fault);
  return fault ? kPlugin : executable.parent_path().parent_path() / "lib" / "inr" / kPlugin;
}

[[noreturn]] void refuse(const std::string& fault) {
  throw base::SystemError("several processes with --device cuda: " + fault);
}

}  // namespace

std::unique_ptr<Wire> open_nccl_wire(const NcclStart& start) {
  const std::filesystem::path file = plugin_file();
  std::error_code ignored;
  if (file.is_absolute() && !std::filesystem::exists(file, ignored))
    refuse("this build has no plug-in for NCCL (" + file.string() + "); build where nccl.h is found");
  void* plugin = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* function = plugin == nullptr ? nullptr : ::dlsym(plugin, kOpenNcclWire);
  if (function == nullptr) {
    const char* text = ::dlerror();
    refuse("the plug-in for NCCL cannot be loaded: " + base::printable(text == nullptr ? kOpenNcclWire : text, 400));
  }
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the loader knows functions as addresses
  return reinterpret_cast<OpenNcclWire>(function)(start);
}

}  // namespace inr::parallel
