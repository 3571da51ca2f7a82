// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A released generator as our checkpoint (released.md, section 6): names, configuration, and gains folded into the
// weights in float32. Tensors are streamed from the one file into the other.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "released/released_source.hpp"

namespace inr::released {

/// What a tensor of the checkpoint consists of: released tensors one after another, each times its factor.
struct ReleasedOutput {
  struct Part {
    const ReleasedTensor* tensor;  // of the source
    std::optional<float> factor;   // absent: the same bits
  };
  std::string name;  // without "ema."
  std::vector<int64_t> shape;
  std::vector<Part> parts;
};

struct ReleasedPlan {
  base::Json model;  // the model part of the configuration
  std::vector<ReleasedOutput> tensors;
};

/// Throws DataError naming what cannot be imported: an argument, a tensor that is missing, has another shape or has no
/// place. Whether the shapes fit the configuration is for the caller, who knows the decoder. Borrows from source.
ReleasedPlan plan_released(const ReleasedSource& source);

/// Writes the checkpoint, atomically, holding one piece of a tensor at a time. between_pieces may throw to end it.
/// Throws SystemError.
void write_released(
    const ReleasedPlan& plan, const std::string& path, const base::Json& provenance,
    const std::function<void()>& between_pieces = [] {});

}  // namespace inr::released
