// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Man pages in the man(7) macros, section 1, from the option table.
#include <algorithm>
#include <cstdlib>

#include "cli/pages.hpp"

namespace inr::cli {
namespace {

/// Text that troff prints as it is: backslashes, hyphens, leading dots and quotes.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '`') {
      out += "\\(ga";
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '~') {
      out += "\\(ti";
    } else {
      out += c;
    }
  }
  return out.starts_with(".") ? "\\&" + out : out;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  return text;
}

std::string heading(const OptionEntry& entry) {
  if (entry.positional()) return italic(option_heading(entry));
  std::string out;
  for (const std::string& name : entry.names) out += (out.empty() ? "" : ", ") + bold(name);
  if (entry.flag()) return out;
  return out + (entry.hints.implied.empty() ? " " + italic(entry.metavar) : "[=" + italic(entry.metavar) + "]");
}

/// "inr-sample(1)" -> .BR inr\-sample (1)
std::string reference(const std::string& text, const char* after) {
  const size_t open = text.find('(');
  if (open == std::string::npos) return ".B " + roff(text) + " " + after + "\n";
  return ".BR " + roff(text.substr(0, open)) + " " + text.substr(open) + after + "\n";
}

std::string exit_status(const ToolPage& page) {
  std::string out = ".SH EXIT STATUS\n";
  std::vector<std::string> lines = {"0  done", "1  failed while working; a missing, damaged or foreign file too",
                                    "2  wrong use: an option or a value that no file could make right"};
  for (const std::string& note : page.exit_notes)  // what a tool says of 0 or 1 replaces the usual words
    std::erase_if(lines, [&](const std::string& line) { return line.substr(0, 2) == note.substr(0, 2); });
  lines.insert(lines.end(), page.exit_notes.begin(), page.exit_notes.end());
  std::stable_sort(lines.begin(), lines.end(), [](const std::string& a, const std::string& b) {
    return std::atoi(a.c_str()) < std::atoi(b.c_str());
  });
  for (const std::string& line : lines) {
    const size_t space = line.find(' ');
    const size_t text = line.find_first_not_of(' ', space);
    out += ".TP\n" + bold(line.substr(0, space)) + "\n" + (text == std::string::npos ? "" : roff(line.substr(text))) +
           "\n";
  }
  return out + ".P\nWhere the reader of its output has gone, the tool ends by SIGPIPE.\n";
}

}  // namespace

std::string man_text(const ToolPage& page, const Options& options, const std::string& version) {
  std::string out = ".\\\" SPDX-FileCopyrightText: The inr authors\n.\\\" SPDX-License-Identifier: Apache-2.0\n";
  out += ".\\\" Generated from the option table by \"make docs\".\n";
  out += ".TH " + roff(upper(page.name)) + " 1 \"\" \"inr " + version + "\" \"inr\"\n";
  out += ".SH NAME\n" + roff(page.name) + " \\- " + roff(page.summary) + "\n.SH SYNOPSIS\n";
  std::string separator;
  for (const std::string& form : synopsis_lines(page, options)) {
    out += separator + bold(page.name) + " " + roff(form) + "\n";
    separator = ".br\n";
  }
  out += ".SH DESCRIPTION\n";
  for (const std::string& paragraph : page.description) out += ".P\n" + roff(paragraph) + "\n";
  if (page.description.empty()) out += roff(page.name + ": " + page.summary) + ".\n";

  const auto rows = [&](bool positional) {
    std::string group;
    for (const OptionEntry& entry : options.table()) {
      if (entry.hidden || entry.positional() != positional) continue;
      if (entry.group != group && !positional && entry.group != "Options") out += ".SS " + roff(entry.group) + "\n";
      group = entry.group;
      out += ".TP\n" + heading(entry) + "\n" + roff(option_description(entry)) + "\n";
    }
  };
  const bool any_positional = std::any_of(options.table().begin(), options.table().end(),
                                          [](const OptionEntry& entry) { return entry.positional(); });
  if (any_positional) out += ".SH ARGUMENTS\n";
  rows(true);
  out += ".SH OPTIONS\n";
  rows(false);
  out += exit_status(page);
  out += ".SH EXAMPLES\n";
  for (const Example& example : page.examples) {
    if (!example.what.empty()) out += ".P\n" + roff(example.what) + "\n";
    out += ".P\n.RS\n.nf\n" + roff(example.command) + "\n.fi\n.RE\n";
  }
  out += ".SH SEE ALSO\n";
  for (const std::string& other : page.see_also) out += reference(other, ",");
  return out + reference("inr(7)", "");
}

}  // namespace inr::cli
