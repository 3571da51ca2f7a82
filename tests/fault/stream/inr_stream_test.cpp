// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Streams that are cut, flipped, foreign, newer or lying: every one an error that says what it is, with all whole
// records delivered before, and nothing allocated that did not arrive.
#include <sys/resource.h>

#include <algorithm>
#include <cstring>

#include "base/crc32c.hpp"
#include "support/mutate.hpp"
#include "support/stream_bytes.hpp"
#include "support/test.hpp"

using namespace inr;
using base::Fault;
using test::Bytes;
using test::small_stream;

namespace {

struct Outcome {
  std::optional<base::Fault> fault;
  uint64_t whole_records = 0;  // as the error says
  size_t n_delivered = 0;      // of the last stream
  size_t n_streams = 0;
  std::string message;
};

// Reads everything; every delivered record must be right.
Outcome read_all(const Bytes& bytes, int64_t n_theta = 3) {
  const test::BytesDescriptor input(bytes);
  stream::InrStreamReader reader(input.fd(), "input");
  Outcome outcome;
  try {
    while (reader.next_stream()) {
      outcome.n_delivered = 0;
      for (stream::StreamRecord record; reader.next(record); ++outcome.n_delivered)
        BOOST_TEST((record.theta == test::small_theta(outcome.n_delivered, n_theta)));
    }
  } catch (const stream::StreamError& error) {
    outcome.fault = error.fault();
    outcome.whole_records = error.whole_records();
    outcome.message = error.what();
    BOOST_TEST(outcome.message.find('\n') == std::string::npos);
    BOOST_TEST(outcome.message.starts_with("input: "));
    BOOST_TEST(!reader.next_stream());  // an error is the end
  }
  outcome.n_streams = reader.streams_read();
  return outcome;
}

void put_u32(Bytes& bytes, size_t offset, uint32_t value) {
  for (size_t i = 0; i < 4; ++i) bytes[offset + i] = static_cast<std::byte>(value >> 8 * i & 0xFF);
}

// Makes bytes[begin, end) end in the checksum of the rest: what a liar who knows the format would write.
void sign(Bytes& bytes, size_t begin, size_t end) {
  put_u32(bytes, end - 4, base::crc32c(std::span(bytes).subspan(begin, end - 4 - begin)));
}

Bytes text_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// A stream with a head of our own making.
Bytes stream_with_metadata(const std::map<std::string, std::string>& metadata) {
  const std::vector<std::byte> blob = base::serialize_safetensors(metadata, {}, false);
  Bytes bytes = text_bytes(std::string_view("INRSTRM\0\1\0\0\0\0\0\0\0", 16));
  bytes.resize(24 + blob.size() + 4);
  put_u32(bytes, 16, static_cast<uint32_t>(blob.size()));
  std::copy(blob.begin(), blob.end(), bytes.begin() + 24);
  sign(bytes, 0, bytes.size());
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(inr_stream_faults)

BOOST_AUTO_TEST_CASE(cut_at_every_byte) {
  for (const bool says_count : {true, false}) {
    std::vector<size_t> boundaries;
    const Bytes bytes = small_stream({3, 3, stream::ThetaDtype::kF32, says_count, true}, &boundaries);
    for (size_t n = 0; n < bytes.size(); ++n) {
      BOOST_TEST_CONTEXT("cut after " << n << " bytes") {
        const auto passed = std::count_if(boundaries.begin(), boundaries.end(), [&](size_t end) { return end <= n; });
        const size_t n_whole = passed > 0 ? static_cast<size_t>(passed) - 1 : 0;
        const Outcome outcome = read_all(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)));
        BOOST_REQUIRE(outcome.fault.has_value());
        BOOST_TEST((*outcome.fault == (n == 0 ? base::Fault::kEmpty : base::Fault::kCutShort)));
        BOOST_TEST(outcome.n_delivered == n_whole);
        BOOST_TEST(outcome.whole_records == n_whole);
        if (n >= boundaries[0]) {
          const std::string said = std::to_string(n_whole) + (says_count     ? " of 3 records"
                                                              : n_whole == 1 ? " whole record"
                                                                             : " whole records");
          BOOST_TEST(outcome.message.find("cut short after " + said) != std::string::npos, outcome.message);
        } else if (n > 0) {
          BOOST_TEST(outcome.message.find("0 whole records") != std::string::npos, outcome.message);
        } else {
          BOOST_TEST(outcome.message == "input: empty input; was the producer killed?");
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(cut_in_the_second_stream) {
  std::vector<size_t> boundaries;
  Bytes bytes = small_stream({3, 2});
  const size_t first_bytes = bytes.size();
  const Bytes second = small_stream({3, 3}, &boundaries);
  for (size_t n = 1; n < second.size(); ++n) {
    bytes.resize(first_bytes);
    bytes.insert(bytes.end(), second.begin(), second.begin() + static_cast<std::ptrdiff_t>(n));
    const Outcome outcome = read_all(bytes);
    BOOST_REQUIRE(outcome.fault.has_value());
    BOOST_TEST((*outcome.fault == base::Fault::kCutShort));
    BOOST_TEST(outcome.n_streams == 2U);
    BOOST_TEST(outcome.message.find("stream 2") != std::string::npos, outcome.message);
    if (n >= boundaries[2]) BOOST_TEST(outcome.whole_records >= 2U);
  }
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_noticed) {
  for (const auto dtype : {stream::ThetaDtype::kF32, stream::ThetaDtype::kBF16}) {
    std::vector<size_t> boundaries;
    Bytes bytes = small_stream({3, 2, dtype, true, true}, &boundaries);
    for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      const auto mask = static_cast<std::byte>(1U << bit % 8);
      bytes[bit / 8] ^= mask;
      BOOST_TEST_CONTEXT("bit " << bit) {
        const Outcome outcome = read_all(bytes);
        BOOST_REQUIRE(outcome.fault.has_value());
        // What lies wholly before the flip is delivered all the same.
        const auto passed =
            std::count_if(boundaries.begin(), boundaries.end(), [&](size_t end) { return end <= bit / 8; });
        BOOST_TEST(outcome.n_delivered == (passed > 0 ? static_cast<size_t>(passed) - 1 : 0));
      }
      bytes[bit / 8] ^= mask;
    }
    BOOST_TEST(!read_all(bytes).fault.has_value());
  }
}

BOOST_AUTO_TEST_CASE(foreign_input) {
  for (const std::string_view text :
       {std::string_view("# inr\n\nA toolkit\n"), std::string_view("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16),
        std::string_view("x"), std::string_view("\0\0\0\0\0\0\0\0\0", 9), std::string_view("INRSTRM\n")}) {
    const Outcome outcome = read_all(text_bytes(text));
    BOOST_REQUIRE(outcome.fault.has_value());
    BOOST_TEST((*outcome.fault == base::Fault::kForeign));
    BOOST_TEST(outcome.message.starts_with("input: not an INR stream; "), outcome.message);
  }
}

BOOST_AUTO_TEST_CASE(newer_versions) {
  for (const uint32_t version : {2U, 3U, 0xFFFFFFFFU}) {
    Bytes bytes = small_stream({3, 2});
    put_u32(bytes, 8, version);
    const Outcome outcome = read_all(bytes);
    BOOST_REQUIRE(outcome.fault.has_value());
    BOOST_TEST((*outcome.fault == base::Fault::kNewer));
    BOOST_TEST(outcome.message.find("newer than this program") != std::string::npos, outcome.message);
  }
}

BOOST_AUTO_TEST_CASE(bytes_after_the_end) {
  Bytes bytes = small_stream({3, 2});
  for (const std::string_view garbage :
       {std::string_view("x"), std::string_view("\0", 1), std::string_view("garbage and more")}) {
    Bytes longer = bytes;
    const Bytes tail = text_bytes(garbage);
    longer.insert(longer.end(), tail.begin(), tail.end());
    const Outcome outcome = read_all(longer);
    BOOST_REQUIRE(outcome.fault.has_value());
    BOOST_TEST((*outcome.fault == base::Fault::kDamaged));
    BOOST_TEST(outcome.n_delivered == 2U);
    BOOST_TEST(outcome.message.find("after the end record") != std::string::npos, outcome.message);
  }
}

BOOST_AUTO_TEST_CASE(counts_that_contradict_the_records) {
  std::vector<size_t> boundaries;
  const Bytes whole = small_stream({3, 3, stream::ThetaDtype::kF32, true, true}, &boundaries);
  const auto at = [&](size_t i) { return whole.begin() + static_cast<std::ptrdiff_t>(boundaries[i]); };
  Bytes fewer(whole.begin(), at(2));  // a record dropped, the end record still says 3
  fewer.insert(fewer.end(), at(3), whole.end());
  const Outcome dropped = read_all(fewer);
  BOOST_REQUIRE(dropped.fault.has_value());
  BOOST_TEST((*dropped.fault == base::Fault::kDamaged));
  BOOST_TEST(dropped.message.find("end record says 3") != std::string::npos, dropped.message);

  put_u32(fewer, fewer.size() - 12, 1);  // an end record that agrees with its records, not with the head
  sign(fewer, fewer.size() - 16, fewer.size());
  Bytes honest(whole.begin(), at(1));
  honest.insert(honest.end(), fewer.end() - 16, fewer.end());
  const Outcome broken_promise = read_all(honest);
  BOOST_REQUIRE(broken_promise.fault.has_value());
  BOOST_TEST(broken_promise.message.find("after 1 of 3 records: the head promised more") != std::string::npos,
             broken_promise.message);

  Bytes more(whole.begin(), at(3));
  more.insert(more.end(), at(0), at(1));
  const Outcome too_many = read_all(more);
  BOOST_REQUIRE(too_many.fault.has_value());
  BOOST_TEST(too_many.n_delivered == 3U);
  BOOST_TEST(too_many.message.find("more records than the head promised") != std::string::npos, too_many.message);
}

BOOST_AUTO_TEST_CASE(heads_that_make_no_sense) {
  const std::map<std::string, std::string> good = {
      {"config", "{}"}, {"n_theta", "3"}, {"count", "0"}, {"model", ""}, {"what", ""}};
  const auto message_with = [&](const std::string& key, const std::string& value) {
    auto metadata = good;
    metadata[key] = value;
    const Outcome outcome = read_all(stream_with_metadata(metadata));
    BOOST_REQUIRE(outcome.fault.has_value());
    return std::pair(*outcome.fault, outcome.message);
  };
  BOOST_TEST((message_with("what", "x").first == base::Fault::kCutShort));  // the head is right, nothing follows
  for (const auto* value : {"", "0", "-3", "3 ", "0x3", "2147483649", "99999999999999999999", "three"}) {
    const auto [fault, message] = message_with("n_theta", value);
    BOOST_TEST((fault == base::Fault::kDamaged), value);
    BOOST_TEST(message.find("n_theta") != std::string::npos, message);
  }
  for (const auto* value : {"-1", "many", "1e3", "18446744073709551616"})
    BOOST_TEST((message_with("count", value).first == base::Fault::kDamaged), value);
  for (const auto* value : {"", "[]", "{", "3", "\xFF"})
    BOOST_TEST((message_with("config", value).first == base::Fault::kDamaged), value);
}

BOOST_AUTO_TEST_CASE(records_whose_info_makes_no_sense) {
  std::vector<size_t> boundaries;
  const Bytes whole = small_stream({3, 1}, &boundaries);
  const std::vector<std::string> infos = {R"({"seed":0,"index":[})", R"(["seed",0,"index",0])", std::string(20, '\0')};
  for (const std::string& info : infos) {
    BOOST_REQUIRE(info.size() == 20);
    Bytes bytes = whole;
    const Bytes text = text_bytes(info);
    std::copy(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(boundaries[0] + 8));
    sign(bytes, boundaries[0], boundaries[1]);
    const Outcome outcome = read_all(bytes);
    BOOST_REQUIRE(outcome.fault.has_value());
    BOOST_TEST((*outcome.fault == base::Fault::kDamaged));
  }
}

BOOST_AUTO_TEST_CASE(lying_lengths_cost_nothing) {
  const long before = peak_kib();
  Bytes blob = small_stream({3, 2});
  put_u32(blob, 16, 0xFFFFFFFF);  // a blob of 4 GiB
  BOOST_TEST((read_all(blob).fault == base::Fault::kCutShort));
  put_u32(blob, 20, 0xFFFFFFFF);  // of 2^64
  BOOST_TEST((read_all(blob).fault == base::Fault::kDamaged));

  Bytes theta = stream_with_metadata({{"config", "{}"}, {"n_theta", "2147483648"}, {"count", ""}});
  const size_t head_bytes = theta.size();
  const Bytes record = text_bytes(std::string_view("REC \2\0\0\0{}", 10));
  theta.insert(theta.end(), record.begin(), record.end());
  BOOST_TEST((read_all(theta).fault == base::Fault::kCutShort));
  put_u32(theta, head_bytes + 4, stream::kMaxInfoBytes + 1);
  BOOST_TEST((read_all(theta).fault == base::Fault::kDamaged));
  BOOST_TEST(peak_kib() - before < 32 * 1024);
}

BOOST_AUTO_TEST_CASE(mutations) {
  const Bytes bytes = small_stream({40, 6, stream::ThetaDtype::kF16, true, true});
  for (uint64_t i = 0; i < 800; ++i) {
    BOOST_TEST_CONTEXT("mutation " << i) { BOOST_TEST(read_all(test::mutate(bytes, i), 40).fault.has_value()); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
