// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The commands that write given records again, told from the heads and infos of their streams (inr-stream.5): samples
// by seeds, by number or from a file of latents, and frames of interpolations between them.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "stream/inr_stream.hpp"

namespace inr::draw {

/// Where the records of a stream come from, as its head says.
struct StreamOrigin {
  std::string model_hash;
  std::string checkpoint;  ///< stream::StreamHeader::checkpoint
  stream::ThetaDtype dtype = stream::ThetaDtype::kF32;
};
StreamOrigin origin_of(const stream::StreamHeader& header);

/// A list of whole numbers, kept as runs: 3,4,5,9 is "3-5,9".
class NumberList {
 public:
  void add(uint64_t number) { add_run(number, number); }
  /// first, first + 1 ... last.
  void add_run(uint64_t first, uint64_t last);
  [[nodiscard]] uint64_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// 0, 1 ... n - 1 and nothing else?
  [[nodiscard]] bool counts_to(uint64_t n) const noexcept;
  [[nodiscard]] std::string text() const;
  struct Run {
    uint64_t first, last;
  };
  [[nodiscard]] const std::vector<Run>& runs() const noexcept { return runs_; }

 private:
  std::vector<Run> runs_;
  uint64_t size_ = 0;
};

/// Collects records one by one. Memory: a run of records that follow one another takes a few bytes.
class Recipe {
 public:
  Recipe();
  ~Recipe();
  Recipe(Recipe&&) noexcept;
  Recipe& operator=(Recipe&&) noexcept;

  /// The next record. Nothing in it is trusted.
  void add(const StreamOrigin& origin, const base::Json& info);

  struct Text {
    std::string commands;  ///< "inr-sample --seeds 3,7 --truncation 0.7"; several stand in braces
    std::string select;    ///< which records of their output they are, "1-3,5"; empty: all, in this order
  };
  /// The same records, to the last bit on the same kind of machine. Nothing where one of them does not say where it
  /// comes from, where there are none, or where it takes more than 30,000 characters.
  [[nodiscard]] std::optional<Text> text() const;
  /// The hashes of the records' models, those of the first sixteen, between spaces.
  [[nodiscard]] std::string models() const;

 private:
  struct Group;
  void add_model(const std::string& hash);
  std::vector<Group> groups_;
  std::vector<std::string> models_;
  bool known_ = true;
};

/// A word as a shell reads it back: as it stands where it is plain, else in single quotes.
std::string shell_word(const std::string& text);
/// The shortest decimal number that is read back as the same value.
std::string shortest_text(double value);

}  // namespace inr::draw
