// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The writing half of INR streams (inr-stream.5): head, records, end record, each closed by the crc32c of its bytes.
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>

#include "base/crc32c.hpp"
#include "base/little_endian.hpp"
#include "stream/inr_stream.hpp"

namespace inr::stream {
namespace {

static_assert(sizeof(float) == 4 && std::numeric_limits<float>::is_iec559, "theta is written as IEEE binary32");
static_assert(kStreamMagic.size() == 8);

template <typename T>
void append_le(std::vector<std::byte>& out, T value) {
  out.resize(out.size() + sizeof(T));
  base::store_le<T>(std::span(out).last(sizeof(T)), value);
}

void append_crc(std::vector<std::byte>& out) { append_le<uint32_t>(out, base::crc32c(out)); }

void append_bytes(std::vector<std::byte>& out, std::span<const std::byte> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// A finite value that a narrower type turns into infinity would be drawn as NaN by every reader.
[[noreturn]] void refuse_overflow(float value, ThetaDtype dtype) {
  throw base::DataError(
      "INR stream", "theta holds " + std::to_string(value) + ", beyond the range of " + std::string(to_string(dtype)),
      "write the stream without --half");
}

void append_theta(std::vector<std::byte>& out, std::span<const float> theta, ThetaDtype dtype) {
  const size_t start = out.size();
  const size_t value_bytes = theta_value_bytes(dtype);
  out.resize(start + theta.size() * value_bytes);
  std::span<std::byte> rest = std::span(out).subspan(start);
  for (const float value : theta) {
    if (dtype == ThetaDtype::kF32) {
      base::store_le<uint32_t>(rest, std::bit_cast<uint32_t>(value));
    } else {
      const bool half = dtype == ThetaDtype::kF16;
      const uint16_t bits = half ? base::float_to_half(value) : base::float_to_bfloat16(value);
      const float back = half ? base::half_to_float(bits) : base::bfloat16_to_float(bits);
      if (std::isfinite(value) && !std::isfinite(back)) refuse_overflow(value, dtype);
      base::store_le<uint16_t>(rest, bits);
    }
    rest = rest.subspan(value_bytes);
  }
}

std::vector<std::byte> make_head(const StreamHeader& header, std::span<const base::TensorView> shared) {
  for (const base::TensorView& tensor : shared)
    if (!tensor.name.starts_with("inr."))
      throw std::logic_error("a stream carries shared tensors inr.*, not '" + tensor.name + "'");
  std::map<std::string, std::string> facts = {{"config", base::dump_json(header.config)},
                                              {"n_theta", std::to_string(header.n_theta)},
                                              {"model", header.model_hash},
                                              {"count", header.count ? std::to_string(*header.count) : std::string{}},
                                              {"what", header.what}};
  if (!header.checkpoint.empty()) facts["checkpoint"] = header.checkpoint;
  // The head has its own checksum, so that the blob needs none.
  const std::vector<std::byte> blob = base::serialize_safetensors(std::move(facts), shared, /*with_checksum=*/false);
  if (blob.size() > kMaxBlobBytes)
    throw base::DataError("INR stream",
                          "the shared tensors take " + std::to_string(blob.size()) + " bytes, more than 4 GiB");
  std::vector<std::byte> head;
  head.reserve(kHeadFixedBytes + blob.size() + kCrcBytes);
  append_bytes(head, std::as_bytes(std::span(kStreamMagic)));
  append_le<uint32_t>(head, kStreamVersion);
  append_le<uint32_t>(head, static_cast<uint32_t>(header.dtype));
  append_le<uint64_t>(head, blob.size());
  append_bytes(head, blob);
  append_crc(head);
  return head;
}

}  // namespace

std::string_view to_string(ThetaDtype dtype) noexcept {
  switch (dtype) {
    case ThetaDtype::kF16:
      return "F16";
    case ThetaDtype::kBF16:
      return "BF16";
    case ThetaDtype::kF32:
      break;
  }
  return "F32";
}

size_t theta_value_bytes(ThetaDtype dtype) noexcept { return dtype == ThetaDtype::kF32 ? 4 : 2; }

InrStreamWriter::InrStreamWriter(ByteSink sink, const StreamHeader& header, std::span<const base::TensorView> shared)
    : sink_(std::move(sink)),
      dtype_(header.dtype),
      n_theta_(static_cast<uint64_t>(header.n_theta)),
      count_(header.count) {
  if (header.n_theta < 1 || header.n_theta > kMaxTheta)
    throw std::logic_error("a stream of records of " + std::to_string(header.n_theta) + " values");
  if (!header.config.is_object()) throw std::logic_error("a stream without a configuration");
  sink_(make_head(header, shared));
}

void InrStreamWriter::write(const base::Json& info, std::span<const float> theta) {
  if (finished_) throw std::logic_error("a record after the end record");
  if (count_ && n_records_ == *count_) throw std::logic_error("more records than the stream promised");
  if (theta.size() != n_theta_)
    throw std::logic_error("a record of " + std::to_string(theta.size()) + " values in a stream of " +
                           std::to_string(n_theta_));
  if (!info.is_object()) throw std::logic_error("the info of a record is not a JSON object");
  const std::string text = base::dump_json(info);
  if (text.size() > kMaxInfoBytes)
    throw base::DataError("INR stream",
                          "the info of a record takes " + std::to_string(text.size()) + " bytes, more than 1 MiB");
  buffer_.clear();
  append_le<uint32_t>(buffer_, kRecordTag);
  append_le<uint32_t>(buffer_, static_cast<uint32_t>(text.size()));
  append_bytes(buffer_, std::as_bytes(std::span(text)));
  append_theta(buffer_, theta, dtype_);
  append_crc(buffer_);
  sink_(buffer_);
  ++n_records_;
}

void InrStreamWriter::finish() {
  if (finished_) throw std::logic_error("a second end record");
  if (count_ && n_records_ != *count_) throw std::logic_error("fewer records than the stream promised");
  buffer_.clear();
  append_le<uint32_t>(buffer_, kEndTag);
  append_le<uint64_t>(buffer_, n_records_);
  append_crc(buffer_);
  static_assert(kEndBytes == 4 + 8 + kCrcBytes);
  sink_(buffer_);
  finished_ = true;
}

}  // namespace inr::stream
