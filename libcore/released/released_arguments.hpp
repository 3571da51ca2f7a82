// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The constructor arguments of a released generator (released.md, section 5): values by path, with references
// resolved, and the refusal of everything that its decoder here does not do.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace inr::released {

class ReleasedArguments {
 public:
  /// kwargs must outlive this; where names the file in errors.
  ReleasedArguments(const base::Json& kwargs, std::string where);

  /// The value at "cfg.fmm.rank"; null where it is absent. A text "${a.b}" stands for cfg.a.b. Throws DataError naming
  /// the path: a reference to what is not there, in circles or of another form; a step of the path that is no
  /// dictionary.
  [[nodiscard]] const base::Json& at(std::string_view path) const;
  /// A positive integer, or fallback where it is absent and fallback is not 0. Throws DataError naming the path.
  [[nodiscard]] int64_t integer(std::string_view path, int64_t fallback = 0) const;
  [[nodiscard]] bool flag(std::string_view path) const;
  [[nodiscard]] std::string text(std::string_view path) const;

  /// Throws DataError naming the argument that cannot be imported: conditioning on classes, noise, float16, clamping,
  /// another modulation or architecture, other coordinates.
  void refuse_unsupported() const;
  /// The same for the coordinates of one grid.
  void refuse_unsupported_grid(int64_t resolution) const;

 private:
  struct Only;
  void refuse(const Only& only, const std::string& path) const;
  [[nodiscard]] const base::Json* member(const base::Json& dictionary, std::string_view key,
                                         std::string_view path) const;
  [[nodiscard]] const base::Json& resolved(const base::Json& value, std::string_view path, int& steps) const;
  const base::Json& kwargs_;
  std::string where_;
};

}  // namespace inr::released
