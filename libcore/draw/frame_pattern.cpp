// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/frame_pattern.hpp"

#include "base/error.hpp"

namespace inr::draw {
namespace {

[[noreturn]] void refuse(std::string_view text) {
  throw base::UsageError("the name '" + base::printable(text) +
                         "' needs exactly one number, written %d or %06d; %% is a percent sign");
}

}  // namespace

std::optional<FramePattern> FramePattern::parse(std::string_view text) {
  std::string before;
  std::string after;
  size_t n_digits = 0;
  bool found = false;
  for (size_t i = 0; i < text.size(); ++i) {
    std::string& part = found ? after : before;
    if (text[i] != '%') {
      part += text[i];
      continue;
    }
    const std::string_view rest = text.substr(i + 1);
    if (rest.starts_with('%')) {
      part += '%';
      ++i;
      continue;
    }
    if (found) refuse(text);
    if (rest.starts_with('d')) {
      ++i;
    } else if (rest.size() >= 3 && rest[0] == '0' && rest[1] >= '1' && rest[1] <= '9' && rest[2] == 'd') {
      n_digits = static_cast<size_t>(rest[1] - '0');
      i += 3;
    } else {
      refuse(text);
    }
    found = true;
  }
  if (!found) return std::nullopt;
  return FramePattern(std::move(before), std::move(after), n_digits);
}

std::string FramePattern::name(uint64_t i) const {
  std::string digits = std::to_string(i);
  if (digits.size() < n_digits_) digits.insert(0, n_digits_ - digits.size(), '0');
  return before_ + digits + after_;
}

std::optional<FramePattern> numbered_files(const Request& request, const std::string& output) {
  std::optional<FramePattern> pattern = FramePattern::parse(output);
  const std::string format(to_string(*request.format));
  if (pattern && (*request.format == Format::kNpy || *request.format == Format::kY4m)) {
    throw base::UsageError("-o " + base::printable(output) + ": " + format +
                           " is one file for all pictures; give a name without a number");
  }
  if (!pattern && is_one_picture_format(*request.format)) {
    throw base::UsageError("several pictures cannot follow one another as " + format +
                           "; give numbered files with -o 'DIR/%06d." + ending(*request.format) +
                           "', or take --format ppm, y4m or npy");
  }
  return pattern;
}

}  // namespace inr::draw
