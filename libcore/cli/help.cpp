// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// --help: plain text, 100 columns, ends with a runnable example.
#include <algorithm>

#include "cli/pages.hpp"

namespace inr::cli {
namespace {

constexpr size_t kColumns = 100;
constexpr size_t kHelpColumn = 28;

/// Words of text on lines of at most kColumns, every line after the first indented; cursor is where the first one
/// starts.
std::string wrap(const std::string& text, size_t indent, size_t cursor) {
  std::string out;
  size_t column = cursor;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const size_t length = end - begin;
    if (column > indent && column + 1 + length > kColumns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += text.substr(begin, length);
    column += length;
    begin = end + 1;
  }
  return out + "\n";
}

std::string row_text(const OptionEntry& entry) {
  std::string line = "  " + option_heading(entry);
  if (line.size() + 2 > kHelpColumn)
    line += "\n" + std::string(kHelpColumn, ' ');
  else
    line += std::string(kHelpColumn - line.size(), ' ');
  return line + wrap(option_description(entry), kHelpColumn, kHelpColumn);
}

}  // namespace

std::string option_heading(const OptionEntry& entry) {
  if (entry.positional()) return entry.metavar + (entry.repeated ? "..." : "");
  std::string out;
  for (const std::string& name : entry.names) out += (out.empty() ? "" : ", ") + name;
  if (entry.flag()) return out;
  return out + (entry.hints.implied.empty() ? " " + entry.metavar : "[=" + entry.metavar + "]");
}

std::string option_description(const OptionEntry& entry) {
  std::string out = entry.help;
  if (!entry.hints.choices.empty()) {
    out += ": ";
    for (const std::string& choice : entry.hints.choices)
      out += (choice == entry.hints.choices.front() ? "" : ", ") + choice;
  }
  if (!entry.hints.default_text.empty()) out += " (default: " + entry.hints.default_text + ")";
  if (entry.hints.required && !entry.positional()) out += " (required)";
  if (entry.repeated && !entry.positional()) out += " (may be repeated)";
  return out;
}

std::vector<std::string> synopsis_lines(const ToolPage& page, const Options& options) {
  if (!page.synopsis.empty()) return page.synopsis;
  std::string line = "[OPTION...]";
  for (const OptionEntry& entry : options.table())
    if (entry.positional())
      line += entry.hints.required ? " " + option_heading(entry) : " [" + option_heading(entry) + "]";
  return {line};
}

std::string help_text(const ToolPage& page, const Options& options) {
  std::string out = page.name + ": " + page.summary + "\n\n";
  std::string label = "Usage: ";
  for (const std::string& form : synopsis_lines(page, options)) {
    out.append(label).append(page.name).append(" ").append(form).append("\n");
    label = "       ";
  }
  for (const std::string& paragraph : page.description) out += "\n" + wrap(paragraph, 0, 0);

  std::vector<std::string> groups;
  for (const OptionEntry& entry : options.table())
    if (!entry.hidden && std::count(groups.begin(), groups.end(), entry.group) == 0) groups.push_back(entry.group);
  std::stable_partition(groups.begin(), groups.end(), [](const std::string& group) { return group == "Arguments"; });
  for (const std::string& group : groups) {
    out += "\n" + group + ":\n";
    for (const OptionEntry& entry : options.table())
      if (!entry.hidden && entry.group == group) out += row_text(entry);
  }

  out += "\nExit status: 0 done, 1 failed while working, 2 wrong use";
  for (const std::string& note : page.exit_notes) out += ", " + note;
  out += "\nSee also: ";
  for (const std::string& other : page.see_also) out += other + ", ";
  out += "inr(7)\n\n";
  out += page.examples.size() == 1 ? "Example:\n" : "Examples:\n";
  for (const Example& example : page.examples) {
    if (!example.what.empty()) out += "  # " + example.what + "\n";
    out += "  " + example.command + "\n";
  }
  return out;
}

}  // namespace inr::cli
