// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Words under and above the cells of a grid: which record a cell shows, which filter enlarged it. All labels of a
// picture have one size and one length of wording, the longest that fits every cell.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "image/row_writer.hpp"

namespace inr::draw {

/// The same thing said in three lengths, the longest first.
using LabelForms = std::array<std::string, 3>;

/// Of a record, by its info (inr-stream.5), where number counts it from 0:
///   sample 0 of a seed          "seed 7"           "7"         "7"
///   another sample of it        "seed 7 #3"        "7#3"       "#3"    (and "#0" for sample 0 beside such)
///   a row of latents            "row 3"            "3"         "3"
///   between two seeds           "seeds 1>2 0.25"   "1>2 0.25"  "0.25"
///   between two other keys      "keys 0>1 0.25"    "0>1 0.25"  "0.25"
///   at a key point              as that seed, or "key 0"
///   nothing is said             "record 3"         "3"         "3"
LabelForms record_label(const base::Json& info, uint64_t number, bool show_index);

/// How long the labels of many records are, in characters.
class LabelWidths {
 public:
  void add(const base::Json& info, uint64_t number);
  /// Is there a record that is not sample 0 of its seed?
  [[nodiscard]] bool has_index() const noexcept { return has_index_; }
  /// The longest label of each form.
  [[nodiscard]] const std::array<size_t, 3>& longest() const noexcept { return longest_[has_index_ ? 1 : 0]; }

 private:
  bool has_index_ = false;
  std::array<std::array<size_t, 3>, 2> longest_{};  // [show_index][form]
};

/// How the labels of a grid are drawn: pixels of a font pixel, and which form. A line is 7 scale high, between 2 scale
/// of white above and below.
struct LabelStyle {
  int scale = 1;
  size_t form = 0;
  [[nodiscard]] int64_t height() const noexcept { return int64_t{11} * scale; }
};
/// About an eightieth of the cell's shorter side a font pixel, less where even the shortest form needs it. longest:
/// characters of the longest label of each form.
LabelStyle label_style(std::span<const size_t> longest, int64_t cell_w, int64_t cell_h) noexcept;
/// Is the longest label of the form wider than its cell?
bool is_too_wide(const LabelStyle& style, std::span<const size_t> longest, int64_t cell_w) noexcept;

/// Writes a strip of white rows with one label a cell in its middle, black; style.height() rows in the memory of one.
/// texts: one a column, fewer leave white; a label wider than its cell is left out.
void write_labels(image::RowWriter& writer, std::span<const std::string> texts, int64_t n_columns, int64_t cell_w,
                  const LabelStyle& style);

}  // namespace inr::draw
