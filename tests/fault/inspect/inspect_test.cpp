// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Damaged files of every kind: inspect() returns a finding in one line, and calls what is cut cut. Never a crash.
#include "inspect/inspect.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "support/mutate.hpp"
#include "support/sample_files.hpp"
#include "support/test.hpp"

using namespace inr;
using inspect::FileState;
using inspect::Finding;
using test::Bytes;

namespace {

Finding inspect_bytes(const test::TemporaryFolder& folder, std::span<const std::byte> bytes) {
  test::write_file(folder / "file", bytes);
  const Finding finding = inspect::inspect(folder / "file", {.check = true, .tensors = true, .config = true});
  // The fault is one line of text, and both reports can be made of whatever was found.
  BOOST_TEST(finding.fault.find('\n') == std::string::npos);
  BOOST_TEST(finding.summary.find('\n') == std::string::npos);
  BOOST_TEST(!inspect::to_text(finding).empty());
  BOOST_TEST(base::dump_json(inspect::to_json(finding)).find('\n') == std::string::npos);
  if (finding.state != FileState::kWhole) BOOST_TEST(!finding.fault.empty());
  return finding;
}

// Formats in which every byte is covered by a checksum.
const std::set<std::string> kSealed = {"INR stream"};

}  // namespace

BOOST_AUTO_TEST_SUITE(inspect_faults)

BOOST_AUTO_TEST_CASE(cuts_are_called_cuts) {
  const test::TemporaryFolder folder;
  for (const auto& [kind, bytes] : test::sample_files(folder)) {
    if (kind == "configuration" || bytes.size() < 20) continue;
    for (size_t i = 1; i < 40; ++i) {
      const size_t n = std::max<size_t>(bytes.size() * i / 40, 16);  // behind every magic number
      BOOST_TEST_CONTEXT(kind << " cut after " << n << " of " << bytes.size() << " bytes") {
        const Finding finding = inspect_bytes(folder, std::span(bytes).first(n));
        const bool at_boundary = kind == "log" || kind == "PPM picture" || kind == "YUV4MPEG2 film";
        if (!at_boundary) BOOST_TEST((finding.state != FileState::kWhole));
        if (kind == "INR stream" || kind == "PNG picture" || kind == "JPEG picture" || kind == "checkpoint")
          BOOST_TEST((finding.state == FileState::kCutShort), finding.fault);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(mutations) {
  const test::TemporaryFolder folder;
  for (const auto& [kind, bytes] : test::sample_files(folder)) {
    size_t n_noticed = 0;
    constexpr uint64_t kMutations = 300;
    for (uint64_t i = 0; i < kMutations; ++i) {
      BOOST_TEST_CONTEXT(kind << " mutation " << i) {
        const Finding finding = inspect_bytes(folder, test::mutate(bytes, i));
        n_noticed += finding.state != FileState::kWhole ? 1 : 0;
      }
    }
    BOOST_TEST(n_noticed > 0U, kind);
    if (kSealed.contains(kind)) BOOST_TEST(n_noticed == kMutations, kind << ": " << n_noticed);
  }
}

BOOST_AUTO_TEST_CASE(headers_that_promise_much) {
  const test::TemporaryFolder folder;
  const auto expect = [&](std::string_view text, std::string_view kind, FileState state) {
    const Finding finding = inspect_bytes(folder, test::as_bytes(text));
    BOOST_TEST(finding.kind == kind);
    BOOST_TEST((finding.state == state), kind << ": " << inspect::to_string(finding.state) << ": " << finding.fault);
  };
  expect("P6 999999999 999999999 255\nxx", "PPM picture", FileState::kCutShort);
  expect("P6 9999999999 1 255\nxx", "PPM picture", FileState::kDamaged);
  expect("YUV4MPEG2 W999999999 H999999999 C444\nFRAME\nxx", "YUV4MPEG2 film", FileState::kCutShort);
  expect("YUV4MPEG2 C444\nFRAME\nxx", "YUV4MPEG2 film", FileState::kDamaged);
  const auto npy = [](const std::string& dictionary) {
    std::string text = std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(dictionary.size()) + '\0' + dictionary;
    return text;
  };
  expect(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }"), "npy array",
         FileState::kDamaged);
  expect(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }"), "npy array",
         FileState::kCutShort);
  expect(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"), "npy array", FileState::kDamaged);
  expect(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"), "npy array", FileState::kUnsupported);
}

BOOST_AUTO_TEST_SUITE_END()
