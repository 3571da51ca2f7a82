// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The records to be drawn, one after another, over all streams of all inputs, or those that were selected.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "draw/recorded_commands.hpp"
#include "render/renderer.hpp"
#include "stream/inr_stream.hpp"

namespace inr::draw {

/// One function: a model and its parameters.
struct Record {
  std::shared_ptr<const render::InrModel> model;
  std::shared_ptr<const draw::StreamOrigin> origin;
  base::Json info;
  std::vector<float> theta;  // [n_theta]
  uint64_t number = 0;       // counted from 0 over all inputs
};

/// An opened input. The descriptor stays open until the next one is asked for.
struct OpenedInput {
  int fd = -1;
  std::string where;  // for messages
  /// Called before each record is read: returns when something is there to be read. What it throws ends the reading.
  std::function<void()> wait{};
};

/// Not thread-safe. Memory: one record, and where select goes backwards those that are wanted later.
class RecordSource {
 public:
  /// open(i) for i = 0 .. n_inputs - 1, in this order, when the one before has ended. select: numbers of records in the
  /// order in which they are wanted, counted from 0 over everything; empty = all.
  RecordSource(size_t n_inputs, std::function<OpenedInput(size_t)> open, std::vector<uint64_t> select = {});

  /// The next record; false at the end. With a selection the rest is read and checked before the end is told. Throws
  /// StreamError after all whole records before the fault were given, DataError (head and model disagree; a selected
  /// number beyond the last record), SystemError.
  bool next(Record& record);
  /// How many records there will be: of a selection, or what a single input's first stream says. Valid after the first
  /// next(). Another stream may still follow.
  [[nodiscard]] std::optional<uint64_t> promised() const;
  /// The input that was read last.
  [[nodiscard]] const std::string& where() const noexcept { return where_; }

 private:
  bool read(Record& record);
  bool next_stream();
  bool next_selected(Record& record);

  size_t n_inputs_, n_opened_ = 0;
  std::function<OpenedInput(size_t)> open_;
  std::string where_;
  std::function<void()> wait_;
  std::unique_ptr<stream::InrStreamReader> reader_;
  bool in_stream_ = false;
  std::shared_ptr<const render::InrModel> model_;
  std::shared_ptr<const draw::StreamOrigin> origin_;
  std::optional<uint64_t> first_count_;
  uint64_t n_read_ = 0;

  std::vector<uint64_t> select_;
  size_t n_selected_ = 0;                            // given so far
  std::unordered_map<uint64_t, uint64_t> n_wanted_;  // uses to come, by number
  std::unordered_map<uint64_t, Record> held_;        // read, wanted later
};

}  // namespace inr::draw
