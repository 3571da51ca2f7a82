// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Key points of an interpolation, read from a stream.
#pragma once
#include <string>
#include <vector>

#include "base/json.hpp"
#include "stream/inr_stream.hpp"

namespace inr::sample {

/// All records of the streams of an input, held in memory; they come from one model.
struct StreamKeys {
  stream::StreamHeader header;             // of the first stream; dtype float32 where the streams differ in theirs
  std::vector<base::Json> infos;           // of the records, with "dtype" where their stream rounds
  std::vector<std::vector<float>> thetas;  // [n_theta] each
  /// The shared tensors of the head, borrowed.
  [[nodiscard]] std::vector<base::TensorView> shared() const;
};

/// Throws DataError (several models, more than 100,000 records, what InrStreamReader throws). A stream that was cut
/// short has lost key points: it gives none.
StreamKeys read_keys(int fd, const std::string& where);

}  // namespace inr::sample
