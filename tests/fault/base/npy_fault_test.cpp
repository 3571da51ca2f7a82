// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Damaged, cut and hostile npy and npz files.
#include <algorithm>
#include <cstring>

#include "base/atomic_file.hpp"
#include "base/npy.hpp"
#include "fault.hpp"
#include "support/mutate.hpp"

using namespace inr::base;
using namespace inr::test;

namespace {

std::string good_npy() {
  const int64_t shape[] = {6, 5};
  return npy_header(Dtype::kF32, shape) + std::string(120, '\x3f');
}

std::vector<std::byte> good_npz() {
  const TemporaryFolder folder;
  const std::vector<double> mu(20, 0.5), sigma(400, 0.25);
  write_npz(folder / "good.npz",
            {{"mu", make_npy(mu, {20})}, {"sigma", make_npy(sigma, {20, 20})}, {"info", make_npy_text("{}")}});
  return read_file(folder / "good.npz");
}

std::vector<std::byte> numpys_npz() { return read_file(golden_dir() + "/fid/stats.npz"); }

void read_npy_bytes(const std::vector<std::byte>& bytes) {
  const NpyArray array = parse_npy(bytes, "x.npy");
  BOOST_REQUIRE(array.data.size() == static_cast<size_t>(array.numel()) * dtype_bytes(array.dtype));
  BOOST_REQUIRE(array.to_f64().size() == static_cast<size_t>(array.numel()));
}

void read_npz_bytes(const std::vector<std::byte>& bytes) {
  for (const auto& [name, array] : parse_npz(bytes, "x.npz")) {
    BOOST_REQUIRE(array.to_f64().size() == static_cast<size_t>(array.numel()));
  }
}

size_t find_last(const std::vector<std::byte>& bytes, std::string_view text) {
  const size_t at = to_text(bytes).rfind(text);
  BOOST_REQUIRE(at != std::string::npos);
  return at;
}

void put(std::vector<std::byte>& bytes, size_t at, uint64_t value, size_t width) {
  std::memcpy(bytes.data() + at, &value, width);
}

// Offsets within a record of the central directory.
constexpr size_t kFlagsAt = 8, kMethodAt = 10, kCrcAt = 16, kPackedAt = 20, kSizeAt = 24, kNameLengthAt = 28,
                 kExtraLengthAt = 30, kLocalHeaderAt = 42, kNameAt = 46;

}  // namespace

BOOST_AUTO_TEST_SUITE(npy_fault)

BOOST_AUTO_TEST_CASE(npy_mutations) {
  Tally tally;
  const std::vector<std::byte> good = to_bytes(good_npy());
  for (uint64_t i = 0; i < 3000; ++i) {
    tally.attempt("mutation " + std::to_string(i), [&] { read_npy_bytes(mutate(good, i)); });
  }
  BOOST_TEST_MESSAGE(tally.n_read << " read, " << tally.n_refused << " refused, slowest " << tally.slowest_s << " s");
  BOOST_TEST(tally.n_refused > 500U);
  BOOST_TEST(tally.n_read > 100U);  // numbers and padding carry no check
  BOOST_TEST(tally.slowest_s < 10.0);
}

BOOST_AUTO_TEST_CASE(npy_cuts) {
  const std::string good = good_npy();
  for (size_t n = 0; n < good.size(); ++n) {
    const std::string fault = fault_of([&] { read_npy_bytes(to_bytes(good.substr(0, n))); });
    BOOST_REQUIRE_MESSAGE(fault.find(n == 0 ? "is empty" : "cut short: ") != std::string::npos, n << ": " << fault);
  }
}

BOOST_AUTO_TEST_CASE(npz_mutations) {
  Tally tally;
  for (const std::vector<std::byte>& good : {good_npz(), numpys_npz()}) {
    for (uint64_t i = 0; i < 1500; ++i) {
      tally.attempt("mutation " + std::to_string(i), [&] { read_npz_bytes(mutate(good, i)); });
    }
  }
  BOOST_TEST_MESSAGE(tally.n_read << " read, " << tally.n_refused << " refused, slowest " << tally.slowest_s << " s");
  BOOST_TEST(tally.n_refused > 1500U);
  BOOST_TEST(tally.slowest_s < 10.0);
}

// Damage in the tail, where the directory is: the mutator above prefers the head.
BOOST_AUTO_TEST_CASE(npz_mutations_of_the_directory) {
  Tally tally;
  for (const std::vector<std::byte>& good : {good_npz(), numpys_npz()}) {
    const auto directory_at = static_cast<std::ptrdiff_t>(to_text(good).find("PK\x01\x02"));
    const std::vector<std::byte> directory(good.begin() + directory_at, good.end());
    for (uint64_t i = 0; i < 1500; ++i) {
      std::vector<std::byte> bad(good.begin(), good.begin() + directory_at);
      const std::vector<std::byte> tail = mutate(directory, i);
      bad.insert(bad.end(), tail.begin(), tail.end());
      tally.attempt("mutation " + std::to_string(i), [&] { read_npz_bytes(bad); });
    }
  }
  BOOST_TEST_MESSAGE(tally.n_read << " read, " << tally.n_refused << " refused, slowest " << tally.slowest_s << " s");
  BOOST_TEST(tally.n_refused > 1500U);
  BOOST_TEST(tally.slowest_s < 10.0);
}

BOOST_AUTO_TEST_CASE(npz_cuts) {
  const std::vector<std::byte> good = good_npz();
  for (size_t n = 0; n < good.size(); ++n) {
    const std::string fault = fault_of([&] {
      read_npz_bytes({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n)});
    });
    BOOST_REQUIRE_MESSAGE(!fault.empty(), "cut to " << n << " bytes was read");
    if (n > 4) BOOST_REQUIRE_MESSAGE(fault.find("cut short") != std::string::npos, n << ": " << fault);
  }
}

