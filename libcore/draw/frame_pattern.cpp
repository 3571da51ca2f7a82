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

/// Characters of "d" or "0Nd" at the start of a text, behind a percent sign; 0: neither.
size_t conversion_length(std::string_view text) {
  if (text.starts_with('d')) return 1;
  return text.size() >= 3 && text[0] == '0' && text[1] >= '1' && text[1] <= '9' && text[2] == 'd' ? 3 : 0;
}

/// Pictures of which each may have a file of its own? Else a name is taken as it is.
bool may_be_numbered(const Request& request) { return is_sequence(request) && !request.format->joins_pictures(); }

/// Did somebody mean numbers?
bool has_number(std::string_view output) {
  for (size_t i = output.find('%'); i < output.size(); i = output.find('%', i + 1)) {
    if (output.substr(i + 1).starts_with('%'))
      ++i;
    else if (conversion_length(output.substr(i + 1)) > 0)
      return true;
  }
  return false;
}

/// "DIR/all.png" -> "DIR/all-%d.png"
std::string numbered(const std::string& output) {
  const size_t slash = output.rfind('/'), point = output.rfind('.');
  const bool ends = point != std::string::npos && (slash == std::string::npos || point > slash);
  const size_t at = ends ? point : output.size();
  return output.substr(0, at) + "-%d" + output.substr(at);
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
    const size_t length = conversion_length(rest);
    if (length == 0) refuse(text);
    if (length > 1) n_digits = static_cast<size_t>(rest[1] - '0');
    i += length;
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
  const std::string format(request.format->name);
  if (!may_be_numbered(request)) {
    if (!has_number(output)) return std::nullopt;
    if (is_sequence(request))
      throw base::UsageError("-o " + base::printable(output) + ": " + format +
                             " is one file for all pictures; give a name without a number");
    throw base::UsageError("-o " + base::printable(output) + ": numbers are for several pictures, and " +
                           (request.mode == Mode::kZoom ? "zoom without --to" : "a grid") +
                           " is one; say inr-render each, or give a name without");
  }
  std::optional<FramePattern> pattern = FramePattern::parse(output);
  const bool one = (request.mode == Mode::kEach && request.select.size() == 1) || request.n_frames == 1;
  if (!pattern && !one && !request.format->takes_several()) {
    const std::string way_out = "', or take --format " + format_names(&Format::takes_several);
    if (!output.empty() && output != "-")
      throw base::UsageError("-o " + base::printable(output) + ": several pictures cannot follow one another as " +
                             format + "; give numbered files with -o '" + base::printable(numbered(output)) + way_out);
    throw base::UsageError("several pictures cannot follow one another as " + format +
                           "; give numbered files with -o 'DIR/%06d." + std::string(request.format->ending) + way_out);
  }
  return pattern;
}

std::string single_output(const Request& request, const std::string& output) {
  std::string name = output;
  if (!may_be_numbered(request)) return name;
  for (size_t i = name.find("%%"); i != std::string::npos; i = name.find("%%", i + 1)) name.erase(i, 1);
  return name;
}

}  // namespace inr::draw
