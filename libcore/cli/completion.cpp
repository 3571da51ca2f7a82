// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Completion scripts for bash, zsh and fish from the option table.
#include <algorithm>

#include "base/error.hpp"
#include "cli/pages.hpp"

namespace inr::cli {
namespace {

constexpr const char* kHeader =
    "# SPDX-FileCopyrightText: The inr authors\n# SPDX-License-Identifier: Apache-2.0\n"
    "# Generated from the option table by \"make docs\".\n";

/// Between single quotes: ' ends the quotes, is escaped, and opens them again.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string join(const std::vector<std::string>& words, const char* separator) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : separator) + word;
  return out;
}

/// Fixed words for a value: the choices, else the suggestions.
const std::vector<std::string>& words_of(const OptionEntry& entry) {
  return entry.hints.choices.empty() ? entry.hints.suggestions : entry.hints.choices;
}

std::string function_name(const std::string& tool) {
  std::string name = "_" + tool;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// The bash statement that completes a value of this option; empty where there is nothing to offer.
std::string bash_value(const OptionEntry& entry) {
  if (!words_of(entry).empty())
    return "mapfile -t COMPREPLY < <(compgen -W " + quoted(join(words_of(entry), " ")) + " -- \"$cur\")";
  if (entry.hints.completion == Completion::kFile)
    return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")";
  if (entry.hints.completion == Completion::kFolder)
    return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")";
  return "COMPREPLY=()";
}

std::string bash_text(const ToolPage& page, const Options& options) {
  std::string names;
  std::string cases;
  std::vector<std::string> words;
  bool files = false;
  bool folders = false;
  for (const OptionEntry& entry : options.table()) {
    if (entry.hidden) continue;
    if (entry.positional()) {
      words.insert(words.end(), words_of(entry).begin(), words_of(entry).end());
      files = files || entry.hints.completion == Completion::kFile;
      folders = folders || entry.hints.completion == Completion::kFolder;
      continue;
    }
    names += (names.empty() ? "" : " ") + join(entry.names, " ");
    if (!entry.flag() && entry.hints.implied.empty())
      cases += "    " + join(entry.names, " | ") + ")\n      " + bash_value(entry) + "\n      return\n      ;;\n";
  }
  std::string out = kHeader + function_name(page.name) + "() {\n";
  out += "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD - 1]}\"\n";
  if (!cases.empty()) out += "  case \"$prev\" in\n" + cases + "  esac\n";
  out += "  if [[ $cur == -* ]]; then\n    mapfile -t COMPREPLY < <(compgen -W " + quoted(names) +
         " -- \"$cur\")\n    return\n  fi\n";
  std::string generators;
  if (!words.empty()) generators += " -W " + quoted(join(words, " "));
  if (files) generators += " -f";
  if (folders && !files) generators += " -d";
  if (generators.empty())
    out += "  COMPREPLY=()\n";
  else
    out += std::string(files || folders ? "  compopt -o filenames\n" : "") + "  mapfile -t COMPREPLY < <(compgen" +
           generators + " -- \"$cur\")\n";
  return out + "}\ncomplete -F " + function_name(page.name) + " " + page.name + "\n";
}

/// Text inside _arguments specifications: brackets and colons have a meaning there.
std::string zsh_escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_value(const OptionEntry& entry) {
  if (!words_of(entry).empty()) {
    std::string words;
    for (const std::string& word : words_of(entry)) words += (words.empty() ? "" : " ") + zsh_escape(word);
    return entry.hints.completion == Completion::kFile ? "_alternative \"w:word:(" + words + ")\" \"f:file:_files\""
                                                       : "(" + words + ")";
  }
  if (entry.hints.completion == Completion::kFile) return "_files";
  return entry.hints.completion == Completion::kFolder ? "_files -/" : " ";
}

std::string zsh_text(const ToolPage& page, const Options& options) {
  std::string out = "#compdef " + page.name + "\n" + kHeader + "_arguments -s -S";
  size_t position = 0;
  for (const OptionEntry& entry : options.table()) {
    if (entry.hidden) continue;
    if (entry.positional()) {
      const std::string place = entry.repeated ? "*" : std::to_string(++position);
      out += " \\\n  " + quoted(place + ":" + (entry.repeated || entry.hints.required ? "" : ":") +
                                zsh_escape(entry.metavar) + ":" + zsh_value(entry));
      continue;
    }
    std::string text = "[" + zsh_escape(entry.help) + "]";
    if (!entry.flag())
      text += (entry.hints.implied.empty() ? ":" : "::") + zsh_escape(entry.metavar) + ":" + zsh_value(entry);
    for (const std::string& name : entry.names) {
      std::string form = name;
      if (!entry.flag()) form += name.starts_with("--") ? (entry.hints.implied.empty() ? "=" : "=-") : "+";
      // A repeated option may come again; the others exclude all their names.
      std::string row = entry.repeated ? "*" : "(" + join(entry.names, " ") + ")";
      row.append(form).append(text);
      out.append(" \\\n  ").append(quoted(row));
    }
  }
  return out + "\n";
}

std::string fish_text(const ToolPage& page, const Options& options) {
  std::string out = kHeader;
  const std::string start = "complete -c " + page.name;
  const bool any_file = std::any_of(options.table().begin(), options.table().end(), [](const OptionEntry& entry) {
    return entry.positional() && entry.hints.completion != Completion::kNone;
  });
  if (!any_file) out += start + " -f\n";
  for (const OptionEntry& entry : options.table()) {
    if (entry.hidden) continue;
    std::string line = start;
    for (const std::string& name : entry.names)
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!entry.positional() && !entry.flag() && entry.hints.implied.empty()) line += " -r";
    if (!words_of(entry).empty()) line += " -a " + quoted(join(words_of(entry), " "));
    if (entry.hints.completion == Completion::kFile)
      line += " -F";
    else if (entry.hints.completion == Completion::kFolder)
      line += " -x -a '(__fish_complete_directories)'";
    else if (!entry.positional() && !entry.flag())
      line += " -f";
    if (entry.positional() && words_of(entry).empty()) continue;  // files are fish's own default
    std::string help = entry.help;
    out += line + " -d " + quoted(help) + "\n";
  }
  return out;
}

}  // namespace

std::string completion_text(const ToolPage& page, const Options& options, const std::string& shell) {
  if (shell == "bash") return bash_text(page, options);
  if (shell == "zsh") return zsh_text(page, options);
  if (shell == "fish") return fish_text(page, options);
  throw base::UsageError("\"" + base::printable(shell) + "\" is not one of bash, zsh, fish");
}

}  // namespace inr::cli
