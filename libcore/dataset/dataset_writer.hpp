// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Building a dataset. Records and the header that counts them are committed together, one LMDB transaction a batch, so
// that a build that was killed at any moment continues where its last batch ended, to the same content hash.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "dataset/dataset.hpp"

namespace inr::dataset {

/// The only writer of a dataset (others are refused by a lock). Not for several threads at once.
class DatasetWriter {
 public:
  /// Begins a dataset, or continues one that has the same codec and recipe. An existing file is checked page by page
  /// first. versions (program and libraries) is noted in a new dataset and never compared. Throws DataError (other
  /// recipe, no dataset, damaged, another program is writing it), SystemError.
  DatasetWriter(const std::string& path, std::string codec, base::Json recipe,
                base::Json versions = base::Json::object());
  ~DatasetWriter();  // what was not committed is lost; never throws
  DatasetWriter(const DatasetWriter&) = delete;
  DatasetWriter& operator=(const DatasetWriter&) = delete;

  /// What the file holds, with what was appended since the last commit.
  [[nodiscard]] const DatasetInfo& info() const noexcept;
  /// Bytes appended since the last commit.
  [[nodiscard]] uint64_t pending_bytes() const noexcept;
  /// Appends one record, made of source picture number info().n_sources. Memory: pending records are held until
  /// commit().
  void append(const RecordInfo& record, std::span<const std::byte> encoded, std::string_view source_name,
              const SourceStamp& stamp = {});
  /// Counts a source picture that gave no record.
  void skip(const SourceStamp& stamp = {});
  /// Puts everything pending on disk. A full disk is a SystemError; what was committed before stays readable.
  void commit();
  /// Commits, states the content hash and marks the dataset complete. Nothing can be appended afterwards.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace inr::dataset
