// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a terminal can do, by environment and answer; signals that wait.
#include "cli/terminal_kind.hpp"

#include <csignal>
#include <map>
#include <string>

#include "base/error.hpp"
#include "cli/deferred_signals.hpp"
#include "support/test.hpp"

using namespace inr::cli;
using inr::base::Graphics;
using inr::base::TextColours;

namespace {

using Variables = std::map<std::string, std::string>;

Environment environment_of(const Variables& variables) {
  return [&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

std::optional<Graphics> graphics(const Variables& variables) {
  return graphics_by_environment(environment_of(variables));
}

TextColours colours(const Variables& variables) { return colours_by_environment(environment_of(variables)); }

int n_first = 0;  // calls of a handler

}  // namespace

BOOST_AUTO_TEST_SUITE(terminal_kind)

BOOST_AUTO_TEST_CASE(graphics_words_are_read) {
  BOOST_TEST(!parse_graphics("auto").has_value());
  BOOST_TEST((parse_graphics("blocks") == Graphics::kBlocks));
  BOOST_TEST((parse_graphics("kitty") == Graphics::kKitty));
  BOOST_TEST((parse_graphics("sixel") == Graphics::kSixel));
  BOOST_CHECK_THROW(parse_graphics("ascii"), inr::base::UsageError);
}

BOOST_AUTO_TEST_CASE(graphics_by_the_environment) {
  BOOST_TEST((graphics({}) == Graphics::kBlocks));
  BOOST_TEST((graphics({{"TERM", "dumb"}}) == Graphics::kBlocks));
  BOOST_TEST((graphics({{"TERM", "linux"}}) == Graphics::kBlocks));
  BOOST_TEST(!graphics({{"TERM", "xterm-256color"}}).has_value());
  BOOST_TEST((graphics({{"TERM", "xterm-kitty"}}) == Graphics::kKitty));
  BOOST_TEST((graphics({{"TERM", "xterm-256color"}, {"TERM_PROGRAM", "WezTerm"}}) == Graphics::kKitty));
  BOOST_TEST((graphics({{"TERM", "xterm-256color"}, {"KITTY_WINDOW_ID", "1"}}) == Graphics::kKitty));
  // Another terminal that was started from kitty; and tmux inside it.
  BOOST_TEST(!graphics({{"TERM", "xterm-256color"}, {"KITTY_WINDOW_ID", "1"}, {"TERM_PROGRAM", "vscode"}}).has_value());
  BOOST_TEST((graphics({{"TERM", "xterm-kitty"}, {"TMUX", "/tmp/tmux-0/default,1,0"}}) == Graphics::kBlocks));
  BOOST_TEST((graphics({{"TERM", "screen-256color"}, {"KITTY_WINDOW_ID", "1"}}) == Graphics::kBlocks));
}

BOOST_AUTO_TEST_CASE(colours_by_the_environment) {
  BOOST_TEST((colours({{"TERM", "xterm-256color"}}) == TextColours::kPalette));
  BOOST_TEST((colours({{"TERM", "xterm-256color"}, {"COLORTERM", "truecolor"}}) == TextColours::kTrue));
  BOOST_TEST((colours({{"TERM", "xterm-256color"}, {"COLORTERM", "24bit"}}) == TextColours::kTrue));
  BOOST_TEST((colours({{"TERM", "xterm-256color"}, {"COLORTERM", "1"}}) == TextColours::kPalette));
  BOOST_TEST((colours({{"TERM", "xterm-direct"}}) == TextColours::kTrue));
  BOOST_TEST((colours({{"TERM", "alacritty"}}) == TextColours::kTrue));
  BOOST_TEST((colours({{"TERM", "xterm-kitty"}, {"NO_COLOR", "1"}}) == TextColours::kNone));
  BOOST_TEST((colours({{"TERM", "xterm-kitty"}, {"NO_COLOR", ""}}) == TextColours::kTrue));
  BOOST_TEST((colours({{"TERM", "vt220"}, {"COLORTERM", "truecolor"}}) == TextColours::kNone));
  BOOST_TEST((colours({}) == TextColours::kNone));
}

BOOST_AUTO_TEST_CASE(sizes_by_the_environment) {
  const auto columns = [](const std::string& text) {
    const Variables variables{{"COLUMNS", text}};
    return size_by_environment(environment_of(variables), "COLUMNS", 80);
  };
  BOOST_TEST(columns("132") == 132);
  for (const char* wrong : {"", "0", "-3", "65536", "12x", "x", "99999999999999999999"})
    BOOST_TEST(columns(wrong) == 80);
  const Variables none;
  BOOST_TEST(size_by_environment(environment_of(none), "LINES", 24) == 24);
}

BOOST_AUTO_TEST_CASE(answers_of_terminals) {
  const std::string vt340 = "\033[?63;1;2;3;4;6;8;9;15c", xterm = "\033[?64;1;2;6;9;15;18;21;22c";
  BOOST_TEST((read_answer(vt340).complete && read_answer(vt340).graphics == Graphics::kSixel));
  BOOST_TEST((read_answer(xterm).complete && read_answer(xterm).graphics == Graphics::kBlocks));
  BOOST_TEST((read_answer("\033[?62;4c").graphics == Graphics::kSixel));
  BOOST_TEST((read_answer("\033[?62;22;44c").graphics == Graphics::kBlocks));
  BOOST_TEST((read_answer("\033[?4;6c").graphics == Graphics::kBlocks));  // a VT132, not sixel
  BOOST_TEST((read_answer("\033[?6c").complete && read_answer("\033[?6c").graphics == Graphics::kBlocks));
  BOOST_TEST((read_answer("\033_Gi=31;OK\033\\" + vt340).graphics == Graphics::kKitty));
  BOOST_TEST((read_answer("\033_Gi=31;ENOTSUPPORTED:x\033\\" + vt340).graphics == Graphics::kSixel));
  for (size_t n = 0; n < vt340.size(); ++n) BOOST_TEST(!read_answer(vt340.substr(0, n)).complete);
  BOOST_TEST(!read_answer("\033_Gi=31;OK\033\\").complete);
  BOOST_TEST(graphics_question().ends_with("\033[c"));
}

BOOST_AUTO_TEST_CASE(signals_wait_and_come_again) {
  struct sigaction before {
  }, second{};
  struct sigaction mine {};
  mine.sa_handler = [](int) { ++n_first; };
  ::sigaction(SIGUSR1, &mine, &before);
  ::sigaction(SIGUSR2, nullptr, &second);
  std::signal(SIGUSR2, SIG_IGN);
  {
    const DeferredSignals signals({SIGUSR1, SIGUSR2});
    BOOST_TEST(signals.noted() == 0);
    (void)std::raise(SIGUSR2);  // stays ignored
    BOOST_TEST(signals.noted() == 0);
    (void)std::raise(SIGUSR1);
    BOOST_TEST(signals.noted() == SIGUSR1);
    BOOST_TEST(n_first == 0);
  }
  BOOST_TEST(n_first == 1);
  { const DeferredSignals none({SIGUSR1}); }
  BOOST_TEST(n_first == 1);
  (void)std::raise(SIGUSR1);  // the earlier handler is back
  BOOST_TEST(n_first == 2);
  ::sigaction(SIGUSR1, &before, nullptr);
  ::sigaction(SIGUSR2, &second, nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
