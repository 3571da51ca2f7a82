// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Splits a command line with CLI11, which knows "--name value", "--name=value", "-nVALUE", "-abc" and "--". It is given
// rows without types: it collects texts, and everything said about them is said by Options.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/error.hpp"
#include "cli/options.hpp"

namespace inr::cli {
namespace {

std::string names_of(const OptionEntry& entry, size_t row) {
  if (entry.positional()) return "p" + std::to_string(row);
  std::string out;
  for (const std::string& name : entry.names) out += (out.empty() ? "" : ",") + name;
  return out;
}

CLI::Option* add_row(CLI::App& app, const OptionEntry& entry, size_t row) {
  if (!entry.positional() && entry.flag()) return app.add_flag(names_of(entry, row));
  CLI::Option* option = app.add_option(names_of(entry, row), [](const CLI::results_t&) { return true; });
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  if (entry.positional() && entry.repeated)
    option->expected(-1);
  else
    option->allow_extra_args(false);  // one value at a time
  return option;
}

// CLI11 takes "[a,b]" among positionals for a list of its own. A mark in front of every opening bracket prevents that.
constexpr char kMark = '\1';
void mark(std::string& word) {
  if (word.starts_with('[')) word.insert(word.begin(), kMark);
}
void unmark(std::string& word) {
  if (word.starts_with(kMark)) word.erase(word.begin());
}

}  // namespace

void Options::parse(const std::vector<std::string>& arguments, const std::function<bool()>& stop) {
  // "--name=value" becomes two words, so that an empty value is a value; a bare option with an implied value gets it.
  std::vector<std::string> words;
  bool only_positionals = false;
  for (const std::string& word : arguments) {
    only_positionals = only_positionals || word == "--";
    const size_t equals = word.find('=');
    const OptionEntry* entry = word.starts_with("--") && !only_positionals ? find(word.substr(0, equals)) : nullptr;
    if (entry == nullptr) {
      words.push_back(word);
    } else if (equals == std::string::npos) {
      words.push_back(word);
      if (!entry->hints.implied.empty()) words.push_back(entry->hints.implied);
    } else {
      if (entry->flag()) throw base::UsageError(entry->label() + ": takes no value");
      words.push_back(word.substr(0, equals));
      words.push_back(word.substr(equals + 1));
    }
  }

  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<CLI::Option*> rows;
  for (size_t row = 0; row < table_.size(); ++row) rows.push_back(add_row(app, table_[row], row));
  try {
    std::for_each(words.begin(), words.end(), mark);
    std::reverse(words.begin(), words.end());
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    const OptionEntry* last = arguments.empty() ? nullptr : find(arguments.back());
    if (last != nullptr && !last->flag()) throw base::UsageError(last->label() + ": needs a value " + last->metavar);
    throw base::UsageError(base::printable(error.what()));
  }
  given_.clear();
  for (const CLI::Option* row : rows) {
    given_.push_back(row->results());
    std::for_each(given_.back().begin(), given_.back().end(), unmark);
  }
  if (stop && stop()) return;

  for (std::string extra : app.remaining()) {
    unmark(extra);
    if (extra == "--") continue;  // the end of the options is kept among what remains
    if (extra.size() < 2 || extra[0] != '-')
      throw base::UsageError("unexpected argument \"" + base::printable(extra) + "\"");
    const std::string name = extra.substr(0, extra.find('='));
    std::vector<std::string> known;
    for (const OptionEntry& entry : table_)
      if (!entry.hidden)
        std::copy_if(entry.names.begin(), entry.names.end(), std::back_inserter(known),
                     [](const std::string& word) { return word.starts_with("--"); });
    const std::string near = base::nearest_word(name, known.data(), known.data() + known.size());
    throw base::UsageError("unknown option " + base::printable(name) +
                           (near.empty() ? "" : "; did you mean " + near + "?"));
  }
  assign_all();
  check_complete();
}

}  // namespace inr::cli
