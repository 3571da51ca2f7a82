// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Texts made from the option table.
#include "cli/pages.hpp"

#include "base/error.hpp"
#include "support/test.hpp"

using namespace inr::cli;

namespace {

struct Fixture {
  ToolPage page{.name = "inr-try",
                .summary = "try things",
                .description = {".A paragraph that starts with a dot and isn't plain: back\\slash, `tick`."},
                .examples = {{.command = "inr-try --first"}, {.command = "inr-try | cat", .runs_anywhere = true}},
                .see_also = {"inr-info(1)"},
                .exit_notes = {"3  the threshold was not met", "1  it does not fit"}};
  std::string out, shape = "round";
  int n = 16;
  bool half = false, secret = false;
  std::vector<std::string> files;
  Options options;
  Fixture() {
    options.add("-o,--out", out, "where it's written", {.metavar = "FILE", .completion = Completion::kFile});
    options.add("-n", n, "how many");
    options.group("Shape");
    options.add("--shape", shape, "form [of it]: one of", {.choices = {"round", "square"}});
    options.add_flag("--half", half, "half the size");
    options.add_flag("--secret", secret, "unseen");
    options.hide_last();
    options.add_positional("FILE", files, "inputs", {.completion = Completion::kFile});
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_FIXTURE_TEST_CASE(help_tells_every_option_and_ends_with_the_last_example, Fixture) {
  const std::string text = help_text(page, options);
  BOOST_TEST(text.starts_with("inr-try: try things\n\nUsage: inr-try [OPTION...] [FILE...]\n"));
  BOOST_TEST(has(text, "  -o, --out FILE            where it's written\n"));
  BOOST_TEST(has(text, "how many (default: 16)"));
  BOOST_TEST(has(text, "\nShape:\n  --shape TEXT              form [of it]: one of: round, square (default: round)\n"));
  BOOST_TEST(has(text, "3  the threshold was not met"));
  BOOST_TEST(!has(text, "secret"));
  BOOST_TEST(text.ends_with("  inr-try | cat\n"));
}

BOOST_FIXTURE_TEST_CASE(long_texts_are_wrapped, Fixture) {
  page.description = {std::string(60, 'a') + " " + std::string(60, 'b') + " c"};
  options.add_flag("--long", half, "word " + std::string(90, 'x') + " and then more words that go on");
  const std::string text = help_text(page, options);
  BOOST_TEST(has(text, std::string(60, 'a') + "\n" + std::string(60, 'b') + " c\n"));
}

BOOST_FIXTURE_TEST_CASE(man_page_escapes_what_troff_would_take, Fixture) {
  const std::string text = man_text(page, options, "1.2.3");
  BOOST_TEST(has(text, ".TH INR\\-TRY 1 \"\" \"inr 1.2.3\" \"inr\"\n"));
  BOOST_TEST(
      has(text, "\n\\&.A paragraph that starts with a dot and isn\\(aqt plain: back\\eslash, \\(gatick\\(ga.\n"));
  BOOST_TEST(has(text, "\\fB\\-o\\fR, \\fB\\-\\-out\\fR \\fIFILE\\fR\n"));
  BOOST_TEST(has(text, ".BR inr\\-info (1),\n.BR inr (7)\n"));
  BOOST_TEST(has(text, ".TP\n\\fB3\\fR\nthe threshold was not met\n"));
  BOOST_TEST(has(text, "done\n.TP\n\\fB1\\fR\nit does not fit\n.TP\n\\fB2\\fR\n"));  // in place of the usual words
  BOOST_TEST(has(text, "done\n.TP\n\\fB1\\fR\nit does not fit\n.TP\n\\fB2\\fR\n"));  // in place of the usual words
  BOOST_TEST(!has(text, "secret"));
}

BOOST_FIXTURE_TEST_CASE(completions_offer_choices_and_files, Fixture) {
  const std::string bash = completion_text(page, options, "bash");
  BOOST_TEST(has(bash, "_inr_try() {\n"));
  BOOST_TEST(has(bash, "    --shape)\n      mapfile -t COMPREPLY < <(compgen -W 'round square' -- \"$cur\")\n"));
  BOOST_TEST(has(bash, "compgen -W '-o --out -n --shape --half' -- \"$cur\""));
  BOOST_TEST(has(bash, "complete -F _inr_try inr-try\n"));
  const std::string zsh = completion_text(page, options, "zsh");
  BOOST_TEST(zsh.starts_with("#compdef inr-try\n"));
  BOOST_TEST(has(zsh, "'(-o --out)--out=[where it'\\''s written]:FILE:_files'"));
  BOOST_TEST(has(zsh, "'(--shape)--shape=[form \\[of it\\]\\: one of]:TEXT:(round square)'"));
  BOOST_TEST(has(zsh, "'*:FILE:_files'"));
  const std::string fish = completion_text(page, options, "fish");
  BOOST_TEST(has(fish, "complete -c inr-try -s o -l out -r -F -d 'where it'\\''s written'\n"));
  BOOST_TEST(has(fish, "complete -c inr-try -l shape -r -a 'round square' -f"));
  for (const std::string& text : {bash, zsh, fish}) BOOST_TEST(!has(text, "secret"));
  BOOST_CHECK_THROW(completion_text(page, options, "csh"), inr::base::UsageError);
}
