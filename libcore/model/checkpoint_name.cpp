// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "model/checkpoint_name.hpp"

#include <algorithm>
#include <charconv>

namespace inr::model {
namespace {

constexpr std::string_view kPrefix = "checkpoint-";
constexpr std::string_view kSuffix = ".safetensors";
constexpr size_t kDigits = 9;  // at least

}  // namespace

std::string checkpoint_name(int64_t iteration) {
  const std::string digits = std::to_string(iteration);
  return std::string(kPrefix) + std::string(kDigits - std::min(kDigits, digits.size()), '0') + digits +
         std::string(kSuffix);
}

std::optional<int64_t> checkpoint_iteration(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix) || name.size() <= kPrefix.size() + kSuffix.size())
    return std::nullopt;
  int64_t iteration = 0;
  const char* const end = name.data() + name.size() - kSuffix.size();
  const auto [next, fault] = std::from_chars(name.data() + kPrefix.size(), end, iteration);
  if (fault != std::errc() || next != end || iteration < 0) return std::nullopt;
  return iteration;
}

}  // namespace inr::model
