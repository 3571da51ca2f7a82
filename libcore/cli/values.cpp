// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Conversions of command-line values. Whole texts only: "12abc" is not a number.
#include "cli/values.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.hpp"

namespace inr::cli {
namespace {

[[noreturn]] void fault(const std::string& text, const std::string& what) {
  throw base::UsageError("\"" + base::printable(text) + "\" " + what);
}

template <typename T>
std::string shortest(T value) {
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return error == std::errc() ? std::string(buffer, end) : std::string("?");
}

template <typename T>
T number(const std::string& text, const char* kind) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range && stopped == end) fault(text, "is out of range");
  if (error != std::errc() || stopped != end || text.empty()) fault(text, std::string("is not ") + kind);
  return value;
}

template <typename T>
T checked(const std::string& text, T value, const Limits& limits) {
  const auto as_double = static_cast<double>(value);
  if (limits.min && as_double < *limits.min) fault(text, "is below the least value " + shortest(*limits.min));
  if (limits.max && as_double > *limits.max) fault(text, "is above the greatest value " + shortest(*limits.max));
  return value;
}

template <typename T>
T finite(const std::string& text, const Limits& limits) {
  const T value = number<T>(text, "a number");
  if (!std::isfinite(value)) fault(text, "is not a finite number");
  return checked(text, value, limits);
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

}  // namespace

void assign_value(const std::string& text, std::string& variable, const Limits& /*limits*/) { variable = text; }
void assign_value(const std::string& text, int& variable, const Limits& limits) {
  variable = checked(text, number<int>(text, "a whole number"), limits);
}
void assign_value(const std::string& text, int64_t& variable, const Limits& limits) {
  variable = checked(text, number<int64_t>(text, "a whole number"), limits);
}
void assign_value(const std::string& text, uint64_t& variable, const Limits& limits) {
  variable = checked(text, number<uint64_t>(text, "a whole number from 0"), limits);
}
void assign_value(const std::string& text, float& variable, const Limits& limits) {
  variable = finite<float>(text, limits);
}
void assign_value(const std::string& text, double& variable, const Limits& limits) {
  variable = finite<double>(text, limits);
}

std::string default_text_of(const std::string& value) { return value; }
std::string default_text_of(double value) { return shortest(value); }
std::string default_text_of(float value) { return shortest(value); }
std::string default_text_of(int value) { return shortest(value); }
std::string default_text_of(int64_t value) { return shortest(value); }
std::string default_text_of(uint64_t value) { return shortest(value); }

Size parse_size(const std::string& text) {
  constexpr int64_t kMaxPx = int64_t{1} << 20;  // as model::plan_grid
  const auto side = [&](const std::string& digits) {
    int64_t px = 0;
    const char* end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, px);
    if (digits.empty() || stopped != end || error == std::errc::invalid_argument) fault(text, "is not N or WxH");
    if (error != std::errc() || px < 1 || px > kMaxPx) fault(text, "has a side outside 1 ... " + shortest(kMaxPx));
    return px;
  };
  const size_t x = text.find('x');
  if (x == std::string::npos) {
    const int64_t px = side(text);
    return {px, px};
  }
  return {side(text.substr(0, x)), side(text.substr(x + 1))};
}

std::vector<double> parse_numbers(const std::string& text, size_t n) {
  const std::vector<std::string> parts = split(text);
  if (parts.size() != n) fault(text, "is not " + shortest(n) + " numbers between commas");
  std::vector<double> values;
  for (const std::string& part : parts) {
    double value = 0;
    const char* end = part.data() + part.size();
    const auto [stopped, error] = std::from_chars(part.data(), end, value);
    if (part.empty() || error != std::errc() || stopped != end || !std::isfinite(value))
      fault(text, "is not " + shortest(n) + " numbers between commas");
    values.push_back(value);
  }
  return values;
}

std::array<double, 4> parse_window(const std::string& text) {
  const std::vector<double> v = parse_numbers(text, 4);
  if (!(v[0] < v[2] && v[1] < v[3])) fault(text, "is an empty window; x0 < x1 and y0 < y1 are needed");
  return {v[0], v[1], v[2], v[3]};
}

std::vector<uint64_t> parse_index_list(const std::string& text, uint64_t max_count) {
  std::vector<uint64_t> out;
  const auto index = [&](const std::string& digits) {
    uint64_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, value);
    if (digits.empty() || error != std::errc() || stopped != end) fault(text, "is not a list like 3,7,10-20");
    return value;
  };
  for (const std::string& part : split(text)) {
    const size_t dash = part.find('-');
    const uint64_t first = index(part.substr(0, dash));
    const uint64_t last = dash == std::string::npos ? first : index(part.substr(dash + 1));
    if (last < first) fault(text, "has the range " + base::printable(part) + " backwards");
    if (last - first >= max_count - out.size()) fault(text, "names more than " + shortest(max_count) + " numbers");
    for (uint64_t i = first;; ++i) {
      out.push_back(i);
      if (i == last) break;
    }
  }
  return out;
}

std::vector<std::string> parse_words(const std::string& text) {
  std::vector<std::string> parts = split(text);
  for (const std::string& part : parts)
    if (part.empty()) fault(text, "has an empty part; write a,b,c");
  return parts;
}

double parse_duration_s(const std::string& text) {
  double total_s = 0;
  const char* at = text.data();
  const char* end = text.data() + text.size();
  bool any = false;
  while (at != end) {
    double value = 0;
    const auto [stopped, error] = std::from_chars(at, end, value, std::chars_format::fixed);
    double unit_s = 1;
    const char unit = stopped == end ? 's' : *stopped;
    if (unit == 'm') unit_s = 60;
    if (unit == 'h') unit_s = 3600;
    if (unit == 'd') unit_s = 86400;
    const bool known = unit == 's' || unit == 'm' || unit == 'h' || unit == 'd';
    if (error != std::errc() || !known || value < 0 || !std::isfinite(value) || (stopped == end && any))
      fault(text, "is not a duration like 90s, 15m, 3h or 1h30m");
    total_s += value * unit_s;
    at = stopped == end ? end : stopped + 1;
    any = true;
  }
  if (!(total_s > 0)) fault(text, "is not a duration above 0, like 90s, 15m, 3h or 1h30m");
  return total_s;
}

std::string parse_device(const std::string& text) {
  if (text == "auto" || text == "cpu" || text == "cuda") return text;
  int index = -1;
  const char* end = text.data() + text.size();
  if (text.starts_with("cuda:")) {
    const auto [stopped, error] = std::from_chars(text.data() + 5, end, index);
    if (error == std::errc() && stopped == end && index >= 0) return text;
  }
  fault(text, "is not auto, cpu, cuda or cuda:N");
}

}  // namespace inr::cli
