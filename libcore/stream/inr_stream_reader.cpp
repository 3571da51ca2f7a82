// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The reading half of INR streams (inr-stream.5). Everything is checked before it is believed: lengths against limits,
// and what a length promises is allocated only as its bytes arrive.
#include <algorithm>
#include <bit>
#include <charconv>

#include "base/atomic_file.hpp"
#include "base/crc32c.hpp"
#include "base/little_endian.hpp"
#include "stream/inr_stream.hpp"

namespace inr::stream {
namespace {

constexpr uint64_t kChunkBytes = uint64_t{1} << 20;

std::optional<uint64_t> parse_number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void widen(std::span<const std::byte> bytes, ThetaDtype dtype, std::span<float> out) {
  const size_t value_bytes = theta_value_bytes(dtype);
  for (float& value : out) {
    if (dtype == ThetaDtype::kF32) {
      value = std::bit_cast<float>(base::load_le<uint32_t>(bytes));
    } else {
      const auto bits = base::load_le<uint16_t>(bytes);
      value = dtype == ThetaDtype::kF16 ? base::half_to_float(bits) : base::bfloat16_to_float(bits);
    }
    bytes = bytes.subspan(value_bytes);
  }
}

}  // namespace

InrStreamReader::InrStreamReader(int fd, std::string where) : fd_(fd), where_(std::move(where)) {}

std::string InrStreamReader::whole_records_text() const {
  const std::string read = std::to_string(n_records_);
  if (header_.count) return read + " of " + std::to_string(*header_.count) + " records";
  return read + (n_records_ == 1 ? " whole record" : " whole records");
}

void InrStreamReader::fail(base::Fault fault, const std::string& text, std::string_view way_out) {
  state_ = State::kEnd;
  const std::string where = n_streams_ > 1 ? where_ + ": stream " + std::to_string(n_streams_) : where_;
  throw StreamError(fault, n_records_, where, text, way_out);
}

void InrStreamReader::fail_cut() {
  const bool complete = header_.count && *header_.count == n_records_;
  fail(base::Fault::kCutShort,
       "cut short after " + whole_records_text() + (complete ? ", without its end record" : ""));
}

void InrStreamReader::fail_damaged(const std::string& text) {
  fail(base::Fault::kDamaged, "damaged after " + whole_records_text() + ": " + text);
}

void InrStreamReader::read_exactly(std::span<std::byte> data) {
  if (base::read_up_to(fd_, data, where_) != data.size()) fail_cut();
}

// Into buffer_, which grows with what has arrived: a lying length on a short pipe costs nothing.
void InrStreamReader::read_growing(uint64_t n_bytes) {
  buffer_.clear();
  while (buffer_.size() < n_bytes) {
    const uint64_t have = buffer_.size();
    const uint64_t more = std::min(n_bytes - have, std::max(kChunkBytes, have));
    buffer_.resize(have + more);
    read_exactly(std::span(buffer_).subspan(have));
  }
}

// False at the end of the input.
bool InrStreamReader::read_magic(std::span<std::byte> magic) {
  const std::span<const std::byte> expected = std::as_bytes(std::span(kStreamMagic));
  const size_t n = base::read_up_to(fd_, magic, where_);
  const bool first = n_streams_ == 0;
  if (n == 0 && first) fail(base::Fault::kEmpty, "empty input", "was the producer killed?");
  if (n == 0) return false;
  if (!std::equal(magic.begin(), magic.begin() + static_cast<std::ptrdiff_t>(n), expected.begin())) {
    if (first)
      fail(base::Fault::kForeign, "not an INR stream", "inr-info says what a file is; inr-sample writes INR streams");
    fail(base::Fault::kDamaged, "the bytes after the end record (" + whole_records_text() + ") are not an INR stream");
  }
  n_records_ = 0;
  header_ = {};
  ++n_streams_;
  if (n < magic.size()) fail(base::Fault::kCutShort, "cut short in its head, after 0 whole records");
  return true;
}

bool InrStreamReader::next_stream() {
  if (state_ == State::kRecords)
    for (StreamRecord skipped; next(skipped);) {
    }
  if (state_ == State::kEnd) return false;

  std::array<std::byte, kHeadFixedBytes> fixed{};
  const std::span<std::byte> head(fixed);
  if (!read_magic(head.first(kStreamMagic.size()))) {
    state_ = State::kEnd;
    return false;
  }
  read_exactly(head.subspan(8));
  const auto version = base::load_le<uint32_t>(head.subspan(8));
  const auto flags = base::load_le<uint32_t>(head.subspan(12));
  const auto blob_bytes = base::load_le<uint64_t>(head.subspan(16));
  if (version > kStreamVersion)
    fail(base::Fault::kNewer,
         "INR stream of version " + std::to_string(version) + ", newer than this program, which reads " +
             std::to_string(kStreamVersion),
         "update the toolkit");
  if (version == 0) fail_damaged("version 0 in the head");
  if (blob_bytes > kMaxBlobBytes)
    fail_damaged("the head claims " + std::to_string(blob_bytes) +
                 " bytes of shared tensors; at most 4 GiB are allowed");
  read_growing(blob_bytes);
  std::array<std::byte, kCrcBytes> stored{};
  read_exactly(stored);
  if (base::crc32c(buffer_, base::crc32c(head)) != base::load_le<uint32_t>(stored))
    fail_damaged("wrong checksum of the head");
  if (flags > static_cast<uint32_t>(ThetaDtype::kBF16)) fail_damaged("unknown flags " + std::to_string(flags));
  header_.dtype = static_cast<ThetaDtype>(flags);
  parse_head();
  state_ = State::kRecords;
  return true;
}

void InrStreamReader::parse_head() {
  try {
    const auto blob =
        std::make_shared<base::Safetensors>(base::Safetensors::parse(std::move(buffer_), "the head's tensors"));
    buffer_ = {};
    header_.config = base::parse_json(blob->metadata("config"), "the head's configuration");
    header_.model_hash = blob->metadata("model");
    header_.checkpoint = blob->metadata("checkpoint");
    header_.what = blob->metadata("what");
    const std::string n_theta = blob->metadata("n_theta"), count = blob->metadata("count");
    const std::optional<uint64_t> n = parse_number(n_theta), promised = parse_number(count);
    if (!header_.config.is_object()) fail_damaged("the head's configuration is not a JSON object");
    if (!n || *n < 1 || *n > static_cast<uint64_t>(kMaxTheta))
      fail_damaged("n_theta '" + base::printable(n_theta) + "' in the head is not a number from 1 to 2^31");
    if (!promised && !count.empty()) fail_damaged("count '" + base::printable(count) + "' in the head is not a number");
    header_.n_theta = static_cast<int64_t>(*n);
    header_.count = promised;
    header_.blob = blob;
  } catch (const StreamError&) {
    throw;
  } catch (const base::DataError& error) {
    // Within a head whose checksum is right: of tensors that are not read here, or damage.
    if (error.fault() == base::Fault::kUnsupported) fail(error.fault(), error.what());
    fail_damaged(error.what());
  }
}

bool InrStreamReader::next(StreamRecord& record) {
  if (state_ != State::kRecords) return false;
  std::array<std::byte, 8> start{};  // tag, then the length of info, or the first half of the end record's count
  const std::span<std::byte> prefix(start);
  read_exactly(prefix);
  const auto tag = base::load_le<uint32_t>(prefix);
  if (tag == kEndTag) {
    check_end(prefix);
    return false;
  }
  if (tag != kRecordTag) fail_damaged("neither a record nor the end record follows");
  if (header_.count && n_records_ == *header_.count) fail_damaged("more records than the head promised");
  const auto info_bytes = base::load_le<uint32_t>(prefix.subspan(4));
  if (info_bytes > kMaxInfoBytes)
    fail_damaged("the next record claims " + std::to_string(info_bytes) + " bytes of info; at most 1 MiB is allowed");
  read_growing(info_bytes);
  const std::string info(as_text(buffer_));
  uint32_t crc = base::crc32c(buffer_, base::crc32c(prefix));
  read_theta(record.theta, crc);
  std::array<std::byte, kCrcBytes> stored{};
  read_exactly(stored);
  if (crc != base::load_le<uint32_t>(stored)) fail_damaged("wrong checksum of the next record");
  try {
    record.info = base::parse_json(info, "the info of the next record");
  } catch (const base::DataError& error) {
    fail_damaged(error.what());
  }
  if (!record.info.is_object()) fail_damaged("the info of the next record is not a JSON object");
  ++n_records_;
  return true;
}

void InrStreamReader::read_theta(std::vector<float>& theta, uint32_t& crc) {
  const auto n_theta = static_cast<uint64_t>(header_.n_theta);
  const uint64_t value_bytes = theta_value_bytes(header_.dtype);
  theta.clear();
  if (n_records_ > 0) theta.reserve(n_theta);  // one record of this size has arrived: the length is honest
  for (uint64_t done = 0; done < n_theta;) {
    const uint64_t n = std::min(n_theta - done, kChunkBytes / value_bytes);
    buffer_.resize(n * value_bytes);
    read_exactly(buffer_);
    crc = base::crc32c(buffer_, crc);
    theta.resize(done + n);
    widen(buffer_, header_.dtype, std::span(theta).subspan(done));
    done += n;
  }
}

void InrStreamReader::check_end(std::span<const std::byte> start) {
  std::array<std::byte, kEndBytes> end{};
  std::copy(start.begin(), start.end(), end.begin());
  const std::span<std::byte> bytes(end);
  read_exactly(bytes.subspan(start.size()));
  if (base::crc32c(bytes.first(12)) != base::load_le<uint32_t>(bytes.subspan(12)))
    fail_damaged("wrong checksum of the end record");
  const auto n_written = base::load_le<uint64_t>(bytes.subspan(4));
  if (n_written != n_records_) fail_damaged("its end record says " + std::to_string(n_written));
  if (header_.count && *header_.count != n_records_) fail_damaged("the head promised more records");
  state_ = State::kBetween;
}

}  // namespace inr::stream
