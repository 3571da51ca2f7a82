// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// INR streams: what is written is read back, byte for byte where the format fixes bytes.
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>
#include <thread>

#include "base/crc32c.hpp"
#include "base/error.hpp"
#include "support/stream_bytes.hpp"
#include "support/test.hpp"

using namespace inr;
using test::Bytes;
using test::small_stream;
using test::small_theta;

namespace {

uint32_t u32_at(const Bytes& bytes, size_t offset) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value |= static_cast<uint32_t>(bytes[offset + i]) << 8 * i;
  return value;
}

// The hex dump between "begin example" and "end example" of the man page.
Bytes example_of_man_page() {
  std::ifstream page(INR_DEFAULT_GOLDEN_DIR "/../../man/inr-stream.5");
  Bytes bytes;
  std::string line;
  while (std::getline(page, line) && line.find("begin example") == std::string::npos) {
  }
  while (std::getline(page, line) && line.find("end example") == std::string::npos) {
    std::istringstream pairs(line.substr(6, 48));
    for (std::string pair; pairs >> pair;) bytes.push_back(static_cast<std::byte>(std::stoi(pair, nullptr, 16)));
  }
  return bytes;
}

// Everything of the present stream; returns how many records there were.
size_t check_records(stream::InrStreamReader& reader, int64_t n_theta) {
  stream::StreamRecord record;
  size_t n = 0;
  for (; reader.next(record); ++n) {
    BOOST_TEST(record.info["index"].get<size_t>() == n);
    BOOST_TEST(record.theta == small_theta(n, n_theta), boost::test_tools::per_element());
    BOOST_TEST(reader.records_read() == n + 1);
  }
  BOOST_TEST(!reader.next(record));
  return n;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(inr_stream)

BOOST_AUTO_TEST_CASE(comes_back_in_every_dtype_and_size) {
  for (const auto dtype : {stream::ThetaDtype::kF32, stream::ThetaDtype::kF16, stream::ThetaDtype::kBF16})
    for (const int64_t n_theta : {int64_t{1}, int64_t{3}, int64_t{6022}, int64_t{600001}})
      for (const size_t n_records : {0, 1, 5})
        for (const bool says_count : {false, true}) {
          const Bytes bytes = small_stream({n_theta, n_records, dtype, says_count, true});
          const test::BytesDescriptor input(bytes);
          stream::InrStreamReader reader(input.fd(), "test");
          BOOST_REQUIRE(reader.next_stream());
          const stream::StreamHeader& header = reader.header();
          BOOST_TEST(header.n_theta == n_theta);
          BOOST_TEST((header.dtype == dtype));
          BOOST_TEST(header.count.has_value() == says_count);
          BOOST_TEST(header.count.value_or(n_records) == n_records);
          BOOST_TEST(header.model_hash == "0123abcd");
          BOOST_TEST(header.what == "samples");
          BOOST_TEST(header.config["resolution"].get<int>() == 8);
          BOOST_REQUIRE(header.blob);
          BOOST_TEST(header.blob->read_f32("inr.0.0.shared", std::vector<int64_t>{2, 3})[5] == -6.0F);
          BOOST_TEST(check_records(reader, n_theta) == n_records);
          BOOST_TEST(!reader.next_stream());
        }
}

BOOST_AUTO_TEST_CASE(bytes_are_those_of_the_man_page) {
  std::vector<size_t> boundaries;
  const Bytes bytes = small_stream({3, 2, stream::ThetaDtype::kF32, true, true}, &boundaries);
  BOOST_REQUIRE(boundaries.size() == 4);
  BOOST_TEST(std::memcmp(bytes.data(), "INRSTRM\0", 8) == 0);
  BOOST_TEST(u32_at(bytes, 8) == 1U);
  BOOST_TEST(u32_at(bytes, 12) == 0U);
  BOOST_TEST(u32_at(bytes, 16) == boundaries[0] - 28);
  BOOST_TEST(u32_at(bytes, 20) == 0U);
  size_t begin = 0;
  for (const size_t end : boundaries) {  // head, records, end: each closed by the crc32c of all its bytes before
    BOOST_TEST(u32_at(bytes, end - 4) == base::crc32c(std::span(bytes).subspan(begin, end - 4 - begin)));
    begin = end;
  }
  const size_t record = boundaries[0];
  const std::string info = R"({"seed":0,"index":0})";
  BOOST_TEST(std::memcmp(bytes.data() + record, "REC ", 4) == 0);
  BOOST_TEST(u32_at(bytes, record + 4) == info.size());
  BOOST_TEST(std::memcmp(bytes.data() + record + 8, info.data(), info.size()) == 0);
  BOOST_TEST(u32_at(bytes, record + 8 + info.size()) == 0xC0200000U);  // -2.5
  BOOST_TEST(boundaries[1] == record + 8 + info.size() + 3 * 4 + 4);
  BOOST_TEST(std::memcmp(bytes.data() + boundaries[2], "END ", 4) == 0);
  BOOST_TEST(u32_at(bytes, boundaries[2] + 4) == 2U);
  BOOST_TEST(u32_at(bytes, boundaries[2] + 8) == 0U);
  BOOST_TEST(boundaries[3] == boundaries[2] + 16);
  BOOST_TEST(bytes.size() == boundaries[3]);
}

BOOST_AUTO_TEST_CASE(the_example_of_the_man_page_is_what_is_written_and_read) {
  const Bytes example = example_of_man_page();
  BOOST_REQUIRE(!example.empty());
  const std::vector<float> shared = {1, -0.5F}, theta = {1, 0.5F, 0.25F, 1, -1, 0, 0.5F, -0.5F, 0.25F, 0, 0, 0};
  const std::vector<base::TensorView> tensors = {
      {"inr.0.0.shared", base::Dtype::kF32, {1, 2}, std::as_bytes(std::span(shared))}};
  stream::StreamHeader header;
  header.config = {{"resolution", 4},
                   {"decoder", "fmm"},
                   {"rank", 1},
                   {"blocks", {{{"resolution", 4}, {"width", 1}, {"frequencies", 1}, {"layers", 1}, {"rgb", true}}}}};
  header.n_theta = 12;
  header.count = 1;
  header.what = "samples";
  Bytes written;
  stream::InrStreamWriter writer(
      [&](std::span<const std::byte> more) { written.insert(written.end(), more.begin(), more.end()); }, header,
      tensors);
  writer.write({{"seed", 0}, {"index", 0}}, theta);
  writer.finish();
  BOOST_TEST((written == example));

  const test::BytesDescriptor input(example);
  stream::InrStreamReader reader(input.fd(), "example");
  stream::StreamRecord record;
  BOOST_REQUIRE(reader.next_stream());
  BOOST_REQUIRE(reader.next(record));
  BOOST_TEST(record.theta == theta, boost::test_tools::per_element());
  BOOST_TEST(!reader.next(record));
  BOOST_TEST(!reader.next_stream());
}

BOOST_AUTO_TEST_CASE(streams_follow_one_another) {
  Bytes bytes = small_stream({3, 2, stream::ThetaDtype::kF32, true, true});
  const Bytes second = small_stream({5, 3, stream::ThetaDtype::kF16, false, true});
  bytes.insert(bytes.end(), second.begin(), second.end());
  {
    const test::BytesDescriptor input(bytes);
    stream::InrStreamReader reader(input.fd(), "test");
    BOOST_REQUIRE(reader.next_stream());
    BOOST_TEST(check_records(reader, 3) == 2U);
    BOOST_REQUIRE(reader.next_stream());
    BOOST_TEST(reader.header().n_theta == 5);
    BOOST_TEST(check_records(reader, 5) == 3U);
    BOOST_TEST(!reader.next_stream());
    BOOST_TEST(reader.streams_read() == 2U);
  }
  const test::BytesDescriptor input(bytes);  // records that nobody asked for are skipped
  stream::InrStreamReader reader(input.fd(), "test");
  stream::StreamRecord record;
  BOOST_REQUIRE(reader.next_stream());
  BOOST_REQUIRE(reader.next(record));
  BOOST_REQUIRE(reader.next_stream());
  BOOST_TEST(check_records(reader, 5) == 3U);
}

BOOST_AUTO_TEST_CASE(a_pipe_of_small_writes_reads_the_same) {
  const Bytes bytes = small_stream({6022, 3, stream::ThetaDtype::kBF16, true, true});
  std::array<int, 2> ends{};
  BOOST_REQUIRE(::pipe(ends.data()) == 0);
  std::thread producer([&] {
    for (size_t done = 0; done < bytes.size();) {
      const size_t n = std::min<size_t>(bytes.size() - done, 1 + done % 997);
      base::write_all(ends[1], std::span(bytes).subspan(done, n), "pipe");
      done += n;
    }
    ::close(ends[1]);
  });
  stream::InrStreamReader reader(ends[0], "pipe");
  BOOST_TEST(reader.next_stream());
  BOOST_TEST(check_records(reader, 6022) == 3U);
  BOOST_TEST(!reader.next_stream());
  producer.join();
  ::close(ends[0]);
}

BOOST_AUTO_TEST_CASE(reading_stops_at_the_end_record) {
  Bytes bytes = small_stream({3, 2, stream::ThetaDtype::kF32, true, true});
  const size_t stream_bytes = bytes.size();
  bytes.resize(bytes.size() + 100);
  const test::BytesDescriptor input(bytes);
  stream::InrStreamReader reader(input.fd(), "test");
  BOOST_REQUIRE(reader.next_stream());
  BOOST_TEST(check_records(reader, 3) == 2U);
  BOOST_TEST(static_cast<size_t>(::lseek(input.fd(), 0, SEEK_CUR)) == stream_bytes);
}

BOOST_AUTO_TEST_CASE(special_values_survive) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> theta = {infinity, -infinity, std::numeric_limits<float>::quiet_NaN(), -0.0F, 65504.0F};
  for (const auto dtype : {stream::ThetaDtype::kF32, stream::ThetaDtype::kF16}) {
    Bytes bytes;
    stream::StreamHeader header;
    header.config = base::Json::object();
    header.n_theta = 5;
    header.dtype = dtype;
    stream::InrStreamWriter writer(
        [&](std::span<const std::byte> more) { bytes.insert(bytes.end(), more.begin(), more.end()); }, header, {});
    writer.write(base::Json::object(), theta);
    writer.finish();
    const test::BytesDescriptor input(bytes);
    stream::InrStreamReader reader(input.fd(), "test");
    stream::StreamRecord record;
    BOOST_REQUIRE(reader.next_stream());
    BOOST_REQUIRE(reader.next(record));
    BOOST_TEST(record.theta[0] == infinity);
    BOOST_TEST(record.theta[1] == -infinity);
    BOOST_TEST(std::isnan(record.theta[2]));
    BOOST_TEST(std::signbit(record.theta[3]));
    BOOST_TEST(record.theta[4] == 65504.0F);
  }
}

