// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The table of options, and what is checked about the command line as a whole. See parse.cpp for the splitting.
#include "cli/options.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/error.hpp"

namespace inr::cli {
namespace {

std::string join(const std::vector<std::string>& words, const char* separator) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : separator) + word;
  return out;
}

std::vector<std::string> split_names(const std::string& names) {
  std::vector<std::string> out;
  for (size_t begin = 0; begin < names.size();) {
    const size_t comma = std::min(names.find(',', begin), names.size());
    out.push_back(names.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return out;
}

}  // namespace

const std::string& OptionEntry::label() const noexcept {
  if (positional()) return metavar;
  return *std::max_element(names.begin(), names.end(),
                           [](const auto& a, const auto& b) { return a.size() < b.size(); });
}

void Options::add_entry(const std::string& names, const std::string& help, Hints hints, bool repeated, Assign assign) {
  OptionEntry entry;
  entry.names = split_names(names);
  entry.metavar = hints.metavar;
  entry.help = help;
  entry.group = entry.positional() ? "Arguments" : group_;
  entry.hints = hints;
  entry.repeated = repeated;
  entry.assign = [assign = std::move(assign), hints = std::move(hints)](const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      if (hints.choices.empty() || std::count(hints.choices.begin(), hints.choices.end(), value) > 0) continue;
      const std::string near =
          base::nearest_word(value, hints.choices.data(), hints.choices.data() + hints.choices.size());
      throw base::UsageError("\"" + base::printable(value) + "\" is not one of " + join(hints.choices, ", ") +
                             (near.empty() ? "" : "; did you mean " + near + "?"));
    }
    assign(values, hints);
  };
  table_.push_back(std::move(entry));
}

void Options::add_flag(const std::string& names, bool& variable, const std::string& help) {
  add_entry(names, help, {}, false, [&variable](const std::vector<std::string>&, const Hints&) { variable = true; });
}

void Options::add_parsed(const std::string& names, std::function<void(const std::string&)> parse,
                         const std::string& help, Hints hints) {
  add_entry(names, help, std::move(hints), false,
            [parse = std::move(parse)](const std::vector<std::string>& texts, const Hints&) {
              for (const std::string& text : texts) parse(text);
            });
}

const OptionEntry* Options::find(const std::string& name) const {
  for (const OptionEntry& entry : table_)
    if (std::count(entry.names.begin(), entry.names.end(), name) > 0 || (entry.positional() && entry.metavar == name))
      return &entry;
  return nullptr;
}

bool Options::given(const std::string& name) const {
  const OptionEntry* entry = find(name);
  if (entry == nullptr) throw std::logic_error("no option is called " + name);
  const auto row = static_cast<size_t>(entry - table_.data());
  return row < given_.size() && !given_[row].empty();
}

void Options::assign_all() {
  for (size_t row = 0; row < table_.size(); ++row) {
    const OptionEntry& entry = table_[row];
    if (given_[row].empty()) continue;
    try {
      if (entry.repeated)
        entry.assign(given_[row]);
      else
        entry.assign({given_[row].back()});  // the last one given wins
    } catch (const base::UsageError& error) {
      throw base::UsageError((entry.positional() ? entry.label() : join(entry.names, "/")) + ": " + error.what());
    }
  }
}

void Options::check_complete() const {
  for (size_t row = 0; row < table_.size(); ++row)
    if (table_[row].hints.required && given_[row].empty())
      throw base::UsageError(table_[row].positional() ? table_[row].label() + " is missing"
                                                      : table_[row].label() + " is required");
  for (const auto& names : exclusive_) {
    std::vector<std::string> found;
    std::copy_if(names.begin(), names.end(), std::back_inserter(found), [&](const auto& name) { return given(name); });
    if (found.size() > 1)
      throw base::UsageError(found[0] + " and " + found[1] + " exclude each other; give one of them");
  }
}

}  // namespace inr::cli
