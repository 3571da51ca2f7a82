// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Names of numbered files: "frames/%06d.png". The pattern is read and filled in here, never handed to printf.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "draw/request.hpp"

namespace inr::draw {

class FramePattern {
 public:
  /// Nothing where the text has no conversion ("%%" is a percent sign, not one). Throws UsageError: more than one, or
  /// another than %d and %0Nd with N from 1 to 9.
  static std::optional<FramePattern> parse(std::string_view text);
  /// The name of file number i (0 and up), wider than N digits where it must be.
  [[nodiscard]] std::string name(uint64_t i) const;

 private:
  FramePattern(std::string before, std::string after, size_t n_digits)
      : before_(std::move(before)), after_(std::move(after)), n_digits_(n_digits) {}
  std::string before_, after_;
  size_t n_digits_;
};

/// The names of the files of a sequence (is_sequence()); nothing where all goes into one output, which one selected
/// record and a film of one frame do too. output: a name, "-" or empty. Throws UsageError where pictures of which a
/// file holds one would follow one another in one output, and where a single picture, or a format that joins all
/// pictures, is given a numbered name.
std::optional<FramePattern> numbered_files(const Request& request, const std::string& output);

/// The name of the one output where numbered_files() gives nothing: output as it stands, but with "%%" for a percent
/// sign where a number might have stood.
std::string single_output(const Request& request, const std::string& output);

}  // namespace inr::draw
