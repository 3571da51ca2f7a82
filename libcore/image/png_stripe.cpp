// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "image/png_stripe.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

#include "image/png_filter.hpp"

namespace inr::image {
namespace {

constexpr uint8_t kPaeth = 4;
constexpr int kLevel = 1, kMemoryLevel = 8;
constexpr int kRawWindowBits = -15;            // negative: no zlib header, no checksum
constexpr size_t kMaxPiece = size_t{1} << 30;  // zlib counts what it is given in 32 bits
constexpr size_t kSpare = 64;                  // the flush adds 5 bytes to deflateBound()

}  // namespace

PngStripe::~PngStripe() {
  if (opened_) ::deflateEnd(&stream_);
}

void PngStripe::make(std::span<const uint8_t> rows, size_t row_bytes, size_t bytes_per_pixel, bool last) {
  const size_t n_rows = rows.size() / row_bytes - 1;
  filtered_.resize(n_rows * (row_bytes + 1));
  for (size_t y = 0; y < n_rows; ++y) {
    const std::span<uint8_t> out = std::span(filtered_).subspan(y * (row_bytes + 1), row_bytes + 1);
    out[0] = kPaeth;
    filter_paeth(rows.subspan((y + 1) * row_bytes, row_bytes), rows.subspan(y * row_bytes, row_bytes), bytes_per_pixel,
                 out.subspan(1));
  }
  checksum_ = static_cast<uint32_t>(::adler32_z(1, filtered_.data(), filtered_.size()));

  if (opened_) {
    ::deflateReset(&stream_);
  } else if (::deflateInit2(&stream_, kLevel, Z_DEFLATED, kRawWindowBits, kMemoryLevel, Z_RLE) == Z_OK) {
    opened_ = true;
  } else {
    throw std::bad_alloc();  // the one fault that is left where the arguments are right
  }
  deflated_.resize(::deflateBound(&stream_, filtered_.size()) + kSpare);
  n_deflated_ = 0;
  stream_.next_in = filtered_.data();
  size_t n_left = filtered_.size();
  while (true) {
    const size_t n_in = std::min(n_left, kMaxPiece), n_out = std::min(deflated_.size() - n_deflated_, kMaxPiece);
    stream_.avail_in = static_cast<uInt>(n_in);
    stream_.next_out = reinterpret_cast<Bytef*>(&deflated_[n_deflated_]);
    stream_.avail_out = static_cast<uInt>(n_out);
    const int flush = n_in < n_left ? Z_NO_FLUSH : last ? Z_FINISH : Z_FULL_FLUSH;
    const int status = ::deflate(&stream_, flush);
    n_left -= n_in - stream_.avail_in;
    n_deflated_ += n_out - stream_.avail_out;
    if (status == Z_STREAM_END || (flush == Z_FULL_FLUSH && status == Z_OK && stream_.avail_out > 0)) break;
    if (status != Z_OK || n_deflated_ == deflated_.size()) throw std::logic_error("PngStripe: zlib");
  }
}

}  // namespace inr::image