BOOST_AUTO_TEST_CASE(writer_refuses_misuse) {
  size_t n_calls = 0;
  const auto sink = [&](std::span<const std::byte>) { ++n_calls; };
  stream::StreamHeader header;
  header.config = base::Json::object();
  header.n_theta = 2;
  header.count = 1;
  header.dtype = stream::ThetaDtype::kF16;
  const std::vector<float> theta = {1, 2}, long_theta = {1, 2, 3}, large = {1, 70000};
  const base::Json info = base::Json::object();
  {
    stream::InrStreamWriter writer(sink, header, {});
    BOOST_CHECK_THROW(writer.write(info, long_theta), std::logic_error);
    BOOST_CHECK_THROW(writer.write(info, large), base::DataError);  // not silently infinite
    BOOST_CHECK_THROW(writer.write({{"text", std::string(stream::kMaxInfoBytes, 'x')}}, theta), base::DataError);
    BOOST_CHECK_THROW(writer.finish(), std::logic_error);
    BOOST_TEST(n_calls == 1U);
    writer.write(info, theta);
    BOOST_CHECK_THROW(writer.write(info, theta), std::logic_error);
    writer.finish();
    BOOST_CHECK_THROW(writer.finish(), std::logic_error);
    BOOST_CHECK_THROW(writer.write(info, theta), std::logic_error);
    BOOST_TEST(n_calls == 3U);
    BOOST_TEST(writer.records_written() == 1U);
  }
  const std::vector<base::TensorView> foreign = {
      {"hypernet.0.bias", base::Dtype::kF32, {2}, std::as_bytes(std::span(theta))}};
  BOOST_CHECK_THROW(stream::InrStreamWriter(sink, header, foreign), std::logic_error);
  header.n_theta = 0;
  BOOST_CHECK_THROW(stream::InrStreamWriter(sink, header, {}), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_head_names_its_checkpoint) {
  for (const std::string& name : {std::string(), std::string("runs/first"), std::string("a b'\xc3\xa9\n")}) {
    stream::StreamHeader header;
    header.config = {{"resolution", 8}};
    header.n_theta = 1;
    header.checkpoint = name;
    Bytes bytes;
    const auto sink = [&](std::span<const std::byte> more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
    stream::InrStreamWriter(sink, header, {}).finish();
    const test::BytesDescriptor input(bytes);
    stream::InrStreamReader reader(input.fd(), "a stream");
    BOOST_TEST_REQUIRE(reader.next_stream());
    BOOST_TEST(reader.header().checkpoint == name);
  }
}
