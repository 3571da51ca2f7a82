// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "base/descriptor_path.hpp"

#include <charconv>
#include <filesystem>

namespace inr::base {
namespace {

namespace fs = std::filesystem;
constexpr int kMaxLinks = 40;

int number_of(const std::string& name) {
  int fd = -1;
  const char* const end = name.data() + name.size();
  const auto [stop, fault] = std::from_chars(name.data(), end, fd);
  return fault == std::errc{} && stop == end && !name.empty() ? fd : -1;
}

}  // namespace

int descriptor_of(const std::string& path) {
  std::error_code fault;
  const fs::path own = fs::canonical("/proc/self/fd", fault);  // named by the number of the process
  if (fault) return -1;
  fs::path at = path;
  for (int i = 0; i < kMaxLinks; ++i) {
    const fs::path folder = fs::canonical(at.has_parent_path() ? at.parent_path() : ".", fault);
    if (fault) return -1;
    if (folder == own) return number_of(at.filename());
    const fs::path target = fs::read_symlink(at, fault);
    if (fault) return -1;  // no link: a file, or nothing yet
    at = target.is_absolute() ? target : folder / target;
  }
  return -1;
}

}  // namespace inr::base