BOOST_AUTO_TEST_CASE(npz_every_flipped_bit_of_the_numbers_is_found) {
  size_t n_found = 0, n_harmless = 0;
  for (const std::vector<std::byte>& good : {good_npz(), numpys_npz()}) {
    const size_t end = to_text(good).find("PK\x01\x02");
    for (size_t i = 40 + 128; i < end; i += 1 + end / 500) {
      std::vector<std::byte> bad = good;
      bad[i] ^= std::byte{4};
      // Names and dates of local headers are not part of what is read.
      const std::string fault = fault_of([&] { read_npz_bytes(bad); });
      ++(fault.empty() ? n_harmless : n_found);
      if (fault.empty()) {
        const auto before = parse_npz(good, "good"), after = parse_npz(bad, "bad");
        BOOST_REQUIRE(before.size() == after.size());
        for (const auto& [name, array] : before) BOOST_REQUIRE((array.data == after.at(name).data));
      }
    }
  }
  BOOST_TEST(n_found > 10 * n_harmless);
}

BOOST_AUTO_TEST_CASE(npz_hostile_directories) {
  const std::vector<std::byte> good = good_npz();
  const size_t first = to_text(good).find("PK\x01\x02"), last = find_last(good, "PK\x01\x02"),
               end = find_last(good, "PK\x05\x06");
  struct Case {
    size_t at;
    uint64_t value;
    size_t width;
    const char* fault;
  };
  const Case cases[] = {{first + kFlagsAt, 1, 2, "encrypted"},
                        {first + kMethodAt, 12, 2, "compressed by method 12"},
                        {first + kMethodAt, 8, 2, "cannot be decompressed"},
                        {first + kCrcAt, 0x12345678, 4, "cannot be decompressed"},
                        {first + kPackedAt, 0xFFFFFFF0, 4, "cannot hold"},
                        {first + kSizeAt, 0xFFFFFFF0, 4, "cannot hold"},
                        {first + kSizeAt, 0, 4, "cannot hold"},
                        {first + kNameLengthAt, 0xFFFF, 2, "cannot be read as an archive"},
                        {first + kExtraLengthAt, 0xFFFF, 2, "cannot be read as an archive"},
                        {first + kLocalHeaderAt, 0xFFFFFFF0, 4, "x.npz"},
                        {last + kLocalHeaderAt, 0, 4, "x.npz"},
                        {first + kNameAt, 0x7878787878787878, 8, "is not an .npy array"},
                        {end + 10, 0xFFFE, 2, "x.npz"},
                        {end + 8, 0xFFFEFFFE, 4, "x.npz"},
                        {end + 12, 0xFFFFFFFE, 4, "x.npz"},
                        {end + 16, 0xFFFFFFFE, 4, "x.npz"}};
  for (const Case& one : cases) {
    std::vector<std::byte> bad = good;
    put(bad, one.at, one.value, one.width);
    const std::string fault = fault_of([&] { read_npz_bytes(bad); });
    BOOST_TEST(fault.find(one.fault) != std::string::npos, "expected '" << one.fault << "', got '" << fault << "'");
  }
}

BOOST_AUTO_TEST_CASE(npz_members_that_share_bytes_or_names) {
  const std::vector<std::byte> good = good_npz();
  // A directory that lists its largest member a thousand times over the same bytes.
  const size_t first = to_text(good).find("PK\x01\x02"), last = find_last(good, "PK\x01\x02"),
               end = find_last(good, "PK\x05\x06");
  const std::vector<std::byte> record(good.begin() + static_cast<std::ptrdiff_t>(last),
                                      good.begin() + static_cast<std::ptrdiff_t>(end));
  for (const bool same_name : {true, false}) {
    std::vector<std::byte> bad(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(first));
    constexpr size_t kN = 1000;
    for (size_t i = 0; i < kN; ++i) {
      std::vector<std::byte> copy = record;
      if (!same_name) {
        copy[kNameAt] = static_cast<std::byte>('a' + i % 26);
        copy[kNameAt + 1] = static_cast<std::byte>('a' + i / 26 % 26);
        copy[kNameAt + 2] = static_cast<std::byte>('a' + i / 676);
      }
      bad.insert(bad.end(), copy.begin(), copy.end());
    }
    std::vector<std::byte> tail(good.begin() + static_cast<std::ptrdiff_t>(end), good.end());
    put(tail, 8, kN | kN << 16U, 4);
    put(tail, 12, kN * record.size(), 4);
    bad.insert(bad.end(), tail.begin(), tail.end());
    const std::string fault = fault_of([&] { read_npz_bytes(bad); });
    BOOST_TEST(!fault.empty());
    BOOST_TEST_MESSAGE(fault);
  }
}

BOOST_AUTO_TEST_CASE(npz_other_files) {
  for (const std::string_view text : {"\x89PNG\r\n\x1a\n", "\x93NUMPY\x01", "{}", "PKLITE"}) {
    BOOST_TEST(!fault_of([&] { read_npz_bytes(to_bytes(text)); }).empty());
  }
  BOOST_TEST(fault_of([&] { read_npz_bytes({}); }) == "x.npz: is empty");
  BOOST_TEST(fault_of([&] { read_npz_bytes(to_bytes("hello, world")); }) == "x.npz: is not an npz file");
  BOOST_TEST(fault_of([&] { read_npz_bytes(to_bytes("PK and then nothing")); }).find("cut short") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
