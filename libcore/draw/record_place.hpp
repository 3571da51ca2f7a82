// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What one record says of its making, read from its info. Internal to Recipe.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "draw/recorded_commands.hpp"

namespace inr::draw {

/// A sample of inr-sample.
struct SamplePlace {
  std::string file;    // of latents; empty: drawn by a key
  uint64_t seed = 0;   // of the key
  uint64_t index = 0;  // of the key, or the row of the file
  /// Its options besides which of them it is: " --space w --truncation 0.7".
  std::string options;
  bool half = false;  // its parameters were rounded before something else was made of them

  [[nodiscard]] bool plain_seed() const noexcept { return file.empty() && index == 0; }
  [[nodiscard]] bool same_source(const SamplePlace& other) const noexcept {
    return file == other.file && (!file.empty() || seed == other.seed) && same_options(other);
  }
  [[nodiscard]] bool same_options(const SamplePlace& other) const noexcept {
    return options == other.options && half == other.half;
  }
};

/// Where between two samples a frame of inr-interp stands.
struct FramePlace {
  std::optional<SamplePlace> to;  // none at the last key point of a film
  uint64_t step = 0, n_frames = 0;
  std::string options;  // " --ease cosine"
  /// Did the key points come through a stream?
  bool piped = false;
};

struct RecordPlace {
  SamplePlace from;
  std::optional<FramePlace> frame;
};

/// Nothing where info does not say enough, or more than is known here.
std::optional<RecordPlace> read_place(const base::Json& info);

}  // namespace inr::draw
