// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "image/row_writer.hpp"

#include <stdexcept>

namespace inr::image {

void RowWriter::write_rows(std::span<const uint8_t> /*rows*/) {
  throw std::logic_error("RowWriter: 8-bit rows for a 16-bit picture");
}

void RowWriter::write_rows16(std::span<const uint16_t> /*rows*/) {
  throw std::logic_error("RowWriter: 16-bit rows for an 8-bit picture");
}

size_t RowWriter::accept(size_t n_samples) {
  const size_t row_samples = static_cast<size_t>(width_) * 3, n_rows = n_samples / row_samples;
  if (n_samples % row_samples != 0) throw std::logic_error("RowWriter: not a whole number of rows");
  if (finished_ || n_rows > static_cast<size_t>(height_ - n_rows_))
    throw std::logic_error("RowWriter: more rows than the picture has");
  n_rows_ += static_cast<int64_t>(n_rows);
  return n_rows;
}

void RowWriter::accept_end() {
  if (finished_) throw std::logic_error("RowWriter: finished twice");
  if (n_rows_ != height_) throw std::logic_error("RowWriter: finished with rows missing");
  finished_ = true;
}

}  // namespace inr::image
