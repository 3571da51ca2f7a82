// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The option table of a tool: names, variables, help, limits and completion of every option in one place. CLI11 splits
// the command line (parse.cpp); converting and checking values, and every message about them, is done here.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/values.hpp"

namespace inr::cli {

/// What the shell offers for a value that has no choices.
enum class Completion { kNone, kFile, kFolder };

/// Everything about an option that is not its name, variable and help text. All optional.
struct Hints {
  std::string metavar{};               ///< "N", "WxH"; default: by type (N, X, TEXT)
  std::string default_text{};          ///< shown as "(default: ...)"; default: the variable's value when it is bound
  std::vector<std::string> choices{};  ///< only these values are accepted
  std::vector<std::string> suggestions{};  ///< offered by completion, others are accepted too
  Completion completion = Completion::kNone;
  std::optional<double> min{};  ///< numbers: inclusive limits
  std::optional<double> max{};
  bool required = false;
  std::string implied{};  ///< the value meant by the bare option: {.implied = "auto"} makes --resume be --resume=auto
};

/// One row of the table.
struct OptionEntry {
  std::vector<std::string> names;  ///< {"-o", "--out"}; empty for a positional
  std::string metavar;             ///< empty for a flag
  std::string help;
  std::string group;
  Hints hints;
  bool repeated = false;
  bool hidden = false;
  std::function<void(const std::vector<std::string>&)> assign;

  [[nodiscard]] bool positional() const noexcept { return names.empty(); }
  [[nodiscard]] bool flag() const noexcept { return metavar.empty(); }
  /// The name used in messages: the long one ("--out"), or the metavar of a positional.
  [[nodiscard]] const std::string& label() const noexcept;
};

/// Bound variables must outlive the parse. Not thread safe. Value errors are UsageErrors that name the option.
///
///   options.add("-n,--count", n_records, "records to draw", {.metavar = "N", .min = 1});
///   options.add_flag("--half", half, "store float16");
///   options.add_parsed("--res", [&](const std::string& text) { size = parse_size(text); }, "pixels", {.metavar =
///   "WxH"}); options.add_positional("STREAM", paths, "INR streams; none or - is stdin", {.completion =
///   Completion::kFile});
class Options {
 public:
  /// T: std::string, int, int64_t, uint64_t, float, double; std::optional of these (unset unless given); std::vector of
  /// these (the option may be repeated, values are appended). Elsewhere the last one given wins.
  template <typename T>
  void add(const std::string& names, T& variable, const std::string& help, Hints hints = {}) {
    if (hints.metavar.empty()) hints.metavar = metavar_of(variable);
    if (hints.default_text.empty() && !hints.required) hints.default_text = default_text_of(variable);
    add_entry(names, help, std::move(hints), is_repeated(variable), binder(variable));
  }
  void add_flag(const std::string& names, bool& variable, const std::string& help);
  /// For values with a grammar of their own. parse throws UsageError("\"abc\" is not WxH") without the option's name.
  void add_parsed(const std::string& names, std::function<void(const std::string&)> parse, const std::string& help,
                  Hints hints);
  /// Positionals are taken in the order of their declaration; a std::vector takes the rest.
  template <typename T>
  void add_positional(const std::string& metavar, T& variable, const std::string& help, Hints hints = {}) {
    hints.metavar = metavar;
    add_entry("", help, std::move(hints), is_repeated(variable), binder(variable));
  }
  /// Heading for the options that follow ("Zoom").
  void group(const std::string& title) { group_ = title; }
  /// At most one of these may be given.
  void exclusive(std::vector<std::string> names) { exclusive_.push_back(std::move(names)); }

  [[nodiscard]] const std::vector<OptionEntry>& table() const noexcept { return table_; }
  /// Was it on the command line? For use after the parse, any of its names. An unknown name is a std::logic_error.
  [[nodiscard]] bool given(const std::string& name) const;

  /// Splits arguments (without the program's name) and assigns every variable. Throws UsageError: unknown option (names
  /// the nearest), missing or superfluous value, wrong value, missing required, excluded pair. stop(): asked once the
  /// line is split and before values are assigned; true ends the parse (--help beside errors).
  void parse(const std::vector<std::string>& arguments, const std::function<bool()>& stop = {});
  /// Marks the last added entry as left out of help, man page and completion.
  void hide_last() { table_.back().hidden = true; }

 private:
  using Assign = std::function<void(const std::vector<std::string>&, const Hints&)>;

  template <typename T>
  static Assign binder(T& variable) {
    return [&variable](const std::vector<std::string>& texts, const Hints& hints) {
      for (const std::string& text : texts) assign_value(text, variable, {hints.min, hints.max});
    };
  }
  void add_entry(const std::string& names, const std::string& help, Hints hints, bool repeated, Assign assign);
  void assign_all();
  void check_complete() const;
  [[nodiscard]] const OptionEntry* find(const std::string& name) const;

  std::vector<OptionEntry> table_;
  std::vector<std::vector<std::string>> given_;  // values by row, filled by the parse
  std::vector<std::vector<std::string>> exclusive_;
  std::string group_ = "Options";
};

}  // namespace inr::cli
