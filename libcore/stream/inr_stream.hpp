// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// INR streams: what inr-sample, inr-interp and inr-render pass on. A head that carries everything a renderer needs (the
// model part of the configuration, the shared tensors), then one record per image, then an end record that is written
// only on success, so that a reader tells whole, cut short, damaged, foreign and newer apart. Bytes: inr-stream.5.
//
// Not thread-safe; one object belongs to one thread at a time. Memory of a reader: the head and one record.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/safetensors.hpp"

namespace inr::stream {

inline constexpr std::array<char, 8> kStreamMagic = {'I', 'N', 'R', 'S', 'T', 'R', 'M', '\0'};
inline constexpr uint32_t kStreamVersion = 1;
inline constexpr uint32_t kRecordTag = 0x20434552;  // "REC " read as little-endian u32
inline constexpr uint32_t kEndTag = 0x20444E45;     // "END "
inline constexpr size_t kHeadFixedBytes = 24;       // magic, version, flags, length of the blob
inline constexpr size_t kEndBytes = 16;             // tag, number of records, crc
inline constexpr size_t kCrcBytes = 4;
inline constexpr uint64_t kMaxBlobBytes = uint64_t{1} << 32;
inline constexpr uint32_t kMaxInfoBytes = uint32_t{1} << 20;
inline constexpr int64_t kMaxTheta = int64_t{1} << 31;

/// How theta lies in a record; the value is the head's flags field.
enum class ThetaDtype : uint32_t { kF32 = 0, kF16 = 1, kBF16 = 2 };
/// "F32", "F16", "BF16"
std::string_view to_string(ThetaDtype dtype) noexcept;
size_t theta_value_bytes(ThetaDtype dtype) noexcept;

/// The head, self-contained: a reader needs no checkpoint.
struct StreamHeader {
  base::Json config;              // model part of the configuration (an object)
  int64_t n_theta = 0;            // values of one record, 1 .. kMaxTheta
  std::string model_hash;         // of the weights the records came from
  std::string checkpoint;         // the name they were loaded by, as it was given; may be empty (the default model)
  std::optional<uint64_t> count;  // records promised, when known
  std::string what;               // "samples", "interpolation", ...
  ThetaDtype dtype = ThetaDtype::kF32;
  std::shared_ptr<const base::Safetensors> blob;  // set by the reader: the shared tensors inr.*; ignored by the writer
};

/// One INR. theta is widened to float32 whatever the stream holds.
struct StreamRecord {
  base::Json info;           // {"seed": 0, "index": 3, "truncation": 0.7, ...}
  std::vector<float> theta;  // [n_theta]
};

/// Takes bytes in order (a file, a pipe); throws where it cannot.
using ByteSink = std::function<void(std::span<const std::byte>)>;

/// What is wrong with a stream, and how many whole records of it were delivered before. Exit status 1 as every
/// DataError.
class StreamError : public base::DataError {
 public:
  StreamError(base::Fault fault, uint64_t whole_records, std::string_view where, std::string_view text,
              std::string_view way_out = {})
      : DataError(fault, where, text, way_out), whole_records_(whole_records) {}
  [[nodiscard]] uint64_t whole_records() const noexcept { return whole_records_; }

 private:
  uint64_t whole_records_;
};

/// Writes one stream. The head goes out in the constructor, each record in one call of the sink. Destroyed without
/// finish() the stream stays without its end record, which every reader reports.
class InrStreamWriter {
 public:
  /// shared: the tensors inr.* of the configuration, names without prefix; copied into the head. Throws
  /// std::logic_error (n_theta out of range, a name that does not start with "inr."), DataError (head too large) and
  /// what the sink throws.
  InrStreamWriter(ByteSink sink, const StreamHeader& header, std::span<const base::TensorView> shared);
  /// theta: [n_theta]. Throws DataError where a finite value exceeds the range of the stream's dtype or info exceeds 1
  /// MiB; std::logic_error where theta has another length, more records than promised are written, or after finish().
  void write(const base::Json& info, std::span<const float> theta);
  /// The end record. Throws std::logic_error where fewer records than promised were written, or when called twice.
  void finish();
  [[nodiscard]] uint64_t records_written() const noexcept { return n_records_; }

 private:
  ByteSink sink_;
  ThetaDtype dtype_;
  uint64_t n_theta_;
  std::optional<uint64_t> count_;
  uint64_t n_records_ = 0;
  bool finished_ = false;
  std::vector<std::byte> buffer_;
};

/// Reads streams that follow one another (`cat a.inr b.inr`). Reads forward only, and never past the end record of a
/// stream before next_stream() asks for more. No length found in the input is allocated before as many bytes have
/// arrived.
class InrStreamReader {
 public:
  /// fd is not owned and must stay open; where names it in errors ("stdin", a path).
  InrStreamReader(int fd, std::string where);
  /// Reads and checks the head of the next stream, skipping (and checking) records of the present one that were not
  /// read. False at the end of the input. Throws StreamError: empty input, foreign, newer, cut short, damaged;
  /// SystemError.
  bool next_stream();
  /// Of the present stream. Valid after next_stream() returned true, until the next call of it.
  [[nodiscard]] const StreamHeader& header() const noexcept { return header_; }
  /// The next whole record; false at the end record. Throws StreamError ("cut short after 11 of 16 records"): all whole
  /// records before the fault were delivered, record is unspecified then, and the reader is at its end.
  bool next(StreamRecord& record);
  /// Whole records of the present stream.
  [[nodiscard]] uint64_t records_read() const noexcept { return n_records_; }
  /// Streams whose head was read.
  [[nodiscard]] uint64_t streams_read() const noexcept { return n_streams_; }

 private:
  enum class State { kBetween, kRecords, kEnd };
  [[noreturn]] void fail(base::Fault fault, const std::string& text, std::string_view way_out = {});
  [[noreturn]] void fail_cut();
  [[noreturn]] void fail_damaged(const std::string& text);
  [[nodiscard]] std::string whole_records_text() const;
  void read_exactly(std::span<std::byte> data);
  void read_growing(uint64_t n_bytes);
  bool read_magic(std::span<std::byte> magic);
  void parse_head();
  void read_theta(std::vector<float>& theta, uint32_t& crc);
  void check_end(std::span<const std::byte> start);

  int fd_;
  std::string where_;
  State state_ = State::kBetween;
  StreamHeader header_;
  uint64_t n_records_ = 0, n_streams_ = 0;
  std::vector<std::byte> buffer_;
};

}  // namespace inr::stream
