// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal_kind.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.hpp"

namespace inr::cli {
namespace {

using base::Graphics;

std::string_view variable(const Environment& environment, const char* name) {
  const char* value = environment(name);
  return value == nullptr ? std::string_view{} : std::string_view(value);
}

template <size_t N>
bool starts_with_one_of(std::string_view text, const std::array<std::string_view, N>& beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view begin) { return text.starts_with(begin); });
}

}  // namespace

const std::vector<std::string>& graphics_words() {
  static const std::vector<std::string> words{"auto", "blocks", "kitty", "sixel"};
  return words;
}

std::optional<Graphics> parse_graphics(std::string_view word) {
  if (word == "auto") return std::nullopt;
  if (word == "blocks") return Graphics::kBlocks;
  if (word == "kitty") return Graphics::kKitty;
  if (word == "sixel") return Graphics::kSixel;
  throw base::UsageError("\"" + base::printable(word) + "\" is not one of auto, blocks, kitty, sixel");
}

std::optional<Graphics> graphics_by_environment(const Environment& environment) {
  const std::string_view term = variable(environment, "TERM"), program = variable(environment, "TERM_PROGRAM");
  constexpr std::array<std::string_view, 2> kMultiplexers{"screen", "tmux"};
  if (starts_with_one_of(term, kMultiplexers) || !variable(environment, "TMUX").empty() ||
      !variable(environment, "STY").empty()) {
    return Graphics::kBlocks;
  }
  if (term.empty() || term == "dumb" || term == "linux") return Graphics::kBlocks;
  constexpr std::array<std::string_view, 3> kKittyTerms{"xterm-kitty", "xterm-ghostty", "wezterm"};
  if (starts_with_one_of(term, kKittyTerms) || program == "WezTerm" || program == "ghostty") return Graphics::kKitty;
  // Programs started from kitty hand its variable down to terminals of their own, which name themselves.
  if (program.empty() && !variable(environment, "KITTY_WINDOW_ID").empty()) return Graphics::kKitty;
  return std::nullopt;
}

base::TextColours colours_by_environment(const Environment& environment) {
  const std::string_view term = variable(environment, "TERM"), colours = variable(environment, "COLORTERM");
  if (!variable(environment, "NO_COLOR").empty() || term.empty() || term == "dumb" || term.starts_with("vt")) {
    return base::TextColours::kNone;
  }
  constexpr std::array<std::string_view, 6> kTrueTerms{"xterm-kitty", "xterm-ghostty", "wezterm",
                                                       "alacritty",   "foot",          "contour"};
  const bool true_colours =
      colours == "truecolor" || colours == "24bit" || term.ends_with("-direct") || starts_with_one_of(term, kTrueTerms);
  return true_colours ? base::TextColours::kTrue : base::TextColours::kPalette;
}

int64_t size_by_environment(const Environment& environment, const char* name, int64_t fallback) {
  const std::string_view text = variable(environment, name);
  int64_t value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = fault == std::errc() && stop == text.data() + text.size();
  return whole && value > 0 && value < 65536 ? value : fallback;
}

std::string_view graphics_question() noexcept {
  // "ESC 7" and "ESC 8" keep and restore the cursor, "ESC [ K" clears what a terminal has printed of the query.
  return "\0337\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\\0338\033[K\033[c";
}

Answer read_answer(std::string_view text) {
  Answer answer;
  const size_t begin = text.find("\033[?"), end = begin == text.npos ? begin : text.find('c', begin);
  if (end == text.npos) return answer;
  answer.complete = true;
  const std::string_view attributes = text.substr(begin, end - begin);  // the first is the terminal's class
  const std::string extensions(attributes.substr(std::min(attributes.find(';'), attributes.size())));
  if ((extensions + ";").find(";4;") != std::string::npos) answer.graphics = Graphics::kSixel;
  if (text.find("\033_Gi=31;OK") < begin) answer.graphics = Graphics::kKitty;
  return answer;
}

}  // namespace inr::cli
