// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics/outputs.hpp"

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"

namespace inr::metrics {
namespace {

namespace fs = std::filesystem;

// True where writing to output would replace input, or a file of the folder that input is.
bool would_replace(const std::string& output, const std::string& input) {
  std::error_code error;
  if (input.empty() || input == "-" || !fs::is_regular_file(output, error)) return false;
  if (fs::equivalent(output, input, error)) return true;
  if (!fs::is_directory(input, error)) return false;
  const fs::path folder = fs::canonical(input, error), file = fs::canonical(output, error);
  const auto [end, at] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end == folder.end();
}

// Devices and pipes may be named twice: /dev/null.
bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  const auto is_other = [&error](const std::string& path) {
    return fs::exists(path, error) && !fs::is_regular_file(path, error);
  };
  if (is_other(a) || is_other(b)) return false;
  if (fs::equivalent(a, b, error)) return true;
  const fs::path first = fs::weakly_canonical(fs::absolute(a, error), error);
  return first == fs::weakly_canonical(fs::absolute(b, error), error);
}

}  // namespace

void check_outputs(const std::vector<NamedPath>& outputs, const std::vector<NamedPath>& inputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto& [name, output] = outputs[i];
    if (output.empty()) continue;
    if (output == "-") throw base::UsageError(std::string(name) + " -: stdout is for the result; name a file");
    for (const auto& [of, input] : inputs) {
      if (would_replace(output, input)) {
        throw base::UsageError(std::string(name) + " " + base::printable(output) + " would replace what " + of +
                               " reads; name another file");
      }
    }
    for (size_t k = 0; k < i; ++k) {
      if (!outputs[k].second.empty() && same_file(outputs[k].second, output)) {
        throw base::UsageError(std::string(outputs[k].first) + " and " + name + " name the same file; name two");
      }
    }
  }
}

}  // namespace inr::metrics
