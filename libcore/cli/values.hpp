// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Values on a command line: numbers with limits, sizes, windows, lists, durations, devices. Every fault is a UsageError
// whose text starts with the value in quotes; the option's name is put in front by the caller.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inr::cli {

/// Inclusive limits.
struct Limits {
  std::optional<double> min{};
  std::optional<double> max{};
};

void assign_value(const std::string& text, std::string& variable, const Limits& limits);
void assign_value(const std::string& text, int& variable, const Limits& limits);
void assign_value(const std::string& text, int64_t& variable, const Limits& limits);
void assign_value(const std::string& text, uint64_t& variable, const Limits& limits);
void assign_value(const std::string& text, float& variable, const Limits& limits);
void assign_value(const std::string& text, double& variable, const Limits& limits);
template <typename T>
void assign_value(const std::string& text, std::optional<T>& variable, const Limits& limits) {
  T value{};
  assign_value(text, value, limits);
  variable = std::move(value);
}
template <typename T>
void assign_value(const std::string& text, std::vector<T>& variable, const Limits& limits) {
  T value{};
  assign_value(text, value, limits);
  variable.push_back(std::move(value));
}

/// The word for a value in help: TEXT, N or X.
inline std::string metavar_of(const std::string& /*unused*/) { return "TEXT"; }
inline std::string metavar_of(double /*unused*/) { return "X"; }
inline std::string metavar_of(float /*unused*/) { return "X"; }
inline std::string metavar_of(int /*unused*/) { return "N"; }
inline std::string metavar_of(int64_t /*unused*/) { return "N"; }
inline std::string metavar_of(uint64_t /*unused*/) { return "N"; }
template <typename T>
std::string metavar_of(const std::optional<T>& /*unused*/) {
  return metavar_of(T{});
}
template <typename T>
std::string metavar_of(const std::vector<T>& /*unused*/) {
  return metavar_of(T{});
}

/// The default shown in help; empty for an empty string, an unset optional and a list.
std::string default_text_of(const std::string& value);
std::string default_text_of(double value);
std::string default_text_of(float value);
std::string default_text_of(int value);
std::string default_text_of(int64_t value);
std::string default_text_of(uint64_t value);
template <typename T>
std::string default_text_of(const std::optional<T>& value) {
  return value ? default_text_of(*value) : std::string();
}
template <typename T>
std::string default_text_of(const std::vector<T>& /*unused*/) {
  return {};
}

template <typename T>
constexpr bool is_repeated(const T& /*unused*/) {
  return false;
}
template <typename T>
constexpr bool is_repeated(const std::vector<T>& /*unused*/) {
  return true;
}

/// Width and height in pixels, each 1 ... 2^20.
struct Size {
  int64_t width_px = 0;
  int64_t height_px = 0;
};
/// "512" (square) or "640x480".
Size parse_size(const std::string& text);

/// "x0,y0,x1,y1": n finite numbers between commas.
std::vector<double> parse_numbers(const std::string& text, size_t n);
/// parse_numbers(text, 4) with x0 < x1 and y0 < y1.
std::array<double, 4> parse_window(const std::string& text);

/// "3,7,10-20": whole numbers and inclusive ranges in the order given. At most max_count numbers.
std::vector<uint64_t> parse_index_list(const std::string& text, uint64_t max_count = 1'000'000);

/// "a,b,c"; empty parts are faults.
std::vector<std::string> parse_words(const std::string& text);

/// "90", "90s", "15m", "3h", "2d", "1h30m": seconds, above 0.
double parse_duration_s(const std::string& text);

/// auto, cpu, cuda or cuda:N; returns the text.
std::string parse_device(const std::string& text);

}  // namespace inr::cli
