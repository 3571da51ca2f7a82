// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Records kept until they are drawn: how many cells a grid has is known only when the last stream has ended. Up to a
// bound in memory, the rest in a temporary file without a name, which goes with the process whatever becomes of it.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "draw/grid_labels.hpp"
#include "draw/record_source.hpp"
#include "draw/recorded_commands.hpp"

namespace inr::draw {

/// First in, first out; all records go in before the first comes out. Not thread-safe.
class RecordSpool {
 public:
  /// The bound is on the parameters held in memory, in bytes.
  explicit RecordSpool(int64_t max_memory_bytes) : max_memory_bytes_(max_memory_bytes) {}
  ~RecordSpool();
  RecordSpool(const RecordSpool&) = delete;
  RecordSpool& operator=(const RecordSpool&) = delete;

  /// Throws SystemError (the temporary folder, TMPDIR or /tmp, is full or cannot be written).
  void push(Record record);
  /// False where there are no more. Throws SystemError.
  bool pop(Record& record);
  [[nodiscard]] uint64_t size() const noexcept { return n_records_; }
  /// How all that were pushed can be made again, and how wide their labels are.
  [[nodiscard]] const draw::Recipe& recipe() const noexcept { return recipe_; }
  [[nodiscard]] const LabelWidths& label_widths() const noexcept { return label_widths_; }
  /// The different models of all that were pushed, in the order in which they came.
  [[nodiscard]] const std::vector<model::ModelConfig>& models() const noexcept { return models_; }

 private:
  struct Kept {
    Record record;  // without theta and info where they lie in the file
    uint64_t info_bytes = 0;
    bool in_file = false;
  };
  void open_file();
  int64_t max_memory_bytes_, memory_bytes_ = 0;
  uint64_t n_records_ = 0;
  std::deque<Kept> kept_;
  std::string folder_;
  int fd_ = -1;
  bool reading_ = false;
  draw::Recipe recipe_;
  LabelWidths label_widths_;
  std::vector<model::ModelConfig> models_;
};

}  // namespace inr::draw
